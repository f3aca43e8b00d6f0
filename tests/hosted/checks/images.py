"""Images that mke2fs makes of a folder are read as they are, and others are refused with the reason."""

from __future__ import annotations

import os
import stat
import zlib
from pathlib import Path
from typing import Callable, Iterator

from .tools import Bench, Wrong, command, must, word

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
REFUSED = [  # a feature that is not understood: the options that give it, and how messages may call it
    ("extents", ["-t", "ext4", "-O", "^has_journal,^64bit,^flex_bg,^metadata_csum,extents"], "extent"),
    ("64bit", ["-O", "64bit,extents"], "64bit"),
    ("flex_bg", ["-O", "flex_bg"], "flex_bg"),
    ("meta_bg", ["-O", "^resize_inode,meta_bg"], "meta_bg"),
    ("inline_data", ["-I", "256", "-O", "inline_data"], "inline_data"),
]


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
    run = bench.rumpfs(image, [command("mount", "/", "rw")], "-r")
    must(run.value(0) < 0, "a read-only device was mounted for writing")


def _refuses(options: list[str], word_in_message: str) -> Callable[[Bench], None]:
    def test(bench: Bench) -> None:
        try:
            image = bench.image(16 * KIB, "-b", "1024", *options)
        except Wrong as wrong:
            raise Wrong(f"the image cannot be made: {wrong}") from wrong
        run = bench.rumpfs(image, [command("mount", "/", "rw")])
        must(run.value(0) < 0, "it was mounted")
        must(word_in_message in run.said, f"the message does not name it: {run.said!r}")

    return test


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
    found += [
        (f"refuse-{name}", f"the feature {name} is refused, and the message names it", _refuses(options, text))
        for name, options, text in REFUSED
    ]
    found.append(("read-only", "nothing is written where nothing may be", _read_only))
    found.append(("no-image", "what is no file system is not mounted", _no_image))
    return found
