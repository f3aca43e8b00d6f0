/*
 * What the files must be: their sizes and contents. A byte's value follows from the seed of the write that made it, and its place.
 */
#ifndef MODEL_H
#define MODEL_H

#include "kernels.h"

#define FILES    16
#define SIZE_MAX 24576

struct file {
	int there;
	u32 size;
	u8 bytes[SIZE_MAX];
};

extern struct file files[FILES];

void model_path(char *to, u32 i);                         /* to: 16 bytes */
void model_fill(u8 *to, u32 n, u64 seed);
void model_write(struct file *, const u8 *from, u32 n, u32 at);
void model_truncate(struct file *, u32 size);

/* Is a file what it must be? Result: 1, or 0 with a line on the console. */
int model_check(const struct kernel *, u32 i);

#endif
