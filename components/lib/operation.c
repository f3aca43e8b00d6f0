/*
 * Operation ids: the client's stubs (stubs.h) count operations whose repetition is not harmless.
 */
#include "component.h"

word_t operation_next = 1;
_Thread_local word_t operation_last;

word_t
cos_last_operation(void)
{
	return operation_last;
}
