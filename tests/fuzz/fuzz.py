"""
Fuzzes the built-in rump kernel, and replays what was found.

usage: fuzz.py [--seconds N]    lets libFuzzer work; status 1 if it found something
       fuzz.py --check          replays corpus/: a line PASS, FAIL or SKIP for each input
       fuzz.py --judge          replays all that the fuzzer has collected, with e2fsck after each
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parents[1] / "build" / "fuzz"
CORPUS, OPEN = HERE / "corpus", HERE / "corpus" / "open"
GROWN, FOUND = OUT / "corpus", OUT / "found"
LONGEST = 600  # bytes of an input
HANG = 10  # seconds; replay.c knows them too
SAYS = re.compile(r"fuzz: |panic|runtime error|SUMMARY: ")
ENVIRONMENT = {**os.environ, "FUZZ_IMAGES": str(OUT / "images"), "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}


def _call(command: list[str | Path]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, errors="replace", check=False)


def replay(inputs: list[Path]) -> str:
    """Runs inputs in one process; result: what is wrong, empty if nothing is."""
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "disk.img"
        done = _call([OUT / "replay", "-o", image, *inputs])
        if done.returncode == -14:
            return f"it does not end within {HANG} seconds"
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if SAYS.search(line)]
            return said[0] if said else f"status {done.returncode}: {done.stderr.strip()[-200:]}"
        if not image.exists():
            return ""
        check = _call(["e2fsck", "-fn", image])
        return f"e2fsck says {check.stdout.strip().splitlines()[1:4]}" if check.returncode else ""


def check() -> int:
    """Every input of corpus/ alone, and all together. What is in open/ is known, and not repaired yet."""
    inputs, failed = sorted(file for file in CORPUS.iterdir() if file.is_file()), 0
    for file in inputs:
        wrong = replay([file])
        failed += bool(wrong)
        print(f"FAIL {file.name}: {wrong}" if wrong else f"PASS {file.name}: mounts, works and unmounts as it must")
    wrong = replay(inputs * 3)
    failed += bool(wrong)
    print(f"FAIL together: {wrong}" if wrong else "PASS together: one after another in one rump kernel, three times")
    for file in sorted(OPEN.iterdir()) if OPEN.is_dir() else []:
        wrong = replay([file])
        print(f"SKIP {file.name}: known: {wrong}" if wrong else f"PASS {file.name}: is repaired")
    return 1 if failed else 0


def judge() -> int:
    """What the fuzzer collected because it was new, judged by e2fsck."""
    inputs, failed = sorted(GROWN.iterdir()) if GROWN.is_dir() else [], 0
    for file in inputs:
        wrong = replay([file])
        if wrong:
            failed += 1
            print(f"{file}: {wrong}")
    print(f"{len(inputs)} inputs, {failed} of them wrong")
    return 1 if failed else 0


def fuzz(seconds: int) -> int:
    """libFuzzer in one process after another, which goes on after a finding; then what it found, each kind once."""
    for folder in (GROWN, FOUND):
        folder.mkdir(parents=True, exist_ok=True)
    for file in FOUND.iterdir():
        file.unlink()
    command = [OUT / "target", "-fork=1", "-ignore_crashes=1", "-ignore_timeouts=1", "-ignore_ooms=1"]
    command += [f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={HANG}", f"-artifact_prefix={FOUND}/"]
    subprocess.run([*command, GROWN, CORPUS], env=ENVIRONMENT, check=False)
    kinds: dict[str, list[Path]] = {}
    for file in sorted(FOUND.iterdir(), key=lambda file: file.stat().st_size):
        wrong = replay([file]) or "only after other inputs"
        kinds.setdefault(re.sub(r"\d+", "N", wrong), []).append(file)
    for wrong, files in kinds.items():
        print(f"found {len(files)} times: {wrong}: {files[0]}")
    return 1 if kinds else 0


def main() -> int:
    """Result: the exit status."""
    parser = argparse.ArgumentParser(description="Fuzzes the built-in rump kernel.")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--judge", action="store_true")
    args = parser.parse_args()
    if args.seconds <= 0:
        parser.error("--seconds takes a positive number")
    return check() if args.check else judge() if args.judge else fuzz(args.seconds)


if __name__ == "__main__":
    sys.exit(main())
