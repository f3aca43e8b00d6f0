/*
 * The block server's memory beside the device, by way of pages of the session buffer that block requests do not use.
 */
#include "nvram.h"

#include <lib/string.h>

#include "pieces.h"
#include "qlock.h"

static struct qlock lock; /* guards the window of each device */

uint64_t
nvram_size(const struct disk *d)
{
	return bridge_nvram_size(d->number);
}

static int
move(const struct disk *d, int writing, uint8_t *memory, size_t n, uint64_t at)
{
	size_t window = pieces_window();
	int e;

	if (writing)
		memcpy(d->is.buffer + window, memory, n);
	e = bridge_nvram_move(d->number, writing, window, n, at);
	if (e == 0 && !writing)
		memcpy(memory, d->is.buffer + window, n);
	return e;
}

int
nvram_move(const struct disk *d, int writing, void *memory, size_t n, uint64_t at)
{
	int e = 0;

	qlock_enter(&lock);
	for (size_t done = 0; done < n && e == 0; done += NVRAM_WINDOW) {
		size_t part = n - done < NVRAM_WINDOW ? n - done : NVRAM_WINDOW;

		e = move(d, writing, (uint8_t *)memory + done, part, at + done);
	}
	qlock_exit(&lock);
	return e;
}
