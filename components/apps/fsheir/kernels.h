/*
 * The rump kernels, in the order in which they live.
 */
#ifndef KERNELS_H
#define KERNELS_H

#include <fs/fs.h>
#include <fs/fs_client.h>

#define KERNELS 4

struct kernel {
	const char *name;
	typeof(fs_last) *last;
	typeof(fsc_mount) *mount;
	typeof(fsc_unmount) *unmount;
	typeof(fsc_open) *open;
	typeof(fsc_close) *close;
	typeof(fsc_pread) *pread;
	typeof(fsc_pwrite) *pwrite;
	typeof(fsc_stat) *stat;
	typeof(fsc_unlink) *unlink;
	typeof(fsc_truncate) *truncate;
	typeof(fsc_rename) *rename;
};

extern const struct kernel kernels[KERNELS];

#endif
