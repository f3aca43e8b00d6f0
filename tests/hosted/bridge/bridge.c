/*
 * A bridge for the component's hypercalls in a Linux process: threads, memory and time of the
 * process, and block servers on threads. It is as unkind as the real one may be: waits end for
 * no reason now and then, and requests complete in any order.
 */
#include "rumpuser/bridge.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "../conform/conform.h"
#include "../platform.h"
#include "rumpuser.h"
#include "rumpuser/bio.h"
#include "rumpuser/hyp.h"

#define THREADS 512
#define NSEC    1000000000UL
#define SERVER_SLOW 200 /* microseconds, so that requests gather */
#define IN_FLIGHT   16  /* that must have been there at once */

struct thread { /* lock guards woken */
	pthread_t pthread;
	pthread_mutex_t lock;
	pthread_cond_t cond;
	int woken;
	void (*fn)(void *);
	void *arg;
};

static struct thread threads[THREADS];
static pthread_mutex_t threads_lock = PTHREAD_MUTEX_INITIALIZER; /* guards free_ids */
static uint32_t free_ids[THREADS];
static unsigned nfree;
static __thread uint32_t self;
static __thread unsigned blocks;

static void
thread_init(struct thread *t)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->cond, &attr);
	pthread_condattr_destroy(&attr);
}

static uint32_t
thread_take(void)
{
	uint32_t id = 0;

	pthread_mutex_lock(&threads_lock);
	if (nfree > 0)
		id = free_ids[--nfree];
	pthread_mutex_unlock(&threads_lock);
	return id;
}

uint32_t
bridge_self(void)
{
	if (self == 0)
		self = thread_take();
	return self;
}

int
bridge_block(uint64_t until)
{
	struct thread *t = &threads[bridge_self()];
	struct timespec ts = {(time_t)(until / NSEC), (long)(until % NSEC)};
	int e = 0;

	if (++blocks % 13 == 0)
		return bridge_mono() >= until; /* for no reason */
	pthread_mutex_lock(&t->lock);
	while (!t->woken && e != ETIMEDOUT) {
		if (until == BRIDGE_FOREVER)
			pthread_cond_wait(&t->cond, &t->lock);
		else
			e = pthread_cond_timedwait(&t->cond, &t->lock, &ts);
	}
	t->woken = 0;
	pthread_mutex_unlock(&t->lock);
	return e == ETIMEDOUT;
}

void
bridge_wakeup(uint32_t thread)
{
	struct thread *t = &threads[thread];

	pthread_mutex_lock(&t->lock);
	t->woken = 1;
	pthread_cond_signal(&t->cond);
	pthread_mutex_unlock(&t->lock);
}

static void *
thread_main(void *arg)
{
	struct thread *t = arg;

	self = (uint32_t)(t - threads);
	t->fn(t->arg);
	return NULL;
}

uint32_t
bridge_thread_create(void (*fn)(void *), void *arg)
{
	uint32_t id = thread_take();

	if (id == 0)
		return 0;
	threads[id].fn = fn;
	threads[id].arg = arg;
	if (pthread_create(&threads[id].pthread, NULL, thread_main, &threads[id]) != 0)
		return 0;
	return id;
}

void
bridge_thread_exit(void)
{
	pthread_exit(NULL);
}

void
bridge_thread_join(uint32_t thread)
{
	pthread_join(threads[thread].pthread, NULL);
	pthread_mutex_lock(&threads_lock);
	free_ids[nfree++] = thread;
	pthread_mutex_unlock(&threads_lock);
}

void
bridge_thread_raise(void)
{
}

