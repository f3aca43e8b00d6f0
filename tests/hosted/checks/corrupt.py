"""
Images whose metadata were changed at random, repeatably by a seed: whatever they hold, the rump kernel neither crashes
nor hangs. A mount may be refused and every operation may fail. The corrupt-busy tests do it in three sizes of blocks,
change up to two hundred places, also by what is elsewhere in the metadata, and let one or three threads do random
operations on what is left.
"""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable

from .tools import Bench, command, must

KIB = 1024
SECONDS = 10  # of one image
METADATA = 90  # blocks at the beginning of the image: superblock, descriptors, bitmaps, inodes, folders
MAGIC = slice(1024 + 56, 1024 + 58)
SUPERBLOCK = range(1024, 1024 + 264)
BUSY_OPTIONS = ["-n", "2", "-s", "3", "-v", "16", "-b", "1024"]
COMMANDS = [
    command("mount", "/", "rw"),
    command("graze", "/"),
    command("write", "/new", 30000, 1, 0),
    command("write", "/dir/f3", 3000, 2, 20000),
    command("truncate", "/big", 1000),
    command("mkdir", "/dir/sub", "755"),
    command("rename", "/dir", "/moved"),
    command("unlink", "/one"),
    command("unlink", "/big"),
    command("symlink", "target", "/link2"),
    command("rmdir", "/hollow"),
    command("graze", "/"),
    command("unmount", "/"),
]


def _base(bench: Bench) -> bytes:
    tree = bench.folder / "tree"
    (tree / "dir").mkdir(parents=True)
    (tree / "hollow").mkdir()
    (tree / "one").write_bytes(b"1")
    (tree / "big").write_bytes(bytes(range(256)) * 1400)
    (tree / "long-link").symlink_to("x" * 200)
    for i in range(20):
        (tree / "dir" / f"f{i}").write_bytes(b"f" * i * 100)
    return bench.image(768, "-b", "1024", "-N", "64", "-O", "^resize_inode", tree=tree).read_bytes()


