"""
The list of what is in an image: one entry for each name, and its binary form, which the client
checks against the file system it has mounted (components/apps/fsclient/list.h holds the same
layout).

Little endian. A header: magic, number of entries, bytes in all (u64 each). The offsets of the
entries (u64 each). The entries, sorted by path: size (u64), mode, uid, gid, nlink, length of the
path, length of the target (u32 each), SHA-256 of the contents (zeros unless it is a file), path,
target, filled up to a multiple of 8. A path has no leading slash; the root's is empty.
"""

from __future__ import annotations

import hashlib
import stat
import struct
from dataclasses import dataclass
from typing import BinaryIO, Iterable

MAGIC = 0x31305453494C5346  # "FSLIST01"
HEADER = struct.Struct("<QQQ")
ENTRY = struct.Struct("<QIIIIII32s")
NO_HASH = bytes(32)
CHUNK = 1 << 20
TYPES = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "folder",
    stat.S_IFLNK: "symlink",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "character device",
    stat.S_IFBLK: "block device",
}


@dataclass(frozen=True)
class Entry:
    """
    One name. size is 0 for folders, whose size is the file system's own affair, and for devices.
    """

    path: bytes
    mode: int
    uid: int
    gid: int
    nlink: int
    size: int = 0
    sha256: bytes = NO_HASH
    target: bytes = b""

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.mode)

    @property
    def shown(self) -> str:
        """The path for a message: on one line whatever bytes it has."""
        return ascii(self.path.decode("utf-8", "backslashreplace"))[1:-1] or "/"

    def pack(self) -> bytes:
        data = ENTRY.pack(
            self.size,
            self.mode,
            self.uid,
            self.gid,
            self.nlink,
            len(self.path),
            len(self.target),
            self.sha256,
        )
        data += self.path + self.target
        return data + bytes(-len(data) % 8)


def pack_list(entries: Iterable[Entry]) -> bytes:
    """The whole list in the client's form."""
    records = [entry.pack() for entry in sorted(entries, key=lambda entry: entry.path)]
    at = HEADER.size + 8 * len(records)
    offsets = []
    for record in records:
        offsets.append(at)
        at += len(record)
    return b"".join(
        [HEADER.pack(MAGIC, len(records), at), struct.pack(f"<{len(offsets)}Q", *offsets), *records]
    )


def hash_stream(stream: BinaryIO) -> bytes:
    """SHA-256 of all that is left in a stream."""
    digest = hashlib.sha256()
    while data := stream.read(CHUNK):
        digest.update(data)
    return digest.digest()


def differences(wanted: Iterable[Entry], found: Iterable[Entry]) -> list[str]:
    """A sentence for each name that is missing, too many or not the same."""
    have = {entry.path: entry for entry in found}
    said = []
    for entry in wanted:
        other = have.pop(entry.path, None)
        if other is None:
            said.append(f"{entry.shown} is missing")
        elif other != entry:
            fields = [
                name
                for name in ("mode", "uid", "gid", "nlink", "size", "sha256", "target")
                if getattr(entry, name) != getattr(other, name)
            ]
            said.append(f"{entry.shown} has another {' and '.join(fields)}")
    return said + [f"{entry.shown} should not be there" for entry in have.values()]


def summary(entries: Iterable[Entry]) -> str:
    """How many of what: "30 files, 4 folders, 2 symlinks, 81 KiB"."""
    counts: dict[str, int] = {}
    size = 0
    for entry in entries:
        name = TYPES.get(stat.S_IFMT(entry.mode), "name")
        counts[name] = counts.get(name, 0) + 1
        size += entry.size
    parts = [f"{n} {name}{'s' if n != 1 else ''}" for name, n in sorted(counts.items())]
    return ", ".join(parts + [f"{size / 1024:.0f} KiB"])
