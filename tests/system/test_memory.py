"""How much memory the main job needs: 12 MiB beside the disk, all that the machine has included, firmware and kernel too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run

BESIDE = 12  # MiB
DISK = 8  # MiB of the smallest


@pytest.mark.parametrize("options", [[], ["--mke2fs=-j"]], ids=["ext2", "journal"])
def test_main_job_in_twelve_mib(run: Run, tmp_path: Path, options: list[str]) -> None:
    """With a cache of 2 MiB, which is the default; and what the composer adds up is not more."""
    folder = tmp_path / "folder"
    folder.mkdir()
    for i in range(200):
        (folder / f"file-{i}").write_bytes(bytes([i]) * 5000)
    done = run("fs-ramdisk", "--from", folder, "--memory", str(BESIDE + DISK), *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"disk.img, {DISK} MiB" in done.stdout and f"boot      {BESIDE + DISK} MiB" in done.stdout
    sums = json.loads((tmp_path / "out" / "system.json").read_text())["memory_kib"]
    assert sums["files"] >= DISK << 10
    assert sum(sums.values()) <= (BESIDE + DISK) << 10


def test_less_is_refused(run: Run, tmp_path: Path) -> None:
    """What the budgets and the programs may take must be there."""
    (tmp_path / "folder").mkdir()
    done = run("fs-ramdisk", "--from", tmp_path / "folder", "--memory", str(DISK + BESIDE - 2))
    assert done.returncode == 1
    assert "budgets " in done.stderr and f"but the machine has {DISK + BESIDE - 2} MiB" in done.stderr
