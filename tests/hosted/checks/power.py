"""
Loss of power: a workload's writes are logged, and the disk as it was after every prefix of the log,
with what was written since the last flush there or not sector by sector, must be whole and hold
everything that fsync or sync had acknowledged.
"""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterator

from .tools import Bench, Wrong, command, must

WRITE, FLUSH, MARK = 1, 2, 3
SECTOR = 512
KIB = 4096  # of the image
FOLDERS = ["/", "/a/", "/b/", "/a/c/"]


@dataclass
class Workload:
    """Commands, and what each mark says: which files are acknowledged, and which are in doubt until
    the next mark."""

    commands: list[str] = field(default_factory=list)
    acknowledged: list[dict[str, tuple[int, int]]] = field(default_factory=list)
    doubtful: list[set[str]] = field(default_factory=list)


class _Writer:
    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.load = Workload()
        self.now: dict[str, tuple[int, int]] = {}  # what there is
        self.safe: dict[str, tuple[int, int]] = {}  # what is acknowledged
        self.touched: set[str] = set()
        self.opened: set[int] = set()

    def say(self, *words: object) -> None:
        self.load.commands.append(command(*words))

    def mark(self) -> None:
        self.say("mark", len(self.load.acknowledged))
        self.load.acknowledged.append(dict(self.safe))
        if len(self.load.acknowledged) > 1:
            self.load.doubtful.append(set(self.touched))
        self.touched.clear()

    def name(self) -> str:
        return self.dice.choice(FOLDERS) + f"f{self.dice.randrange(8)}"

    def write(self, sync: bool) -> None:
        name, size, seed = self.name(), int(self.dice.expovariate(1 / 20000)), self.dice.randrange(1 << 20)
        self.touched.add(name)
        self.safe.pop(name, None)
        if name in self.now:
            self.say("unlink", name)
        self.say("write", name, size, seed, 0)
        self.now[name] = (size, seed)
        if sync:
            self.say("fsync", name)
            self.safe[name] = self.now[name]
            self.mark()

    def unlink(self) -> None:
        if not self.now:
            return
        name = self.dice.choice(sorted(self.now))
        self.say("unlink", name)
        self.touched.add(name)
        del self.now[name]
        self.safe.pop(name, None)

    def rename(self) -> None:
        if not self.now:
            return
        old, new = self.dice.choice(sorted(self.now)), self.name()
        if old == new:
            return
        self.say("rename", old, new)
        self.touched |= {old, new}
        self.now[new] = self.now.pop(old)
        self.safe.pop(old, None)
        self.safe.pop(new, None)

    def folder(self) -> None:
        name = self.dice.choice(FOLDERS) + f"d{self.dice.randrange(1000)}"
        self.say("mkdir", name, "755")
        self.say("many", name + "/m", self.dice.randrange(40), "make")
        if self.dice.random() < 0.5:
            self.say("rename", name, name + "x")

    def sync(self) -> None:
        self.say("sync")
        self.safe = dict(self.now)
        self.mark()

    def orphan(self) -> None:
        """A file that is open when its last name goes; it stays so until the end, or not."""
        name = f"/o{self.dice.randrange(1000)}"
        self.say("write", name, 30000, 1, 0)
        self.say("open", name, 0, 0)
        self.say("unlink", name)
        self.opened.add(min(set(range(100)) - self.opened))  # the lowest free descriptor
        if len(self.opened) > 3 or self.dice.random() < 0.3:
            self.say("close", min(self.opened))
            self.opened.remove(min(self.opened))

    def shorten(self) -> None:
        """A large file, shortened and made long again: many blocks go and come."""
        self.say("write", "/big", 500000, 1, 0)
        self.say("truncate", "/big", self.dice.randrange(400000))
        self.say("truncate", "/big", self.dice.randrange(600000))


def workload(seed: int, steps: int) -> Workload:
    """A random one."""
    w = _Writer(seed)
    w.say("mount", "/", "rw")
    for folder in FOLDERS[1:]:
        w.say("mkdir", folder.rstrip("/"), "755")
    w.sync()
    for _ in range(steps):
        roll = w.dice.random()
        if roll < 0.3:
            w.write(sync=True)
        elif roll < 0.6:
            w.write(sync=False)
        elif roll < 0.7:
            w.unlink()
        elif roll < 0.8:
            w.rename()
        elif roll < 0.88:
            w.folder()
        elif roll < 0.92:
            w.shorten()
        elif roll < 0.95:
            w.orphan()
        else:
            w.sync()
    for fd in sorted(w.opened):
        w.say("close", fd)
    w.say("unmount", "/")
    w.load.doubtful.append(set(w.touched))
    return w.load


