/*
 * The block server's memory beside the device, by way of pages of the session buffer that block requests do not use.
 */
#include "nvram.h"

#include <lib/string.h>

#include "pieces.h"
#include "qlock.h"

static struct qlock lock; /* guards the window */

uint64_t
nvram_size(void)
{
	return bridge_nvram_size();
}

static int
move(int writing, uint8_t *memory, size_t n, uint64_t at)
{
	const struct bridge_disk *d = pieces_disk();
	size_t window = pieces_window();
	int e;

	if (writing)
		memcpy(d->buffer + window, memory, n);
	e = bridge_nvram_move(writing, window, n, at);
	if (e == 0 && !writing)
		memcpy(memory, d->buffer + window, n);
	return e;
}

int
nvram_move(int writing, void *memory, size_t n, uint64_t at)
{
	int e = 0;

	qlock_enter(&lock);
	for (size_t done = 0; done < n && e == 0; done += NVRAM_WINDOW) {
		size_t part = n - done < NVRAM_WINDOW ? n - done : NVRAM_WINDOW;

		e = move(writing, (uint8_t *)memory + done, part, at + done);
	}
	qlock_exit(&lock);
	return e;
}
