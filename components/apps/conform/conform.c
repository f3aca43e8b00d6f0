/*
 * Runs the conformance list of rumpuser(3) in a component: the hypercalls of rumpcomp on the real
 * system, with a block server beside it. The list is that of tests/hosted/conform; here is only
 * what runs it.
 */
#include <init/init.h>
#include <lib/component.h>
#include <lib/print.h>

#include "../../rumpcomp/rumpuser/bio.h"
#include "../../rumpcomp/rumpuser/bridge.h"
#include "../../rumpcomp/rumpuser/hyp.h"
#include "own.h"

int
conform_errno(void)
{
	return hyp_errno;
}

static int
run(const struct conform_test *t)
{
	const char *wrong = t->run();

	if (wrong == NULL)
		cos_printf("PASS %s\n", t->name);
	else
		cos_printf("FAIL %s: %s, but %s\n", t->name, t->sentence, wrong);
	return wrong != NULL;
}

void
cos_main(void)
{
	const char *wrong;
	word_t failed = 0;

	bridge_init();
	wrong = conform_begin();
	if (wrong != NULL)
		cos_panic("%s", wrong);
	for (unsigned i = 0; i < conform_ntests; i++)
		failed += (word_t)run(&conform_tests[i]);
	for (unsigned i = 0; i < own_ntests; i++)
		failed += (word_t)run(&own_tests[i]);
	cos_printf("conform: %lu of %u failed\n", failed, conform_ntests + own_ntests);
	init_exit(failed > 100 ? 100 : failed);
}

void
cos_thread(word_t number)
{
	if (number == 1)
		bio_thread();
}
