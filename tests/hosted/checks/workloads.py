"""Writing: afterwards e2fsck finds nothing and debugfs finds the files."""

from __future__ import annotations

import subprocess
from typing import Callable

from .tools import Bench, command, must

KIB = 1024
SHAPES = [("1k", ["-b", "1024", "-I", "128"]), ("2k", ["-b", "2048", "-I", "256"]), ("4k", ["-b", "4096", "-I", "256"])]
SIZES = [0, 1, 1023, 1024, 1025, 12 * KIB, 12 * KIB + 1, 300 * KIB, 1300 * KIB]

ENOENT, EEXIST, ENOTDIR, EISDIR, EINVAL, ENOSPC, ENAMETOOLONG, ENOTEMPTY = 2, 17, 20, 21, 22, 28, 63, 66


def _write(options: list[str]) -> Callable[[Bench], None]:
    def test(bench: Bench) -> None:
        image = bench.image(16 * KIB, *options)
        lines = [command("mkdir", "/dir", "755")]
        for i, size in enumerate(SIZES):
            lines += [command("write", f"/dir/f{i}", size, i, 0), command("check", f"/dir/f{i}", size, i)]
        lines += [command("write", "/dir/f1", 5000, 77, 0), command("fsync", "/dir/f1"), command("sync")]
        bench.succeed(image, lines)
        bench.fsck(image)
        after = {i: 5000 if i == 1 else size for i, size in enumerate(SIZES)}
        listing = bench.debugfs(image, "ls -l /dir")
        for i, size in after.items():
            must(
                any(line.split()[-1:] == [f"f{i}"] and str(size) in line.split() for line in listing.splitlines()),
                f"debugfs does not find f{i} of {size} bytes: {listing}",
            )
        again = [command("check", f"/dir/f{i}", size, 77 if i == 1 else i) for i, size in after.items()]
        bench.succeed(image, again)
        bench.fsck(image)

    return test


def _names(bench: Bench) -> None:
    image = bench.image(4 * KIB, "-b", "1024")
    nasty = ["with space", "ünï", "n" * 255, "#%&", "-", "..."]
    lines = [command("mkdir", "/d", "700")]
    for name in nasty:
        lines += [
            command("write", f"/d/{name}", 10, 1, 0),
            command("rename", f"/d/{name}", f"/d/{name[:-1]}Z"),
            command("link", f"/d/{name[:-1]}Z", f"/d/{name}"),
            command("unlink", f"/d/{name[:-1]}Z"),
        ]
    bench.succeed(image, lines)
    bench.fsck(image)
    names = bench.debugfs(image, "ls -l /d")
    shown = ["".join(chr(b) if b < 128 else f"\\x{b:02x}" for b in name.encode()) for name in nasty]
    must(all(name in names for name in shown), f"debugfs does not find all: {names}")
    run = bench.rumpfs(
        image,
        [
            command("mount", "/", "rw"),
            command("write", "/" + "n" * 256, 1, 1, 0),
            command("mkdir", "/d", "755"),
            command("rmdir", "/d"),
            command("unlink", "/nowhere"),
            command("rmdir", "/d/" + nasty[0]),
            command("write", "/d/-/below", 1, 1, 0),
            command("unlink", "/d"),
            command("rename", "/d", "/d/inside"),
            command("unmount", "/"),
        ],
    )
    want = [0, -ENAMETOOLONG, -EEXIST, -ENOTEMPTY, -ENOENT, -ENOTDIR, -ENOTDIR, None, -EINVAL, 0]
    got = [answer.value for answer in run.answers]
    must(all(w is None or w == g for w, g in zip(want, got)), f"errors are {got}, not {want}")
    must(got[7] in (-1, -EISDIR), f"unlink of a folder gives {got[7]}")
    bench.fsck(image)


