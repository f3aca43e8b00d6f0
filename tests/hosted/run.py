"""
The built-in rump kernel in Linux processes, on images that e2fsprogs makes and judges. A line for each test: PASS name,
or FAIL name and why.

usage: run.py FOLDER_OF_PROGRAMS [--only PATTERN] [--list] [--mutations N] [--operations N]
              [--seed N]
"""

from __future__ import annotations

import argparse
import fnmatch
import sys
import tempfile
import traceback
from pathlib import Path

from checks import corrupt, death, images, journal, power, redolog, sockets, threads, twins, users, workloads
from checks.tools import Bench, Wrong


def collect() -> list[tuple[str, str, object]]:
    """Every test as (name, sentence, function of a Bench)."""
    modules = (images, workloads, users, journal, power, death, redolog, sockets, threads, twins, corrupt)
    return [test for module in modules for test in module.tests()]


def run_one(name: str, sentence: str, function, bench: Bench) -> bool:
    """Runs a test in a folder of its own."""
    try:
        with tempfile.TemporaryDirectory(prefix="hosted-") as folder:
            function(bench.at(Path(folder)))
    except Wrong as wrong:
        print(f"FAIL {name}: {sentence}, but {wrong}", flush=True)
        return False
    except Exception:  # a test that cannot run has failed; the others still run
        print(f"FAIL {name}: {traceback.format_exc()}", flush=True)
        return False
    print(f"PASS {name}", flush=True)
    return True


def main() -> int:
    """Runs what is asked for; exit status 1 if anything failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", type=Path)
    parser.add_argument("--only", default="*")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--mutations", type=int, default=200)
    parser.add_argument("--operations", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    chosen = [test for test in collect() if fnmatch.fnmatch(test[0], args.only)]
    if args.list:
        for name, sentence, _ in chosen:
            print(f"{name}: {sentence}")
        return 0
    bench = Bench(args.programs.resolve(), args.mutations, args.operations, args.seed)
    results = [run_one(name, sentence, function, bench) for name, sentence, function in chosen]
    print(f"{sum(results)} of {len(results)} tests passed")
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
