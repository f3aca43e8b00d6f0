/*
 * The boot image: a USTAR archive (POSIX.1-1988: 512-byte headers, octal sizes), its first file the manifest.
 */
#include <lib/string.h>

#include "booter.h"

#define TAR_BLOCK  512
#define TAR_NAME   100
#define TAR_SIZE   124
#define TAR_DIGITS 11

static const u8 *archive;
static u64 bytes, first_frame;
static const struct manifest *manifest;

static u64
octal(const u8 *p)
{
	u64 v = 0;

	for (u32 i = 0; i < TAR_DIGITS && p[i] >= '0' && p[i] <= '7'; i++)
		v = v * 8 + (p[i] - '0');
	return v;
}

const void *
image_file(const char *name, u64 *size)
{
	u64 at = 0;

	while (at < bytes && bytes - at >= TAR_BLOCK && archive[at]) {
		*size = octal(archive + at + TAR_SIZE);
		if (*size > bytes - at - TAR_BLOCK)
			break;
		if (strncmp((const char *)archive + at, name, TAR_NAME) == 0)
			return archive + at + TAR_BLOCK;
		at += TAR_BLOCK + (*size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
	}
	die("the boot image has no file %s", name);
}

void
image_init(const struct boot_info *b)
{
	u64 size;

	archive = (const u8 *)BOOT_IMAGE_VA;
	bytes = b->image_bytes;
	first_frame = b->image_frame;
	manifest = image_file("manifest", &size);
	if (size < sizeof(*manifest) || manifest->magic != MANIFEST_MAGIC || manifest->size > size ||
	    manifest->ncomps > COMPS_MAX)
		die("the boot image's manifest is damaged");
}

const struct manifest *
image_manifest(void)
{
	return manifest;
}

const void *
image_array(u32 offset, u32 count, u32 size)
{
	if (offset > manifest->size || count > (manifest->size - offset) / size)
		die("the boot image's manifest is damaged");
	return (const char *)manifest + offset;
}

u64
image_first_frame(void)
{
	return first_frame;
}
