/*
 * The price of hypercalls that every operation makes by the dozen: what doing them twice takes more than doing them once, the
 * least of several rounds each. It includes the calls and their arguments.
 */
#include "bench.h"

#include <lib/component.h>
#include <lib/print.h>

#include "rumpuser.h"

#define ROUNDS 8
#define LIMIT  20

static struct rumpuser_mtx *mutex;
static struct rumpuser_rw *rw;
static struct rumpuser_cv *cv;

/* A statement instead of a function: a call would be counted. */
#define LEAST(statement) ({ \
	cycles_t least_ = CYCLES_INF; \
	for (int i_ = 0; i_ < ROUNDS; i_++) { \
		cycles_t from_ = cos_now(), took_; \
		statement; \
		took_ = cos_now() - from_; \
		least_ = took_ < least_ ? took_ : least_; \
	} \
	least_; })

#define PRICE(statement) (LEAST(statement; statement) - LEAST(statement))

static void
report(const char *name, cycles_t took)
{
	cos_printf("BENCH %s %lu instructions (limit %d)%s\n", name, took, LIMIT, took > LIMIT ? " ABOVE" : "");
}

void
bench_hypercalls(void)
{
	rumpuser_mutex_init(&mutex, RUMPUSER_MTX_KMUTEX);
	rumpuser_rw_init(&rw);
	rumpuser_cv_init(&cv);
	report("hyp_mutex_pair", PRICE(rumpuser_mutex_enter(mutex); rumpuser_mutex_exit(mutex)));
	report("hyp_rw_reader_pair", PRICE(rumpuser_rw_enter(RUMPUSER_RW_READER, rw); rumpuser_rw_exit(rw)));
	report("hyp_rw_writer_pair", PRICE(rumpuser_rw_enter(RUMPUSER_RW_WRITER, rw); rumpuser_rw_exit(rw)));
	report("hyp_cv_broadcast", PRICE(rumpuser_cv_broadcast(cv)));
	rumpuser_mutex_destroy(mutex);
	rumpuser_rw_destroy(rw);
	rumpuser_cv_destroy(cv);
}
