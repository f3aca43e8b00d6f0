"""
Loss of power on a machine: the log that its block server kept, cut at its records. A mark says that from then on the folder
/mark-NUMBER is on the disk, as it is at mark 0, from which on nothing is promised any more.
"""

from __future__ import annotations

import random
import struct
import sys
from pathlib import Path

from .power import FLUSH, MARK, WRITE, Disk, records
from .tools import Bench, Wrong, command, must

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "runscripts"))
from runlib.errors import Stop  # noqa: E402  (the reader of images is that of runscripts/run)
from runlib.ext2 import Ext2  # noqa: E402
from runlib.listing import Entry, differences  # noqa: E402

END = 0  # the number of the last mark
Record = tuple[int, int, bytes]


def _read(log: Path, size: int) -> list[Record]:
    """The records of a log for a disk of so many bytes."""
    try:
        found = list(records(log.read_bytes()))
    except struct.error:
        raise Wrong(f"{log} is no log of writes, or not a whole one") from None
    for kind, offset, data in found:
        wrong = kind not in (WRITE, FLUSH, MARK) or (kind == WRITE and offset + len(data) > size)
        must(not wrong, f"{log} is no log of writes to this disk")
    return found


def _recovered(bench: Bench, image: bytes, how: str) -> list[Entry]:
    """What is on a disk when the rump kernel, or e2fsck before it, has looked after it; e2fsck must find nothing then."""
    victim = bench.folder / "victim"
    victim.write_bytes(image)
    if how == "e2fsck":
        bench.preen(victim)
    for answer in bench.rumpfs(victim, [command("mount", "/", "rw"), command("unmount", "/")]).answers:
        must(answer.value == 0, f"{answer.command} gives {answer.value}")
    bench.fsck(victim)
    try:
        return Ext2(victim).entries()
    except Stop as stop:
        raise Wrong(str(stop)) from None


def _of_mark(entries: list[Entry], number: int) -> list[Entry]:
    folder = b"mark-%d" % number
    return [entry for entry in entries if entry.path == folder or entry.path.startswith(folder + b"/")]


def _promised(bench: Bench, first: bytes, log: list[Record]) -> dict[int, list[Entry]]:
    """For each mark, what is in its folder at mark 0 if nothing is lost."""
    disk, marks = Disk(bytearray(first)), []
    for record in log:
        disk.take(*record)
        if record[0] == MARK and record[1] == END:
            break
        marks += [record[1]] * (record[0] == MARK)
    must(marks and disk.mark == END, "the log has no mark 0, or none before it")
    entries = _recovered(bench, bytes(disk.everything()), "all")
    for number in marks:
        must(len(_of_mark(entries, number)) > 1, f"there is nothing in /mark-{number} in the end")
    return {number: _of_mark(entries, number) for number in marks}


def _judge(bench: Bench, disk: Disk, how: str, dice: random.Random, promised: dict[int, list[Entry]]) -> None:
    image = disk.everything() if how == "all" else disk.something(dice)
    entries = _recovered(bench, bytes(image), how)
    for number, wanted in promised.items():
        if disk.mark == END or number > disk.mark:
            continue
        wrong = differences(wanted, _of_mark(entries, number))
        must(not wrong, f"mark {disk.mark} was set, but {wrong[:1]}")


def replay(bench: Bench, log: Path, first: Path, seed: int, cuts: int, ignore_sync: bool) -> str:
    """Looks at cuts of a log, all if cuts is 0. Result: what to say about them."""
    begin = first.read_bytes()
    taken = _read(log, len(begin))
    promised = _promised(bench, begin, taken)
    flushes = sum(record[0] == FLUSH for record in taken)
    if ignore_sync:
        taken = [record for record in taken if record[0] != FLUSH]
    dice = random.Random(seed)
    everywhere = range(len(taken))
    chosen = set(everywhere) if cuts == 0 else set(dice.sample(everywhere, min(cuts, len(taken))))
    disk = Disk(bytearray(begin))
    for number, record in enumerate(taken):
        disk.take(*record)
        if number not in chosen:
            continue
        how = ("all", "some", "e2fsck")[number % 3]
        try:
            _judge(bench, disk, "some" if ignore_sync else how, dice, promised)
        except Wrong as wrong:
            raise Wrong(f"{log.name}, cut behind record {number} of {len(taken)} ({how}): {wrong}") from wrong
    return f"{log.name}: {len(taken)} records, {flushes} flushes, {len(promised)} marks, {len(chosen)} cuts"
