"""
The disk image that a system gets: made from a folder, or a copy of a ready one; and the list of
what is in it.
"""

from __future__ import annotations

import os
import shlex
import stat
import tempfile
from pathlib import Path
from typing import Callable

from . import plan
from .errors import Stop
from .ext2 import Ext2
from .folder import check_folder, copy_tracked, read_folder
from .listing import Entry, differences
from .places import call, find_tool, first_line, replace_file

SMALL = 256 << 20  # images above this have blocks of 4 KiB if nobody says otherwise
LEAST = 8 << 20
MOST = 8 << 30
INODES_OWN = plan.FOLDERS + plan.FILES + plan.SYMLINKS + 64
BYTES_OWN = 4 << 20
UUID = "2d3f0e52-6b1c-4f57-9c1e-72756d703263"  # always the same, so that the same folder gives the same image
NO_ROOM = (b"Could not allocate", b"ENOSPC", b"No space left", b"no free space")

Make = Callable[[Path, Path], list[Entry]]  # of a folder an image; result: what is in it


def _used_bytes(entry: Entry, block: int) -> int:
    """
    Blocks of data and of pointers to them, for a file or a long symlink; and the space of the name.
    """
    data = -(-entry.size // block)
    pointers = data // (block // 4) + 3 if data > 12 else 0
    return (data + pointers) * block + len(entry.path.rpartition(b"/")[2]) + 12


def _inodes(entries: list[Entry]) -> int:
    """More than are needed, since mke2fs may round down in each block group."""
    return (len(entries) + INODES_OWN) * 5 // 4 + 64


def estimate(entries: list[Entry], block: int, inode: int = 256) -> int:
    """Bytes of an image that holds the entries and the client's own files."""
    total = sum(_used_bytes(entry, block) for entry in entries) + BYTES_OWN
    total += sum(block for entry in entries if stat.S_ISDIR(entry.mode))
    total += _inodes(entries) * inode
    return max(LEAST, (total * 21 // 20 + (1 << 20) + 0xFFFFF) & ~0xFFFFF)


def _block_size(options: list[str], entries: list[Entry]) -> tuple[int, list[str]]:
    """The block size that the options ask for, in the end; or one that suits, as a further option."""
    asked = 0
    for index, option in enumerate(options):
        text = option[2:] or (options[index + 1] if index + 1 < len(options) else "")
        if option.startswith("-b") and text.isdigit():
            asked = int(text)
    if asked:
        return asked, []
    block = 4096 if estimate(entries, 1024) > SMALL else 1024
    return block, ["-b", str(block)]


def _make(folder: Path, image: Path, size: int, options: list[str], entries: list[Entry]) -> bool:
    """Runs mke2fs once. False: there was too little room."""
    image.unlink(missing_ok=True)
    with open(image, "wb") as stream:
        stream.truncate(size)
    command = [find_tool("mke2fs", "e2fsprogs"), "-q", "-F", "-t", "ext2", "-m", "0"]
    command += ["-N", str(_inodes(entries)), "-U", UUID, "-E", f"hash_seed={UUID}"]
    done = call(
        [*command, *options, "-d", folder, image], env={"E2FSPROGS_FAKE_TIME": "1700000000"}
    )
    if done.returncode == 0:
        return True
    if any(word in done.stderr for word in NO_ROOM):
        return False
    raise Stop(f"mke2fs {shlex.join(options)} refused: {first_line(done.stderr)}")


def _has_blocks(image: Ext2) -> bool:
    return image.free_blocks * image.block_size >= BYTES_OWN


def make_image(folder: Path, image: Path, mke2fs: str) -> list[Entry]:
    """
    Makes an ext2 image of what is in a folder, large enough for the client's own files too.
    mke2fs: further options for it.
    Result: what is in it, read from the folder, but the root, which mke2fs makes.
    """
    try:
        options = shlex.split(mke2fs)
    except ValueError as error:
        raise Stop(f"--mke2fs {mke2fs.strip()}: {error}") from None
    entries = read_folder(folder)
    block, more = _block_size(options, entries)
    size = estimate(entries, max(block, 1024))
    if size > MOST:
        raise Stop(f"{folder}: too large, the disk image would have {size >> 20} MiB")
    for _ in range(16):
        if _make(folder, image, size, more + options, entries) and _has_blocks(Ext2(image)):
            break
        size = (size * 9 // 8 + BYTES_OWN) & ~0xFFFFF
    else:
        raise Stop(f"{folder}: does not fit into a disk image of {size >> 20} MiB")
    return _with_root(folder, image, entries)


def with_ext2(mke2fs: str) -> Make:
    """Makes ext2 images; mke2fs: further options for it."""
    return lambda folder, image: make_image(folder, image, mke2fs)


def _with_root(folder: Path, image: Path, entries: list[Entry]) -> list[Entry]:
    """The list of the folder, compared with what came into the image; the root as it is there."""
    inside = Ext2(image).entries()
    entries = [inside[0]] + [entry for entry in entries if entry.path]
    wrong = differences(entries, inside)
    if wrong:
        raise Stop(f"{folder}: changed while it was copied, or mke2fs could not copy it: {wrong[0]}")
    return entries


def make_empty(image: Path, first: Path) -> None:
    """Makes an empty file system in which there is room for all that is in the first disk's."""
    like = Ext2(first)
    with tempfile.TemporaryDirectory(prefix=".empty-", dir=image.parent) as folder:
        made, nothing = Path(folder) / "image", Path(folder) / "nothing"
        nothing.mkdir()
        options = ["-b", str(like.block_size), "-I", str(like.inode_size), "-N", str(like.inodes)]
        if not _make(nothing, made, len(like.data), options, []):
            raise Stop(f"{image}: mke2fs finds no room for an empty file system")
        os.replace(made, image)


def check_image(image: Path) -> None:
    """Refuses what e2fsck would not pass."""
    done = call([find_tool("e2fsck", "e2fsprogs"), "-f", "-n", image])
    if done.returncode:
        said = [line for line in done.stdout.decode("utf-8", "replace").splitlines()[1:] if line]
        said = [line for line in said if not line.startswith("Pass ")] or [first_line(done.stderr)]
        raise Stop(f"{image}: the file system is corrupt (e2fsck: {said[0].strip()})")


def copy_image(ready: Path, image: Path) -> list[Entry]:
    """Takes a copy of a ready image; result: what is in it."""
    if not ready.exists():
        raise Stop(f"--image {ready}: there is no such file")
    if not ready.is_file():
        raise Stop(f"--image {ready}: this is not a file")
    Ext2(ready)
    check_image(ready)
    call([find_tool("cp", "coreutils"), "--sparse=always", ready, image])
    if not image.exists() or image.stat().st_size != ready.stat().st_size:
        raise Stop(f"--image {ready}: cannot be copied to {image.parent}")
    return Ext2(image).entries()


def copy_unchecked(ready: Path, out: Path) -> None:
    """Takes a copy of any file as the disk."""
    if not ready.is_file():
        raise Stop(f"--image {ready}: there is no such file")
    replace_file(out / "disk.img", ready.read_bytes())


def own_folder(entries: list[Entry]) -> str:
    """A name in the root that is still free, for the client's own files."""
    taken = {entry.path for entry in entries}
    names = ["fsclient"] + [f"fsclient-{i}" for i in range(2, 1000)]
    return next(name for name in names if name.encode() not in taken)


def has_room(image: Ext2) -> bool:
    """Whether the client's own files fit into what is free."""
    return image.free_inodes >= INODES_OWN and _has_blocks(image)


def prepare(out: Path, folder: Path | None, ready: Path | None, make: Make) -> list[Entry]:
    """
    Makes out/disk.img from what the user asked for; make: an image of a folder. Nothing appears under that name unless it is
    complete.
    """
    image = out / "disk.img"
    with tempfile.TemporaryDirectory(prefix=".disk-", dir=out) as scratch:
        made = Path(scratch) / "disk.img"
        if ready:
            entries = copy_image(ready, made)
        elif folder:
            check_folder(folder)
            entries = make(folder, made)
        else:
            own = Path(scratch) / "files"
            own.mkdir()
            copy_tracked(own)
            entries = make(own, made)
        os.replace(made, image)
    return entries