def mutate(data: bytes, seed: int) -> bytes:
    """Changes one to eight places: a byte, a bit, a word of a hard value, a run of noise."""
    rng = random.Random(seed)
    out = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        in_super = rng.random() < 0.15
        at = rng.choice(SUPERBLOCK) if in_super else rng.randrange(2 * KIB, METADATA * KIB)
        kind = rng.randrange(4)
        if kind == 0:
            out[at] = rng.randrange(256)
        elif kind == 1:
            out[at] ^= 1 << rng.randrange(8)
        elif kind == 2:
            word = rng.choice([0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, len(data) // KIB, 2])
            out[at & ~3 : (at & ~3) + 4] = word.to_bytes(4, "little")
        else:
            n = rng.randint(1, 16)
            out[at : at + n] = rng.randbytes(n)
    return bytes(out[: len(data)])


def mutate_more(data: bytes, seed: int, block: int) -> bytes:
    """Changes one to two hundred places in blocks that are in use; the magic number stays."""
    rng = random.Random(seed)
    out = bytearray(data)
    used = [at for at in range(0, len(data), block) if any(data[at : at + block])]
    for _ in range(rng.choice([1, 3, 10, 40, 200])):
        at = (rng.choice(used) + rng.randrange(block)) & ~3
        kind = rng.random()
        if kind < 0.4:
            out[at + rng.randrange(4)] = rng.randrange(256)
        elif kind < 0.7:
            values = [0, 0xFFFFFFFF, at // block, rng.choice(used) // block, rng.randrange(1, 600)]
            out[at : at + 4] = rng.choice(values).to_bytes(4, "little")
        else:
            source = (rng.choice(used) + rng.randrange(block)) & ~3
            out[at : at + 32] = data[source : source + 32]
    out[MAGIC] = data[MAGIC]
    return bytes(out[: len(data)])


def _survives(bench: Bench, image: Path, commands: list[str], *options: str) -> str:
    run = bench.rumpfs_raw(image, commands, *options, kind="asan", seconds=SECONDS)
    if run.status == 0:
        return ""
    return f"status {run.status}: {run.said[-1200:]}"


def _mutations(bench: Bench) -> None:
    base = _base(bench)

    def one(seed: int) -> tuple[int, str]:
        image = bench.folder / f"mutation-{seed}"
        image.write_bytes(mutate(base, seed))
        found = _survives(bench, image, COMMANDS, "-s", "3")
        image.unlink()
        return seed, found

    _all_survive(one, bench.seed, bench.mutations)


def _all_survive(one: Callable[[int], tuple[int, str]], seed: int, number: int) -> None:
    seeds = range(seed * 100000, seed * 100000 + number)
    with ThreadPoolExecutor(2) as pool:
        bad = [(seed, found) for seed, found in pool.map(one, seeds) if found]
    must(not bad, f"{len(bad)} of {len(seeds)} images; seed {bad[0][0] if bad else ''}: {bad[0][1] if bad else ''}")


def _busy_commands(seed: int, operations: int) -> list[str]:
    """The names of scramble are in the tree: it works on what was damaged."""
    work = command("scramble", "/", 3 if seed % 2 else 1, operations, 4, seed)
    return [command("mount", "/", "rw"), command("graze", "/"), work, command("graze", "/"), command("unmount", "/")]


def _busy(block: int) -> Callable[[Bench], None]:
    def test(bench: Bench) -> None:
        tree = bench.folder / "tree"
        for i in range(4):
            (tree / f"d{i}" / "d0" / "d1").mkdir(parents=True)
            (tree / f"d{i}" / "d2").write_bytes(b"2" * 70000)
            (tree / f"d{i}" / "d0" / "d3").symlink_to("../d2")
            (tree / f"d{i}" / "d0" / "d2").write_bytes(b"3" * i * 4000)
        base = bench.image(4096, "-b", str(block), "-N", "512", tree=tree).read_bytes()
        operations = min(bench.operations, 3000) // 8

        def one(seed: int) -> tuple[int, str]:
            image = bench.folder / f"busy-{seed}"
            image.write_bytes(mutate_more(base, seed, block) if seed >= 0 else base)
            found = _survives(bench, image, _busy_commands(seed, operations), *BUSY_OPTIONS)
            if seed >= 0:
                image.unlink()
            return seed, found

        found = one(-1)[1]
        must(not found, f"the image as it was: {found}")
        bench.fsck(bench.folder / "busy--1")
        _all_survive(one, bench.seed, max(1, bench.mutations // 8))

    return test


def _journal_base(bench: Bench) -> bytes:
    """An image whose journal must be recovered, with an orphan."""
    image = bench.image(4096, "-t", "ext3", "-b", "1024", "-N", "512")
    lines = [
        command("mount", "/", "rw"),
        command("many", "/d", 100, "make"),
        command("write", "/dir", 30000, 1, 0),
        command("sync"),
        command("many", "/d", 50, "remove"),
        command("write", "/open", 70000, 1, 0),
        command("open", "/open", 0, 0),
        command("unlink", "/open"),
        command("sync"),
        command("crash"),
    ]
    bench.rumpfs(image, lines, may_fail=True)
    return image.read_bytes()


def _journal(bench: Bench) -> None:
    base = _journal_base(bench)
    magic = b"\xc0\x3b\x39\x98"
    heads = [at for at in range(0, len(base), KIB) if base[at : at + 4] == magic]
    must(len(heads) > 4, f"the journal has {len(heads)} headers")
    work = [command("graze", "/"), command("scramble", "/", 2, 100, 4, 1)]
    commands = [command("mount", "/", "rw"), *work, command("unmount", "/")]

    def one(seed: int) -> tuple[int, str]:
        rng = random.Random(seed)
        out = bytearray(mutate_more(base, seed, KIB) if seed % 4 == 0 else base)
        for _ in range(rng.choice([1, 2, 5, 20])):
            head = rng.choice(heads)
            at = head + rng.choice([4, 8, 12, 16, 20, 24, 28, 32, rng.randrange(0, 256, 4)])
            value = rng.choice([0, 1, 2, 3, 5, 8, 10, 0xFFFFFFFF, rng.randrange(5000), rng.randrange(1 << 32)])
            out[at : at + 4] = value.to_bytes(4, "big")
        image = bench.folder / f"journal-{seed}"
        image.write_bytes(out)
        found = _survives(bench, image, commands, *BUSY_OPTIONS)
        image.unlink()
        return seed, found

    _all_survive(one, bench.seed, bench.mutations)


def _unchanged(bench: Bench) -> None:
    """The commands do something on the image that was not changed, else the mutations would prove little."""
    image = bench.folder / "unchanged"
    image.write_bytes(_base(bench))
    run = bench.rumpfs(image, COMMANDS)
    bad = [answer for answer in run.answers if answer.value < 0]
    must(not bad, f"{bad[0].command if bad else ''} fails on the image as it was")
    bench.fsck(image)


def tests() -> list[tuple[str, str, Callable[[Bench], None]]]:
    """The tests of this module."""
    return [
        ("corrupt-base", "the commands work on the image before it is changed", _unchanged),
        ("corrupt-journal", "nor does a journal that says anything", _journal),
        ("corrupt", "no change of the metadata makes the rump kernel crash or hang", _mutations),
        *(
            (f"corrupt-busy-{b}", f"nor do random operations on what is damaged, blocks of {b}", _busy(b))
            for b in (1024, 2048, 4096)
        ),
    ]
