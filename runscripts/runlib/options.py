"""The command line."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from .progress import say_error

DEFAULT_SYSTEM = "fs-ramdisk"


@dataclass(frozen=True)
class Options:
    """What the user asked for."""

    system: str
    list: bool
    compose: bool
    folder: Path | None
    mke2fs: str
    image: Path | None
    unchecked: bool
    memory_mib: int | None
    seed: int | None
    operations: int | None
    seconds: int | None
    icount: bool
    kvm: bool
    grub: bool
    gdb: bool
    keep: bool
    input: Path | None
    qemu: str
    out: Path | None
    roots: list[Path]
    named: bool = True  # the user has said which system


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number")
    return int(text)


class _Parser(argparse.ArgumentParser):
    """One that says what is wrong in one sentence, as all of runlib does."""

    def error(self, message: str) -> NoReturn:
        say_error(f"{message.removeprefix('argument ')}; --help shows all options")
        raise SystemExit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="runscripts/run",
        description="Builds, composes and boots a system, and ends with its verdict.",
    )
    add = parser.add_argument
    add("system", nargs="?", default="", help=f"its name (default: {DEFAULT_SYSTEM}, and on a terminal the shell after it)")
    add("--list", action="store_true", help="show what systems there are")
    add("--compose", action="store_true", help="build and compose it, and boot nothing")
    add("--from", dest="folder", type=Path, metavar="DIR", help="disk image from this folder")
    add("--mke2fs", default="", metavar="OPTIONS", help="further options for mke2fs")
    add("--image", type=Path, metavar="FILE", help="disk image: a copy of this ext2 image")
    add("--unchecked", action="store_true", help="whatever the image is: the client just survives it")
    add("--memory", dest="memory_mib", type=_positive, metavar="MIB", help="of the machine")
    add("--seed", type=_positive, metavar="N", help="of all that is random: files, workloads, the disk's order")
    add("--operations", type=_positive, metavar="N", help="how many each random client does")
    add("--seconds", type=_positive, help="limit of the run")
    add("--icount", action="store_true", help="count instructions: one takes one nanosecond")
    add("--kvm", action="store_true", help="use the processor's virtualization")
    add("--grub", action="store_true", help="boot a GRUB image, as a real machine would")
    add("--gdb", action="store_true", help="wait for gdb on port 1234; no time limit")
    add("--keep", action="store_true", help="keep memory.bin, the machine's memory at the end")
    add("--input", type=Path, metavar="FILE", help="what is typed at the console")
    add("--qemu", default="qemu-system-x86_64", metavar="PROGRAM", help="another QEMU")
    add("--out", type=Path, metavar="FOLDER", help="where all goes (default: build/SYSTEM)")
    add(
        "--root",
        dest="roots",
        type=Path,
        action="append",
        default=[],
        metavar="FOLDER",
        help="a folder with components/ and interfaces/ of your own, searched before the project's",
    )
    return parser


def parse(argv: list[str]) -> Options:
    """Reads the arguments; used wrongly, the program ends with status 2."""
    parser = _parser()
    options = Options(**vars(parser.parse_args(argv)))
    if options.folder and options.image:
        parser.error("--from and --image exclude each other")
    if options.image and options.mke2fs:
        parser.error("--mke2fs makes an image from a folder; --image has one already")
    if options.unchecked and not options.image:
        parser.error("--unchecked goes with --image")
    if options.icount and options.kvm:
        parser.error("--icount and --kvm exclude each other")
    return options if options.system else replace(options, system=DEFAULT_SYSTEM, named=False)
