"""
Compiles sources to objects, each once: an object is kept while its command line and every file
that it was made of (gcc -MMD) stay as they were. Two composers may run at once: objects appear
under their names only when they are complete.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Callable, Iterable, TypeVar

from .errors import Refusal, Where
from .places import PROJECT, Places

JOBS = 2
CFLAGS = [
    "-std=gnu17",
    "-ffreestanding",
    "-O2",
    "-g",
    "-mgeneral-regs-only",
    "-fno-pic",
    "-fno-pie",
    "-mcmodel=small",
    "-ftls-model=local-exec",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-stack-protector",
    "-fcf-protection=none",
    "-fno-asynchronous-unwind-tables",
    "-Wall",
    "-Wextra",
    "-Werror",
]

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Source:
    """One file to compile. Its component is named when it does not compile."""

    file: str
    folder: str
    cflags: tuple[str, ...] = ()
    component: str = ""


def in_parallel(work: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Results in the order of the items; the first item that fails decides the message."""
    with ThreadPoolExecutor(JOBS) as pool:
        return [future.result() for future in [pool.submit(work, item) for item in items]]


def run_tool(command: list[str]) -> tuple[int, str]:
    """Runs a compiler or linker in the project's folder; result: its status and what it said."""
    environment = {**os.environ, "LC_ALL": "C", "SOURCE_DATE_EPOCH": "0"}
    try:
        done = subprocess.run(
            command, cwd=PROJECT, capture_output=True, text=True, env=environment, check=False
        )
    except FileNotFoundError:
        raise Refusal(Where(command[0]), "is not installed") from None
    return done.returncode, done.stderr


def _object_path(places: Places, source: Source) -> str:
    """Where an object is kept: by the source's place under its root, a root beside the project's
    by its checksum too."""
    shown = places.shown(source.file)
    root = os.path.abspath(source.file).removesuffix(shown)
    folder = "" if os.path.abspath(root) == PROJECT else f"root-{zlib.crc32(root.encode()):08x}"
    return os.path.abspath(os.path.join(places.objects, folder, shown.lstrip("/") + ".o"))


def _command(places: Places, source: Source) -> list[str]:
    flags = list(CFLAGS)
    for root in places.all_roots():
        flags.append(f"-ffile-prefix-map={root}/=")
        flags += [
            "-I" + os.path.join(root, name)
            for name in ("kernel", "interfaces", "components")
            if os.path.isdir(os.path.join(root, name))
        ]
    file = os.path.abspath(source.file)
    return ["gcc", *flags, "-I" + source.folder, *source.cflags, "-c", file]


def _read(file: str) -> str:
    try:
        with open(file, encoding="utf-8") as stream:
            return stream.read()
    except OSError:
        return ""


def _is_fresh(target: str, command: list[str]) -> bool:
    if _read(target + ".cmd") != "\n".join(command) or not os.path.exists(target):
        return False
    made = os.stat(target).st_mtime_ns
    parts = _read(target + ".d").replace("\\\n", " ").partition(":")[2].split()
    try:
        return bool(parts) and all(os.stat(part).st_mtime_ns < made for part in parts)
    except FileNotFoundError:
        return False


def compile_source(places: Places, source: Source) -> str:
    """The object of one source, made anew if it must be."""
    target = _object_path(places, source)
    command = _command(places, source)
    if _is_fresh(target, command):
        return target
    os.makedirs(os.path.dirname(target), exist_ok=True)
    began = time.time_ns()
    with tempfile.TemporaryDirectory(dir=os.path.dirname(target)) as scratch:
        made, parts = os.path.join(scratch, "o"), os.path.join(scratch, "d")
        status, said = run_tool(command + ["-o", made, "-MMD", "-MF", parts])
        if status:
            raise Refusal(
                Where(places.shown(source.file)), "does not compile", source.component, said
            )
        with open(os.path.join(scratch, "cmd"), "w", encoding="utf-8") as stream:
            stream.write("\n".join(command))
        os.replace(parts, target + ".d")
        os.replace(os.path.join(scratch, "cmd"), target + ".cmd")
        os.utime(made, ns=(began, began))  # older than a file that was edited meanwhile
        os.replace(made, target)
    return target


def sources_in(
    folder: str, subfolders: list[str], cflags: list[str], component: str = ""
) -> list[Source]:
    """The C and assembly files of a folder and of the subfolders named."""
    found = []
    for part in [folder] + [os.path.join(folder, name) for name in subfolders]:
        for name in sorted(os.listdir(part)):
            if name.endswith((".c", ".S")):
                found.append(Source(os.path.join(part, name), folder, tuple(cflags), component))
    return found
