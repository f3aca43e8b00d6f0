"""Images that mke2fs makes of a folder are read as they are, and others are refused with the reason."""

from __future__ import annotations

import os
import stat
import zlib
from pathlib import Path
from typing import Callable, Iterator

from .tools import Bench, command, must, word

KIB = 1024
MANY = 1500  # entries of one folder: several blocks, also of an index
SHAPES = [  # name, options
    ("1k", ["-b", "1024", "-I", "128"]),
    ("2k", ["-b", "2048", "-I", "128"]),
    ("4k", ["-b", "4096", "-I", "256"]),
    ("1k-256", ["-b", "1024", "-I", "256"]),
    ("rev0", ["-b", "1024", "-I", "128", "-r", "0", "-O", "none"]),
    ("plain", ["-b", "1024", "-I", "128", "-O", "none"]),
    ("no-filetype", ["-b", "1024", "-I", "128", "-O", "^filetype"]),
    ("groups", ["-b", "1024", "-I", "128", "-g", "2048", "-O", "^resize_inode"]),
]
# Features that are not understood. The first forbid mounting, the others writing; the messages must name them.
INCOMPAT = {
    "compression": 0x1, "journal_dev": 0x8, "meta_bg": 0x10, "extent": 0x40, "64bit": 0x80, "mmp": 0x100, "flex_bg": 0x200,
    "ea_inode": 0x400, "dirdata": 0x1000, "metadata_csum_seed": 0x2000, "large_dir": 0x4000, "inline_data": 0x8000,
    "encrypt": 0x10000, "casefold": 0x20000, "unknown": 0x80000000,
}  # fmt: skip
RO_COMPAT = {
    "huge_file": 0x8, "dir_nlink": 0x20, "extra_isize": 0x40, "quota": 0x100, "bigalloc": 0x200, "metadata_csum": 0x400,
    "project": 0x2000, "verity": 0x8000, "unknown": 0x40000000,
}  # fmt: skip
INCOMPAT_AT, RO_COMPAT_AT = 1024 + 96, 1024 + 100
UNNAMED = "of a later time"  # how messages call a bit that has no name


def make_tree(root: Path) -> None:
    """A folder with everything that names, sizes and links can be."""
    root.mkdir()
    (root / "empty").write_bytes(b"")
    (root / "one").write_bytes(b"x")
    (root / "with spaces and 'quotes' and #").write_bytes(b"1")
    (root / "übergröße-日本語-🐚").write_bytes(b"2")
    (root / ("n" * 255)).write_bytes(b"3")
    Path(os.fsdecode(os.fsencode(root) + b"/not-utf8-\xff\xfe")).write_bytes(b"4")
    for blocks in (11, 12, 13, 267, 268, 269):
        (root / f"blocks-{blocks}").write_bytes(os.urandom(blocks * KIB - 3))
    with open(root / "sparse-double", "wb") as f:
        f.write(b"head")
        f.seek(5 * KIB * KIB + 77)
        f.write(b"tail")
    with open(root / "sparse-triple", "wb") as f:
        f.seek((12 + 256 + 256 * 256) * KIB - 2)
        f.write(b"over the double-indirect boundary")
        f.truncate((12 + 256 + 256 * 256) * KIB + 5000)
    deep = root
    for i in range(30):
        deep = deep / f"level{i}"
        deep.mkdir()
    (deep / "bottom").write_bytes(b"5")
    many = root / "many"
    many.mkdir()
    for i in range(MANY):
        (many / f"entry-{i}-{'x' * (i % 40)}").write_bytes(b"" if i % 7 else str(i).encode())
    (root / "short-link").symlink_to("one")
    (root / "long-link").symlink_to("/".join(["x" * 50] * 8))
    (root / "59-link").symlink_to("y" * 59)
    (root / "60-link").symlink_to("y" * 60)
    os.link(root / "one", root / "many" / "hard")
    os.chmod(root / "one", 0o4751)
    os.chown(root / "empty", 70000, 123456)
    (root / "private").mkdir(mode=0o1700)


def host_lines(root: Path) -> set[str]:
    """What walk must print for a folder of the host."""
    return set(_lines(os.fsencode(root), b""))


def _contents_crc(path: bytes) -> int:
    crc = 0
    with open(path, "rb") as f:
        while piece := f.read(1 << 20):
            crc = zlib.crc32(piece, crc)
    return crc


def _lines(root: bytes, inside: bytes) -> Iterator[str]:
    for name in os.listdir(root + inside):
        path = inside + b"/" + name
        st = os.lstat(root + path)
        mode, links = stat.S_IMODE(st.st_mode), st.st_nlink
        size, crc, target, kind = st.st_size, 0, b"", "f"
        if stat.S_ISDIR(st.st_mode):
            kind, size = "d", 0
            links = 2 + sum(os.path.isdir(root + path + b"/" + e) for e in os.listdir(root + path))
        elif stat.S_ISLNK(st.st_mode):
            kind, target = "l", os.readlink(root + path)
        else:
            crc = _contents_crc(root + path)
        yield f"{kind} {mode:o} {links} {st.st_uid} {st.st_gid} {size} {crc:08x} {_quoted(path)} {_quoted(target)}"
        if kind == "d":
            yield from _lines(root, path)


def _quoted(raw: bytes) -> str:
    """As rumpfs quotes: '~' too."""
    return word(raw).replace("~", "%7E")


