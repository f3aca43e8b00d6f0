#!/bin/bash
# Makes the disks that inputs change: images.sh FOLDER makes 0.img to 5.img there, the same bytes
# every time. Which they are: blocks of 1 KiB; several small groups; 4 KiB and large inodes; the
# old revision, without file types; an empty journal and two groups; a journal to be recovered.
set -euo pipefail
out=$1
PATH=$PATH:/usr/sbin:/sbin
export E2FSPROGS_FAKE_TIME=1700000000
uuid=2d3f0e52-6b1c-4f57-9c1e-72756d703263
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

mkdir "$tree/d" "$tree/d/e" "$tree/many"
head -c 3000 /dev/zero | tr '\0' a >"$tree/a"
head -c 20000 /dev/zero | tr '\0' b >"$tree/b"
echo f >"$tree/d/f"
ln "$tree/a" "$tree/hard"
ln -s a "$tree/l"
ln -s loop "$tree/loop"
ln -s "/d/$(printf '%080d' 0)" "$tree/long"
for i in $(seq 40); do
	: >"$tree/many/entry-$i"
done
truncate -s 300000 "$tree/sparse"
echo end >>"$tree/sparse"
find "$tree" -exec touch -h -d @1700000000 {} +

# Times of access and of change are those of the copy that was made just now.
set_times() {
	for inode in $(seq 12 61); do
		for field in atime ctime; do
			echo "set_inode_field <$inode> $field @1700000000"
			echo "set_inode_field <$inode> ${field}_extra 0"
		done
	done | debugfs -w "$1" >/dev/null 2>&1
}

make_image() {
	local file=$1 size=$2
	shift 2
	rm -f "$file"
	truncate -s "$size" "$file"
	mke2fs -q -F -t ext2 -m 0 -N 96 -U $uuid -E hash_seed=$uuid "$@" -d "$tree" "$file" >/dev/null
	set_times "$file"
}

# Writes into the journal: blocks of inodes and of the root as they are, a block that begins with the
# journal's own magic, and one that would spoil the root but is revoked. A commit has a time, which is
# made the same.
fill_journal() {
	local file=$1 inodes root journal
	inodes=$(debugfs -R 'imap <2>' "$file" 2>/dev/null | sed -n 's/.*block \([0-9]*\),.*/\1/p')
	root=$(debugfs -R 'blocks <2>' "$file" 2>/dev/null | cut -d' ' -f1)
	journal=$(debugfs -R 'blocks <8>' "$file" 2>/dev/null | cut -d' ' -f1)
	dd if="$file" of="$tree/now" bs=1k skip="$inodes" count=1 status=none
	dd if="$file" bs=1k skip="$root" count=1 status=none >>"$tree/now"
	{ printf '\300\073\071\230' && head -c 2044 /dev/zero | tr '\0' c; } >"$tree/free"
	printf '%s\n' jo "jw -b $inodes,$root $tree/now" jc jo "jw -b 2000,$root $tree/free" jc jo "jw -r $root" jc |
		debugfs -w "$file" >/dev/null 2>&1
	for commit in 4 8 10; do
		dd if=/dev/zero of="$file" bs=1 seek=$(((journal + commit) * 1024 + 48)) count=12 conv=notrunc status=none
	done
}

mkdir -p "$out"
make_image "$out/0.img" 1M -b 1024 -I 128
make_image "$out/1.img" 1M -b 1024 -I 128 -g 256 -O ^resize_inode
make_image "$out/2.img" 1M -b 4096 -I 256
make_image "$out/3.img" 1M -b 2048 -I 128 -r 0 -O none
make_image "$out/4.img" 2M -b 1024 -I 128 -g 1024 -j
make_image "$out/5.img" 2M -b 1024 -I 128 -O ^resize_inode -j
fill_journal "$out/5.img"
