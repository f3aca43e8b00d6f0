/*
 * Streams and datagrams in numbers: what is sent comes from a seed and a position alone, so whoever receives it
 * knows every byte.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "rumpfs.h"

#define PIECE    20000  /* bytes of one call, at most */
#define PAIRS    8
#define SENDERS  16
#define DATAGRAM 4000   /* bytes of one, at most */
#define WAITED   (-35)

/* One direction of one end of a connection. */
struct half {
	pthread_t thread;
	struct rsys_proc *proc;
	int fd;
	uint64_t bytes, seed, random;
	long surprises;
};

static void
surprise(struct half *h, const char *what, long result)
{
	h->surprises++;
	fprintf(stderr, "streams: %s: %ld\n", what, result);
}

/* Waits until the descriptor can do it. */
static void
wait_for(struct half *h, uint16_t event)
{
	struct rsys_poll p = {.fd = h->fd, .events = event};
	long n = rsys_poll(h->proc, &p, 1, -1);

	if (n != 1 || !(p.revents & event))
		surprise(h, "poll", n);
}

static int
roll_flags(struct half *h)
{
	return dice(&h->random, 3) == 0 ? RSYS_DONTWAIT : 0;
}

static void *
writer(void *arg)
{
	struct half *h = arg;
	uint8_t piece[PIECE];

	for (uint64_t at = 0; at < h->bytes && h->surprises == 0;) {
		uint64_t n = 1 + dice(&h->random, PIECE);
		int flags = roll_flags(h);
		long sent;

		n = n < h->bytes - at ? n : h->bytes - at;
		fill_pattern(piece, n, h->seed, at);
		sent = rsys_send(h->proc, h->fd, piece, n, flags, NULL);
		if (sent > 0 && (flags != 0 || sent == (long)n))
			at += (uint64_t)sent;
		else if (sent == WAITED && flags != 0)
			wait_for(h, RSYS_OUT);
		else
			surprise(h, "send", sent);
	}
	if (rsys_shutdown(h->proc, h->fd, RSYS_SHUT_SEND) != 0)
		surprise(h, "shutdown", 0);
	return NULL;
}

/* Until the end, which must be where the sender left it. */
static void *
reader(void *arg)
{
	struct half *h = arg;
	uint8_t piece[PIECE], right[PIECE];
	uint64_t at = 0;

	while (h->surprises == 0) {
		int flags = roll_flags(h);
		long n = rsys_receive(h->proc, h->fd, piece, 1 + dice(&h->random, PIECE), flags, NULL);

		if (n == WAITED && flags != 0) {
			wait_for(h, RSYS_IN);
		} else if (n == 0) {
			break;
		} else if (n < 0) {
			surprise(h, "receive", n);
		} else {
			fill_pattern(right, (size_t)n, h->seed, at);
			if (memcmp(piece, right, (size_t)n) != 0)
				surprise(h, "a wrong byte behind", (long)at);
			at += (uint64_t)n;
		}
	}
	if (at != h->bytes)
		surprise(h, "the end is at", (long)at);
	return NULL;
}

/* The descriptor of one end of a connection by a name. */
static int
named_end(struct rsys_proc *p, const char *path, struct rsys_proc *other, int *otherp)
{
	struct rsys_address a = {.family = RSYS_LOCAL}, peer;
	int listener = (int)rsys_socket(p, RSYS_LOCAL, RSYS_STREAM, 0);
	long fd;

	snprintf(a.path, sizeof(a.path), "%s", path);
	*otherp = (int)rsys_socket(other, RSYS_LOCAL, RSYS_STREAM, 0);
	if (rsys_bind(p, listener, &a) != 0 || rsys_listen(p, listener, 1) != 0 || rsys_connect(other, *otherp, &a) != 0)
		return -1;
	fd = rsys_accept(p, listener, 0, &peer);
	rsys_close(p, listener);
	rsys_unlink(p, path);
	return (int)fd;
}

struct pair {
	struct rsys_proc *proc[2];
	int fd[2];
	struct half half[4]; /* of each end the writer and the reader */
};

static int
connect_pair(struct pair *p, const char *dir, int number, uint64_t *random)
{
	char path[100];

	for (int i = 0; i < 2; i++)
		p->proc[i] = i == 1 && number % 2 == 0 ? p->proc[0] : rsys_proc_create();
	snprintf(path, sizeof(path), "%s/stream-%d", dir, number);
	if (number % 2 == 0) {
		if (rsys_socketpair(p->proc[0], RSYS_LOCAL, RSYS_STREAM, 0, p->fd) != 0)
			return 0;
	} else {
		p->fd[0] = named_end(p->proc[0], path, p->proc[1], &p->fd[1]);
	}
	for (int i = 0; i < 2; i++) {
		rsys_setsockopt(p->proc[i], p->fd[i], RSYS_OPT_SNDBUF, 1 + dice(random, 40000));
		rsys_setsockopt(p->proc[i], p->fd[i], RSYS_OPT_RCVBUF, 1 + dice(random, 40000));
	}
	return p->fd[0] >= 0;
}

