/*
 * Tests that only a component can have: of what its script gives it.
 */
#ifndef OWN_H
#define OWN_H

#include "../../../tests/hosted/conform/conform.h"

extern const struct conform_test own_tests[];
extern const unsigned own_ntests;

/* dma.c: memory that devices reach. */
const char *dma_contiguous(void), *dma_budget(void), *dma_mapped(void);

#endif
