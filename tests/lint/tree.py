"""The files that are checked: what git tracks, and what it would if it were added."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "runscripts"))
from runlib.folder import tracked_files  # noqa: E402

CODE = (".c", ".h", ".S", ".py", ".sh", ".toml", ".ld")


@dataclass(frozen=True)
class Source:
    """One text file; name is its path in the project."""

    name: str

    @cached_property
    def text(self) -> str:
        return (PROJECT / self.name).read_text(encoding="utf-8", errors="replace")

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    def under(self, *folders: str) -> bool:
        return self.name.startswith(tuple(folder + "/" for folder in folders))


def _names() -> list[str]:
    git = ["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard"]
    try:
        done = subprocess.run(git, cwd=PROJECT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return tracked_files()
    return done.stdout.splitlines() if done.returncode == 0 else tracked_files()


def read_tree() -> list[Source]:
    """All files, sorted; symlinks and what was deleted left out."""
    files = [PROJECT / name for name in sorted(set(_names()))]
    return [
        Source(str(file.relative_to(PROJECT)))
        for file in files
        if file.is_file() and not file.is_symlink()
    ]
