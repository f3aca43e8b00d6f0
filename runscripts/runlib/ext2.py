"""
A reader of ext2 images: lists what is in one. It shares nothing with mke2fs, debugfs or the rump
kernel, so it is a second opinion on all of them. It trusts no number of the image: whatever points
outside, or in a circle, is refused.
"""

from __future__ import annotations

import hashlib
import itertools
import mmap
import stat
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

from .errors import Stop
from .listing import Entry, NO_HASH

MAGIC = 0xEF53
ROOT_INODE = 2
FILETYPE = 0x2  # the one incompatible feature that is read
READ_ONLY = {  # features that forbid writing to who does not know them; ext2 has the first two
    0x1: "sparse_super",
    0x2: "large_file",
    0x4: "btree_dir",
    0x8: "huge_file",
    0x10: "uninit_bg",
    0x20: "dir_nlink",
    0x40: "extra_isize",
    0x100: "quota",
    0x200: "bigalloc",
    0x400: "metadata_csum",
    0x2000: "project",
    0x8000: "verity",
}
WRITABLE = 0x3
INCOMPATIBLE = {
    0x1: "compression",
    0x4: "needs_recovery",
    0x8: "journal_dev",
    0x10: "meta_bg",
    0x40: "extent",
    0x80: "64bit",
    0x100: "mmp",
    0x200: "flex_bg",
    0x400: "ea_inode",
    0x1000: "dirdata",
    0x2000: "metadata_csum_seed",
    0x4000: "large_dir",
    0x8000: "inline_data",
    0x10000: "encrypt",
    0x20000: "casefold",
}
# mode, uid, size, mtime, gid, nlink, sectors, block pointers, size above 32 bits, uid and gid above 16
INODE = "<HHI8xI4xHHI8x60s8xI8xHH4x"
DIRECT = 12
MOST_BYTES = 1 << 42


@dataclass(frozen=True)
class Inode:
    """What is used of an inode; raw: its 15 block pointers, or a short symlink's target."""

    mode: int
    uid: int
    gid: int
    nlink: int
    size: int
    sectors: int
    raw: bytes
    mtime: int  # seconds; those that wrap in 2038 count as they are


