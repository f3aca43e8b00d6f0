"""
Folders that nobody chose, all the way: image, boot, the client's checks and files, the disk taken
out and judged.
"""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import folders
import pytest
from conftest import Run


@pytest.mark.parametrize(
    "make, options",
    [
        (folders.names, ""),
        (folders.sizes, ""),
        (folders.huge, "-b 1024"),
        (folders.deep, "-b 2048"),
        (folders.many, "-b 4096 -I 128"),
        (folders.links, "-O ^dir_index"),
        (folders.empty, "-b 4096"),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_folder(make: Callable[[Path], None], options: str, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "folder with a space"
    folder.mkdir()
    make(folder)
    done = run("--from", folder, f"--mke2fs={options}", "--seed", "77")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "e2fsck is content" in done.stdout and done.stdout.endswith("fs-ramdisk: good\n")
    assert (tmp_path / "out" / "after.img").read_bytes() != (tmp_path / "out" / "disk.img").read_bytes()


def test_full_image(run: Run, tmp_path: Path) -> None:
    """A ready image without room is read, and comes back as it was."""
    folder = tmp_path / "folder"
    folder.mkdir()
    folders.sizes(folder)
    assert run("--compose", "--from", folder, "--mke2fs", "-N 64").returncode == 0
    image = (tmp_path / "out" / "disk.img").rename(tmp_path / "ready")
    done = run("--image", image)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "it only reads" in done.stdout
