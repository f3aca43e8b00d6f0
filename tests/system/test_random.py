"""--seed and --operations reach every component whose script has such a parameter, and no other."""

from __future__ import annotations

import tomllib
from pathlib import Path

from conftest import Run


def test_parameters(run: Run, tmp_path: Path) -> None:
    done = run("--compose", "--out", tmp_path, "--seed", "7", "--operations", "9", "fs-random")
    assert done.returncode == 0, done.stderr
    script = tomllib.loads((tmp_path / "fs-random.toml").read_text())
    got = {name: block["params"] for name, block in script["component"].items()}
    assert got == {
        "ramdisk": {"seed": "704"},
        "one": {"seed": "701", "operations": "9"},
        "two": {"seed": "702", "operations": "9"},
        "three": {"seed": "703", "operations": "9"},
    }