class Ext2:
    """One image, mapped. The file must stay as it is while this lives."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with open(path, "rb") as stream:
                self.data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise Stop(f"{path}: {error.strerror}") from None
        except ValueError:
            raise Stop(f"{path}: this is an empty file, not an ext2 image") from None
        self._read_super()

    def _bad(self, what: str) -> Stop:
        return Stop(f"{self.path}: not a sound ext2 image: {what}")

    def _numbers(self, layout: str, at: int) -> tuple[Any, ...]:
        if at < 0 or at + struct.calcsize(layout) > len(self.data):
            raise self._bad(f"it ends before byte {at}")
        return struct.unpack_from(layout, self.data, at)

    def _read_super(self) -> None:
        if len(self.data) < 2048 or self._numbers("<H", 1024 + 56)[0] != MAGIC:
            raise Stop(f"{self.path}: this is not an ext2 image")
        self.inodes, self.blocks = self._numbers("<II", 1024)
        self.free_blocks, self.free_inodes = self._numbers("<II", 1024 + 12)
        self.first_data = self._numbers("<I", 1024 + 20)[0]
        log = self._numbers("<I", 1024 + 24)[0]
        self.per_group = self._numbers("<I", 1024 + 40)[0]
        revision = self._numbers("<I", 1024 + 76)[0]
        self.inode_size = self._numbers("<H", 1024 + 88)[0] if revision else 128
        incompatible = self._numbers("<I", 1024 + 96)[0] if revision else 0
        unknown = incompatible & ~FILETYPE
        if unknown:
            names = [name for bit, name in INCOMPATIBLE.items() if unknown & bit]
            raise Stop(
                f"{self.path}: has the feature {', '.join(names) or hex(unknown)}, which ext2 has not"
            )
        self.read_only = self._numbers("<I", 1024 + 100)[0] & ~WRITABLE if revision else 0
        if log > 6 or not self.per_group or self.inode_size < 128:
            raise self._bad("its superblock makes no sense")
        self.block_size = 1024 << log
        if self.blocks * self.block_size > len(self.data):
            raise self._bad(f"it says it has {self.blocks} blocks and is shorter than that")

    def read_only_features(self) -> list[str]:
        """Features because of which a rump kernel that has only ext2 must not write to the image."""
        return [name for bit, name in READ_ONLY.items() if self.read_only & bit]

    def block(self, number: int) -> bytes:
        """A block's bytes; block 0 is a hole."""
        if number == 0:
            return bytes(self.block_size)
        if number >= self.blocks:
            raise self._bad(f"block {number} is outside")
        at = number * self.block_size
        return self.data[at : at + self.block_size]

    def inode(self, number: int) -> Inode:
        """Reads an inode."""
        if not 1 <= number <= self.inodes:
            raise self._bad(f"inode {number} is outside")
        group, index = divmod(number - 1, self.per_group)
        descriptor = (self.first_data + 1) * self.block_size + group * 32
        table = self._numbers("<I", descriptor + 8)[0]
        fields = self._numbers(INODE, table * self.block_size + index * self.inode_size)
        mode, uid, size, mtime, gid, nlink, sectors, raw, size_high, uid_high, gid_high = fields
        if stat.S_ISREG(mode):
            size |= size_high << 32
        uid, gid = uid | uid_high << 16, gid | gid_high << 16
        return Inode(mode, uid, gid, nlink, size, sectors, raw, mtime)

    def _pointers(self, number: int, level: int) -> Iterator[int]:
        """The data blocks behind a block of pointers; a hole of pointers is a hole of data."""
        count = self.block_size // 4
        for child in struct.unpack(f"<{count}I", self.block(number)):
            if level == 1:
                yield child
            else:
                yield from self._pointers(child, level - 1) if child else iter([0] * count ** (level - 1))

    def contents(self, inode: Inode) -> Iterator[bytes]:
        """A file's or folder's bytes, block by block."""
        if inode.size > MOST_BYTES:
            raise self._bad(f"it has a file of {inode.size} bytes")
        pointers = struct.unpack("<15I", inode.raw)
        blocks = itertools.chain(
            pointers[:DIRECT], *(self._pointers(pointers[DIRECT + i], i + 1) for i in range(3))
        )
        left = inode.size
        for number in itertools.takewhile(lambda _: left > 0, blocks):
            yield self.block(number)[:left]
            left -= self.block_size
        if left > 0:
            raise self._bad(f"a file of {inode.size} bytes has too few blocks")

    def target(self, inode: Inode) -> bytes:
        """A symlink's target: in the inode itself if that has no block."""
        if inode.sectors == 0 and inode.size < len(inode.raw):
            return inode.raw[: inode.size]
        return b"".join(self.contents(inode))

    def names(self, inode: Inode) -> list[tuple[bytes, int]]:
        """The names in a folder with their inodes, but for "." and ".."."""
        found = []
        for block in self.contents(inode):
            at = 0
            while at + 8 <= len(block):
                child, length, name_length = struct.unpack_from("<IHB", block, at)
                if length < 8 + name_length or length % 4 or at + length > len(block):
                    raise self._bad("a folder's entry has a wrong length")
                name = block[at + 8 : at + 8 + name_length]
                if child and name not in (b".", b".."):
                    found.append((name, child))
                at += length
        return found

    def entry(self, path: bytes, inode: Inode) -> Entry:
        """What the list says of a name."""
        size, digest, target = 0, NO_HASH, b""
        if stat.S_ISREG(inode.mode):
            hasher = hashlib.sha256()
            for block in self.contents(inode):
                hasher.update(block)
            size, digest = inode.size, hasher.digest()
        elif stat.S_ISLNK(inode.mode):
            size, target = inode.size, self.target(inode)
        return Entry(path, inode.mode, inode.uid, inode.gid, inode.nlink, size, digest, target)

    def walk(self) -> Iterator[tuple[bytes, Inode]]:
        """
        Everything that is in the image, the root first; lost+found only if there is something in
        it.
        """
        seen: set[int] = set()
        todo = [(b"", ROOT_INODE)]
        while todo:
            path, number = todo.pop()
            inode = self.inode(number)
            names = []
            if stat.S_ISDIR(inode.mode):
                if number in seen:
                    raise self._bad(f"folder {ascii(path)} is in two places")
                seen.add(number)
                names = self.names(inode)
                todo += [(path + b"/" * bool(path) + name, child) for name, child in names]
            if path != b"lost+found" or names:
                yield path, inode

    def entries(self) -> list[Entry]:
        """What the list says of everything that is in the image."""
        return [self.entry(path, inode) for path, inode in self.walk()]
