/*
 * fs: sessions, mounts, whole file systems, and what a process is.
 */
#include <abi/err.h>
#include <fs/fs.h>
#include <fs/fs_types.h>
#include <lib/string.h>

#include "rsys.h"
#include "serve.h"

#define MOUNT_NAMES 3

_Static_assert(sizeof(struct fs_statfs) == sizeof(struct rsys_statfs), "fs_statfs and rsys_statfs agree");
_Static_assert(__builtin_offsetof(struct fs_statfs, readonly) == __builtin_offsetof(struct rsys_statfs, readonly),
               "fs_statfs");
_Static_assert((int)FS_MNT_RDONLY == RSYS_MNT_RDONLY && (int)FS_MNT_UPDATE == RSYS_MNT_UPDATE, "mount flags");

long
fs_session(word_t session)
{
	return session_bind(SESSION_FS, session);
}

/* The type, the device and the directory, each with its zero, fill length bytes. */
static long
take_mount(const struct session *s, word_t length, char *text, const char *names[MOUNT_NAMES])
{
	word_t at = 0;

	if (length == 0 || length > FS_PATH_MAX || !serve_inside(s, 0, length))
		return -EINVAL;
	memcpy(text, s->at, length);
	if (text[length - 1] != 0)
		return -EINVAL;
	for (int i = 0; i < MOUNT_NAMES; i++) {
		if (at >= length)
			return -EINVAL;
		names[i] = text + at;
		at += strlen(text + at) + 1;
	}
	return at == length ? 0 : -EINVAL;
}

long
fs_mount(word_t length, word_t flags)
{
	char text[FS_PATH_MAX + 1];
	const char *names[MOUNT_NAMES];
	struct session *s;
	long e = serve_begin(SESSION_FS, &s);

	if (e < 0)
		return e;
	e = (flags & ~(word_t)(FS_MNT_RDONLY | FS_MNT_UPDATE)) == 0 ? take_mount(s, length, text, names) : -EINVAL;
	if (e == 0)
		e = rsys_mount(s->proc, names[0], names[1], names[2], (int)flags);
	return serve_end(s, e);
}

long
fs_unmount(word_t length)
{
	char path[FS_PATH_MAX + 1];
	struct session *s;
	long e = serve_begin(SESSION_FS, &s);

	if (e < 0)
		return e;
	e = serve_take_name(s, 0, length, path);
	if (e == 0)
		e = rsys_unmount(s->proc, path);
	return serve_end(s, e);
}

long
fs_sync(void)
{
	struct session *s;
	long e = serve_begin(SESSION_FS, &s);

	return e < 0 ? e : serve_end(s, rsys_sync(s->proc));
}

long
fs_statfs(word_t length)
{
	char path[FS_PATH_MAX + 1];
	struct rsys_statfs st;
	struct session *s;
	long e = serve_begin(SESSION_FS, &s);

	if (e < 0)
		return e;
	e = serve_take_name(s, 0, length, path);
	if (e == 0)
		e = rsys_statfs(s->proc, path, &st);
	if (e == 0)
		e = serve_give(s, &st, sizeof(st));
	return serve_end(s, e);
}

long
fs_umask(word_t mask)
{
	struct session *s;
	long e = serve_begin(SESSION_FS, &s);

	return e < 0 ? e : serve_end(s, mask > 0777 ? -EINVAL : rsys_umask(s->proc, (unsigned)mask));
}

long
fs_getcwd(void)
{
	char path[FS_PATH_MAX];
	struct session *s;
	long e = serve_begin(SESSION_FS, &s);

	if (e < 0)
		return e;
	e = rsys_getcwd(s->proc, path, sizeof(path));
	if (e > 0 && serve_give(s, path, (word_t)e) < 0)
		e = -EINVAL;
	return serve_end(s, e);
}

long
fs_last(word_t *out_operation, word_t *out_result)
{
	uint64_t operation = 0;
	int64_t result = 0;
	struct session *s;
	long e = serve_begin(SESSION_FS, &s);

	if (e < 0)
		return e;
	e = rsys_last(serve_thread(), &operation, &result);
	*out_operation = operation;
	*out_result = (word_t)result;
	return serve_end(s, e);
}

long
fs_gone(word_t comp)
{
	return serve_gone(comp);
}