void *
bridge_pages_alloc(size_t pages)
{
	void *p;

	if (pages > (size_t)1 << 26)
		return NULL;
	p = mmap(NULL, pages * BRIDGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

void
bridge_pages_free(void *mem, size_t pages)
{
	munmap(mem, pages * BRIDGE_PAGE);
}

/* A process has no devices. */
int
bridge_physical(const void *at, uint64_t *phys)
{
	(void)at;
	(void)phys;
	return 0;
}

static uint64_t
read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * NSEC + (uint64_t)t.tv_nsec;
}

uint64_t bridge_mono(void) { return read_clock(CLOCK_MONOTONIC); }
uint64_t bridge_wall(void) { return read_clock(CLOCK_REALTIME); }

int
bridge_hardware_random(uint64_t *word)
{
	return getrandom(word, sizeof(*word), 0) == sizeof(*word);
}

void
bridge_print(const char *text, size_t length)
{
	fwrite(text, 1, length, stderr);
}

const char *
bridge_param(const char *name)
{
	return getenv(name);
}

void
bridge_stop(const char *why)
{
	fprintf(stderr, "stopped: %s\n", why);
	abort();
}

#define SERVERS 2

/* The block servers: each a thread that takes requests from its ring, some at a time, and answers
 * them from the last to the first. */
static struct server {
	pthread_cond_t kicked;
	int kicks;            /* guarded by server_lock */
	FILE *disk;
	uint64_t sectors;
	struct bridge_disk d;
	uint32_t taken, done; /* the server's own */
	_Atomic uint32_t most; /* requests that were there at once */
	_Atomic uint32_t flushes;
} servers[SERVERS] = {{.kicked = PTHREAD_COND_INITIALIZER}, {.kicked = PTHREAD_COND_INITIALIZER}};

static pthread_mutex_t server_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t completed = PTHREAD_COND_INITIALIZER;
static int completions; /* of all servers, that the block thread has not heard of; guarded by server_lock */

static uint32_t
serve(struct server *v, const struct blk_request *r)
{
	uint8_t *data = v->d.buffer + r->offset;
	size_t n = (size_t)r->sectors * BLK_SECTOR;
	int fd = fileno(v->disk);

	if (r->op == BLK_FLUSH) {
		v->flushes++;
		return 0;
	}
	if (r->sectors == 0 || r->offset < BRIDGE_PAGE || r->offset % BLK_SECTOR != 0 || r->offset + n > v->d.bytes)
		return 22;
	if (r->sector + r->sectors > v->sectors)
		return 28;
	if (r->op == BLK_READ)
		return pread(fd, data, n, (off_t)(r->sector * BLK_SECTOR)) == (ssize_t)n ? 0 : 5;
	return pwrite(fd, data, n, (off_t)(r->sector * BLK_SECTOR)) == (ssize_t)n ? 0 : 5;
}

static void
complete(struct server *v, uint64_t id, uint32_t error)
{
	v->d.ring->done[v->done % BLK_RING_SLOTS] = (struct blk_completion){id, error, 0};
	v->done++;
	__atomic_store_n(&v->d.ring->done_head, v->done, __ATOMIC_RELEASE);
	pthread_mutex_lock(&server_lock);
	completions++;
	pthread_cond_signal(&completed);
	pthread_mutex_unlock(&server_lock);
}

static void
serve_batch(struct server *v)
{
	struct blk_request batch[BLK_RING_SLOTS];
	uint32_t head = __atomic_load_n(&v->d.ring->req_head, __ATOMIC_ACQUIRE);
	int n = 0;

	if (head - v->taken > v->most)
		v->most = head - v->taken;
	while (v->taken != head)
		batch[n++] = v->d.ring->req[v->taken++ % BLK_RING_SLOTS];
	while (n-- > 0)
		complete(v, batch[n].id, serve(v, &batch[n]));
}

static void *
server_main(void *arg)
{
	struct server *v = arg;

	for (;;) {
		pthread_mutex_lock(&server_lock);
		while (v->kicks == 0)
			pthread_cond_wait(&v->kicked, &server_lock);
		v->kicks = 0;
		pthread_mutex_unlock(&server_lock);
		usleep(SERVER_SLOW);
		serve_batch(v);
	}
	return NULL;
}

int
bridge_disk_there(unsigned number)
{
	return number < SERVERS;
}

int
bridge_disk_open(unsigned number, size_t pages, struct bridge_disk *d)
{
	struct server *v = &servers[number % SERVERS];
	pthread_t t;

	if (!bridge_disk_there(number))
		return 6; /* there is none */
	d->buffer = bridge_pages_alloc(pages);
	d->ring = (struct blk_ring *)d->buffer;
	d->bytes = pages * BRIDGE_PAGE;
	d->sectors = v->sectors;
	d->readonly = 0;
	v->d = *d;
	pthread_create(&t, NULL, server_main, v);
	pthread_detach(t);
	return 0;
}

static uint8_t nvram[SERVERS][65536];

uint64_t
bridge_nvram_size(unsigned number)
{
	return sizeof(nvram[number]);
}

int
bridge_nvram_move(unsigned number, int writing, size_t offset, size_t n, uint64_t at)
{
	const struct server *v = &servers[number];
	uint8_t *buffer = v->d.buffer + offset;

	if (at > sizeof(nvram[number]) || n > sizeof(nvram[number]) - at || offset > v->d.bytes || n > v->d.bytes - offset)
		return 22;
	if (writing)
		memcpy(nvram[number] + at, buffer, n);
	else
		memcpy(buffer, nvram[number] + at, n);
	return 0;
}

void
bridge_disk_kick(unsigned number)
{
	pthread_mutex_lock(&server_lock);
	servers[number].kicks++;
	pthread_cond_signal(&servers[number].kicked);
	pthread_mutex_unlock(&server_lock);
}

void
bridge_disk_wait(void)
{
	pthread_mutex_lock(&server_lock);
	while (completions == 0)
		pthread_cond_wait(&completed, &server_lock);
	completions = 0;
	pthread_mutex_unlock(&server_lock);
}

static void
block_thread(void *unused)
{
	(void)unused;
	bio_thread();
}

void
bridge_init(void)
{
	for (uint32_t i = THREADS - 1; i > 0; i--) {
		thread_init(&threads[i]);
		free_ids[nfree++] = i;
	}
}

static struct bridge_file text;

static void
text_read(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *data;
	size_t n;

	if (f == NULL) {
		perror(path);
		exit(2);
	}
	fseek(f, 0, SEEK_END);
	n = (size_t)ftell(f);
	rewind(f);
	data = malloc(n);
	if (data == NULL || fread(data, 1, n, f) != n)
		exit(2);
	fclose(f);
	text = (struct bridge_file){(uint8_t *)data, n};
}

int
bridge_file(const char *name, struct bridge_file *f)
{
	*f = text;
	return strcmp(name, "conform.toml") == 0;
}

static void
disk_open(struct server *v, const char *disk)
{
	v->disk = fopen(disk, "r+b");
	if (v->disk == NULL) {
		perror(disk);
		exit(2);
	}
	fseek(v->disk, 0, SEEK_END);
	v->sectors = (uint64_t)ftell(v->disk) / BLK_SECTOR;
}

void
platform_start(char *const disks[SERVERS], const char *path)
{
	bridge_init();
	text_read(path);
	for (const struct conform_param *p = conform_params; p->name != NULL; p++)
		setenv(p->name, p->value, 1);
	for (int i = 0; i < SERVERS; i++)
		disk_open(&servers[i], disks[i]);
	if (bridge_thread_create(block_thread, NULL) == 0)
		exit(2);
}

int
conform_errno(void)
{
	return hyp_errno;
}

static void
count_down(void *arg, size_t bytes, int error)
{
	(void)bytes;
	*(int *)arg -= error == 0;
}

/* Result: NULL, or why a write with SYNC does not flush, or one without does. */
static const char *
bio_sync_flushes(void)
{
	static uint8_t data[BLK_SECTOR];
	int fd, left = 2;
	uint32_t before = servers[0].flushes;

	if (rumpuser_open("disk0", RUMPUSER_OPEN_RDWR | RUMPUSER_OPEN_BIO, &fd) != 0)
		return "the device does not open";
	rumpuser_bio(fd, RUMPUSER_BIO_WRITE, data, sizeof(data), 0, count_down, &left);
	while (left > 1)
		kernel_pause();
	if (servers[0].flushes != before)
		return "a write that nobody wants stable is flushed";
	rumpuser_bio(fd, RUMPUSER_BIO_WRITE | RUMPUSER_BIO_SYNC, data, sizeof(data), 0, count_down, &left);
	while (left > 0)
		kernel_pause();
	return servers[0].flushes > before ? NULL : "a write was to be stable, and nothing was flushed";
}

/* Result: NULL, or why syncfd does not flush when it should, or does when it should not. */
static const char *
syncfd_flushes(void)
{
	uint32_t before;
	int fd;

	if (rumpuser_open("disk0", RUMPUSER_OPEN_RDWR, &fd) != 0)
		return "the device does not open";
	before = servers[0].flushes;
	rumpuser_syncfd(fd, RUMPUSER_SYNCFD_READ | RUMPUSER_SYNCFD_BARRIER | RUMPUSER_SYNCFD_SYNC, 0, 0);
	if (servers[0].flushes != before)
		return "syncfd flushes where only reads were meant";
	rumpuser_syncfd(fd, RUMPUSER_SYNCFD_WRITE | RUMPUSER_SYNCFD_SYNC, 0, 0);
	if (servers[0].flushes != before + 1)
		return "syncfd came back before the server had flushed once";
	rumpuser_syncfd(fd, RUMPUSER_SYNCFD_WRITE, 0, 0);
	rumpuser_syncfd(fd, RUMPUSER_SYNCFD_WRITE | RUMPUSER_SYNCFD_SYNC, 0, 0);
	return servers[0].flushes == before + 3 ? NULL : "a flush that nobody waits for does not come";
}

const char *
platform_check(void)
{
	const char *wrong = bio_sync_flushes();

	if (wrong == NULL)
		wrong = syncfd_flushes();
	return servers[0].most >= IN_FLIGHT ? wrong : "never were 16 block requests in flight";
}

/* From components/lib, which would bring its own memcpy along. */
int
cos_vsnprintf(char *to, size_t size, const char *format, va_list args)
{
	return vsnprintf(to, size, format, args);
}

size_t
cos_strlcpy(char *to, const char *from, size_t size)
{
	size_t n = strlen(from);

	if (size > 0) {
		size_t copied = n < size - 1 ? n : size - 1;

		memcpy(to, from, copied);
		to[copied] = 0;
	}
	return n;
}
