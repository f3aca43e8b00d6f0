/*
 * What the tree must be: nodes are names, several of which may be one file (`file`). Node 0 is the
 * folder that all others lie in, and always there.
 */
#ifndef FSRANDOM_MODEL_H
#define FSRANDOM_MODEL_H

#include <abi/types.h>

#define NODES 40 /* also the most files there can be */
#define NAMES 6  /* of one folder: n0 to n5 */

enum kind { NOTHING = 0, FOLDER, REGULAR, SYMLINK };

struct file {
	enum kind kind;
	u32 links;  /* names; 0 = this slot is free */
	u64 size, ino;
};

struct node {
	int there, parent, name; /* name: 0 to NAMES - 1 */
	struct file *file;
};

extern struct node nodes[NODES];

/* The node of that name in a folder; NULL if there is none. */
struct node *model_find(int parent, int name);

/* A new name, of a new file (NULL) or of one that is there. Result: NULL if there is no room. */
struct node *model_add(int parent, int name, struct file *, enum kind);
void model_remove(struct node *);

int  model_children(int parent, enum kind); /* how many; NOTHING = of any kind */
int  model_below(int node, int ancestor);   /* also true for the same */
int  model_random_folder(void);

/* The path of a name, which need not be there, in a folder. */
void model_path(char *to, int parent, int name);
void model_node_path(char *to, int node);

#endif
