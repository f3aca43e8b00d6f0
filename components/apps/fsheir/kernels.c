/*
 * The four imports of fs, as tables.
 */
#include "kernels.h"

#define IMPORT(name) \
	extern typeof(fs_last) name##_fs_last; \
	extern typeof(fsc_mount) name##_fsc_mount; \
	extern typeof(fsc_unmount) name##_fsc_unmount; \
	extern typeof(fsc_open) name##_fsc_open; \
	extern typeof(fsc_close) name##_fsc_close; \
	extern typeof(fsc_pread) name##_fsc_pread; \
	extern typeof(fsc_pwrite) name##_fsc_pwrite; \
	extern typeof(fsc_stat) name##_fsc_stat; \
	extern typeof(fsc_unlink) name##_fsc_unlink; \
	extern typeof(fsc_truncate) name##_fsc_truncate; \
	extern typeof(fsc_rename) name##_fsc_rename;

#define KERNEL(name) \
	{ \
		#name, name##_fs_last, name##_fsc_mount, name##_fsc_unmount, name##_fsc_open, name##_fsc_close, \
		name##_fsc_pread, name##_fsc_pwrite, name##_fsc_stat, name##_fsc_unlink, name##_fsc_truncate, name##_fsc_rename \
	}

IMPORT(first)
IMPORT(second)
IMPORT(third)
IMPORT(last)

const struct kernel kernels[KERNELS] = {KERNEL(first), KERNEL(second), KERNEL(third), KERNEL(last)};
