/*
 * Tests of what the scheduler tells of threads. Result: 0, or 1 if one failed.
 */
#ifndef TEST_LOOK_H
#define TEST_LOOK_H

int test_looking(void);

#endif
