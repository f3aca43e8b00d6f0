"""What the tests of the composer share: running it, and the folders that it works in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

HERE = Path(__file__).parent
PROJECT = HERE.parent.parent
FIXTURES = HERE / "fixtures"
sys.path.insert(0, str(PROJECT))

Compose = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def compose(tmp_path_factory: pytest.TempPathFactory) -> Compose:
    """Runs the composer on a script with the fixtures as root; objects are shared by the whole
    session."""
    objects = tmp_path_factory.mktemp("objects")

    def run(
        script: Path,
        out: Path,
        *more: str,
        root: Path = FIXTURES,
        environment: dict[str, str] | None = None,
    ) -> "subprocess.CompletedProcess[str]":
        command = [
            sys.executable,
            "-m",
            "composer",
            str(script),
            "--out",
            str(out),
            "--root",
            str(root),
            "--objects",
            str(objects),
            *more,
        ]
        return subprocess.run(
            command,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **(environment or {})},
        )

    return run
