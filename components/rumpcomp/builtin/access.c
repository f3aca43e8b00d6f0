/*
 * Who may do what with a file.
 */
#include "vnode.h"

int
cred_has_group(const struct cred *c, uint32_t gid)
{
	if (c->gid == gid)
		return 1;
	for (uint32_t i = 0; i < c->ngroups; i++) {
		if (c->groups[i] == gid)
			return 1;
	}
	return 0;
}

int
vnode_access(struct vnode *v, const struct cred *c, int want)
{
	unsigned shift;

	if ((want & ACCESS_WRITE) && vnode_type(v) != S_IFSOCK && mount_readonly(v->mp)) /* bytes of a socket are not there */
		return EROFS;
	if ((want & ACCESS_WRITE) && (v->protection & VP_IMMUTABLE))
		return EPERM;
	if (c->uid == 0)
		return 0;
	shift = v->uid == c->uid ? 6 : cred_has_group(c, v->gid) ? 3 : 0;
	return ((v->mode >> shift) & (uint32_t)want) == (uint32_t)want ? 0 : EACCES;
}

/* In a sticky directory only its owner and the file's may take a name away. */
int
vnode_may_remove(const struct vnode *dir, const struct vnode *v, const struct cred *c)
{
	if (v->protection != 0 || (dir->protection & VP_APPEND))
		return EPERM;
	if (!(dir->mode & S_ISVTX) || c->uid == 0 || c->uid == dir->uid || c->uid == v->uid)
		return 0;
	return EPERM;
}

int
vnode_may_change(const struct vnode *v, const struct cred *c)
{
	if (mount_readonly(v->mp))
		return EROFS;
	return v->protection != 0 || (c->uid != 0 && c->uid != v->uid) ? EPERM : 0;
}