def compare(bench: Bench, image: Path, tree: Path, *options: str, mode: str = "rw") -> None:
    """The image must hold what the folder holds."""
    run = bench.rumpfs(image, [command("mount", "/", mode), command("walk", "/"), command("unmount", "/")], *options)
    must(run.value(0) == 0, f"mount gives {run.value(0)}: {run.said}")
    bad = [line for line in run.answers[1].text if line.startswith("!")]
    must(not bad and run.value(1) == 0, f"walk fails: {bad[:5]}")
    must(run.value(2) == 0, f"unmount gives {run.value(2)}")
    got = {line for line in run.answers[1].text if line.split()[7].split("/")[1] not in ("", "lost%2Bfound", "lost+found")}
    want = host_lines(tree)
    must(got == want, f"missing: {sorted(want - got)[:3]}, too much: {sorted(got - want)[:3]}")


def _reads(options: list[str]) -> Callable[[Bench], None]:
    def test(bench: Bench) -> None:
        tree = bench.folder / "tree"
        make_tree(tree)
        image = bench.image(24 * KIB, *options, tree=tree)
        compare(bench, image, tree)
        bench.fsck(image)

    return test


def _read_only(bench: Bench) -> None:
    """A device that is read-only, and a mount that is."""
    tree = bench.folder / "tree"
    make_tree(tree)
    image = bench.image(24 * KIB, "-b", "1024", tree=tree)
    before = image.read_bytes()
    compare(bench, image, tree, "-r", mode="ro")
    must(image.read_bytes() == before, "a read-only device was written")
    lines = [
        command("mount", "/", "ro"),
        command("write", "/new", 10, 1, 0),
        command("unlink", "/one"),
        command("mkdir", "/dir", "755"),
        command("truncate", "/one", 0),
        command("chmod", "/one", "600"),
        command("rename", "/one", "/two"),
        command("symlink", "x", "/link"),
        command("link", "/one", "/three"),
        command("rmdir", "/private"),
        command("unmount", "/"),
    ]
    run = bench.rumpfs(image, lines)
    must([a.value for a in run.answers] == [0] + [-30] * 9 + [0], f"not all answers are EROFS: {run.answers}")
    must(image.read_bytes() == before, "a read-only mount has written")
    run = bench.rumpfs(image, [command("mount", "/", "rw"), command("mkdir", "/d", "755"), command("statfs", "/")], "-r")
    if run.value(0) == 0:
        must(run.value(1) == -30, f"a folder on a read-only device: {run.value(1)}")
        must("readonly 1" in run.answers[2].text[0], "a read-only device does not say so")
    must(image.read_bytes() == before, "a read-only device was written")


def _with_feature(bench: Bench, feature: str, at: int, bit: int) -> Path:
    image = bench.image(4 * KIB, "-b", "1024", name=feature)
    data = bytearray(image.read_bytes())
    old = int.from_bytes(data[at : at + 4], "little")
    data[at : at + 4] = (old | bit).to_bytes(4, "little")
    image.write_bytes(data)
    return image


def _named(feature: str, said: str) -> bool:
    return (UNNAMED if feature == "unknown" else feature) in said


def _incompatible(bench: Bench) -> None:
    for feature, bit in INCOMPAT.items():
        image = _with_feature(bench, feature, INCOMPAT_AT, bit)
        before = image.read_bytes()
        run = bench.rumpfs(image, [command("mount", "/", "rw"), command("mount", "/", "ro")])
        must(run.value(0) < 0 and run.value(1) < 0, f"an image with {feature} was mounted")
        must(_named(feature, run.said), f"the message does not name {feature}: {run.said!r}")
        must(image.read_bytes() == before, f"an image with {feature} was written")
        image.unlink()


def _read_compatible(bench: Bench) -> None:
    for feature, bit in RO_COMPAT.items():
        image = _with_feature(bench, feature, RO_COMPAT_AT, bit)
        before = image.read_bytes()
        run = bench.rumpfs(
            image, [command("mount", "/", "rw"), command("mkdir", "/d", "755"), command("walk", "/"), command("unmount", "/")]
        )
        must(run.value(0) < 0 or run.value(1) == -30, f"an image with {feature} was written")
        must(_named(feature, run.said), f"the message does not name {feature}: {run.said!r}")
        must(image.read_bytes() == before, f"an image with {feature} was written")
        image.unlink()


def _no_image(bench: Bench) -> None:
    """Zeros, noise, and an image that was cut off."""
    for name, data in (("zeros", bytes(1 << 20)), ("noise", os.urandom(1 << 20)), ("sector", bytes(512))):
        path = bench.folder / name
        path.write_bytes(data)
        run = bench.rumpfs(path, [command("mount", "/", "rw")])
        must(run.value(0) < 0, f"{name} was mounted")
    image = bench.image(8 * KIB, "-b", "1024")
    os.truncate(image, 1 << 20)
    run = bench.rumpfs(image, [command("mount", "/", "rw")])
    must(run.value(0) < 0, "an image that was cut off was mounted")


def tests() -> list[tuple[str, str, Callable[[Bench], None]]]:
    """The tests of this module."""
    found = [
        (f"read-{name}", f"an image made with {' '.join(options)} reads as its folder", _reads(options))
        for name, options in SHAPES
    ]
    found.append(("incompatible", "an image with a feature that is not understood is refused by its name", _incompatible))
    found.append(("read-compatible", "with a feature that forbids writing, nothing is written", _read_compatible))
    found.append(("read-only", "nothing is written where nothing may be", _read_only))
    found.append(("no-image", "what is no file system is not mounted", _no_image))
    return found
