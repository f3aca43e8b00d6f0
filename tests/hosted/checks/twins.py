"""
Random operations, repeatably by a seed: compared with Linux, which does the same in a folder of its own, and on few
names that several threads fight for, where e2fsck judges what is left. The cases of bugs that were found so come last,
each as a test of its own.
"""

from __future__ import annotations

import shutil
from typing import Callable, Iterator

from .tools import Bench, Run, command, must

MIB = 1024
PIECE = 4000  # operations of one run: more become more runs, with seeds of their own
THREADS = 4
BLOCKS = [1024, 2048, 4096]
SMALL = ["-v", "64", "-b", "1024"]  # vnodes and KiB of buffers: few, so that they are used again and again
TINY = ["-v", "16", "-b", "1024"]
DUELS = 5  # until two threads have met
TREE_LEAST = 15  # names that every thread's tree must have at the end, or nothing has been tested


def _runs(bench: Bench, threads: int) -> Iterator[tuple[int, int]]:
    """The runs that the operations are split into: seed and operations of each thread."""
    left, seed = max(1, bench.operations // threads), bench.seed * 1000
    while left > 0:
        yield seed, min(left, PIECE)
        left, seed = left - PIECE, seed + 1


def _needed(run: Run, seed: int, *names: str) -> None:
    missing = [name for name in names if run.counts().get(name, 0) == 0]
    must(not missing, f"seed {seed}: it never happened: {', '.join(missing)}")


def _twin(kind: str, block: int, threads: int) -> Callable[[Bench], None]:
    """Compared while it is mounted, and once more from the disk."""
    cpus = "1" if threads == 1 else "2"

    def one(bench: Bench, seed: int, operations: int) -> None:
        image = bench.image(128 * MIB, "-b", str(block), "-N", "4096")
        twin = bench.folder / "twin"
        twin.mkdir(mode=0o755)
        options = ["-n", cpus, "-s", str(seed), *SMALL]
        work = command("twin", "/twin", twin, threads, operations, seed)
        run = bench.succeed(image, [command("mkdir", "/twin", "755"), work, command("counts")], *options, kind=kind)
        must(run.value(2) == 0, f"seed {seed}: {run.value(2)} differences: {run.said[-1500:]}")
        _needed(run, seed, "bio_done", "bio_sync", *(["mutex_contended", "cv_woken"] if threads > 1 else []))
        names = sum(1 for _ in twin.rglob("*"))
        must(names >= TREE_LEAST * threads or operations < PIECE // 8, f"seed {seed}: only {names} names are left")
        again = bench.succeed(image, [command("compare", "/twin", twin)], *options)
        must(again.value(1) == 0, f"seed {seed}: {again.value(1)} differences on the disk: {again.said[-1500:]}")
        bench.fsck(image)
        shutil.rmtree(twin)

    def test(bench: Bench) -> None:
        for seed, operations in _runs(bench, threads):
            one(bench, seed, operations)

    return test


def _scramble(kind: str, block: int, names: int) -> Callable[[Bench], None]:
    """A disk so small that it is full now and then."""

    def one(bench: Bench, seed: int, operations: int) -> None:
        image = bench.image(2 * MIB, "-b", str(block), "-N", "256")
        work = command("scramble", "/s", THREADS, operations, names, seed)
        lines = [command("mkdir", "/s", "777"), work, command("counts")]
        run = bench.succeed(image, lines, "-n", "2", "-s", str(seed), *TINY, kind=kind)
        must(run.value(2) > operations // 4, f"seed {seed}: only {run.value(2)} operations succeeded")
        _needed(run, seed, "mutex_contended", "rw_contended", "cv_woken", "bio_done")
        bench.fsck(image)

    def test(bench: Bench) -> None:
        for seed, operations in _runs(bench, THREADS):
            one(bench, seed, operations)

    return test


def _duel(kind: str, which: str, rounds: int) -> Callable[[Bench], None]:
    def fight(bench: Bench) -> Run:
        image = bench.image(2 * MIB, "-b", "1024")
        lines = [command("mkdir", path, "755") for path in ("/a", "/a/b", "/a/b/c")]
        lines += [command("duel", which, "/", rounds), command("counts")]
        run = bench.succeed(image, lines, "-n", "2", kind=kind)
        must(run.value(4) == 0, f"{run.value(4)} surprises")
        bench.fsck(image)
        return run

    def test(bench: Bench) -> None:
        """A loaded machine may let one of the two run alone: then they fight again."""
        for _ in range(DUELS):
            run = fight(bench)
            if run.counts().get("rw_contended", 0) > 0:
                return
        _needed(run, 0, "rw_contended")

    return test


def tests() -> list[tuple[str, str, Callable[[Bench], None]]]:
    """The tests of this module."""
    return [
        *((f"twin-{b}", f"random operations do what Linux does, blocks of {b}", _twin("asan", b, 1)) for b in BLOCKS),
        ("twin-threads-tsan", "so they do from four threads, without data races", _twin("tsan", 1024, THREADS)),
        *((f"scramble-{b}", f"threads fight for names, blocks of {b}", _scramble("asan", b, 4)) for b in BLOCKS),
        ("scramble-tsan", "threads fight for names without data races", _scramble("tsan", 1024, 4)),
        ("scramble-two-names-tsan", "threads fight for two names without data races", _scramble("tsan", 4096, 2)),
        ("duel-ancestor", "a rename onto an ancestor of the file's folder ends", _duel("asan", "ancestor", 2000)),
        ("duel-last-tsan", "what a thread did with a vnode comes before another frees it", _duel("tsan", "last", 8000)),
    ]
