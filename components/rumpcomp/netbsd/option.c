/*
 * Options of sockets: which of NetBSD's is meant, and what its value looks like.
 */
#include "proc.h"

#define MICROSECONDS 1000000

enum { LEVEL_SOCKET = 0xffff, LEVEL_TCP = 6, LEVEL_IPV6 = 41 };
enum form { NUMBER, FLAG, TIME }; /* of a value; a flag that is set may be read as any number but 0 */

static const struct option {
	int level, name;
	enum form form;
	int fixed; /* it can only be read */
} options[] = {
	[RSYS_OPT_TYPE] = {LEVEL_SOCKET, 0x1008, NUMBER, 1},
	[RSYS_OPT_ERROR] = {LEVEL_SOCKET, 0x1007, NUMBER, 1},
	[RSYS_OPT_ACCEPTCONN] = {LEVEL_SOCKET, 0x0002, FLAG, 1},
	[RSYS_OPT_SNDBUF] = {LEVEL_SOCKET, 0x1001, NUMBER, 0},
	[RSYS_OPT_RCVBUF] = {LEVEL_SOCKET, 0x1002, NUMBER, 0},
	[RSYS_OPT_SNDTIMEO] = {LEVEL_SOCKET, 0x100b, TIME, 0},
	[RSYS_OPT_RCVTIMEO] = {LEVEL_SOCKET, 0x100c, TIME, 0},
	[RSYS_OPT_REUSEADDR] = {LEVEL_SOCKET, 0x0004, FLAG, 0},
	[RSYS_OPT_KEEPALIVE] = {LEVEL_SOCKET, 0x0008, FLAG, 0},
	[RSYS_OPT_NODELAY] = {LEVEL_TCP, 1, FLAG, 0},
	[RSYS_OPT_BROADCAST] = {LEVEL_SOCKET, 0x0020, FLAG, 0},
	[RSYS_OPT_V6ONLY] = {LEVEL_IPV6, 27, FLAG, 0},
};

struct nb_timeval {
	int64_t sec;
	int32_t usec;
};

union value {
	int32_t number;
	struct nb_timeval time;
};

_Static_assert(sizeof(struct nb_timeval) == 16, "struct timeval");

/* NULL: there is none that is a socket option of NetBSD's. */
static const struct option *
find(int number)
{
	if (number < 0 || number >= (int)(sizeof(options) / sizeof(options[0])) || options[number].level == 0)
		return NULL;
	return &options[number];
}

static uint32_t
bytes_of(const struct option *o)
{
	return o->form == TIME ? sizeof(struct nb_timeval) : sizeof(int32_t);
}

/* A socket that has no such level says that the call is none, or the argument. */
static long
result_of(const struct option *o, long e)
{
	return o->level != LEVEL_SOCKET && (e == -NB_EINVAL || e == -NB_EOPNOTSUPP) ? -NB_ENOPROTOOPT : e;
}

/* The socket's flags as a descriptor; a negated errno also if it is no socket. */
static long
descriptor_flags(struct rsys_proc *p, int fd)
{
	long e = rsys_getsockopt(p, fd, RSYS_OPT_TYPE);

	return e < 0 ? e : CALL(p, NB_FCNTL, (uint64_t)fd, NB_F_GETFL, 0);
}

static long
set_nonblock(struct rsys_proc *p, int fd, int on)
{
	long flags = descriptor_flags(p, fd);

	if (flags < 0)
		return flags;
	flags = (flags & ~NB_O_NONBLOCK) | (on ? NB_O_NONBLOCK : 0);
	return CALL(p, NB_FCNTL, (uint64_t)fd, NB_F_SETFL, (uint64_t)flags);
}

long
rsys_getsockopt(struct rsys_proc *p, int fd, int option)
{
	const struct option *o = find(option);
	union value v = {0};
	uint32_t bytes;
	long e;

	if (option == RSYS_OPT_NONBLOCK) {
		e = descriptor_flags(p, fd);
		return e < 0 ? e : (e & NB_O_NONBLOCK) != 0;
	}
	if (o == NULL)
		return -NB_ENOPROTOOPT;
	bytes = bytes_of(o);
	e = CALL(p, NB_GETSOCKOPT, (uint64_t)fd, (uint64_t)o->level, (uint64_t)o->name, WORD(&v), WORD(&bytes));
	if (e < 0)
		return result_of(o, e);
	if (o->form == TIME)
		return v.time.sec * MICROSECONDS + v.time.usec;
	return o->form == FLAG ? v.number != 0 : v.number;
}

long
rsys_setsockopt(struct rsys_proc *p, int fd, int option, int64_t value)
{
	const struct option *o = find(option);
	union value v = {0};

	if (option == RSYS_OPT_NONBLOCK)
		return set_nonblock(p, fd, value != 0);
	if (o == NULL || o->fixed)
		return -NB_ENOPROTOOPT;
	if (o->form == TIME)
		v.time = (struct nb_timeval){value / MICROSECONDS, (int32_t)(value % MICROSECONDS)};
	else
		v.number = value > INT32_MAX ? INT32_MAX : (int32_t)value;
	return result_of(o, CALL(p, NB_SETSOCKOPT, (uint64_t)fd, (uint64_t)o->level, (uint64_t)o->name, WORD(&v), bytes_of(o)));
}
