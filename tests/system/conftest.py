"""What these tests share: the project's modules, and running runscripts/run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "runscripts"))

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Calls runscripts/run; what it makes goes to tmp_path/out."""

    def call(*arguments: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
        command = [PROJECT / "runscripts" / "run", "--out", tmp_path / "out", *arguments]
        return subprocess.run(
            command,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=500,
            env={**os.environ, **environment},
        )

    return call
