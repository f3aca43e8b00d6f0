/*
 * Formatted text.
 */
#include "print.h"

#include <abi/types.h>

#include "string.h"

void console_write(const char *, word_t) __attribute__((weak));

static void (*sink)(const char *, unsigned long);

struct out {
	char *to;
	size_t size, length;
};

struct spec {
	int width, precision; /* precision -1: none */
	int zero, left, wide;
};

static void
put(struct out *o, char c)
{
	if (o->length + 1 < o->size)
		o->to[o->length] = c;
	o->length++;
}

static void
put_padded(struct out *o, const struct spec *s, const char *text, int n)
{
	int pad = s->width > n ? s->width - n : 0;

	if (s->zero && !s->left && n && *text == '-') {
		put(o, *text++);
		n--;
	}
	for (; pad && !s->left; pad--)
		put(o, s->zero ? '0' : ' ');
	while (n--)
		put(o, *text++);
	while (pad-- > 0)
		put(o, ' ');
}

static void
put_number(struct out *o, const struct spec *s, u64 v, u32 base, int negative)
{
	char digits[24];
	int n = sizeof(digits);

	do
		digits[--n] = "0123456789abcdef"[v % base];
	while (v /= base);
	if (negative)
		digits[--n] = '-';
	put_padded(o, s, digits + n, sizeof(digits) - n);
}

static const char *
parse_spec(const char *f, struct spec *s, va_list *ap)
{
	*s = (struct spec){.precision = -1};
	for (;; f++) {
		if (*f == '0')
			s->zero = 1;
		else if (*f == '-')
			s->left = 1;
		else
			break;
	}
	for (; *f >= '0' && *f <= '9'; f++)
		s->width = s->width * 10 + *f - '0';
	if (f[0] == '.' && f[1] == '*') {
		s->precision = va_arg(*ap, int);
		f += 2;
	} else if (*f == '.') {
		s->precision = 0;
		for (f++; *f >= '0' && *f <= '9'; f++)
			s->precision = s->precision * 10 + *f - '0';
	}
	for (; *f == 'l' || *f == 'z'; f++)
		s->wide = 1;
	return f;
}

static void
put_signed(struct out *o, const struct spec *s, s64 v)
{
	put_number(o, s, v < 0 ? -(u64)v : (u64)v, 10, v < 0);
}

static void
convert(struct out *o, char letter, struct spec *s, va_list *ap)
{
	const char *text;
	char c;

	switch (letter) {
	case 'd':
		put_signed(o, s, s->wide ? va_arg(*ap, s64) : va_arg(*ap, s32));
		break;
	case 'u':
	case 'x':
		put_number(o, s, s->wide ? va_arg(*ap, u64) : va_arg(*ap, u32), letter == 'u' ? 10 : 16, 0);
		break;
	case 'p':
		put_number(o, s, (u64)va_arg(*ap, void *), 16, 0);
		break;
	case 's':
		text = va_arg(*ap, const char *);
		text = text ? text : "(null)";
		put_padded(o, s, text, s->precision >= 0 ? strnlen(text, s->precision) : strlen(text));
		break;
	case 'c':
		c = va_arg(*ap, int);
		put_padded(o, s, &c, 1);
		break;
	default:
		put(o, letter);
	}
}

int
cos_vsnprintf(char *to, size_t size, const char *fmt, va_list list)
{
	struct out o = {to, size, 0};
	struct spec s;
	va_list ap;

	va_copy(ap, list);
	for (; *fmt; fmt++) {
		if (*fmt != '%') {
			put(&o, *fmt);
			continue;
		}
		fmt = parse_spec(fmt + 1, &s, &ap);
		if (!*fmt)
			break;
		convert(&o, *fmt, &s, &ap);
	}
	va_end(ap);
	if (size)
		to[o.length < size ? o.length : size - 1] = 0;
	return o.length;
}

int
cos_snprintf(char *to, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = cos_vsnprintf(to, size, fmt, ap);
	va_end(ap);
	return n;
}

void
print_set_sink(void (*s)(const char *, unsigned long))
{
	sink = s;
}

void
cos_vprintf(const char *fmt, va_list ap)
{
	char text[512];
	int n = cos_vsnprintf(text, sizeof(text), fmt, ap);

	if (n > (int)sizeof(text) - 1)
		n = sizeof(text) - 1;
	if (sink)
		sink(text, n);
	else if (console_write)
		console_write(text, n);
}

void
cos_printf(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	cos_vprintf(fmt, ap);
	va_end(ap);
}
