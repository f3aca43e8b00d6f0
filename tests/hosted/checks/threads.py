"""Many threads at once, and proof that what was meant to happen has happened."""

from __future__ import annotations

from typing import Callable

from .tools import Bench, command, must

KIB = 1024
# What a run with several threads must have used; a run that has not proves nothing.
NEEDED = [
    "mutex_contended",
    "cv_wait",
    "cv_woken",
    "cv_broadcast",
    "bio",
    "bio_done",
    "bio_sync",
    "thread_create",
    "unscheduled",
    "clock_gettime",
]


def _work(kind: str, cpus: int, threads: int, rounds: int) -> Callable[[Bench], None]:
    def test(bench: Bench) -> None:
        image = bench.image(16 * KIB, "-b", "1024")
        lines = [command("work", "/w", threads, rounds, bench.seed), command("counts")]
        run = bench.succeed(image, lines, "-n", str(cpus), "-s", str(bench.seed), kind=kind)
        must(run.value(1) == 0, f"{run.value(1)} surprises: {run.said[-1500:]}")
        missing = [name for name in NEEDED if run.counts().get(name, 0) == 0]
        must(not missing, f"it never happened: {', '.join(missing)}")
        bench.fsck(image)

    return test


def tests() -> list[tuple[str, str, Callable[[Bench], None]]]:
    """The tests of this module."""
    return [
        ("threads", "four threads on one rump CPU", _work("asan", 1, 4, 200)),
        ("threads-2cpus", "four threads on two rump CPUs", _work("asan", 2, 4, 200)),
        ("threads-2cpus-tsan", "no data race between two rump CPUs", _work("tsan", 2, 4, 100)),
    ]
