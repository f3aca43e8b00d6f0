"""
Whatever is asked wrongly, or goes wrong, ends in one clear sentence and a status other than 0,
with nothing half-written.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT, Run

FAIL = sorted((PROJECT / "tests" / "system" / "fail").glob("*.toml"))


def check(done: "subprocess.CompletedProcess[str]", sentence: str, status: int = 1) -> None:
    """One line on the standard error, which has the sentence in it."""
    assert sentence in done.stderr
    assert done.returncode == status
    assert "Traceback" not in done.stderr + done.stdout
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert ": good" not in done.stdout


def leftovers(folder: Path) -> list[str]:
    """What a run left behind that has no business there: scratch files, and images."""
    if not folder.exists():
        return []
    kept = {".lock", "qemu.txt", "console.txt"}
    return sorted(path.name for path in folder.iterdir() if path.name not in kept)


@pytest.mark.parametrize("script", FAIL, ids=lambda script: script.stem)
def test_system(script: Path, run: Run) -> None:
    sentence = script.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
    check(run(script.relative_to(PROJECT)), sentence)


def test_unknown_system(run: Run, tmp_path: Path) -> None:
    check(run("no-such-system"), "there is no system no-such-system; runscripts/run --list shows")
    check(run("../runscripts/hello"), "there is no system ../runscripts/hello")
    assert leftovers(tmp_path / "out") == []


def test_missing_folder(run: Run, tmp_path: Path) -> None:
    check(run("--from", tmp_path / "none"), f"--from {tmp_path}/none: there is no such folder")
    (tmp_path / "file").touch()
    check(run("--from", tmp_path / "file"), f"--from {tmp_path}/file: this is not a folder")
    assert leftovers(tmp_path / "out") == []


def test_missing_image(run: Run, tmp_path: Path) -> None:
    check(run("--image", tmp_path / "none"), f"--image {tmp_path}/none: there is no such file")
    check(run("--image", tmp_path), f"--image {tmp_path}: this is not a file")
    assert leftovers(tmp_path / "out") == []


def make_image(path: Path, *options: str, size: str = "4M") -> Path:
    command = ["mke2fs", "-q", "-F", "-t", "ext2", *options, path, size]
    subprocess.run(command, check=True, capture_output=True, env={"PATH": "/usr/sbin:/sbin:/usr/bin:/bin"})
    return path


def test_not_an_image(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    check(run("--image", tmp_path / "empty"), "empty file, not an ext2 image")
    (tmp_path / "text").write_text("no image " * 1000)
    check(run("--image", tmp_path / "text"), "this is not an ext2 image")
    assert leftovers(tmp_path / "out") == []


def test_corrupt_image(run: Run, tmp_path: Path) -> None:
    """Too short; a root folder whose inode is gone."""
    image = make_image(tmp_path / "image", "-b", "1024", "-I", "256")
    good = image.read_bytes()
    image.write_bytes(good[: len(good) // 2])
    check(run("--image", image), "blocks and is shorter than that")
    table = int.from_bytes(good[2048 + 8 : 2048 + 12], "little") * 1024
    image.write_bytes(good[: table + 256] + bytes(256) + good[table + 512 :])
    check(run("--image", image), f"{image}: the file system is corrupt (e2fsck: ")
    assert leftovers(tmp_path / "out") == []


def test_unknown_feature(run: Run, tmp_path: Path) -> None:
    image = make_image(tmp_path / "image", "-O", "extent")
    check(run("--image", image), f"{image}: has the feature extent, which ext2 has not")


def test_image_too_large(run: Run, tmp_path: Path) -> None:
    image = make_image(tmp_path / "image", size="200M")
    done = run("--image", image, "--memory", "128")
    check(done, "MiB, too large for a machine with 128 MiB of memory")
    assert not (tmp_path / "out" / "boot.img").exists()


def test_mke2fs_options(run: Run, tmp_path: Path) -> None:
    check(run("--mke2fs", "-O coffee"), "-O coffee refused: Invalid filesystem option set: coffee")
    check(run("--mke2fs", '"'), "No closing quotation")
    assert leftovers(tmp_path / "out") == []


def test_disk_for_a_system_without(run: Run, tmp_path: Path) -> None:
    check(run("--from", tmp_path, "hello"), "hello has no disk")


def test_unchecked_for_a_system_without(run: Run, tmp_path: Path) -> None:
    (tmp_path / "any").write_text("any")
    done = run("--unchecked", "--image", tmp_path / "any", "two-kernels")
    check(done, "--unchecked: two-kernels has no client that survives any disk")


def test_operations_of_nobody(run: Run) -> None:
    check(run("--operations", "5", "fs-stress"), "has no component with the parameter operations")


def test_qemu_missing(run: Run, tmp_path: Path) -> None:
    check(run("--qemu", tmp_path / "none", "hello"), f"{tmp_path}/none is not installed")
    assert leftovers(tmp_path / "out") == []


@pytest.mark.parametrize(
    "version, sentence",
    [("6.2.0", "is QEMU 6.2; 7.2 or later is needed"), ("", "is this QEMU?")],
)
def test_qemu_too_old(version: str, sentence: str, run: Run, tmp_path: Path) -> None:
    old = tmp_path / "qemu"
    old.write_text(f"#!/bin/sh\necho {version and 'QEMU emulator version ' + version}\n")
    old.chmod(0o755)
    check(run("--qemu", old, "hello"), sentence)


def test_qemu_fails(run: Run, tmp_path: Path) -> None:
    """A machine that does not start is no verdict."""
    bad = tmp_path / "qemu"
    bad.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && { echo QEMU emulator version 8.0; exit; }\n'
        "echo no such machine >&2\nexit 1\n"
    )
    bad.chmod(0o755)
    check(run("--qemu", bad, "hello"), "QEMU ended with status 1: no such machine")


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["--from", "a", "--image", "b"], "--from and --image exclude each other"),
        (["--memory", "0"], "--memory: '0' is not a positive number"),
        (["--seed", "x"], "--seed: 'x' is not a positive number"),
        (["--no-such-option"], "unrecognized arguments: --no-such-option"),
        (["a", "b"], "unrecognized arguments: b"),
        (["--input"], "--input: expected one argument"),
    ],
)
def test_used_wrongly(arguments: list[str], sentence: str, run: Run) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr == f"run: {sentence}; --help shows all options\n"


def test_nothing_to_type(run: Run, tmp_path: Path) -> None:
    """Said before anything is built."""
    for wrong in tmp_path / "none", tmp_path:
        done = run("--input", wrong, "shell")
        check(done, f"--input {wrong}: there is no such file")
        assert not done.stdout


@pytest.mark.parametrize(
    "command, sentence",
    [
        (["tests/run", "--jobs", "0"], "--jobs takes a positive number"),
        (["tests/run", "-k", "no such test"], "no test has no such test in its name"),
        (["tests/powercut", "--cuts", "-1"], "--cuts is one or 0"),
        ([sys.executable, "-m", "tests.lint", "no-such-check"], "there is no check no-such-check"),
    ],
)
def test_tools_used_wrongly(command: list[str], sentence: str) -> None:
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert sentence in done.stderr.splitlines()[-1] and "Traceback" not in done.stderr and not done.stdout


def test_list(run: Run) -> None:
    done = run("--list")
    assert done.returncode == 0
    names = {line.split()[0] for line in done.stdout.splitlines()}
    assert {"hello", "ping", "fs-ramdisk"} <= names
    assert all(len(line.split()) > 1 for line in done.stdout.splitlines())
