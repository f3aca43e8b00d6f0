/*
 * Both file systems: what this component uses of its two imports of fs.
 */
#ifndef IMPORTS_H
#define IMPORTS_H

#include <fs/fs_client.h>

extern typeof(fsc_open) source_fsc_open, target_fsc_open;
extern typeof(fsc_close) source_fsc_close, target_fsc_close;
extern typeof(fsc_read) source_fsc_read, target_fsc_read;
extern typeof(fsc_readdir) source_fsc_readdir, target_fsc_readdir;
extern typeof(fsc_lstat) source_fsc_lstat, target_fsc_lstat;
extern typeof(fsc_readlink) source_fsc_readlink, target_fsc_readlink;
extern typeof(fsc_sync) source_fsc_sync, target_fsc_sync;

extern typeof(fsc_lseek) source_fsc_lseek;

extern typeof(fsc_write) target_fsc_write;
extern typeof(fsc_pwrite) target_fsc_pwrite;
extern typeof(fsc_ftruncate) target_fsc_ftruncate;
extern typeof(fsc_mkdir) target_fsc_mkdir;
extern typeof(fsc_link) target_fsc_link;
extern typeof(fsc_symlink) target_fsc_symlink;
extern typeof(fsc_chmod) target_fsc_chmod;
extern typeof(fsc_lchown) target_fsc_lchown;
extern typeof(fsc_lutimens) target_fsc_lutimens;
extern typeof(fsc_mount) target_fsc_mount;

#endif
