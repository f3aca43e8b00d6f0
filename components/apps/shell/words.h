/*
 * A line cut into words: at spaces, except within '...' and "..." and after \.
 */
#ifndef SHELL_WORDS_H
#define SHELL_WORDS_H

#define WORDS_MAX 32

/* Cuts the line in place. Result: number of words, with NULL behind the last; -1: a quote is open; -2: more than WORDS_MAX. */
int words_cut(char *line, char *word[WORDS_MAX + 1]);

#endif
