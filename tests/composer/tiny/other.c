/*
 * The other one.
 */
void tiny_other(void);

void
tiny_other(void)
{
}
