"""Where things lie, and how host tools are found and called."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, cast

from .errors import Stop

PROJECT = Path(__file__).resolve().parents[2]
SCRIPTS = PROJECT / "runscripts"
BUILD = PROJECT / "build"
KERNEL = BUILD / "kernel" / "kernel.elf"


def tool_path() -> str:
    """PATH with the folders of e2fsprogs, which an ordinary user's lacks."""
    return os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"


def find_tool(name: str, package: str) -> str:
    """The tool's path. name may be a path itself."""
    found = shutil.which(name, path=tool_path())
    if not found:
        raise Stop(f"{name} is not installed or not executable (Debian package {package})")
    return found


def call(
    command: list[str | os.PathLike[str]], **more: object
) -> subprocess.CompletedProcess[bytes]:
    """Runs a tool to its end and captures what it says; its status is the caller's to judge."""
    extra = cast("dict[str, str]", more.pop("env", {}))
    environment = {**os.environ, "PATH": tool_path(), "LC_ALL": "C", **extra}
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env=environment,
        **more,  # type: ignore[call-overload]
    )


def first_line(text: bytes) -> str:
    """The first line in which a tool said something."""
    lines = [line.strip() for line in text.decode("utf-8", "replace").splitlines()]
    return next((line for line in lines if line), "it said nothing")


@contextmanager
def locked(name: Path) -> Iterator[None]:
    """Holds a lock file: one process at a time builds the kernel, or runs in a folder."""
    name.parent.mkdir(parents=True, exist_ok=True)
    with open(name, "w", encoding="ascii") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def replace_file(path: Path, data: bytes) -> None:
    """Writes a file whole: it appears under its name only when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(path.name + ".part")
    try:
        scratch.write_bytes(data)
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)
