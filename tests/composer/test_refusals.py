"""Every refusal names its place and its reason, has status 1 and leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import FIXTURES, HERE, PROJECT, Compose

CASES = sorted((HERE / "refuse").glob("*.toml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_refused(case: Path, compose: Compose, tmp_path: Path) -> None:
    wanted = case.read_text().splitlines()[0].removeprefix("# ")
    done = compose(case, tmp_path / "out")
    assert wanted in done.stderr
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_script_missing(compose: Compose, tmp_path: Path) -> None:
    done = compose(tmp_path / "none.toml", tmp_path)
    assert done.returncode == 1
    assert "cannot read" in done.stderr


def test_file_that_nobody_has(compose: Compose, tmp_path: Path) -> None:
    """A misspelt --file would otherwise boot the wrong disk without a word."""
    (tmp_path / "x").write_text("x")
    done = compose(FIXTURES / "good.toml", tmp_path, "--file", f"disk.img={tmp_path}/x")
    assert done.returncode == 1
    assert "no component of the script has a file disk.img" in done.stderr


@pytest.mark.parametrize(
    "arguments", [[], ["script.toml"], ["a.toml", "--out", "b", "--file", "name"]]
)
def test_used_wrongly(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "composer", *arguments],
        cwd=PROJECT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2


def test_failure_keeps_the_old_image(compose: Compose, tmp_path: Path) -> None:
    """An image that was composed before a refusal is still whole afterwards."""
    assert compose(FIXTURES / "good.toml", tmp_path).returncode == 0
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert compose(HERE / "refuse" / "does-not-compile.toml", tmp_path).returncode == 1
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
