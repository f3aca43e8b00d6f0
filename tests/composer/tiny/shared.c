/*
 * A driver compiled for a shared library, thread-local variables included.
 */
__thread int tiny_shared;
int *tiny_shared_address(void);

int *
tiny_shared_address(void)
{
	return &tiny_shared;
}
