"""Folders that nobody chose: makes them. Each function fills an empty folder."""

from __future__ import annotations

import os
import random
import socket
from pathlib import Path
from typing import Callable

BLOCK = 1024  # the smallest; its double-indirect boundary is at (12 + 256) blocks, the triple-indirect at 65,804


def names(folder: Path) -> None:
    """
    Spaces, UTF-8, names of 1 to 255 bytes, bytes that are no UTF-8, and those that a shell would
    trip over.
    """
    wild = ["a b", " lead", "trail ", "größe", "日本語", "x" * 255, "é" * 127, "-n", "$HOME", "a'b", 'a"b']
    wild += ["new\nline", "tab\tbed", "back\\slash", "*", "...", "..a", "%s%n", "#", "~"]
    for name in wild:
        (folder / name).write_text(name)
    for length in range(2, 255, 11):
        (folder / ("n" * length)).write_text(str(length))
    with open(os.path.join(os.fsencode(folder), b"no\xff\xfeUTF-8"), "wb") as stream:
        stream.write(b"raw")


def sizes(folder: Path) -> None:
    """Files around every boundary of blocks and of indirection, dense and sparse."""
    source = random.Random(1)
    edges = [0, 1, BLOCK, 4096, 12 * BLOCK, 268 * BLOCK, 12 * 4096]
    for edge in edges:
        for size in {max(0, edge - 1), edge, edge + 1}:
            (folder / f"{size}").write_bytes(source.randbytes(size))
    (folder / "large").write_bytes(source.randbytes(3 << 20))
    with open(folder / "sparse", "wb") as stream:
        for at in (0, 12 * BLOCK, 268 * BLOCK, 5 << 20):
            stream.seek(at)
            stream.write(b"here")
        stream.truncate(6 << 20)
    with open(folder / "hole", "wb") as stream:
        stream.truncate(300000)


def huge(folder: Path) -> None:
    """A sparse file with data behind the boundary of every level of indirection."""
    with open(folder / "triple", "wb") as stream:
        for at in (0, 12, 268, 65804, 65900):
            stream.seek(at * BLOCK - 4 * (at > 0))
            stream.write(b"boundary")


def deep(folder: Path) -> None:
    """A path much longer than a kernel takes at once, with something at every depth."""
    here = folder
    for number in range(40):
        here = here / f"folder {number} {'ü' * 20}"
        here.mkdir()
        (here / "file").write_text(f"at depth {number}")


def many(folder: Path) -> None:
    """Thousands of entries in one folder, and a hundred folders side by side."""
    for number in range(3000):
        (folder / f"entry-{number:05}").write_text(str(number) if number % 7 else "")
    for number in range(100):
        (folder / f"folder-{number}").mkdir()


def links(folder: Path) -> None:
    """Symlinks of every length that matters, hard links, modes, and what is no file at all."""
    for length in (1, 58, 59, 60, 61, 100, 1000):
        (folder / f"symlink-{length}").symlink_to("t" * length)
    (folder / "loop").symlink_to("loop")
    (folder / "up").symlink_to("../../etc/passwd")
    (folder / "target").write_text("three names")
    (folder / "inside").mkdir(0o711)
    os.link(folder / "target", folder / "second")
    os.link(folder / "target", folder / "inside" / "third")
    for mode in (0o4755, 0o2711, 0o1777, 0o444, 0o600):
        (folder / f"mode-{mode:o}").write_text("mode")
        (folder / f"mode-{mode:o}").chmod(mode)
    os.mkfifo(folder / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        before = os.getcwd()
        os.chdir(folder)  # the address of a socket is short
        listener.bind("socket")
        os.chdir(before)


def empty(folder: Path) -> None:
    """Nothing at all."""
    assert folder.is_dir()


ALL: list[Callable[[Path], None]] = [names, sizes, huge, deep, many, links, empty]
