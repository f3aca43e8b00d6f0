"""
Death of the rump kernel: everything that reaches the disk and the memory beside it is logged, and a kernel that finds
what was there after any prefix of the log must see every operation that had answered, the one that was going on
happened or not, and must say which.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from .power import records
from .tools import Answer, Bench, Wrong, command, must

WRITE, MARK, NVRAM = 1, 3, 4
CLIENT = 1
FOLDERS = ["/", "/a/", "/b/", "/a/c/"]
SILENT = ("mark", "sync", "open", "close", "fsync")  # change no name and no file


@dataclass
class Workload:
    """Commands, each followed by a mark."""

    dice: random.Random
    commands: list[str] = field(default_factory=list)
    files: set[str] = field(default_factory=set)
    opened: set[int] = field(default_factory=set)

    def say(self, *words: object) -> None:
        self.commands.append(command(*words))

    def name(self) -> str:
        return self.dice.choice(FOLDERS) + f"f{self.dice.randrange(12)}"

    def some(self) -> str:
        return self.dice.choice(sorted(self.files))

    def write(self) -> None:
        name = self.name()
        size, seed = int(self.dice.expovariate(1 / 9000)), self.dice.randrange(1 << 20)
        self.say("write", name, size, seed, self.dice.choice([0, 0, 700, 9000]))
        self.files.add(name)

    def remove(self) -> None:
        name = self.some()
        if self.dice.random() < 0.3:  # open, and so an orphan until it is closed
            self.say("open", name, 0, 0)
            self.opened.add(min(set(range(100)) - self.opened))
        self.say("unlink", name)
        self.files.remove(name)
        if len(self.opened) > 2:
            self.say("close", min(self.opened))
            self.opened.remove(min(self.opened))

    def rename(self) -> None:
        old, new = self.some(), self.name()
        if old != new:
            self.say("rename", old, new)
            self.files.remove(old)
            self.files.add(new)

    def link(self) -> None:
        old, new = self.some(), self.name()
        if new not in self.files:
            self.say("link", old, new)
            self.files.add(new)

    def shorten(self) -> None:
        self.say("truncate", self.some(), self.dice.randrange(20000))

    def folder(self) -> None:
        name = self.dice.choice(FOLDERS) + f"d{self.dice.randrange(10000)}"
        self.say("mkdir", name, "755")
        self.say("chmod", name, "700")
        self.say("symlink", "x" * self.dice.randrange(1, 200), name + "/l")
        if self.dice.random() < 0.7:
            self.say("unlink", name + "/l")
            self.say("rmdir", name)

    def sync(self) -> None:
        self.say("sync")


def workload(seed: int, steps: int) -> Workload:
    """A random one, whose every command succeeds."""
    w = Workload(random.Random(seed))
    for folder in FOLDERS[1:]:
        w.say("mkdir", folder.rstrip("/"), "755")
    w.write()
    steps_of = [w.write] * 5 + [w.remove] * 2 + [w.rename] * 2 + [w.link, w.shorten, w.folder, w.sync]
    for _ in range(steps):
        step = w.dice.choice(steps_of)
        if w.files or step in (w.write, w.folder, w.sync):
            step()
    for fd in sorted(w.opened):
        w.say("close", fd)
    return w


def _states(bench: Bench, load: Workload, *mke2fs: str) -> list[list[str]]:
    """The tree before the first command, and after each."""
    image = bench.image(KIB, *mke2fs, name="model")
    lines = [command("walk", "/")]
    for line in load.commands:
        lines += [line, command("walk", "/")]
    run = bench.succeed(image, lines)
    return [answer.text for answer in run.answers[1:-1:2]]


KIB = 6144  # of the image: an ext3 journal fits


def _same(tree: list[str], wanted: list[str], but: str | None) -> bool:
    """but: a file that may be as it is, under each of its names."""
    written = [line.split()[:7] for line in wanted if line.split()[7] == but]
    names = {line.split()[7] for line in wanted if line.split()[:7] in written}

    def rest(lines: list[str]) -> list[str]:
        return sorted(line for line in lines if line.split()[7] not in names)

    return rest(tree) == rest(wanted)


@dataclass
class _Judge:
    bench: Bench
    load: Workload
    states: list[list[str]]

    def _check(self, done: int, tree: list[str], last: int) -> None:
        """done: commands whose answer was there."""
        count = len(self.load.commands)
        # what counts in a line's number: the mount is line 1, and each command is followed by its mark
        spoken = [2 + 2 * i for i in range(count)]
        answered = [spoken[i] for i in range(done) if self.load.commands[i].split()[0] not in SILENT]
        current = spoken[done] if done < count else None
        right = last in (0, *answered[-1:], current) and (last or not answered)
        must(right, f"the last operation is {last}, not {answered[-1:]} or {current}")
        if last != current:
            must(_same(tree, self.states[done], None), f"the tree is {tree}, not {self.states[done]}")
            return
        words = self.load.commands[done].split()
        but = words[1] if words[0] == "write" else None  # it opens, and writes a piece at a time
        must(_same(tree, self.states[done + 1], but), f"the tree is {tree}, not {self.states[done + 1]}")

    def look(self, image: bytes, nvram: bytes, done: int, unmounted: bool) -> None:
        disk, memory = self.bench.folder / "victim", self.bench.folder / "victim.nvram"
        disk.write_bytes(image)
        memory.write_bytes(nvram)
        lines = [command("mount", "/", "rw"), command("last", CLIENT), command("walk", "/"), command("unmount", "/")]
        run = self.bench.rumpfs(disk, lines, "-w", str(memory))
        for answer in run.answers:
            must(answer.value >= 0, f"{answer.command} gives {answer.value}: {run.said}")
        last = _number(run.answers[1])
        if not unmounted:
            self._check(done, run.answers[2].text, last)
        else:  # what was last is forgotten with the mount
            must(_same(run.answers[2].text, self.states[done], None), f"the tree is {run.answers[2].text}")
        self.bench.fsck(disk)


def _number(answer: Answer) -> int:
    return int(answer.text[0].split()[0])


def die(bench: Bench, seed: int, steps: int, cuts: int, nvram_kib: int, *mke2fs: str) -> int:
    """Runs a workload and looks at cuts of its log, all if cuts is 0. Result: how many."""
    load = workload(seed, steps)
    judge = _Judge(bench, load, _states(bench, load, *mke2fs))
    image, memory = bench.image(KIB, *mke2fs, name="first"), bench.folder / "nvram"
    disk, nvram = bytearray(image.read_bytes()), bytearray(nvram_kib * 1024)
    memory.write_bytes(nvram)
    lines = [command("mount", "/", "rw")]
    for i, line in enumerate(load.commands):
        lines += [line, command("mark", i + 1)]
    lines.append(command("unmount", "/"))
    log = bench.folder / "log"
    run = bench.rumpfs(image, lines, "-s", str(seed + 1), "-w", str(memory), "-l", str(log))
    for answer in run.answers:
        must(answer.value >= 0, f"{answer.command} gives {answer.value}: {run.said}")
    bench.fsck(image)
    taken = list(records(log.read_bytes()))
    dice = random.Random(seed)
    chosen = set(range(len(taken))) if cuts == 0 else set(dice.sample(range(len(taken)), min(cuts, len(taken))))
    done = 0
    for number, (kind, offset, data) in enumerate(taken):
        if kind == MARK:
            done = offset
        elif kind in (WRITE, NVRAM):
            into = disk if kind == WRITE else nvram
            into[offset : offset + len(data)] = data
        if number not in chosen:
            continue
        try:
            judge.look(bytes(disk), bytes(nvram), done, int.from_bytes(nvram[8:12], "little") == 0)
        except Wrong as wrong:
            raise Wrong(f"seed {seed}, death behind record {number} of {len(taken)}: {wrong}") from wrong
    return len(chosen)


def _threads(kind: str, rounds: int, cuts: int) -> Callable[[Bench], None]:
    """Operations that overlap are recorded together: whatever part of the log is there, the disk is whole."""

    def test(bench: Bench) -> None:
        image, memory, log = bench.image(8 * 1024, "-b", "1024"), bench.folder / "nvram", bench.folder / "log"
        disk, nvram = bytearray(image.read_bytes()), bytearray(512 * 1024)
        memory.write_bytes(nvram)
        options = ("-n", "2", "-s", str(bench.seed), "-w", str(memory), "-l", str(log))
        run = bench.succeed(image, [command("work", "/w", 4, rounds, bench.seed)], *options, kind=kind)
        must(run.value(1) == 0, f"{run.value(1)} surprises: {run.said[-1500:]}")
        bench.fsck(image)
        taken = list(records(log.read_bytes()))
        chosen = set(random.Random(bench.seed).sample(range(len(taken)), cuts))
        victim = bench.folder / "victim"
        for number, (kind_of, offset, data) in enumerate(taken):
            if kind_of in (WRITE, NVRAM):
                into = disk if kind_of == WRITE else nvram
                into[offset : offset + len(data)] = data
            if number in chosen:
                victim.write_bytes(disk)
                memory.write_bytes(nvram)
                bench.succeed(victim, [], "-w", str(memory))
                bench.fsck(victim)

    return test


def _full(bench: Bench) -> None:
    """A directory that grows by an indirect block, for which there is room, and by one for its names, for which there is none."""
    image, memory, log = bench.image(1024, "-b", "1024"), bench.folder / "nvram", bench.folder / "log"
    disk, nvram = bytearray(image.read_bytes()), bytearray(256 * 1024)
    memory.write_bytes(nvram)
    lines = [command("mount", "/", "rw"), command("mkdir", "/folder", "755"), command("write", "/spare", 1, 1, 0)]
    lines += [command("link", "/spare", f"/folder/{i:0255}") for i in range(36)]  # 12 blocks of three
    lines += [command("write", "/last", 1, 1, 0), command("write", "/fill", 1 << 20, 1, 0), command("unlink", "/last")]
    lines += [command("statfs", "/"), command("mark", 1), command("link", "/spare", "/folder/" + "x" * 255), command("crash")]
    run = bench.rumpfs(image, lines, "-w", str(memory), "-l", str(log), may_fail=True)
    must(run.answers[-3].text[0].split()[3] == "1", f"not one block is free: {run.answers[-3].text}")
    must(run.answers[-1].value == -28, f"the link gives {run.answers[-1].value}")
    looked = marked = 0
    for kind, offset, data in records(log.read_bytes()):
        marked |= kind == MARK
        if kind in (WRITE, NVRAM):
            into = disk if kind == WRITE else nvram
            into[offset : offset + len(data)] = data
        if marked:
            image.write_bytes(disk)
            memory.write_bytes(nvram)
            bench.succeed(image, [], "-w", str(memory))
            bench.fsck(image)
            looked += 1
    must(looked > 2, f"only {looked} deaths were looked at")


def _read_only(bench: Bench) -> None:
    """What was recovered is not recovered again, even if nobody has written since."""
    image, memory = crash(bench, [command("mkdir", "/folder", "755")], bytes(128 * 1024))
    lines = [command("mount", "/", "ro"), command("stat", "/folder"), command("unmount", "/")]
    for recovered in (True, False):
        run = bench.rumpfs(image, lines, "-w", str(memory))
        must([answer.value for answer in run.answers] == [0, 0, 0], f"{run.answers}: {run.said}")
        must(("were recovered" in run.said) == recovered, f"the rump kernel says {run.said}")
    memory.write_bytes(bytes(128 * 1024))
    image, memory = crash(bench, [command("mkdir", "/folder", "755")], bytes(128 * 1024))
    lines = [command("mount", "/", "ro"), command("remount", "/", "rw"), command("last", CLIENT), command("unmount", "/")]
    run = bench.rumpfs(image, lines, "-w", str(memory))
    must(_number(run.answers[2]) == 2, f"the last operation is {run.answers[2].text}")


def crash(bench: Bench, lines: list[str], nvram: bytes) -> tuple[Path, Path]:
    """A disk, and the memory beside it, of a kernel that died behind some commands."""
    image, memory = bench.image(KIB, *VARIANTS["ext2"]), bench.folder / "nvram"
    memory.write_bytes(nvram)
    run = bench.rumpfs(image, [command("mount", "/", "rw"), *lines, command("crash")], "-w", str(memory), may_fail=True)
    for answer in run.answers:
        must(answer.value >= 0, f"{answer.command} gives {answer.value}: {run.said}")
    return image, memory


VARIANTS = {
    "ext2": ("-t", "ext2", "-b", "1024"),
    "ext2-4096": ("-t", "ext2", "-b", "4096"),
    "ext3": ("-t", "ext3", "-b", "1024"),
}


def _deaths(name: str, nvram_kib: int) -> Callable[[Bench], None]:
    def test(bench: Bench) -> None:
        die(bench, bench.seed, 40, 50, nvram_kib, *VARIANTS[name])

    return test


def tests() -> list[tuple[str, str, Callable[[Bench], None]]]:
    """This file's tests."""
    what = "a kernel that dies is followed by one that has every acknowledged operation"
    return [
        ("death-ext2", what, _deaths("ext2", 128)),
        ("death-ext2-4096", what, _deaths("ext2-4096", 1024)),
        ("death-ext3", what, _deaths("ext3", 128)),
        ("death-full", "a directory that cannot grow loses no block, wherever the kernel dies", _full),
        ("death-read-only", "a log is recovered once, by a mount that only reads too", _read_only),
        ("death-threads", "a kernel that dies with four threads at work leaves a whole disk", _threads("asan", 60, 40)),
        ("death-threads-tsan", "no data race between operations that are recorded together", _threads("tsan", 60, 1)),
    ]