def records(log: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Kind, offset or number, data."""
    at = 0
    while at < len(log):
        kind, length, offset = struct.unpack_from("<IIQ", log, at)
        at += 16
        yield kind, offset, log[at : at + length]
        at += length


@dataclass
class Disk:
    """What a disk with a volatile cache may hold. A flush says how many of all writes are stable."""

    stable: bytearray
    volatile: list[tuple[int, bytes]] = field(default_factory=list)
    writes: int = 0
    mark: int = -1

    def take(self, kind: int, offset: int, data: bytes) -> None:
        if kind == WRITE:
            self.volatile.append((offset, data))
            self.writes += 1
        elif kind == FLUSH:
            flushed = max(0, offset - (self.writes - len(self.volatile)))
            for at, part in self.volatile[:flushed]:
                self.stable[at : at + len(part)] = part
            del self.volatile[:flushed]
        elif kind == MARK:
            self.mark = offset

    def everything(self) -> bytearray:
        image = bytearray(self.stable)
        for at, part in self.volatile:
            image[at : at + len(part)] = part
        return image

    def something(self, dice: random.Random) -> bytearray:
        """Of the writes since the last flush some, in any order, and of each some sectors."""
        image = bytearray(self.stable)
        parts = list(self.volatile)
        dice.shuffle(parts)
        for at, part in parts:
            how = dice.random()
            for sector in range(0, len(part), SECTOR):
                if how < 0.4 or (how < 0.6 and dice.random() < 0.5):
                    image[at + sector : at + sector + SECTOR] = part[sector : sector + SECTOR]
        return image


def _judge(bench: Bench, image: Path, load: Workload, mark: int, how: str) -> None:
    """The disk must be whole and hold what is acknowledged."""
    doubt = load.doubtful[mark] if mark >= 0 else set()
    safe = load.acknowledged[mark] if mark >= 0 else {}
    if how == "e2fsck":
        bench.preen(image)
    sure = {name: what for name, what in safe.items() if name not in doubt}
    lines = [command("mount", "/", "rw")]
    lines += [command("check", name, size, seed) for name, (size, seed) in sure.items()]
    run = bench.rumpfs(image, [*lines, command("unmount", "/")])
    wanted = [0, *(size for size, _ in sure.values()), 0]
    for answer, want in zip(run.answers, wanted):
        must(answer.value == want, f"{answer.command} gives {answer.value}, not {want}: {run.said}")
    bench.fsck(image)


def cut(bench: Bench, seed: int, steps: int, cuts: int, ignore_sync: bool = False, tell: bool = False) -> int:
    """Runs a workload and looks at cuts of its log, all if cuts is 0. Result: how many were looked at."""
    image = bench.image(KIB, "-t", "ext3", "-b", "1024", name="first")
    first = bytearray(image.read_bytes())
    load = workload(seed, steps)
    log = bench.folder / "log"
    run = bench.rumpfs(image, load.commands, "-s", str(seed + 1), "-L" if ignore_sync else "-l", str(log))
    for answer in run.answers:
        must(answer.value >= 0, f"{answer.command} gives {answer.value}: {run.said}")
    bench.fsck(image)
    taken = list(records(log.read_bytes()))
    flushes = sum(kind == FLUSH for kind, _, _ in taken)
    must(flushes > 10 or ignore_sync, f"there were {flushes} flushes")
    dice = random.Random(seed)
    chosen = set(range(len(taken))) if cuts == 0 else set(dice.sample(range(len(taken)), min(cuts, len(taken))))
    disk = Disk(first)
    victim = bench.folder / "victim"
    for number, record in enumerate(taken):
        disk.take(*record)
        if number not in chosen:
            continue
        how = ("all", "some", "e2fsck")[number % 3]
        victim.write_bytes(disk.everything() if how == "all" and not ignore_sync else disk.something(dice))
        try:
            _judge(bench, victim, load, disk.mark, how)
        except Wrong as wrong:
            raise Wrong(f"seed {seed}, cut behind record {number} of {len(taken)} ({how}): {wrong}") from wrong
    if tell:
        print(f"seed {seed}: {len(taken)} records, {flushes} flushes, {len(chosen)} cuts")
    return len(chosen)


def _cuts(bench: Bench) -> None:
    looked = sum(cut(bench, bench.seed * 100 + i, 40, 60) for i in range(2))
    must(looked > 100, f"only {looked} cuts")


def _ignored(bench: Bench) -> None:
    """A device that ignores flushes loses what was acknowledged: if that is not seen, nothing is."""
    for i in range(3):
        try:
            cut(bench, bench.seed * 100 + 50 + i, 40, 60, ignore_sync=True)
        except Wrong:
            return
    raise Wrong("nothing was found wrong with a device that ignores flushes")


def tests() -> list[tuple[str, str, Callable[[Bench], None]]]:
    """This file's tests."""
    return [
        ("power-cuts", "after a loss of power the disk is whole and what fsync acknowledged is there", _cuts),
        ("power-ignored", "a device that ignores flushes is found out", _ignored),
    ]
