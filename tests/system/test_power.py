"""
Loss of power on the machine: the log of a block server is cut, and what was acknowledged is there after every cut. A device
that had lost what it should have kept would be found out.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from conftest import PROJECT, Run

SYSTEMS = sorted((PROJECT / "tests" / "system" / "power").glob("*.toml"))


def powercut(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [PROJECT / "tests" / "powercut", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.parametrize("script", SYSTEMS, ids=lambda script: script.stem)
def test_power(script: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(b"old" * 1000)
    done = run("--from", tmp_path / "folder", script.relative_to(PROJECT))
    assert done.returncode == 0, done.stdout + done.stderr
    here = ["--log", tmp_path / "out" / "blk.log", "--image", tmp_path / "out" / "disk.img"]
    done = powercut(*here, "--cuts", "24")
    assert done.returncode == 0, done.stderr
    assert " 12 marks, 24 cuts" in done.stdout
    done = powercut(*here, "--cuts", "24", "--ignore-sync")
    assert done.returncode == 1 and " was set, but " in done.stderr


def test_no_log(tmp_path: Path) -> None:
    image, log = tmp_path / "image", tmp_path / "log"
    image.write_bytes(bytes(1 << 20))
    for content, sentence in [(b"x" * 100, "is no log of writes"), (b"x", "is no log"), (b"", "the log has no mark 0")]:
        log.write_bytes(content)
        done = powercut("--log", log, "--image", image)
        assert done.returncode == 1 and sentence in done.stderr and len(done.stderr.splitlines()) == 1
    done = powercut("--log", tmp_path / "none", "--image", image)
    assert done.returncode == 1 and "No such file" in done.stderr