def _links(bench: Bench) -> None:
    image = bench.image(4 * KIB, "-b", "1024")
    lines = [command("write", "/a", 100, 1, 0)]
    lines += [command("link", "/a", f"/l{i}") for i in range(20)]
    lines += [command("symlink", "a", "/short"), command("symlink", "x/" * 200, "/long"), command("check", "/short", 100, 1)]
    lines += [command("unlink", "/a"), command("check", "/l19", 100, 1), command("stat", "/l0")]
    run = bench.succeed(image, lines)
    must("nlink 20 " in run.answers[-2].text[0], f"twenty links are not counted: {run.answers[-2].text}")
    bench.fsck(image)
    must("Fast link dest" in bench.debugfs(image, "stat /short"), "a short link is not in the inode")
    must("Links: 20" in bench.debugfs(image, "stat /l3"), "debugfs counts other links")


def _folders(bench: Bench) -> None:
    image = bench.image(8 * KIB, "-b", "1024")
    lines = [command("mkdir", "/a", "755"), command("mkdir", "/a/b", "755"), command("mkdir", "/c", "755")]
    lines += [command("rename", "/a/b", "/c/b"), command("write", "/c/b/f", 3000, 1, 0), command("rename", "/c", "/a/c")]
    lines += [command("mkdir", "/empty", "755"), command("rename", "/a/c", "/empty")]
    lines += [command("check", "/empty/b/f", 3000, 1), command("mkdir", "/x", "755"), command("rmdir", "/x")]
    bench.succeed(image, lines)
    bench.fsck(image)
    must("f" in bench.debugfs(image, "ls /empty/b"), "debugfs does not find the file that moved")


def _many(bench: Bench) -> None:
    image = bench.image(8 * KIB, "-b", "1024", "-N", "4000")
    lines = [command("mkdir", "/d", "755"), command("many", "/d/entry", 3000, "create")]
    bench.succeed(image, lines)
    bench.fsck(image)
    must(bench.debugfs(image, "ls /d").count("entry") == 3000, "debugfs counts other entries")
    bench.succeed(image, [command("many", "/d/entry", 3000, "remove"), command("rmdir", "/d")])
    bench.fsck(image)


def _indexed(bench: Bench) -> None:
    """A folder with a hash tree, which e2fsck makes, stays right when entries come and go."""
    tree = bench.folder / "tree"
    (tree / "d").mkdir(parents=True)
    for i in range(1200):
        (tree / "d" / f"old-{i}").write_bytes(b"")
    image = bench.image(8 * KIB, "-b", "1024", "-N", "5000", tree=tree)
    subprocess.run(["e2fsck", "-fyD", str(image)], capture_output=True, check=False)
    must("Root node" in bench.debugfs(image, "htree_dump /d"), "there is no hash tree")
    lines = [command("many", "/d/new", 1000, "create")] + [command("unlink", f"/d/old-{i}") for i in range(0, 1200, 3)]
    lines += [command("rename", "/d/old-1", "/d/renamed"), command("stat", "/d/old-1199"), command("stat", "/d/new00999")]
    bench.succeed(image, lines)
    bench.fsck(image)
    entries = [line.split("/") for line in bench.debugfs(image, "ls -p /d").splitlines() if line.startswith("/")]
    names = [entry[5] for entry in entries if entry[1] != "0"]
    counts = sum(n.startswith("old-") for n in names), sum(n.startswith("new") for n in names)
    must(counts == (799, 1000), f"debugfs counts {counts}")


def _journal(bench: Bench) -> None:
    """An ext3 image whose journal is empty."""
    image = bench.image(16 * KIB, "-t", "ext3", "-b", "1024", "-I", "128", "-J", "size=1")
    bench.succeed(image, [command("write", "/f", 200000, 1, 0), command("check", "/f", 200000, 1)])
    bench.fsck(image)
    bench.succeed(image, [command("check", "/f", 200000, 1)])


