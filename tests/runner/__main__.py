"""
Finds the tests, runs them two at a time, and reports. Exit status: 0 all passed, 1 some failed, 2
used wrongly or nothing to run.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "runscripts"))
from runlib.errors import Stop  # noqa: E402
from runlib.system import build_kernel  # noqa: E402

from .execute import run_job  # noqa: E402
from .jobs import find_jobs  # noqa: E402
from .model import FAIL, PROJECT, Done, Job, Result  # noqa: E402
from .report import show, summary, write_junit  # noqa: E402

JUNIT = PROJECT / "build" / "test-results.xml"


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/run", description="Runs every test.")
    parser.add_argument("-k", metavar="PATTERN", default="", help="only jobs with this in the name")
    parser.add_argument("--list", action="store_true", help="show the jobs")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="at a time (default: 2)")
    options = parser.parse_args(argv)
    if options.jobs < 1:
        parser.error("--jobs takes a positive number")
    return options


def _run_all(jobs: list[Job], at_a_time: int) -> list[Done]:
    finished = []
    with ThreadPoolExecutor(at_a_time) as pool:
        waiting = [pool.submit(run_job, job) for job in jobs]
        try:
            for future in as_completed(waiting):
                finished.append(future.result())
                show(finished[-1])
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return finished


def _build_kernel() -> list[Done]:
    """Once, before the systems that need it. Result: nothing, or a failed job."""
    begin = time.monotonic()
    job = Job("kernel", ["make", "-C", "kernel"], "status")
    try:
        build_kernel()
        return []
    except Stop as stop:
        return [Done(job, [Result(FAIL, "kernel", "builds", str(stop))], time.monotonic() - begin)]


def main(argv: list[str]) -> int:
    """Runs what was asked for; result: the exit status."""
    options = _arguments(argv)
    jobs = [job for job in find_jobs() if options.k in job.name]
    if options.list:
        print("\n".join(job.name for job in jobs))
        return 0
    if not jobs:
        print(f"tests/run: no test has {options.k} in its name", file=sys.stderr)
        return 2
    begin = time.monotonic()
    broken = _build_kernel()
    for done in broken:
        show(done)
    finished = broken + _run_all(jobs, options.jobs)
    write_junit(finished, JUNIT)
    failed, line = summary(finished)
    print(f"{JUNIT.relative_to(PROJECT)} has the details; {time.monotonic() - begin:.0f} seconds")
    print(line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
