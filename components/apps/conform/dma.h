/*
 * Tests of memory that devices reach, which only a component can have.
 */
#ifndef DMA_H
#define DMA_H

#include "../../../tests/hosted/conform/conform.h"

extern const struct conform_test dma_tests[];
extern const unsigned dma_ntests;

#endif
