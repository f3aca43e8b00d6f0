/*
 * Error numbers, one space for the whole system: numbers below 128 are those of
 * NetBSD's errno, which rumpuser(3) fixes; the rest are the kernel's own.
 * The kernel returns them positive in rax; interface functions return them negated.
 */
#ifndef ABI_ERR_H
#define ABI_ERR_H

enum err {
	EOK         = 0,
	EPERM       = 1,
	ENOENT      = 2,
	EIO         = 5,
	ENXIO       = 6,
	E2BIG       = 7,
	EBADF       = 9,
	ENOMEM      = 12,
	EACCES      = 13, /* the capability lacks the right, or the mapping would be W and X */
	EBUSY       = 16, /* the object is in use; for dispatch: scheduler events are pending */
	EEXIST      = 17, /* the slot or the page-table entry is taken */
	ENOTDIR     = 20,
	EISDIR      = 21,
	EINVAL      = 22, /* an argument is out of range or not aligned */
	ENOSPC      = 28,
	EROFS       = 30,
	ERANGE      = 34,
	EAGAIN      = 35, /* dispatch: stale token; receive: nothing pending and no wait asked */
	ETIMEDOUT   = 60,
	ENAMETOOLONG = 63,
	ENOTEMPTY   = 66,
	ENOSYS      = 78, /* the capability's kind has no such operation */
	ENOTSUP     = 86,
	ECOMPDEAD   = 200, /* the component is down, or died while the thread was inside */
	EBADCAP     = 201, /* the slot is empty, outside the table, or of another kind */
	EDEADCAP    = 202, /* the object behind the capability was destroyed */
	EDEPTH      = 203, /* the thread's invocation stack is full */
	ENOSTACK    = 204, /* the server's pool of execution stacks is empty */
	EFRAMETYPE  = 205, /* the frame's type or count does not allow the operation */
	EEXPIRED    = 206, /* the tcap's budget is used up */
	EPARKED     = 207, /* the thread is parked by a fault, blocked or dead, and cannot be dispatched */
};

#endif