def _sparse(bench: Bench) -> None:
    image = bench.image(8 * KIB, "-b", "1024")
    far = (12 + 256 + 256 * 256 + 100) * KIB
    lines = [command("write", "/triple", 5000, 3, far), command("write", "/hole", 1, 1, 900 * KIB)]
    run = bench.succeed(image, [*lines, command("stat", "/triple"), command("stat", "/hole")])
    must(f"size {far + 5000} " in run.answers[3].text[0], "the size is wrong")
    blocks = int(run.answers[3].text[0].split("blocks ")[1].split()[0])
    must(blocks < 60, f"a hole has {blocks} sectors")
    bench.fsck(image)
    bench.succeed(image, [command("truncate", "/triple", 70000), command("truncate", "/hole", 1 << 20)])
    bench.fsck(image)
    bench.succeed(image, [command("truncate", "/triple", 0), command("unlink", "/hole"), command("unlink", "/triple")])
    bench.fsck(image)


def _huge(bench: Bench) -> None:
    """Past 4 GiB with blocks of 4 KiB: the triple-indirect block and the upper half of the size."""
    image = bench.image(8 * KIB, "-b", "4096")
    far = (12 + 1024 + 1024 * 1024 + 5) * 4096
    run = bench.succeed(image, [command("write", "/huge", 9000, 5, far), command("stat", "/huge")])
    must(f"size {far + 9000} " in run.answers[2].text[0], f"the size is wrong: {run.answers[2].text}")
    bench.fsck(image)


def _truncate(bench: Bench) -> None:
    image = bench.image(8 * KIB, "-b", "1024")
    sizes = [1300 * KIB, 280 * KIB + 5, 268 * KIB, 12 * KIB, 12 * KIB - 1, 1, 0]
    lines = [command("write", "/f", sizes[0], 1, 0)]
    for size in sizes[1:]:
        lines += [command("truncate", "/f", size), command("check", "/f", size, 1)]
    bench.succeed(image, lines)
    bench.fsck(image)
    # What lay behind the end must not come back when the file grows.
    lines = [command("write", "/g", 1000, 1, 0), command("truncate", "/g", 10), command("truncate", "/g", 1000)]
    bench.succeed(image, lines)
    dumped = subprocess.run(
        ["debugfs", "-R", "cat /g", str(image)], capture_output=True, check=False
    ).stdout
    must(len(dumped) == 1000 and dumped[10:] == bytes(990), "old bytes came back behind the end")
    bench.fsck(image)


def _full(bench: Bench) -> None:
    """No blocks, no inodes."""
    image = bench.image(2 * KIB, "-b", "1024", "-N", "64")
    lines = [
        command("mount", "/", "rw"),
        command("write", "/keep", 50000, 4, 0),
        command("write", "/big", 4 << 20, 1, 0),
        command("write", "/more", 100000, 2, 0),
        command("mkdir", "/dir", "755"),
        command("check", "/keep", 50000, 4),
        command("unlink", "/big"),
        command("write", "/after", 100000, 3, 0),
        command("check", "/after", 100000, 3),
        command("many", "/x", 100, "create"),
        command("unmount", "/"),
    ]
    run = bench.rumpfs(image, lines)
    got = [answer.value for answer in run.answers]
    must(0 < got[2] < 4 << 20, f"a disk of 2 MiB took {got[2]} bytes")
    must(got[3] in (-ENOSPC, 0) or 0 < got[3] < 100000, f"more went onto a full disk: {got[3]}")
    must(got[5] == 50000, "a file that was there is not as it was")
    must(got[6] == 0 and got[7] == 100000 and got[8] == 100000, f"after unlink there is no room: {got}")
    must(got[9] == -ENOSPC, f"64 inodes gave 100 files: {got[9]}")
    must(got[10] == 0, f"unmount gives {got[10]}")
    bench.fsck(image)


