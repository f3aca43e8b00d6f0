/*
 * What the tests of blk share. A test is {name, sentence, function}; it returns 1 if what the
 * sentence says holds. It begins with the device open and nothing in flight, and must end so.
 */
#ifndef TEST_H
#define TEST_H

#include <blk/ring.h>

struct test {
	const char *name, *sentence;
	int (*run)(void);
	enum { WRITABLE, ANY_DEVICE } needs;
};

/* Lists, each ended by a NULL name. */
extern const struct test open_tests[], request_tests[], ring_tests[], flight_tests[], end_tests[], rival_tests[],
    nvram_tests[], bad_tests[], readonly_tests[];

/* main.c: the first complaint of a test is shown with it. Result: 0. */
int test_differs(const char *file, int line, const char *what, u64 is, u64 should);
#define CHECK(x) do { if (!(x)) return test_differs(__FILE__, __LINE__, #x, 0, 1); } while (0)
#define CHECK_EQ(x, y) \
	do { \
		u64 x_ = (u64)(x), y_ = (u64)(y); \
		if (x_ != y_) \
			return test_differs(__FILE__, __LINE__, #x, x_, y_); \
	} while (0)

/* client.c: this component as a client of blk, with one ring. */
struct client {
	word_t session;
	u8 *buffer; /* of the session; the ring is its first page */
	u64 bytes;
	struct blk_client_ring ring;
	u64 sectors; /* of the device */
	word_t readonly;
};

#define DATA  PAGE_SIZE /* offset of the first data in the buffer */
#define PAGES 300       /* of the buffer that tests begin with */
#define NEVER (~0u)     /* no error of the device: no completion came, or one that cannot be */

extern struct client me;

void client_init(void);
int client_session(u64 pages);  /* a new buffer. Result: 0 if there is none */
long client_attach(void);       /* opens the device with an empty ring. Result: that of blk_open */
int client_open(u64 pages);     /* both. Result: 0 if it did not work */
void client_leave(void);        /* closes the device, if it is open, and the buffer */
int client_issue(u64 id, u32 op, u64 sector, u32 sectors, u64 offset); /* Result: 0 if the ring is full */
int client_wait(u32 n);         /* until there are n completions. Result: 0 after 15 seconds without */
int client_take(struct blk_completion *); /* the next, when it comes. Result: as client_wait */
u32 client_do(u32 op, u64 sector, u32 sectors, u64 offset); /* one request, alone. Result: its error */
void client_pause(u32 ms);

/*
 * area.c: the last sectors of the device, which the tests use and put back in the end. A model says
 * with which salt each was written; contents follow from salt and place. Before them lie two
 * sectors by which this component and its rival talk.
 */
#define AREA 2048
#define TALK 2

extern u64 area_first;

int area_begin(void); /* keeps what is there, and, if that can be, writes all with salt 1 */
int area_end(void);   /* puts back what was there */
void area_fill(u64 offset, u64 at, u32 n, u32 salt);    /* the buffer, for n sectors from at on */
int area_holds(u64 offset, u64 at, u32 n, u32 salt);    /* does the buffer hold that? */
void area_note(u64 at, u32 n, u32 salt);                /* they have been written */
int area_write(u64 at, u32 n, u32 salt, u64 offset);    /* fills, writes, notes. Result: 0 if that failed */
int area_check(void);                                   /* reads all. Result: are they as the model says? */
int area_settled(u32 salt); /* all as the model says, or with this salt, and so they stay; which, is noted */

/* rival.c: another component with this program, which shares the device. */
void rival_main(void);

#endif
