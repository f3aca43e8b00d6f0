/*
 * A driver that needs another one.
 */
void tiny_other(void);
void tiny_open(void);

void
tiny_open(void)
{
	tiny_other();
}
