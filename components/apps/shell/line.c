/*
 * Editing. The terminal's cursor always stands where cursor says; a change shows the rest of the line from there
 * on and steps back.
 */
#include "line.h"

#include <lib/string.h>

#define CTRL(letter) ((letter) & 31)
#define ESC    27
#define RUBOUT 127

static void
show(struct line *l, const char *text)
{
	l->show(text, strlen(text));
}

static void
back(struct line *l, size_t n)
{
	while (n--)
		show(l, "\b");
}

/* Shows what stands from the cursor on, blanks gone bytes, and steps back. */
static void
show_rest(struct line *l, size_t gone)
{
	l->show(l->text + l->cursor, l->length - l->cursor);
	for (size_t i = 0; i < gone; i++)
		show(l, " ");
	back(l, l->length - l->cursor + gone);
}

void
line_insert(struct line *l, const char *text, size_t n)
{
	if (n > LINE_MAX - l->length)
		n = LINE_MAX - l->length;
	memmove(l->text + l->cursor + n, l->text + l->cursor, l->length - l->cursor + 1);
	memcpy(l->text + l->cursor, text, n);
	l->length += n;
	l->show(text, n);
	l->cursor += n;
	show_rest(l, 0);
}

/* Takes n bytes away before the cursor. */
static void
erase(struct line *l, size_t n)
{
	back(l, n);
	memmove(l->text + l->cursor - n, l->text + l->cursor, l->length - l->cursor + 1);
	l->cursor -= n;
	l->length -= n;
	show_rest(l, n);
}

static void
left(struct line *l, size_t n)
{
	back(l, n);
	l->cursor -= n;
}

static void
right(struct line *l, size_t n)
{
	l->show(l->text + l->cursor, n);
	l->cursor += n;
}

static void
delete(struct line *l)
{
	if (l->cursor < l->length) {
		right(l, 1);
		erase(l, 1);
	}
}

static void
erase_word(struct line *l)
{
	size_t from = l->cursor;

	while (from > 0 && l->text[from - 1] == ' ')
		from--;
	while (from > 0 && l->text[from - 1] != ' ')
		from--;
	erase(l, l->cursor - from);
}

static void
replace(struct line *l, const char *text)
{
	right(l, l->length - l->cursor);
	erase(l, l->cursor);
	line_insert(l, text, strlen(text));
}

/* Shows the line that was entered so many lines ago; 0: the new one. */
static void
recall(struct line *l, unsigned ago)
{
	if (ago > l->entered || ago > LINE_SAVED)
		return;
	if (l->back == 0)
		cos_strlcpy(l->kept, l->text, sizeof(l->kept));
	l->back = ago;
	replace(l, ago ? l->saved[(l->entered - ago) % LINE_SAVED] : l->kept);
}

static void
remember(struct line *l)
{
	const char *last = l->saved[(l->entered - 1) % LINE_SAVED];

	if (l->length == 0 || (l->entered && strcmp(last, l->text) == 0))
		return;
	cos_strlcpy(l->saved[l->entered++ % LINE_SAVED], l->text, LINE_MAX + 1);
}

/* The last byte of an escape sequence. */
static void
function_key(struct line *l, char c)
{
	if (c == 'A')
		recall(l, l->back + 1);
	else if (c == 'B' && l->back)
		recall(l, l->back - 1);
	else if (c == 'C' && l->cursor < l->length)
		right(l, 1);
	else if (c == 'D' && l->cursor)
		left(l, 1);
	else if (c == 'H' || (c == '~' && (l->sequence == '1' || l->sequence == '7')))
		left(l, l->cursor);
	else if (c == 'F' || (c == '~' && (l->sequence == '4' || l->sequence == '8')))
		right(l, l->length - l->cursor);
	else if (c == '~' && l->sequence == '3')
		delete(l);
}

/* ESC, then [ or O, perhaps digits, then the last byte. */
static void
escape(struct line *l, char c)
{
	if (l->escape == 1) {
		l->escape = c == '[' || c == 'O' ? 2 : 0;
		l->sequence = 0;
	} else if (c >= '0' && c <= '9') {
		l->sequence = c;
	} else if (c != ';') {
		l->escape = 0;
		function_key(l, c);
	}
}

static void
control(struct line *l, char c)
{
	if ((c == '\b' || c == RUBOUT) && l->cursor)
		erase(l, 1);
	else if (c == CTRL('A'))
		left(l, l->cursor);
	else if (c == CTRL('E'))
		right(l, l->length - l->cursor);
	else if (c == CTRL('D'))
		delete(l);
	else if (c == CTRL('U'))
		erase(l, l->cursor);
	else if (c == CTRL('W'))
		erase_word(l);
	else if (c == CTRL('P'))
		recall(l, l->back + 1);
	else if (c == CTRL('N') && l->back)
		recall(l, l->back - 1);
	else if (c == CTRL('L'))
		line_redraw(l);
	else if (c == '\t' && l->complete)
		l->complete(l);
	else if (c == ESC)
		l->escape = 1;
	if (c == CTRL('K')) {
		size_t n = l->length - l->cursor;

		right(l, n);
		erase(l, n);
	}
}

void
line_redraw(struct line *l)
{
	show(l, "\r");
	show(l, l->prompt);
	l->show(l->text, l->length);
	show(l, "\033[K");
	back(l, l->length - l->cursor);
}

void
line_begin(struct line *l)
{
	l->length = l->cursor = 0;
	l->text[0] = 0;
	l->back = 0;
	l->escape = 0;
	show(l, l->prompt);
}

enum line_event
line_key(struct line *l, char c)
{
	if (l->escape) {
		escape(l, c);
		return LINE_MORE;
	}
	if (c == '\r' || c == '\n') {
		show(l, "\n");
		remember(l);
		return LINE_DONE;
	}
	if (c == CTRL('C')) {
		show(l, "^C\n");
		return LINE_CANCELLED;
	}
	if (c == CTRL('D') && l->length == 0)
		return LINE_END;
	if ((unsigned char)c < ' ' || c == RUBOUT)
		control(l, c);
	else
		line_insert(l, &c, 1);
	return LINE_MORE;
}
