"""
Tests of the checking client, as a program of the host. Usage: test_fsclient.py CLIENT FOLDER. A
line for each test: PASS or FAIL, name, sentence.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "runscripts"))
from runlib import listing, plan  # noqa: E402
from runlib.folder import read_folder  # noqa: E402

CLIENT = os.path.abspath(sys.argv[1])
TESTS: list[Callable[[Path], None]] = []


def test(function: Callable[[Path], None]) -> Callable[[Path], None]:
    TESTS.append(function)
    return function


def call(*arguments: str | Path, data: bytes = b"") -> tuple[int, str]:
    done = subprocess.run(
        [CLIENT, *arguments], input=data, capture_output=True, check=False, timeout=120
    )
    assert not done.stderr, done.stderr.decode()
    return done.returncode, done.stdout.decode()


def make_folder(folder: Path) -> list[listing.Entry]:
    """A little of everything. Result: what is in it, as the host finds it."""
    (folder / "tree").mkdir()
    tree = folder / "tree"
    (tree / "empty").touch()
    (tree / "with space und größe").write_bytes(b"x" * 100000)
    (tree / ("n" * 255)).write_text("long name")
    (tree / "exe").write_text("#!")
    (tree / "exe").chmod(0o4755)
    os.link(tree / "exe", tree / "same")
    (tree / "short").symlink_to("exe")
    (tree / "long").symlink_to("t" * 900)
    os.mkfifo(tree / "fifo")
    deep = tree
    for number in range(60):
        deep = deep / f"folder {number} {'y' * 40}"
        deep.mkdir()
    (deep / "bottom").write_text("down here")
    many = tree / "many"
    many.mkdir()
    for number in range(3000):
        (many / f"{number}").touch()
    return read_folder(tree)


def write_list(folder: Path, entries: list[listing.Entry]) -> Path:
    file = folder / "list.bin"
    file.write_bytes(listing.pack_list(entries))
    return file


@test
def sha256_vectors(_: Path) -> None:
    """the digests of FIPS 180-4's examples"""
    known = {
        b"abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        b"": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq": "248d6a61d20638b8e5c02693"
        "0c3e6039a33ce45964ff2167f6ecedd419db06c1",
    }
    for data, digest in known.items():
        assert call("sha256", data=data)[1].strip() == digest, data


@test
def sha256_lengths(_: Path) -> None:
    """
    every length around a block's end, in pieces of all sizes, has the digest that the host's
    library finds
    """
    source = random.Random(7)
    for length in [*range(1, 200, 3), 447, 448, 511, 512, 513, 70000]:
        data = source.randbytes(length)
        assert call("sha256", data=data)[1].strip() == hashlib.sha256(data).hexdigest(), length


@test
def plan_agrees(_: Path) -> None:
    """client and host compute the same plan from any seed"""
    for seed in (1, 2, 18446744073709551615):
        wanted = {}
        for entry in plan.plan(seed, "base"):
            last = entry.sha256.hex() if stat.S_ISREG(entry.mode) else entry.target.decode()
            wanted[entry.path.decode()] = (f"{entry.mode:o}", str(entry.size), last)
        names = [path.rpartition("/")[0] for path in wanted]
        for path, (mode, _size, last) in list(wanted.items()):
            if mode == "40755":
                wanted[path] = (mode, str(names.count(path)), last)
            elif path.startswith("base/l"):
                del wanted[path]
        lines = call("plan", str(seed), "base")[1].splitlines()
        found = {line.split("\t")[0]: tuple(line.split("\t")[1:]) for line in lines}
        assert found == wanted


@test
def own_files(folder: Path) -> None:
    """what the client makes is what the host's plan says, and the client finds it right"""
    status, said = call("make", folder, "5", "/own")
    own = plan.plan(5, "own")
    assert status == 0 and said == f"{len(own) - 1} names\n", said
    found = [entry for entry in read_folder(folder) if entry.path]
    me = {"uid": os.getuid(), "gid": os.getgid()}
    wanted = [listing.Entry(**{**vars(entry), **me}) for entry in own]
    assert listing.differences(wanted, found) == []


