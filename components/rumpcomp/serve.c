/*
 * What invocations have in common.
 */
#include "serve.h"

#include <abi/err.h>
#include <fs/fs_types.h>
#include <lib/component.h>
#include <lib/string.h>
#include <sched/sched.h>

u64
serve_thread(void)
{
	return cos_badge() << 32 | cos_thdid();
}

long
serve_begin(enum session_kind kind, struct session **s)
{
	long e = sched_ceiling_enter();

	if (e < 0)
		return e;
	*s = session_take(kind);
	if (*s != NULL) {
		rsys_identify(serve_thread(), cos_operation());
		return 0;
	}
	sched_ceiling_leave();
	return -EBADF;
}

long
serve_end(struct session *s, long result)
{
	session_put(s);
	sched_ceiling_leave();
	return result;
}

long
serve_begin_fd(enum session_kind kind, word_t fd, struct session **s)
{
	long e = serve_begin(kind, s);

	return e == 0 && fd > SERVE_INT_MAX ? serve_end(*s, -EBADF) : e;
}

int
serve_inside(const struct session *s, word_t off, word_t n)
{
	return off <= s->bytes && n <= s->bytes - off;
}

long
serve_take_name(const struct session *s, word_t off, word_t length, char *to)
{
	if (length > FS_PATH_MAX)
		return -ENAMETOOLONG;
	if (!serve_inside(s, off, length))
		return -EINVAL;
	memcpy(to, s->at + off, length);
	to[length] = 0;
	return strlen(to) == length ? 0 : -EINVAL;
}

long
serve_take(const struct session *s, void *to, word_t n)
{
	if (!serve_inside(s, 0, n))
		return -EINVAL;
	memcpy(to, s->at, n);
	return 0;
}

long
serve_give(struct session *s, const void *from, word_t n)
{
	if (!serve_inside(s, 0, n))
		return -EINVAL;
	memcpy(s->at, from, n);
	return 0;
}

long
serve_int(word_t v, long error)
{
	return v <= SERVE_INT_MAX ? (long)v : error;
}

long
serve_gone(word_t comp)
{
	long e = cos_badge() == cos_param_number("booter", 0) ? sched_ceiling_enter() : -EPERM;

	if (e < 0)
		return e;
	session_gone(comp);
	sched_ceiling_leave();
	return 0;
}
