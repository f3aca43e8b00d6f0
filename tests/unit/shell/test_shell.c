/*
 * The line editor against a terminal: whatever is typed, the terminal shows prompt and line, and its cursor stands where the
 * line's does. Words: quoting.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "test.h"
#include "words.h"

#define COLUMNS 1024
#define PROMPT  "$ "

static char screen[COLUMNS + 1]; /* the line that the terminal shows */
static size_t column;
static int escape;

size_t
cos_strlcpy(char *to, const char *from, size_t size)
{
	return (size_t)snprintf(to, size, "%s", from);
}

/* A terminal, as far as the editor uses one. */
static void
terminal(const char *text, size_t n)
{
	for (; n; n--, text++) {
		if (escape) {
			escape = *text == '[' ? 2 : 0;
			if (*text == 'K')
				memset(screen + column, ' ', COLUMNS - column);
		} else if (*text == 27) {
			escape = 1;
		} else if (*text == '\b') {
			column -= column > 0;
		} else if (*text == '\r') {
			column = 0;
		} else if (*text == '\n') {
			column = 0;
			memset(screen, ' ', COLUMNS);
		} else {
			screen[column++] = *text;
		}
	}
}

static void
completes(struct line *l)
{
	line_insert(l, "completed", 9);
}

static struct line *
fresh(void)
{
	struct line *l = calloc(1, sizeof(*l));

	l->prompt = PROMPT;
	l->show = terminal;
	l->complete = completes;
	memset(screen, ' ', COLUMNS);
	column = 0;
	escape = 0;
	line_begin(l);
	return l;
}

static enum line_event
type(struct line *l, const char *keys)
{
	enum line_event e = LINE_MORE;

	while (*keys)
		e = line_key(l, *keys++);
	return e;
}

/* Does the terminal show what is there? */
static int
agrees(const struct line *l)
{
	size_t p = strlen(PROMPT);

	if (memcmp(screen, PROMPT, p) || memcmp(screen + p, l->text, l->length) || column != p + l->cursor)
		return 0;
	for (size_t i = p + l->length; i < COLUMNS; i++)
		if (screen[i] != ' ')
			return 0;
	return l->text[l->length] == 0 && l->cursor <= l->length && l->length <= LINE_MAX;
}

static int
edits(void)
{
	static const struct { const char *keys, *text; } cases[] = {
		{"hello", "hello"}, {"helo\033[Dl", "hello"}, {"ello\001h", "hello"}, {"hello\b\b", "hel"},
		{"hxello\001\033[C\033[3~", "hello"}, {"one two\027", "one "}, {"gone\025kept", "kept"},
		{"hello\033[H\013", ""}, {"ab\033[D\033[Fc", "abc"}, {"ab\033[1~\004", "b"}, {"a\t", "acompleted"},
		{"\033[5~x", "x"}, {"\033OHx", "x"}, {"\b\033[D\033[3~\027\025\013", ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct line *l = fresh();

		CHECK(type(l, cases[i].keys) == LINE_MORE);
		CHECK(strcmp(l->text, cases[i].text) == 0);
		CHECK(agrees(l));
		free(l);
	}
	return 1;
}

static int
history(void)
{
	struct line *l = fresh();

	CHECK(type(l, "first\r") == LINE_DONE);
	line_begin(l);
	CHECK(type(l, "second\r") == LINE_DONE);
	line_begin(l);
	CHECK(type(l, "second\r") == LINE_DONE && l->entered == 2); /* not twice */
	line_begin(l);
	type(l, "third\033[A");
	CHECK(strcmp(l->text, "second") == 0 && agrees(l));
	type(l, "\033[A\033[A\033[A");
	CHECK(strcmp(l->text, "first") == 0 && agrees(l));
	type(l, "\033[B\033[B\033[B");
	CHECK(strcmp(l->text, "third") == 0 && agrees(l));
	free(l);
	return 1;
}

static int
events(void)
{
	struct line *l = fresh();

	CHECK(type(l, "\004") == LINE_END);
	CHECK(type(l, "x\004") == LINE_MORE);
	CHECK(type(l, "\003") == LINE_CANCELLED);
	CHECK(type(l, "\n") == LINE_DONE);
	free(l);
	return 1;
}

static int
any_keys(void)
{
	static const char keys[] = "abc \b\177\001\005\004\013\025\027\020\016\014\t\033[ABCDHF~137;O\r";
	struct line *l = fresh();

	srand(7);
	for (int i = 0; i < 200000; i++) {
		enum line_event e = line_key(l, keys[rand() % (sizeof(keys) - 1)]);

		if (e == LINE_DONE || e == LINE_CANCELLED)
			line_begin(l);
		CHECK(agrees(l));
		if (i % 1000 == 0) /* up to the end of the room */
			for (int k = 0; k < LINE_MAX; k++)
				line_key(l, 'x');
	}
	free(l);
	return 1;
}

static int
quoting(void)
{
	static const struct { const char *line; int n; const char *first, *last; } cases[] = {
		{"", 0, NULL, NULL}, {"   ", 0, NULL, NULL}, {"one", 1, "one", "one"}, {"  a  b ", 2, "a", "b"},
		{"'a b' \"c 'd\"", 2, "a b", "c 'd"}, {"a\\ b", 1, "a b", "a b"}, {"'' x", 2, "", "x"},
		{"pre'mid dle'post", 1, "premid dlepost", "premid dlepost"}, {"'open", -1, NULL, NULL},
		{"\"a\\\"b\"", 1, "a\"b", "a\"b"}, {"x\\", 1, "x\\", "x\\"},
		{"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33", -2, NULL, NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *line = strdup(cases[i].line), *word[WORDS_MAX + 1];
		int n = words_cut(line, word);

		CHECK(n == cases[i].n);
		if (n > 0)
			CHECK(!strcmp(word[0], cases[i].first) && !strcmp(word[n - 1], cases[i].last) && !word[n]);
		free(line);
	}
	return 1;
}

static const struct test tests[] = {
	{"shell.edits", "keys change the line, and the terminal shows it", edits},
	{"shell.history", "lines that were entered come back, and the new one too", history},
	{"shell.events", "Enter, Ctrl-C, and Ctrl-D in an empty line", events},
	{"shell.any_keys", "after any 200,000 keys the terminal shows what the line is", any_keys},
	{"shell.words", "quotes and backslashes", quoting},
};

int
main(void)
{
	return run_tests(tests, sizeof(tests) / sizeof(*tests));
}
