/*
 * The bridge: all that the hypercalls ask of the system below, and the only place where they meet
 * it. In a component bridge.c makes these functions of invocations of sched, mem, blk, console
 * and time; the tests have another bridge, on threads of their own.
 *
 * Times are nanoseconds: monotonic ones since boot.
 */
#ifndef BRIDGE_H
#define BRIDGE_H

#include <stddef.h>
#include <stdint.h>

#include <blk/ring.h>

#define BRIDGE_FOREVER UINT64_MAX
#define BRIDGE_PAGE    4096UL

/* Finds out about clocks and memory. Once, before everything else. */
void bridge_init(void);

/*
 * Blocks the calling thread until somebody wakes it or until a moment passes; a wake-up that came
 * first is remembered. It may also return for no reason: who waits for something looks again.
 * Result: 1 if the moment has passed, else 0.
 */
int  bridge_block(uint64_t until);
void bridge_wakeup(uint32_t thread);
uint32_t bridge_self(void);

/* Threads run fn(arg), which ends in bridge_thread_exit. create: thread id, or 0. join waits
 * for the end of a thread. */
uint32_t bridge_thread_create(void (*fn)(void *), void *arg);
void bridge_thread_exit(void) __attribute__((__noreturn__));
void bridge_thread_join(uint32_t thread);

/* Raises the calling thread for good to the priority of the most urgent one that can be inside the
 * component: whoever holds a rump CPU must not be kept from running by a thread that is less urgent
 * than one who waits for it. */
void bridge_thread_raise(void);

/* Zeroed pages at adjacent addresses; NULL if there are none. Any run of pages may be given back. If the script gives the component
 * dma, their frames are adjacent too, and both addresses are the same modulo BRIDGE_DMA_ALIGN. */
#define BRIDGE_DMA_ALIGN 65536UL

void *bridge_pages_alloc(size_t pages);
void  bridge_pages_free(void *, size_t pages);

/* Where memory lies for devices. Result: 0 if the script does not give the component dma, or nothing is there. */
int bridge_physical(const void *, uint64_t *);

uint64_t bridge_mono(void);
uint64_t bridge_wall(void); /* since 1970, UTC */

/* A word from the processor's random number generator. Result: 0 if it has none. */
int bridge_hardware_random(uint64_t *);

void        bridge_print(const char *text, size_t length);
const char *bridge_param(const char *name); /* NULL if not set */

/* Ends the component; whoever recovers components decides what comes next. */
void bridge_stop(const char *why) __attribute__((__noreturn__));

/* A file of the boot image that the script hands over; it can be read for ever. Result: 0 if there is none of that name. */
struct bridge_file {
	const uint8_t *data;
	size_t bytes;
};

int bridge_file(const char *name, struct bridge_file *);

#define BRIDGE_DISKS 4

/* A block device, numbered from 0: a session buffer whose first page is the ring. */
struct bridge_disk {
	struct blk_ring *ring;
	uint8_t *buffer;  /* the whole session buffer, ring included */
	size_t bytes;     /* its size */
	uint64_t sectors; /* of the device */
	int readonly;
};

/* Whether there is a device of a number. */
int  bridge_disk_there(unsigned number);

/* Opens a device with a session buffer of so many pages. Result: 0 or an errno: ENXIO, there is none of that number. */
int  bridge_disk_open(unsigned number, size_t pages, struct bridge_disk *);
void bridge_disk_kick(unsigned number);

/* The server's memory beside a device, while that is open: how many bytes; n bytes of it from or to an offset in the session buffer,
 * all of them or none. Result: 0 or an errno. */
uint64_t bridge_nvram_size(unsigned number);
int  bridge_nvram_move(unsigned number, int writing, size_t offset, size_t n, uint64_t at);

/* On the component's block thread: waits until completions of any device may be there. */
void bridge_disk_wait(void);

#endif
