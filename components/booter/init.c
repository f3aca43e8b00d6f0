/*
 * The init interface.
 */
#include <init/init.h>
#include <lib/string.h>

#include "booter.h"

long
init_done(void)
{
	first_thread_done(cos_badge());
	return -EPERM;
}

long
init_exit(word_t status)
{
	if (cos_badge() != cos_param_number("verdict", 0))
		return -EPERM;
	system_end(status);
}

/* NULL: there is none. */
static const struct manifest_comp *
find_comp(word_t id)
{
	const struct manifest *m = image_manifest();
	const struct manifest_comp *c = image_array(m->comps, m->ncomps, sizeof(*c));

	for (u32 i = 0; i < m->ncomps; i++)
		if (c[i].id == id)
			return &c[i];
	return NULL;
}

long
init_comp_name(word_t comp, word_t from, word_t *out_low, word_t *out_high)
{
	const struct manifest_comp *c = find_comp(comp);

	*out_low = *out_high = 0;
	if (!c || (from != 0 && from != 2 * sizeof(word_t)))
		return -EINVAL;
	memcpy(out_low, c->name + from, sizeof(word_t));
	memcpy(out_high, c->name + from + sizeof(word_t), sizeof(word_t));
	return 0;
}

long
init_tsc_hz(void)
{
	return ((const struct boot_info *)BOOT_INFO_VA)->tsc_hz;
}
