/*
 * What stat tells, in our form.
 */
#ifndef NETBSD_STAT_H
#define NETBSD_STAT_H

#include "../rsys.h"
#include "rump.h"

static inline void
stat_convert(const struct nb_stat *s, struct rsys_stat *out)
{
	*out = (struct rsys_stat){
		.ino = s->ino, .size = (uint64_t)s->size, .blocks = (uint64_t)s->blocks,
		.mode = s->mode, .nlink = s->nlink, .uid = s->uid, .gid = s->gid, .blksize = (uint32_t)s->blksize,
		.rdev = (uint32_t)s->rdev, .atime = s->atime.sec, .mtime = s->mtime.sec, .ctime = s->ctime.sec,
		.atime_nsec = (uint32_t)s->atime.nsec, .mtime_nsec = (uint32_t)s->mtime.nsec,
		.ctime_nsec = (uint32_t)s->ctime.nsec,
	};
}

#endif
