"""A system boots through GRUB as it does directly, and its disk is found there too."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Run


@pytest.mark.parametrize("system", ["hello", "fs-ramdisk"])
def test_grub(system: str, run: Run, tmp_path: Path) -> None:
    done = run("--grub", system)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert (tmp_path / "out" / f"{system}.iso").exists()