@test
def sound_tree(folder: Path) -> None:
    """nothing is found wrong in a folder that is as its list says"""
    entries = make_folder(folder)
    status, said = call("check", write_list(folder, entries), folder / "tree")
    assert status == 0 and said == f"{len(entries) - 1} names\n", said


@test
def own_folder_is_known(folder: Path) -> None:
    """one folder more in the root is no fault if it is the client's own"""
    file = write_list(folder, make_folder(folder))
    (folder / "tree" / "mine").mkdir()
    assert call("check", file, folder / "tree", "mine")[0] == 0
    status, said = call("check", file, folder / "tree")
    assert status == 1 and "mine: should not be there" in said, said


def spoil_contents(tree: Path) -> None:
    with open(tree / "with space und größe", "r+b") as stream:
        stream.seek(99999)
        stream.write(b"y")


FAULTS: list[tuple[str, Callable[[Path], object], str]] = [
    ("another byte", spoil_contents, "its contents are wrong"),
    ("a byte more", lambda tree: (tree / "empty").write_text("1"), "size is 1, not 0"),
    ("another mode", lambda tree: (tree / "many").chmod(0o700), "mode is"),
    ("no set-uid bit", lambda tree: (tree / "exe").chmod(0o755), "mode is"),
    ("a file less", lambda tree: (tree / "many" / "777").unlink(), "many/777: is missing"),
    ("a file more", lambda tree: (tree / "many" / "7777").touch(), "many/7777: should not be there"),
    ("a link more", lambda tree: os.link(tree / "empty", tree / "e"), "nlink is 2, not 1"),
    ("another target", lambda tree: retarget(tree / "short"), "its target is wrong"),
    ("a long name less", lambda tree: (tree / ("n" * 255)).unlink(), "is missing"),
    ("another type", lambda tree: retype(tree / "empty"), "readdir gives type"),
    ("a whole folder less", lambda tree: shutil.rmtree(tree / "many"), "many: chdir gives"),
]


def retarget(path: Path) -> None:
    path.unlink()
    path.symlink_to("exf")


def retype(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o644)


@test
def every_fault(folder: Path) -> None:
    """each kind of fault in a tree is found and named"""
    for number, (name, spoil, wanted) in enumerate(FAULTS):
        place = folder / str(number)
        place.mkdir()
        file = write_list(place, make_folder(place))
        spoil(place / "tree")
        status, said = call("check", file, place / "tree")
        assert status == 1 and wanted in said, f"{name}: {said}"
        shutil.rmtree(place)


@test
def bad_lists(folder: Path) -> None:
    """a list that is cut off or has a wrong number in it is refused, and never read outside"""
    entries = make_folder(folder)[:40]
    good = write_list(folder, entries).read_bytes()
    for cut in [0, 8, 23, 24, 100, len(good) - 8]:
        (folder / "bad").write_bytes(good[:cut])
        assert call("check", folder / "bad", folder / "tree")[0] == 1, cut
    source = random.Random(3)
    for _ in range(60):
        bad = bytearray(good)
        at = source.randrange(24 + 8 * len(entries)) & ~7
        bad[at : at + 8] = struct.pack("<Q", source.choice([0, 7, 1 << 63, source.getrandbits(16)]))
        (folder / "bad").write_bytes(bad)
        assert call("check", folder / "bad", folder / "tree")[0] in (0, 1)


def main() -> int:
    failed = 0
    for function in TESTS:
        name, sentence = f"fsclient.{function.__name__}", " ".join((function.__doc__ or "").split())
        with tempfile.TemporaryDirectory(dir=sys.argv[2]) as folder:
            try:
                function(Path(folder))
                print(f"PASS {name}: {sentence}", flush=True)
            except AssertionError as error:
                failed += 1
                print(f"FAIL {name}: {sentence}: {str(error)[:400]}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
