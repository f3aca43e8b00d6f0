"""
Tests of the copying client, as a program of the host. Usage: test_fscopy.py CLIENT FOLDER. A line for
each test: PASS or FAIL, name, sentence.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable

PROJECT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(PROJECT / "runscripts"), str(PROJECT / "tests" / "system")]
import folders  # noqa: E402
from runlib.folder import read_folder  # noqa: E402

CLIENT = os.path.abspath(sys.argv[1])
TESTS: list[Callable[[Path], None]] = []


def test(function: Callable[[Path], None]) -> Callable[[Path], None]:
    TESTS.append(function)
    return function


def copy(folder: Path, command: str = "true") -> tuple[int, str]:
    """Copies source to target, runs a command there, compares. Result: status, what was said."""
    (folder / "target").mkdir(exist_ok=True)
    done = subprocess.run(
        [CLIENT, folder / "source", folder / "target", f"cd '{folder}/target' && {command}"],
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert not done.stderr, done.stderr.decode()[-2000:]
    return done.returncode, done.stdout.decode("utf-8", "backslashreplace")


def source(folder: Path) -> Path:
    (folder / "source").mkdir()
    return folder / "source"


def times(folder: Path) -> dict[bytes, int]:
    root = os.fsencode(folder)
    names = [os.path.join(top, name) for top, a, b in os.walk(root) for name in a + b] + [root]
    return {os.path.relpath(name, root): os.lstat(name).st_mtime_ns for name in names}


def check_copied(folder: Path) -> None:
    status, said = copy(folder)
    assert status == 0, said
    assert read_folder(folder / "source") == read_folder(folder / "target")
    assert times(folder / "source") == times(folder / "target")


@test
def trees(folder: Path) -> None:
    """names, sizes, holes, links, thousands of entries and nothing at all are copied"""
    for make in (folders.names, folders.sizes, folders.links, folders.many, folders.empty):
        where = folder / make.__name__
        where.mkdir()
        make(source(where))
        for name in ("fifo", "socket"):
            (where / "source" / name).unlink(missing_ok=True)
        check_copied(where)


@test
def holes(folder: Path) -> None:
    """blocks of zeros are not written, wherever they lie"""
    data = bytes(1024) + b"x" + bytes(70000) + b"y" * 1023 + bytes(2048)
    (source(folder) / "file").write_bytes(data)
    (folder / "source" / "zeros").write_bytes(bytes(3 << 20))
    check_copied(folder)
    assert os.stat(folder / "target" / "zeros").st_blocks == 0
    assert os.stat(folder / "target" / "file").st_blocks < os.stat(folder / "source" / "file").st_blocks


@test
def other_names(folder: Path) -> None:
    """more files with several names than there is room for are refused; fewer are copied"""
    for count, status in ((500, 0), (513, 2)):
        where = folder / str(count)
        where.mkdir()
        source(where)
        for number in range(count):
            (where / "source" / f"a{number}").touch()
            os.link(where / "source" / f"a{number}", where / "source" / f"b{number}")
        got, said = copy(where)
        assert got == status and (status == 0 or "remembering of /" in said), said


@test
def refused(folder: Path) -> None:
    """what cannot be copied ends the copying with its name: fifos, paths and folders too deep, names that are taken"""
    cases: list[tuple[str, Callable[[Path], object], str]] = [
        ("fifo", lambda top: os.mkfifo(top / "fifo"), "copying a special file of /fifo gives -86"),
        ("path", folders.deep, "a name's length of /folder 0"),
        ("depth", lambda top: os.makedirs(top / "/".join("d" * 102)), "depth of /d/d/d"),
    ]
    for name, make, said in cases:
        (folder / name).mkdir()
        make(source(folder / name))
        status, output = copy(folder / name)
        assert status == 2 and said in output, output
    (folder / "taken" / "target").mkdir(parents=True)
    (source(folder / "taken") / "file").write_text("new")
    (folder / "taken" / "target" / "file").write_text("old")
    status, output = copy(folder / "taken")
    assert status == 2 and "copying of /file gives -17" in output, output
    assert (folder / "taken" / "target" / "file").read_text() == "old"


def keep_time(command: str, name: str) -> str:
    """The command, with a name's time, and its folder's, put back after it."""
    return f"{command} && touch -h -r ../source/{name} {name} && touch -r ../source/ ."


@test
def differences(folder: Path) -> None:
    """each kind of difference between the trees is named, and nothing else is"""
    cases = [
        ("chmod 600 file", "/file has another mode"),
        ("truncate -s +1 file && touch -r ../source/file file", "/file has another size"),
        ("printf X | dd of=file conv=notrunc seek=40000 bs=1 2>&1 && touch -r ../source/file file", "another content"),
        ("touch file", "/file has another time"),
        ("touch -h link", "/link has another time"),
        (keep_time("ln -sfn elsewherE link", "link"), "/link has another target"),
        (keep_time("mv file other", "a"), "status of the copy of /file gives -2"),
        (keep_time("touch more", "a"), "/ has another number of entries"),
        (keep_time("rm b && cp -p a b", "b"), "has another number of links"),
        (keep_time("ln -f c b && ln -f a d", "a"), "has another set of names"),
        ("true", ""),
    ]
    if os.geteuid() == 0:
        cases += [("chown 4711 file", "/file has another owner"), ("chown -h :4711 link", "/link has another owner")]
    for number, (command, said) in enumerate(cases):
        where = folder / str(number)
        where.mkdir()
        top = source(where)
        (top / "file").write_bytes(bytes(range(256)) * 200)
        (top / "link").symlink_to("elsewhere")
        for one, other in ("ab", "cd"):
            (top / one).write_text("the same")
            os.link(top / one, top / other)
        for name in "abcd":
            os.utime(top / name, (1_000_000_000, 1_000_000_000))
        status, output = copy(where, command)
        assert status == (1 if said else 0) and said in output, f"{command}: {output}"


def main() -> int:
    failed = 0
    for function in TESTS:
        name, sentence = f"fscopy.{function.__name__}", " ".join((function.__doc__ or "").split())
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
