/*
 * The tests of the queues.
 */
#ifndef TEST_QUEUE_H
#define TEST_QUEUE_H

int test_queues(void); /* 0 = all hold */

#endif
