"""
Disks that are not what they should be, in front of the real system: refused by name, mounted
read-only, or survived; never a crash or a hang.
"""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import folders
import pytest
from conftest import Run
from runlib.places import tool_path


def make(folder: Path, image: Path, *options: str) -> Path:
    folder.mkdir()
    folders.links(folder)
    folders.sizes(folder)
    command = ["mke2fs", "-q", "-F", "-t", "ext2", "-b", "1024", *options, "-d", folder, image, "24M"]
    subprocess.run(command, check=True, capture_output=True, env={"PATH": tool_path()})
    return image


@pytest.mark.parametrize("feature", ["extent", "flex_bg", "inline_data"])
def test_refused(feature: str, run: Run, tmp_path: Path) -> None:
    """A feature that it does not know is refused, with its name on the console."""
    image = make(tmp_path / "folder", tmp_path / "image", "-O", feature)
    done = run("--image", image, "--unchecked")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "fsclient: refused with error" in done.stdout
    names = {"inline_data": "inline", "extent": "extent", "flex_bg": "flex"}
    assert names[feature] in done.stdout


def test_read_only(run: Run, tmp_path: Path) -> None:
    """
    A feature that only forbids writing: everything can be read, nothing written, and the name is
    on the console.
    """
    image = make(tmp_path / "folder", tmp_path / "image", "-O", "metadata_csum")
    done = run("--image", image)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    console = done.stdout.partition("boot image at")[2]
    assert "metadata_csum" in console


@pytest.mark.parametrize("seed", range(4))
def test_survived(seed: int, run: Run, tmp_path: Path) -> None:
    """Hundreds of wrong bytes in superblock, bitmaps, inodes, folders and pointers."""
    image = make(tmp_path / "folder", tmp_path / "image")
    data, source = bytearray(image.read_bytes()), random.Random(seed)
    used = [at for at in range(2048, 2 << 20, 1024) if any(data[at : at + 1024])]
    for _ in range(100 * 4**seed):
        data[source.choice(used) + source.randrange(1024)] = source.randrange(256)
    image.write_bytes(data)
    done = run("--image", image, "--unchecked")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "fsclient: survived" in done.stdout or "fsclient: refused" in done.stdout


def test_no_file_system(run: Run, tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(random.Random(9).randbytes(2 << 20))
    done = run("--image", tmp_path / "noise", "--unchecked")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "fsclient: refused with error" in done.stdout