def _errors(bench: Bench) -> None:
    """Requests that fail are errors to somebody, and end nothing."""
    image = bench.image(4 * KIB, "-b", "1024")
    bench.succeed(image, [command("write", "/f", 300000, 1, 0)])
    run = bench.rumpfs(
        image,
        [
            command("mount", "/", "rw"),
            command("fail", 0, 1000000),
            command("check", "/f", 300000, 1),
            command("fail", 0, 0),
            command("check", "/f", 300000, 1),
            command("unmount", "/"),
        ],
    )
    got = [answer.value for answer in run.answers]
    must(got[2] == -5, f"reading a disk that fails gives {got[2]}")
    must(got[4] == 300000, f"reading once it works again gives {got[4]}")
    must(got[5] == 0, f"unmount gives {got[5]}")
    bench.fsck(image)


def _errors_anywhere(bench: Bench) -> None:
    """Whichever request fails, reading or writing: nothing crashes or hangs, and if no error reached anybody, nothing is lost."""
    for after in range(0, 40, 2):
        image = bench.image(2 * KIB, "-b", "1024", name=f"image-{after}")
        lines = [
            command("mount", "/", "rw"),
            command("fail", after, 2),
            command("mkdir", "/d", "755"),
            command("write", "/d/f", 100000, 1, 0),
            command("fsync", "/d/f"),
            command("write", "/d/g", 3000, 2, 0),
            command("rename", "/d/g", "/d/h"),
            command("unlink", "/d/f"),
            command("sync"),
            command("unmount", "/"),
            command("counts"),
        ]
        run = bench.rumpfs(image, lines)
        if all(answer.value >= 0 for answer in run.answers):
            bench.fsck(image)
            bench.succeed(image, [command("check", "/d/h", 3000, 2)])
        image.unlink()


def _busy(bench: Bench) -> None:
    """What is in use stays until it is not."""
    image = bench.image(4 * KIB, "-b", "1024")
    run = bench.rumpfs(
        image,
        [
            command("mount", "/", "rw"),
            command("write", "/f", 60000, 1, 0),
            command("open", "/f", 2, 0),
            command("unmount", "/"),
            command("unlink", "/f"),
            command("stat", "/f"),
            command("statfs", "/"),
            command("close", 0),
            command("statfs", "/"),
            command("unmount", "/"),
        ],
    )
    got = [answer.value for answer in run.answers]
    must(got[:6] == [0, 60000, got[2], -16, 0, -ENOENT] and got[2] >= 0, f"the answers are {got}")
    must(got[7] == 0 and got[9] == 0, f"the answers are {got}")
    free = [int(run.answers[i].text[0].split("bfree ")[1].split()[0]) for i in (6, 8)]
    must(free[1] - free[0] >= 58, f"closing an unlinked file gave {free[1] - free[0]} blocks back")
    bench.fsck(image)


def tests() -> list[tuple[str, str, Callable[[Bench], None]]]:
    """The tests of this module."""
    found = [
        (f"write-{name}", f"files written with {' '.join(options)} are there afterwards", _write(options))
        for name, options in SHAPES
    ]
    found += [
        ("names", "any name goes, and the wrong ones give the right errors", _names),
        ("links", "hard and symbolic links", _links),
        ("folders", "folders move with all that is in them", _folders),
        ("many", "thousands of entries come and go", _many),
        ("indexed", "a folder with a hash tree stays right", _indexed),
        ("journal", "an ext3 image with an empty journal is written", _journal),
        ("sparse", "holes take no room, past the double-indirect blocks too", _sparse),
        ("huge", "a file is larger than 4 GiB", _huge),
        ("truncate", "a file is cut anywhere, and grows with zeros", _truncate),
        ("full", "a full disk is an error, and room comes back", _full),
        ("io-errors", "failed requests are errors and nothing worse", _errors),
        ("io-errors-anywhere", "whichever request fails, somebody hears of it or nothing is lost", _errors_anywhere),
        ("busy", "an open file keeps the mount, and its blocks when it is unlinked", _busy),
    ]
    return found
