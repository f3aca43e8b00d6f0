/*
 * Looking things up in what the composer wrote about this component. Trusted: the composer wrote
 * it, the booter mapped it read-only.
 */
#include "component.h"
#include "print.h"
#include "string.h"

static const struct comp_info *info = (const struct comp_info *)INFO_VA;

const struct comp_info *
cos_info(void)
{
	return info;
}

void
cos_set_info(const struct comp_info *i)
{
	info = i;
}

static const void *
at(u32 offset)
{
	return (const char *)info + offset;
}

const char *
cos_param(const char *key)
{
	const struct info_param *p = at(info->params);

	for (u32 i = 0; i < info->nparams; i++)
		if (strcmp(at(p[i].key), key) == 0)
			return at(p[i].value);
	return NULL;
}

u64
cos_param_number(const char *key, u64 otherwise)
{
	const char *s = cos_param(key);
	u64 v = 0;

	if (!s || *s < '0' || *s > '9')
		return otherwise;
	for (; *s >= '0' && *s <= '9'; s++)
		v = v * 10 + (*s - '0');
	return v;
}

const struct info_grant *
cos_grant(enum grant_kind kind, u32 nth)
{
	const struct info_grant *g = at(info->grants);

	for (u32 i = 0; i < info->ngrants; i++)
		if (g[i].kind == kind && nth-- == 0)
			return &g[i];
	return NULL;
}

const struct info_file *
cos_file(const char *name)
{
	const struct info_file *f = at(info->files);

	for (u32 i = 0; i < info->nfiles; i++)
		if (!name || strcmp(at(f[i].name), name) == 0)
			return &f[i];
	return NULL;
}

word_t
cos_provider(const char *import)
{
	char key[NAME_LEN + 16];

	cos_snprintf(key, sizeof(key), "provider.%s", import);
	return cos_param_number(key, 0);
}

const struct info_comp *
cos_comps(u32 *n)
{
	*n = info->ncomps;
	return at(info->comps);
}

const struct info_thread *
cos_threads(u32 *n)
{
	*n = info->nthreads;
	return at(info->threads);
}
