/*
 * Comparing two trees: the rump kernel's, and one of the system that the process runs on.
 *
 * The Linux side may be any file system, so nothing is taken from it that is not the same
 * everywhere: the size and the links of a folder are not (links are counted here), times are not.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "twin.h"

#define PIECE   8192
#define ENTRIES 512 /* small: a listing takes several calls */

long
twin_result(long linux_result)
{
	if (linux_result >= 0)
		return linux_result;
	switch (errno) {
	case EAGAIN:
		return -35;
	case ELOOP:
		return -62;
	case ENAMETOOLONG:
		return -63;
	case ENOTEMPTY:
		return -66;
	}
	return -errno; /* up to 34 both systems have the same numbers */
}

static long
difference(const char *path, const char *what, long long rump, long long linux_value)
{
	fprintf(stderr, "twin: %s: %s %lld, and %lld on Linux\n", path, what, rump, linux_value);
	return 1;
}

static long
compare_contents(struct rsys_proc *p, const char *rump_path, const char *linux_path)
{
	char ours[PIECE], theirs[PIECE];
	long at = 0, n, differences = 0;
	ssize_t m;
	int fd = open(linux_path, O_RDONLY);
	long rump_fd = rsys_open(p, rump_path, RSYS_RDONLY, 0);

	do {
		n = rsys_read(p, (int)rump_fd, ours, sizeof(ours));
		m = read(fd, theirs, sizeof(theirs));
		if (n != m)
			differences = difference(rump_path, "reading gives", n, m);
		else if (n > 0 && memcmp(ours, theirs, (size_t)n) != 0)
			differences = difference(rump_path, "other bytes at", at, at);
		at += n;
	} while (n > 0 && differences == 0);
	rsys_close(p, (int)rump_fd);
	close(fd);
	return differences;
}

static long
compare_link(struct rsys_proc *p, const char *rump_path, const char *linux_path)
{
	char ours[TWIN_PATH], theirs[TWIN_PATH];
	long n = rsys_readlink(p, rump_path, ours, sizeof(ours));
	ssize_t m = readlink(linux_path, theirs, sizeof(theirs));

	if (n != m)
		return difference(rump_path, "the link's length is", n, m);
	if (n > 0 && memcmp(ours, theirs, (size_t)n) != 0)
		return difference(rump_path, "another target of length", n, m);
	return 0;
}

/* How many entries the rump kernel lists, dots included; or -errno. */
static long
count_entries(struct rsys_proc *p, const char *path)
{
	_Alignas(8) char buf[ENTRIES];
	long fd = rsys_open(p, path, RSYS_RDONLY | RSYS_DIRECTORY, 0), n, entries = 0;

	if (fd < 0)
		return fd;
	while ((n = rsys_readdir(p, (int)fd, buf, sizeof(buf))) > 0) {
		for (long at = 0; at < n; entries++)
			at += ((struct rsys_dirent *)(buf + at))->reclen;
	}
	rsys_close(p, (int)fd);
	return n < 0 ? n : entries;
}

/* Every name of the Linux folder, and as many names on both sides: then the names are the same. */
static long
compare_folder(struct rsys_proc *p, const char *rump_path, const char *linux_path, unsigned links)
{
	char below[TWIN_PATH], linux_below[TWIN_PATH];
	long entries = 0, folders = 0, differences = 0, n = count_entries(p, rump_path);
	DIR *dir = opendir(linux_path);
	struct dirent *d;
	struct stat st;

	if (dir == NULL)
		return difference(rump_path, "Linux cannot list it; entries", n, -errno);
	while ((d = readdir(dir)) != NULL) {
		entries++;
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		snprintf(below, sizeof(below), "%s/%s", rump_path, d->d_name);
		snprintf(linux_below, sizeof(linux_below), "%s/%s", linux_path, d->d_name);
		folders += lstat(linux_below, &st) == 0 && S_ISDIR(st.st_mode);
		differences += twin_compare(p, below, linux_below);
	}
	closedir(dir);
	if (n != entries)
		differences += difference(rump_path, "entries", n, entries);
	if (links != 2 + folders)
		differences += difference(rump_path, "links", links, 2 + folders);
	return differences;
}

long
twin_compare(struct rsys_proc *p, const char *rump_path, const char *linux_path)
{
	struct rsys_stat ours;
	struct stat theirs;
	long e = rsys_lstat(p, rump_path, &ours), f = twin_result(lstat(linux_path, &theirs));

	if (e != f || e < 0)
		return difference(rump_path, "lstat gives", e, f);
	if (ours.mode != theirs.st_mode)
		return difference(rump_path, "mode", ours.mode, theirs.st_mode);
	if (S_ISDIR(theirs.st_mode))
		return compare_folder(p, rump_path, linux_path, ours.nlink);
	if (ours.nlink != theirs.st_nlink)
		return difference(rump_path, "links", ours.nlink, (long long)theirs.st_nlink);
	if (ours.size != (uint64_t)theirs.st_size)
		return difference(rump_path, "size", (long long)ours.size, theirs.st_size);
	if (S_ISLNK(theirs.st_mode))
		return compare_link(p, rump_path, linux_path);
	return compare_contents(p, rump_path, linux_path);
}
