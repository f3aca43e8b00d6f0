"""
What the checking client leaves in the file system, computed here a second time:
components/apps/fsclient/plan.c says the same in C, and a test holds the two against each other.
Everything follows from a seed and the name of the client's own folder.
"""

from __future__ import annotations

import hashlib
import stat
from collections import Counter

from .listing import NO_HASH, Entry

FOLDERS = 40
FILES = 300
SYMLINKS = 30
TAIL = 100  # bytes behind the hole of a sparse file
WORD = (1 << 64) - 1
MODES = (0o644, 0o600, 0o755)


def mix(value: int) -> int:
    """splitmix64: a number of 64 bits that looks like nothing of the one it was made of."""
    value = (value + 0x9E3779B97F4A7C15) & WORD
    value = ((value ^ value >> 30) * 0xBF58476D1CE4E5B9) & WORD
    value = ((value ^ value >> 27) * 0x94D049BB133111EB) & WORD
    return value ^ value >> 31


def file_random(seed: int, number: int) -> int:
    """The number that a file's size and contents are drawn from."""
    return mix(mix(seed) ^ number)


def written_size(seed: int, number: int) -> int:
    """How much is written to a file, before some are cut."""
    r = file_random(seed, number)
    return (
        0,
        r % 16,
        1024 * (r % 5),
        r % 5000,
        11 * 1024 + r % 3000,
        400 * 1024 if number == 5 else r % 20000,
        r % 700,
        300000 + r % 1000,
    )[number % 8]


def is_sparse(number: int) -> bool:
    return number % 8 == 7


def is_unlinked(number: int) -> bool:
    return number % 9 == 4


def is_cut(number: int) -> bool:
    return number % 9 == 6


def is_linked(number: int) -> bool:
    return number % 9 == 7


def contents(seed: int, number: int) -> bytes:
    """What a file holds at the end."""
    size = written_size(seed, number)
    start = size - TAIL if is_sparse(number) else 0
    r = file_random(seed, number)
    first, end = start // 8, -(-size // 8)
    data = b"".join(mix(r + word & WORD).to_bytes(8, "little") for word in range(first, end))
    data = bytes(start) + data[start - first * 8 : size - first * 8]
    return data[: size // 2] if is_cut(number) else data


def folder_path(base: str, number: int) -> str:
    """Folders form a tree in which each has up to three others."""
    if number == 0:
        return base
    name = f"d{number} größe" if number % 5 == 3 else f"d{number}"
    return f"{folder_path(base, (number - 1) // 3)}/{name}"


def file_path(base: str, number: int) -> str:
    name = f"f{number}".ljust(255, "x") if number % 10 == 7 else f"f{number}"
    return f"{folder_path(base, number % FOLDERS)}/{name}"


def symlink_target(number: int) -> str:
    """Every other one is too long to lie in the inode."""
    return "t" * (70 + number * 31) if number % 2 else f"f{number}"


def _files(seed: int, base: str) -> list[Entry]:
    found = []
    for i in range(FILES):
        if is_unlinked(i):
            continue
        data = contents(seed, i)
        digest, mode = hashlib.sha256(data).digest(), stat.S_IFREG | MODES[i % 3]
        names = [file_path(base, i)] + [f"{base}/l{i}"] * is_linked(i)
        found += [
            Entry(name.encode(), mode, 0, 0, len(names), len(data), digest) for name in names
        ]
    return found


def plan(seed: int, base: str) -> list[Entry]:
    """All that must be there when the client has done its work."""
    below = Counter((i - 1) // 3 for i in range(1, FOLDERS))
    folders = [
        Entry(folder_path(base, i).encode(), stat.S_IFDIR | 0o755, 0, 0, 2 + below[i])
        for i in range(FOLDERS)
    ]
    symlinks = []
    for i in range(SYMLINKS):
        target = symlink_target(i).encode()
        path = f"{folder_path(base, i % FOLDERS)}/s{i}".encode()
        symlinks.append(
            Entry(path, stat.S_IFLNK | 0o777, 0, 0, 1, len(target), NO_HASH, target)
        )
    return folders + _files(seed, base) + symlinks
