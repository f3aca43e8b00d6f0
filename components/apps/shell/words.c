/*
 * Words. What is read lies never before what is written, so one buffer does.
 */
#include "words.h"

#include <stddef.h>

/* One word from *from to *to; both move on. Result: 0; -1: a quote is open. */
static int
take_word(char **from, char **to)
{
	char quote = 0;
	char *r = *from, *w = *to;

	for (; *r && (quote || *r != ' '); r++) {
		if (*r == '\\' && r[1] && quote != '\'')
			*w++ = *++r;
		else if (quote && *r == quote)
			quote = 0;
		else if (!quote && (*r == '\'' || *r == '"'))
			quote = *r;
		else
			*w++ = *r;
	}
	*from = *r ? r + 1 : r; /* the terminating zero may be written where the space was */
	*w++ = 0;
	*to = w;
	return quote ? -1 : 0;
}

int
words_cut(char *line, char *word[WORDS_MAX + 1])
{
	char *from = line, *to = line;
	int n = 0;

	for (;;) {
		while (*from == ' ')
			from++;
		if (*from == 0)
			break;
		if (n == WORDS_MAX)
			return -2;
		word[n++] = to;
		if (take_word(&from, &to))
			return -1;
	}
	word[n] = NULL;
	return n;
}
