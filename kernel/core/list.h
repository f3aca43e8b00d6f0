/*
 * A doubly-linked intrusive list. A node that is on no list has next == NULL.
 */
#ifndef CORE_LIST_H
#define CORE_LIST_H

#include <stddef.h>

struct list_node {
	struct list_node *next, *prev;
};

#define list_entry(node, type, field) ((type *)((char *)(node) - offsetof(type, field)))

static inline void
list_init(struct list_node *head)
{
	head->next = head->prev = head;
}

static inline int
list_empty(const struct list_node *head)
{
	return head->next == head;
}

static inline void
list_append(struct list_node *head, struct list_node *n)
{
	n->prev = head->prev;
	n->next = head;
	head->prev->next = n;
	head->prev = n;
}

static inline void
list_remove(struct list_node *n)
{
	n->prev->next = n->next;
	n->next->prev = n->prev;
	n->next = n->prev = NULL;
}

#endif
