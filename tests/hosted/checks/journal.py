"""The journal: recovery of what Linux's tools wrote and of what they read, bad ones, full ones, failing ones."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path
from typing import Callable

from .tools import Bench, command, must

EXT3 = ("-t", "ext3", "-b", "1024")
ENOSPC, EIO, EROFS, EINVAL = 28, 5, 30, 22


def _crash(bench: Bench, image: Path, lines: list[str], *options: str) -> None:
    """Commands, then the power goes."""
    run = bench.rumpfs(image, [command("mount", "/", "rw"), *lines, command("crash")], *options, may_fail=True)
    for answer in run.answers:
        must(answer.value >= 0, f"{answer.command} gives {answer.value}: {run.said}")


def _preen(bench: Bench, image: Path) -> None:
    done = subprocess.run(["e2fsck", "-p", str(image)], capture_output=True, text=True, check=False)
    must(done.returncode in (0, 1), f"e2fsck -p ends with {done.returncode}: {done.stdout}")
    bench.fsck(image)


def _theirs(bench: Bench) -> None:
    """e2fsprogs recovers what we left, at every block size, and debugfs's journal is recovered by us."""
    for bsize in ("1024", "2048", "4096"):
        image = bench.image(24 * 1024, "-t", "ext3", "-b", bsize)
        lines = [command("many", "/n", 500, "make"), command("write", "/f", 700000, 3, 0), command("fsync", "/f")]
        _crash(bench, image, lines)
        copy = bench.folder / "copy"
        copy.write_bytes(image.read_bytes())
        _preen(bench, copy)
        for disk in (copy, image):
            run = bench.succeed(disk, [command("check", "/f", 700000, 3), command("many", "/n", 500, "remove")])
            must(("recovered" in run.said) == (disk == image), f"recovery is not where it should be: {run.said}")
            bench.fsck(disk)


def _debugfs(image: Path, *requests: str) -> None:
    script = "\n".join(requests)
    done = subprocess.run(["debugfs", "-w", str(image)], input=script, capture_output=True, text=True, check=False)
    must(done.returncode == 0, f"debugfs says {done.stderr}")


def _ours(bench: Bench) -> None:
    """A journal that debugfs wrote: a block written, one that begins with the magic, and one revoked after it."""
    image = bench.image(8192, *EXT3)
    bench.succeed(image, [command("write", "/f", 4096, 1, 0), command("sync")])
    data = bench.folder / "data"
    blocks = [5000, 5001, 5002]
    data.write_bytes(b"\xc0\x3b\x39\x98" + b"A" * 1020 + b"B" * 1024 + b"C" * 1024)
    _debugfs(
        image,
        "jo",
        f"jw -b {','.join(map(str, blocks))} {data}",
        "jc",
        "jo",
        f"jw -r {blocks[1]}",
        "jc",
    )
    raw = image.read_bytes()
    must(struct.unpack_from("<I", raw, 1024 + 96)[0] & 4, "debugfs has not asked for recovery")
    run = bench.rumpfs(image, [command("mount", "/", "rw"), command("check", "/f", 4096, 1), command("unmount", "/")])
    must([a.value for a in run.answers] == [0, 4096, 0], f"the results are {run.answers}: {run.said}")
    after = image.read_bytes()
    found = [after[b * 1024 : b * 1024 + 8] for b in blocks]
    must(found == [b"\xc0\x3b\x39\x98AAAA", raw[blocks[1] * 1024 :][:8], b"CCCCCCCC"], f"the blocks hold {found}: {run.said}")
    bench.fsck(image)


def _readonly(bench: Bench) -> None:
    """A read-only mount of a writable device recovers; one of a read-only device says what it does not."""
    image = bench.image(8192, *EXT3)
    _crash(bench, image, [command("write", "/f", 4096, 1, 0), command("sync")])
    lines = [command("mount", "/", "ro"), command("unmount", "/")]
    before = image.read_bytes()
    run = bench.rumpfs(image, lines, "-r")
    must([a.value for a in run.answers] == [0, 0] and "not seen" in run.said, f"it says {run.said}")
    must(image.read_bytes() == before, "a read-only device was written")
    run = bench.rumpfs(image, [lines[0], command("check", "/f", 4096, 1), lines[1]])
    must([a.value for a in run.answers] == [0, 4096, 0] and "recovered" in run.said, f"it says {run.said}")
    bench.fsck(image)


def _bad(bench: Bench) -> None:
    """Journals that cannot be: each is refused in words, and nothing is written."""
    image = bench.image(8192, *EXT3)
    _crash(bench, image, [command("write", "/f", 4096, 1, 0), command("sync")])
    good = image.read_bytes()
    at = good.index(b"\xc0\x3b\x39\x98")
    cases = {
        "no superblock": (0, 0),
        "type": (4, 9),
        "block size": (12, 4096),
        "too long": (16, 100000),
        "no ring": (20, 0),
        "ring behind the end": (20, 5000),
        "start behind the end": (28, 5000),
        "features": (40, 0x80),
    }
    for what, (offset, value) in cases.items():
        bad = bytearray(good)
        struct.pack_into(">I", bad, at + offset, value)
        image.write_bytes(bad)
        run = bench.rumpfs(image, [command("mount", "/", "rw")])
        must(run.answers[0].value == -EINVAL, f"{what} gives {run.answers[0].value}")
        must("journal" in run.said, f"{what}: it says {run.said}")
        must(image.read_bytes() == bytes(bad), f"{what}: the disk was written")


