"""
Reads a folder of the host into a list, and sets apart the files that this project's git tracks.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections import Counter
from pathlib import Path

from .errors import Stop
from .listing import Entry, NO_HASH, hash_stream
from .places import PROJECT, call

IGNORED = {".git", "build", "__pycache__", ".pytest_cache", ".mypy_cache"}


def _names(root: bytes) -> dict[bytes, os.stat_result]:
    """Everything below a folder, by path relative to it; the folder itself is b""."""

    def give_up(error: OSError) -> None:
        raise Stop(f"{os.fsdecode(error.filename)}: {error.strerror}")

    found = {b"": os.lstat(root)}
    for folder, folders, files in os.walk(root, onerror=give_up):
        inside = os.path.relpath(folder, root)
        for name in folders + files:
            path = name if inside == b"." else os.path.join(inside, name)
            found[path] = os.lstat(os.path.join(folder, name))
    return found


def _link_counts(names: dict[bytes, os.stat_result]) -> dict[bytes, int]:
    """
    Links as they will be in the image: those that lie in the folder; for a folder itself, its
    name, "." and each ".." in it.
    """
    links = Counter((s.st_dev, s.st_ino) for s in names.values() if not stat.S_ISDIR(s.st_mode))
    below = Counter(
        os.path.dirname(path) for path, s in names.items() if path and stat.S_ISDIR(s.st_mode)
    )
    return {
        path: 2 + below[path] if stat.S_ISDIR(s.st_mode) else links[s.st_dev, s.st_ino]
        for path, s in names.items()
    }


def _entry(root: bytes, path: bytes, status: os.stat_result, nlink: int) -> Entry:
    full = os.path.join(root, path)
    digest, target, size = NO_HASH, b"", 0
    if stat.S_ISREG(status.st_mode):
        with open(full, "rb") as stream:
            digest = hash_stream(stream)
            size = stream.tell()
    elif stat.S_ISLNK(status.st_mode):
        target = os.readlink(full)
        size = len(target)
    return Entry(path, status.st_mode, status.st_uid, status.st_gid, nlink, size, digest, target)


def read_folder(folder: Path) -> list[Entry]:
    """Lists all that is in a folder. The first entry is the folder itself."""
    root = os.fsencode(folder)
    try:
        names = _names(root)
        counts = _link_counts(names)
        return [_entry(root, path, names[path], counts[path]) for path in names]
    except OSError as error:
        name = os.fsdecode(error.filename) if error.filename else str(folder)
        raise Stop(f"{name}: {error.strerror}") from None


def check_folder(folder: Path) -> None:
    """Refuses what is no readable folder."""
    if not folder.exists():
        raise Stop(f"--from {folder}: there is no such folder")
    if not folder.is_dir():
        raise Stop(f"--from {folder}: this is not a folder")


def tracked_files() -> list[str]:
    """
    The files that git tracks and that are there; without git or its data, all but what building
    leaves behind.
    """
    if shutil.which("git") and (PROJECT / ".git").exists():
        git = ["git", "-c", "safe.directory=*", "-C", str(PROJECT)]
        done = call([*git, "ls-files", "-z"])
        if done.returncode == 0:
            names = [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]
            return [name for name in names if os.path.lexists(PROJECT / name)]
    found = []
    for folder, folders, files in os.walk(PROJECT):
        folders[:] = [name for name in folders if name not in IGNORED]
        found += [os.path.relpath(os.path.join(folder, name), PROJECT) for name in files]
    return found


def copy_tracked(to: Path) -> None:
    """Copies this project's own files into an empty folder."""
    for name in sorted(tracked_files()):
        place = to / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(PROJECT / name, place, follow_symlinks=False)
