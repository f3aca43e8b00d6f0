/*
 * The boot image: an archive, its first file the manifest.
 */
#include "booter.h"
#include "tar.h"

static const u8 *archive;
static u64 bytes, first_frame;
static const struct manifest *manifest;

const void *
image_file(const char *name, u64 *size)
{
	const void *file = tar_find(archive, bytes, name, size);

	if (!file)
		die("the boot image has no file %s", name);
	return file;
}

void
image_init(const struct boot_info *b)
{
	u64 size, bad;

	archive = (const u8 *)BOOT_IMAGE_VA;
	bytes = b->image_bytes;
	first_frame = b->image_frame;
	if (!tar_check(archive, bytes, &bad))
		die("the boot image is damaged at byte %lu", bad);
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
	if (offset > manifest->size || offset % sizeof(u64) || count > (manifest->size - offset) / size)
		die("the boot image's manifest is damaged");
	return (const char *)manifest + offset;
}

u64
image_frames(u64 offset, u64 size)
{
	if (offset % PAGE_SIZE || offset > bytes || size > bytes - offset)
		die("the boot image's manifest names a file outside of it");
	return first_frame + offset / PAGE_SIZE;
}
