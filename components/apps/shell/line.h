/*
 * The line editor: bytes from a terminal in, a line and what to show out. It knows no console: text goes
 * to a function. Keys are those of a VT100 (ECMA-48): arrows, Home, End, Delete as ESC [ sequences.
 */
#ifndef SHELL_LINE_H
#define SHELL_LINE_H

#include <stddef.h>

#define LINE_MAX    255 /* bytes of a line */
#define LINE_SAVED  16  /* lines that are remembered */

struct line {
	char text[LINE_MAX + 1]; /* always terminated */
	size_t length, cursor;
	const char *prompt;
	void (*show)(const char *text, size_t n);
	/* Completes the word that ends at the cursor with line_insert(), or shows what there is; may be NULL. */
	void (*complete)(struct line *);

	char saved[LINE_SAVED][LINE_MAX + 1]; /* a ring of lines that were entered */
	unsigned entered;  /* so many in all */
	unsigned back;     /* how far back the line that is shown is; 0: the new one */
	char kept[LINE_MAX + 1]; /* the new one, while an old one is shown */
	int escape;        /* 0, or how much of a sequence has come */
	char sequence;     /* its number, as a digit */
};

enum line_event { LINE_MORE, LINE_DONE, LINE_CANCELLED, LINE_END };

/* Begins a new line: shows the prompt. */
void line_begin(struct line *);

/* One byte from the terminal. Result: LINE_DONE: the line is in text; LINE_CANCELLED: Ctrl-C; LINE_END: Ctrl-D in an empty line. */
enum line_event line_key(struct line *, char c);

/* Inserts text at the cursor, as far as there is room; shows it. */
void line_insert(struct line *, const char *text, size_t n);

/* Shows prompt and line anew, after other text was shown. */
void line_redraw(struct line *);

#endif
