#!/bin/bash
# Makes the disks that inputs change: images.sh FOLDER makes 0.img to 3.img there, the same bytes
# every time. Which they are: blocks of 1 KiB; several small groups; 4 KiB and large inodes; the
# old revision, without file types.
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

make_image() {
	local file=$1
	shift
	rm -f "$file"
	truncate -s 1M "$file"
	mke2fs -q -F -t ext2 -m 0 -N 96 -U $uuid -E hash_seed=$uuid "$@" -d "$tree" "$file" >/dev/null
}

mkdir -p "$out"
make_image "$out/0.img" -b 1024 -I 128
make_image "$out/1.img" -b 1024 -I 128 -g 256 -O ^resize_inode
make_image "$out/2.img" -b 4096 -I 256
make_image "$out/3.img" -b 2048 -I 128 -r 0 -O none
