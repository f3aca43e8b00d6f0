/*
 * A device's memory: bytes that outlive the client (blk_nvram_* of blk.h). The server's lock guards them.
 */
#ifndef BLK_SERVER_NVRAM_H
#define BLK_SERVER_NVRAM_H

/* As many KiB as the parameter nvram_kib says; stops the component if there is no room. */
void blk_nvram_make(void);

#endif
