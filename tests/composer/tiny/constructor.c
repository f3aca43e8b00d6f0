/*
 * A driver that registers itself as archives for hosted rump kernels do.
 */
static volatile int attached;

__attribute__((constructor)) static void
attach(void)
{
	attached = 1;
}
