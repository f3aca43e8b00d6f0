/*
 * Options of sockets that every family has.
 */
#include "socket.h"

#define BUFFER_MAX ((size_t)256 * 1024) /* of sndbuf and rcvbuf */

long
so_get_option(struct socket *s, int option)
{
	switch (option) {
	case RSYS_OPT_TYPE:
		return s->type;
	case RSYS_OPT_ERROR:
		return so_take_error(s);
	case RSYS_OPT_ACCEPTCONN:
		return s->listening;
	case RSYS_OPT_SNDBUF:
		return (long)s->sndbuf;
	case RSYS_OPT_RCVBUF:
		return (long)s->rcvbuf;
	case RSYS_OPT_SNDTIMEO:
		return (long)s->sndtimeo;
	case RSYS_OPT_RCVTIMEO:
		return (long)s->rcvtimeo;
	case RSYS_OPT_NONBLOCK:
		return s->nonblock;
	}
	return -ENOPROTOOPT;
}

static int
set_buffer(size_t *size, int64_t value)
{
	if (value <= 0 || (size_t)value > BUFFER_MAX)
		return value <= 0 ? EINVAL : ENOBUFS;
	*size = (size_t)value;
	return 0;
}

static int
set_time(uint64_t *us, int64_t value)
{
	if (value < 0)
		return EINVAL;
	*us = (uint64_t)value;
	return 0;
}

int
so_set_option(struct socket *s, int option, int64_t value)
{
	int e;

	switch (option) {
	case RSYS_OPT_SNDBUF:
		return set_buffer(&s->sndbuf, value);
	case RSYS_OPT_RCVBUF:
		e = set_buffer(&s->rcvbuf, value);
		s->ops->roomier(s);
		return e;
	case RSYS_OPT_SNDTIMEO:
		return set_time(&s->sndtimeo, value);
	case RSYS_OPT_RCVTIMEO:
		return set_time(&s->rcvtimeo, value);
	case RSYS_OPT_NONBLOCK:
		if (value != 0 && value != 1)
			return EINVAL;
		s->nonblock = (int)value;
		return 0;
	}
	return ENOPROTOOPT;
}
