"""
The redo log itself: contents that this kernel has not written, and whether all that is written in place is recorded
first. Its format: components/rumpcomp/builtin/redo.h.
"""

from __future__ import annotations

import random
import struct
from typing import Callable

from .death import CLIENT, NVRAM, WRITE, crash, workload
from .power import records
from .tools import Bench, Wrong, command, must

MAGIC = 0x6F646572
HEAD, RECORD, RANGE = "<IIII16sQ", "<IIQII", "<QII"


def _log_end(nvram: bytes) -> tuple[int, int]:
    """Where the records of a redo log end, and the number that the next one would have."""
    at, number = struct.calcsize(HEAD), struct.unpack_from(HEAD, nvram)[5]
    while True:
        magic, length, sequence, _, _ = struct.unpack_from(RECORD, nvram, at)
        if (magic, sequence) != (MAGIC, number):
            return at, number
        at, number = at + length, number + 1


def _forged(bench: Bench) -> None:
    """Bytes behind the log's end that look like its next record, as a file's contents in an earlier round may."""
    lines = [command("mkdir", "/folder", "755"), command("write", "/file", 30000, bench.seed, 0)]
    for some in (lines[:1], lines):  # ending with a record in one piece, and with one in several
        fresh = bytearray(128 * 1024)
        _, memory = crash(bench, some, bytes(fresh))
        at, number = _log_end(memory.read_bytes())
        noughts = struct.pack(RANGE, 1, 0, 1024) + bytes(1024)  # for the superblock
        forged = struct.pack(RECORD, MAGIC, struct.calcsize(RECORD) + len(noughts), number, 0, 1) + noughts
        fresh[at : at + len(forged)] = forged
        image, memory = crash(bench, some, bytes(fresh))
        must(_log_end(memory.read_bytes()) == (at, number), "what lies behind the last record became one")
        bench.succeed(image, [command("stat", "/folder")], "-w", str(memory))
        bench.fsck(image)


def _mutate(dice: random.Random, log: bytes, end: int) -> bytes:
    """One to four words before its end become hard values, or noise; or a piece of it comes twice."""
    out = bytearray(log)
    for _ in range(dice.randint(1, 4)):
        at, size = dice.randrange(0, end, 4), dice.choice([4, 8])
        kind = dice.randrange(4)
        if kind == 0:
            out[at : at + size] = dice.choice([0, 1, 7, 1024, 1 << 31, (1 << 32) - 1]).to_bytes(size, "little")
        elif kind == 1:
            out[at : at + size] = dice.randbytes(size)
        elif kind == 2:
            out[at] ^= 1 << dice.randrange(8)
        else:
            other = dice.randrange(0, end, 8)
            out[at : at + 64] = out[other : other + 64]
    return bytes(out[: len(log)])


def _hostile(bench: Bench) -> None:
    """A log that is not as this kernel writes it: the mount may fail, and so may what follows, but in good order."""
    load = workload(bench.seed, 25)
    image, memory = crash(bench, load.commands, bytes(128 * 1024))
    disk, log, dice = image.read_bytes(), memory.read_bytes(), random.Random(bench.seed)
    end, _ = _log_end(log)
    heads = [8, 12, *range(32, 64, 4)]  # where a change makes the most difference
    lines = [command("mount", "/", "rw"), command("last", CLIENT), command("graze", "/")]
    lines += [command("write", "/new", 30000, 1, 0), command("unmount", "/")]
    for number in range(bench.mutations // 5):
        image.write_bytes(disk)
        mutated = bytearray(_mutate(dice, log, end))
        if number % 4 == 0:
            mutated[dice.choice(heads)] = dice.randrange(256)
        memory.write_bytes(dice.randbytes(len(log)) if number == 1 else mutated)
        try:
            bench.rumpfs(image, lines, "-w", str(memory), seconds=20)
        except Wrong as wrong:
            raise Wrong(f"seed {bench.seed}, log {number}: {wrong}") from wrong


class _Recorded:
    """The disk as the records of the redo log say that it is."""

    def __init__(self, disk: bytes, bsize: int) -> None:
        self.disk, self.bsize = bytearray(disk), bsize
        self.at = self.number = 0

    def look(self, nvram: bytes, offset: int) -> None:
        """A part of the memory was written."""
        if offset == 0:
            self.at, self.number = struct.calcsize(HEAD), struct.unpack_from(HEAD, nvram)[5]
        while struct.unpack_from("<IIQ", nvram, self.at)[::2] == (MAGIC, self.number):
            _, length, _, answers, ranges = struct.unpack_from(RECORD, nvram, self.at)
            at = self.at + struct.calcsize(RECORD) + 24 * answers
            for _ in range(ranges):
                block, first, count = struct.unpack_from(RANGE, nvram, at)
                at += struct.calcsize(RANGE)
                to = block * self.bsize + first
                self.disk[to : to + count] = nvram[at : at + count]
                at += count + -count % 8
            self.at, self.number = self.at + length, self.number + 1


def _in_place(bench: Bench) -> None:
    """Whatever is written to the disk is what records say, those of operations that have ended."""
    image, memory, log = bench.image(8 * 1024, "-b", "1024"), bench.folder / "nvram", bench.folder / "log"
    nvram, recorded = bytearray(512 * 1024), _Recorded(image.read_bytes(), 1024)
    memory.write_bytes(nvram)
    options = ("-n", "2", "-s", str(bench.seed), "-w", str(memory), "-l", str(log))
    bench.succeed(image, [command("work", "/w", 8, 400, bench.seed)], *options)
    written = 0
    for kind, offset, data in records(log.read_bytes()):
        if kind == NVRAM:
            nvram[offset : offset + len(data)] = data
            recorded.look(nvram, offset)
        elif kind == WRITE:
            written += 1
            must(recorded.disk[offset : offset + len(data)] == data, f"write {written}, to {offset}, is of what is not recorded")
    must(written > 20, f"only {written} writes")


def tests() -> list[tuple[str, str, Callable[[Bench], None]]]:
    """This file's tests."""
    return [
        ("death-forged", "bytes behind the log's end are never taken for a record", _forged),
        ("death-hostile", "whatever is in the log, the kernel neither crashes nor hangs", _hostile),
        ("death-in-place", "nothing is written in place before its record is in the log", _in_place),
    ]