def _space(bench: Bench) -> None:
    """What is freed can be used again at once, though not before a commit."""
    image = bench.image(4096, *EXT3, "-m", "0")
    lines = []
    for i in range(6):
        lines += [command("write", f"/f{i}", 2000000, i, 0), command("check", f"/f{i}", 2000000, i), command("unlink", f"/f{i}")]
    bench.succeed(image, lines)
    bench.fsck(image)
    lines = [command("write", "/f", 9000000, 1, 0), command("unlink", "/f"), command("write", "/g", 2000000, 1, 0)]
    run = bench.rumpfs(image, [command("mount", "/", "rw"), *lines, command("unmount", "/")])
    values = [a.value for a in run.answers]
    must(2000000 < values[1] < 4000000, f"a full disk takes {values[1]} bytes")
    must(values[2:] == [0, 2000000, 0], f"the results are {values}: {run.said}")
    bench.fsck(image)


def _load(bench: Bench) -> None:
    """Much more than a transaction holds, with the smallest cache, several threads, two processors."""
    for bsize in ("1024", "4096"):
        image = bench.image(32 * 1024, "-t", "ext3", "-b", bsize)
        lines = [
            command("mkdir", "/w", "755"),
            command("work", "/w", 4, 60, bench.seed),
            command("scramble", "/w", 4, 1500, 6, bench.seed),
            command("many", "/n", 3000, "make"),
            command("many", "/n", 3000, "remove"),
        ]
        for kind in ("asan", "tsan"):
            bench.succeed(image, lines, "-n", "2", "-b", "1024", "-s", "7", kind=kind)
            bench.fsck(image)
            lines = lines[1:]
        _crash(bench, image, lines[:2] + [command("many", "/k", 300, "make")], "-n", "2", "-s", "3")
        bench.succeed(image, [])
        bench.fsck(image)


def _failing(bench: Bench) -> None:
    """Block requests that fail, anywhere: errors are told, and what is left is whole."""
    image = bench.image(4096, *EXT3)
    bench.succeed(image, [command("write", "/old", 50000, 1, 0)])
    good = image.read_bytes()
    told = 0
    for after in range(0, 60, 2):
        for n in (1, 4, 1000000):
            image.write_bytes(good)
            lines = [
                command("mount", "/", "rw"),
                command("fail", after, n),
                command("write", "/new", 30000, 2, 0),
                command("fsync", "/new"),
                command("unlink", "/old"),
                command("sync"),
                command("fail", 0, 0),
                command("sync"),
                command("unmount", "/"),
            ]
            run = bench.rumpfs(image, lines)
            told += run.answers[3].value == -EIO
            synced = run.answers[3].value == 0 and run.answers[2].value == 30000
            run = bench.rumpfs(image, [command("mount", "/", "rw"), command("check", "/new", 30000, 2), command("unmount", "/")])
            must(run.answers[0].value == 0, f"after {after}, {n}: not mounted: {run.said}")
            must(not synced or run.answers[1].value == 30000, f"after {after}, {n}: what was synced is lost")
            _preen(bench, image)
    must(told > 5, f"only {told} errors were told")


def _aborted(bench: Bench) -> None:
    """A journal that cannot be written: read-only for good, said to whoever asks, and nothing is written over what it holds."""
    image = bench.image(4096, *EXT3)
    lines = [
        (command("mount", "/", "rw"), 0),
        (command("write", "/old", 50000, 1, 0), 50000),
        (command("sync"), 0),
        (command("write", "/gone", 5000, 1, 0), 5000),
        (command("open", "/gone", 0, 0), 0),
        (command("unlink", "/gone"), 0),
        (command("sync"), 0),
        (command("mkdir", "/new", "755"), 0),
        (command("fail", 0, 1000000), 0),
        (command("sync"), -EIO),
        (command("fail", 0, 0), 0),
        (command("mkdir", "/other", "755"), -EROFS),
        (command("unlink", "/old"), -EROFS),
        (command("close", 0), 0),  # the last of a deleted file
        (command("sync"), -EIO),
        (command("remount", "/", "ro"), 0),
        (command("remount", "/", "rw"), -EROFS),
        (command("mkdir", "/other", "755"), -EROFS),
        (command("unmount", "/"), -EIO),
    ]
    run = bench.rumpfs(image, [line for line, _ in lines])
    for answer, (line, want) in zip(run.answers, lines):
        must(answer.value == want, f"{line} gives {answer.value}, not {want}: {run.said}")
    copy = bench.folder / "copy"
    copy.write_bytes(image.read_bytes())
    _preen(bench, copy)
    run = bench.succeed(image, [command("check", "/old", 50000, 1)])
    must("recovered" in run.said and "orphans were finished" in run.said, f"it says {run.said}")
    bench.fsck(image)


def tests() -> list[tuple[str, str, Callable[[Bench], None]]]:
    """This file's tests."""
    return [
        ("journal-theirs", "e2fsprogs recovers our journals, as we do", _theirs),
        ("journal-ours", "we recover theirs, with revoked and escaped blocks", _ours),
        ("journal-readonly", "recovery when the mount or the device is read-only", _readonly),
        ("journal-bad", "journals that cannot be are refused", _bad),
        ("journal-space", "what is freed can be used again", _space),
        ("journal-load", "more than a transaction holds, on few buffers and two processors", _load),
        ("journal-failing", "block requests that fail", _failing),
        ("journal-aborted", "a journal that cannot be written", _aborted),
    ]
