/*
 * The model of the tree: no file system is asked here.
 */
#include "model.h"

#include <lib/print.h>
#include <lib/string.h>

#include "random.h"

struct node nodes[NODES];

static struct file files[NODES];

struct node *
model_find(int parent, int name)
{
	for (int i = 1; i < NODES; i++) {
		if (nodes[i].there && nodes[i].parent == parent && nodes[i].name == name)
			return &nodes[i];
	}
	return NULL;
}

static struct file *
file_new(enum kind kind)
{
	for (int i = 0; i < NODES; i++) {
		if (files[i].links == 0) {
			files[i] = (struct file){.kind = kind};
			return &files[i];
		}
	}
	return NULL;
}

struct node *
model_add(int parent, int name, struct file *f, enum kind kind)
{
	for (int i = nodes[0].there ? 1 : 0; i < NODES; i++) {
		if (nodes[i].there)
			continue;
		if (f == NULL)
			f = file_new(kind);
		if (f == NULL)
			return NULL;
		f->links++;
		nodes[i] = (struct node){1, parent, name, f};
		return &nodes[i];
	}
	return NULL;
}

void
model_remove(struct node *n)
{
	n->file->links--;
	n->there = 0;
}

int
model_children(int parent, enum kind kind)
{
	int count = 0;

	for (int i = 1; i < NODES; i++)
		count += nodes[i].there && nodes[i].parent == parent && (kind == NOTHING || nodes[i].file->kind == kind);
	return count;
}

int
model_below(int node, int ancestor)
{
	while (node != ancestor && node != 0)
		node = nodes[node].parent;
	return node == ancestor;
}

int
model_random_folder(void)
{
	int i;

	do
		i = (int)roll(NODES);
	while (!nodes[i].there || nodes[i].file->kind != FOLDER);
	return i;
}

void
model_node_path(char *to, int node)
{
	if (node == 0)
		cos_snprintf(to, PATH, "%s/tree", home);
	else
		model_path(to, nodes[node].parent, nodes[node].name);
}

void
model_path(char *to, int parent, int name)
{
	size_t n;

	model_node_path(to, parent);
	n = strlen(to);
	cos_snprintf(to + n, PATH - n, "/n%d", name);
}
