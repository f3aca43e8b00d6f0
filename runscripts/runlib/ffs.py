"""
FFS images: made of a folder by makefs, and read by the programs of The Sleuth Kit. Neither of them has anything to do with the
rump kernel. Both are Debian packages that only systems with such a disk need.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from . import plan
from .errors import Stop
from .folder import read_folder
from .listing import NO_HASH, Entry, differences
from .places import call, find_tool, first_line

FREE_FILES = plan.FOLDERS + plan.FILES + plan.SYMLINKS + 64
FREE_MIB = 6
TYPES = {
    "r": stat.S_IFREG,
    "d": stat.S_IFDIR,
    "l": stat.S_IFLNK,
    "p": stat.S_IFIFO,
    "c": stat.S_IFCHR,
    "b": stat.S_IFBLK,
    "s": stat.S_IFSOCK,
}
BITS = "rwxrwxrwx"
SPECIAL = ((3, stat.S_ISUID), (6, stat.S_ISGID), (9, stat.S_ISVTX))  # the letter after which s or t stands


def make_image(folder: Path, image: Path) -> list[Entry]:
    """Makes an image of what is in a folder, with room for the client's own files. Result: what is in it."""
    found = read_folder(folder)
    command = [find_tool("makefs", "makefs"), "-t", "ffs", "-B", "le", "-o", "version=1"]
    done = call([*command, "-b", f"{FREE_MIB}m", "-f", str(FREE_FILES), image, folder])
    if done.returncode:
        raise Stop(f"makefs refused: {first_line(done.stderr)}")
    wrong = differences(found[1:], entries(image))
    if wrong:
        raise Stop(f"{folder}: makefs cannot copy it or The Sleuth Kit cannot read it: {wrong[0]}")
    return found


def _mode(text: str) -> int:
    """"r/rrwsr-xr-x" as a number: the type of the name, then that of the inode and its bits."""
    mode, letters = TYPES[text[2]], text[3:12]
    for place, (bit, letter) in enumerate(zip(BITS, letters)):
        if letter == bit or letter in "st":
            mode |= 0o400 >> place
    for end, bits in SPECIAL:
        if letters[end - 1] in "sStT":
            mode |= bits
    return mode


@dataclass(frozen=True)
class _Name:
    path: bytes
    target: bytes
    inode: bytes
    mode: int
    uid: int
    gid: int
    size: int


def _read_name(line: bytes) -> _Name:
    """A line of what fls tells: hash, name (with a target behind " -> "), inode, mode, owners, size, times."""
    _, _, rest = line.partition(b"|")
    name, inode, mode, uid, gid, size, *_ = rest.rsplit(b"|", 9)
    number = _mode(mode.decode())
    path, _, target = name.partition(b" -> ") if stat.S_ISLNK(number) else (name, b"", b"")
    return _Name(path.lstrip(b"/"), target, inode, number, int(uid), int(gid), int(size))


def _names(image: Path) -> list[_Name]:
    done = call([find_tool("fls", "sleuthkit"), "-u", "-r", "-p", "-m", "", "-f", "ufs", image])
    if done.returncode:
        raise Stop(f"{image}: fls finds no file system: {first_line(done.stderr)}")
    return [_read_name(line) for line in done.stdout.splitlines() if b"|V/V" not in line]


def _link_counts(names: list[_Name]) -> dict[bytes, int]:
    """How many names each inode has; of a folder, as many as it must have."""
    links = Counter(name.inode for name in names)
    below = Counter(os.path.dirname(name.path) for name in names if stat.S_ISDIR(name.mode))
    for name in names:
        if stat.S_ISDIR(name.mode):
            links[name.inode] = 2 + below[name.path]
    return links


def entries(image: Path) -> list[Entry]:
    """All names in an image, but the root."""
    names = _names(image)
    links = _link_counts(names)
    found = []
    with tempfile.TemporaryDirectory(prefix="ffs-", dir=image.parent) as scratch:
        call([find_tool("tsk_recover", "sleuthkit"), "-a", "-f", "ufs", image, scratch])
        for name in names:
            digest, size = NO_HASH, name.size if stat.S_ISLNK(name.mode) else 0
            if stat.S_ISREG(name.mode):
                file = Path(scratch) / os.fsdecode(name.path)
                data = file.read_bytes() if file.is_file() else b""
                digest, size = hashlib.sha256(data).digest(), name.size
            attributes = (name.mode, name.uid, name.gid, links[name.inode], size, digest, name.target)
            found.append(Entry(name.path, *attributes))
    return found


def judge(image: Path, before: list[Entry], own: list[Entry]) -> str:
    """
    Checks on the image that came back; before: with the root. A new file has its folder's group.
    Result: what to say about it.
    """
    wanted = before[1:] + [replace(entry, gid=before[0].gid) for entry in own]
    wrong = differences(wanted, entries(image))
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise Stop(f"{image}: after the run {wrong[0]}{more}")
    return f"The Sleuth Kit finds {len(before) - 1} old names as before and {len(own)} of the client"
