/*
 * Panic, memory, time and parameters: short ways to the host.
 */
#include "klib.h"

void
panic(const char *what)
{
	rumpuser_dprintf("rump kernel panic: %s\n", what);
	rumpuser_exit(RUMPUSER_PANIC);
}

void *
kmem_alloc(size_t size)
{
	void *p;

	return rumpuser_malloc(size, 0, &p) == 0 ? p : NULL;
}

void *
kmem_zalloc(size_t size)
{
	void *p = kmem_alloc(size);

	if (p != NULL)
		memset(p, 0, size);
	return p;
}

void
kmem_free(void *p, size_t size)
{
	rumpuser_free(p, size);
}

struct ktime
ktime_now(void)
{
	int64_t sec;
	long nsec;

	if (rumpuser_clock_gettime(RUMPUSER_CLOCK_RELWALL, &sec, &nsec) != 0)
		return (struct ktime){0, 0};
	return (struct ktime){sec, (uint32_t)nsec};
}

uint64_t
kmono(void)
{
	int64_t sec;
	long nsec;

	rumpuser_clock_gettime(RUMPUSER_CLOCK_ABSMONO, &sec, &nsec);
	return (uint64_t)sec * 1000000000 + (uint64_t)nsec;
}

unsigned long
kparam(const char *name, unsigned long standard, unsigned long low, unsigned long high)
{
	unsigned long n = 0;
	char text[16];

	if (rumpuser_getparam(name, text, sizeof(text)) != 0 || text[0] == '\0')
		return standard;
	for (const char *s = text; *s != '\0'; s++) {
		if (*s < '0' || *s > '9' || n > (~0UL - 9) / 10)
			return standard;
		n = n * 10 + (unsigned long)(*s - '0');
	}
	return n < low ? low : n > high ? high : n;
}