static void
start_pair(struct pair *p, uint64_t bytes, uint64_t *random)
{
	uint64_t seed[2] = {dice(random, 1 << 30), dice(random, 1 << 30)};

	for (int i = 0; i < 4; i++) {
		int end = i / 2, reads = i % 2;

		p->half[i] = (struct half){
			.proc = p->proc[end], .fd = p->fd[end], .bytes = bytes, .seed = seed[end ^ reads],
			.random = dice(random, 1 << 30),
		};
		pthread_create(&p->half[i].thread, NULL, reads ? reader : writer, &p->half[i]);
	}
}

static long
end_pair(struct pair *p)
{
	long surprises = 0;

	for (int i = 0; i < 4; i++) {
		pthread_join(p->half[i].thread, NULL);
		surprises += p->half[i].surprises;
	}
	for (int i = 0; i < 2; i++)
		surprises += rsys_close(p->proc[i], p->fd[i]) != 0;
	rsys_proc_destroy(p->proc[0]);
	if (p->proc[1] != p->proc[0])
		rsys_proc_destroy(p->proc[1]);
	return surprises;
}

long
streams(const char *dir, int pairs, uint64_t bytes, uint64_t seed)
{
	struct pair pair[PAIRS];
	long surprises = 0;

	if (pairs > PAIRS)
		return -22;
	for (int i = 0; i < pairs; i++) {
		if (!connect_pair(&pair[i], dir, i, &seed))
			return 1000;
	}
	for (int i = 0; i < pairs; i++)
		start_pair(&pair[i], bytes, &seed);
	for (int i = 0; i < pairs; i++)
		surprises += end_pair(&pair[i]);
	return surprises;
}

struct sender {
	pthread_t thread;
	struct rsys_address to;
	int number, each;
	uint64_t random;
	long surprises;
};

struct head { /* of each datagram; the pattern follows */
	uint32_t sender, sequence;
};

/* Half of them are connected; a third of their datagrams are sent without waiting, again and again. */
static void *
sender_main(void *arg)
{
	struct sender *s = arg;
	struct rsys_proc *p = rsys_proc_create();
	int fd = (int)rsys_socket(p, RSYS_LOCAL, RSYS_DATAGRAM, 0), connected = s->number % 2;
	uint8_t datagram[DATAGRAM];

	if (connected && rsys_connect(p, fd, &s->to) != 0)
		s->surprises++;
	for (uint32_t i = 0; i < (uint32_t)s->each; i++) {
		size_t n = sizeof(struct head) + dice(&s->random, DATAGRAM - sizeof(struct head));
		int flags = dice(&s->random, 3) == 0 ? RSYS_DONTWAIT : 0;
		long sent;

		memcpy(datagram, &(struct head){(uint32_t)s->number, i}, sizeof(struct head));
		fill_pattern(datagram + sizeof(struct head), n - sizeof(struct head), (uint64_t)s->number, i);
		do {
			sent = rsys_send(p, fd, datagram, n, flags, connected ? NULL : &s->to);
			if (sent == WAITED && connected)
				rsys_poll(p, &(struct rsys_poll){.fd = fd, .events = RSYS_OUT}, 1, 1000000);
		} while (sent == WAITED && flags != 0);
		s->surprises += sent != (long)n;
	}
	rsys_proc_destroy(p);
	return NULL;
}

/* Is it whole, and the next of its sender's? */
static int
is_right(const uint8_t *datagram, long n, uint32_t next[SENDERS])
{
	uint8_t right[DATAGRAM];
	struct head h;

	if (n < (long)sizeof(h))
		return 0;
	memcpy(&h, datagram, sizeof(h));
	if (h.sender >= SENDERS || h.sequence != next[h.sender]++)
		return 0;
	fill_pattern(right, (size_t)n - sizeof(h), h.sender, h.sequence);
	return memcmp(datagram + sizeof(h), right, (size_t)n - sizeof(h)) == 0;
}

long
datagrams(const char *dir, int senders, int each, uint64_t seed)
{
	struct rsys_proc *p = rsys_proc_create();
	int fd = (int)rsys_socket(p, RSYS_LOCAL, RSYS_DATAGRAM, 0);
	struct rsys_address a = {.family = RSYS_LOCAL};
	struct sender sender[SENDERS];
	uint32_t next[SENDERS] = {0};
	uint8_t datagram[DATAGRAM];
	long surprises = 0;

	if (senders > SENDERS)
		return -22;
	snprintf(a.path, sizeof(a.path), "%s/datagrams", dir);
	surprises += rsys_bind(p, fd, &a) != 0;
	for (int i = 0; i < senders; i++) {
		sender[i] = (struct sender){.to = a, .number = i, .each = each, .random = seed + (uint64_t)i};
		pthread_create(&sender[i].thread, NULL, sender_main, &sender[i]);
	}
	for (int i = 0; i < senders * each && surprises == 0; i++)
		surprises += !is_right(datagram, rsys_receive(p, fd, datagram, sizeof(datagram), 0, NULL), next);
	if (surprises > 0) /* so that the senders end */
		rsys_close(p, fd);
	for (int i = 0; i < senders; i++) {
		pthread_join(sender[i].thread, NULL);
		surprises += sender[i].surprises;
	}
	rsys_unlink(p, a.path);
	rsys_proc_destroy(p);
	return surprises;
}
