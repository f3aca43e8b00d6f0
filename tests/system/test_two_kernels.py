"""
A tree copied from one rump kernel to another: one that nobody chose, one that cannot be copied, and
a copy that is none.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import folders
import pytest
from conftest import Run
from runlib import machine, options
from runlib.errors import Stop
from runlib.ext2 import Ext2
from runlib.places import tool_path


def fill(folder: Path) -> None:
    """Names, sizes, holes, links; owners and times of all kinds, of symbolic links too."""
    for make in (folders.names, folders.sizes, folders.links):
        (folder / make.__name__).mkdir(parents=True)
        make(folder / make.__name__)
    for name in ("fifo", "socket"):
        (folder / "links" / name).unlink()
    for number, name in enumerate(sorted((folder / "links").iterdir())):
        if os.geteuid() == 0:
            mode = name.lstat().st_mode & 0o7777
            os.lchown(name, 1000 + number, 70000 + number)
            if not name.is_symlink():
                name.chmod(mode)  # chown took its set-id bits
        os.utime(name, (number, 1_000_000_000 + number), follow_symlinks=False)


def allocated(image: Path) -> dict[bytes, int]:
    """Sectors of each file, the blocks of pointers among them."""
    return {path: inode.sectors for path, inode in Ext2(image).walk() if inode.mode >> 12 == 8}


def test_everything(run: Run, tmp_path: Path) -> None:
    """The host finds the same tree on both disks; the first is as it was, byte by byte."""
    folder, out = tmp_path / "folder", tmp_path / "out"
    fill(folder)
    done = run("--from", folder, "two-kernels")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert " further names" in done.stdout and " 0 further names" not in done.stdout
    assert "contents and times" in done.stdout and done.stdout.endswith("two-kernels: good\n")
    assert (out / "after.img").read_bytes() == (out / "disk.img").read_bytes()
    first, copy = allocated(out / "disk.img"), allocated(out / "after2.img")
    assert copy[b"sizes/hole"] == 0 and sum(copy.values()) <= sum(first.values())


def test_special_file(run: Run, tmp_path: Path) -> None:
    """What fs cannot make is not left out quietly."""
    folder = tmp_path / "folder"
    folder.mkdir()
    os.mkfifo(folder / "fifo")
    done = run("--from", folder, "two-kernels")
    assert done.returncode == 1
    assert "copying a special file of /fifo gives -86" in done.stdout
    assert "must never print" in done.stderr


def spoil(out: Path, request: str) -> None:
    """Has debugfs change the second disk, which lies in the boot image."""
    image = out / "boot.img"
    data = image.read_bytes()
    place = machine.read_composed(out).files["ramdisk2/disk2.img"]
    begin, end = place["offset"], place["offset"] + place["bytes"]
    (out / "spoilt").write_bytes(data[begin:end])
    environment = {**os.environ, "PATH": tool_path()}
    command = ["debugfs", "-w", "-R", request, out / "spoilt"]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    image.write_bytes(data[:begin] + (out / "spoilt").read_bytes() + data[end:])


def test_more_in_the_copy(run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A name that the first disk does not have is found by the client itself."""
    folder, out = tmp_path / "folder", tmp_path / "out"
    folder.mkdir()
    (folder / "file").write_text("contents")
    assert run("--compose", "--from", folder, "two-kernels").returncode == 0
    spoil(out, f"write {folder / 'file'} more")
    wanted = options.parse(["--out", str(out), "two-kernels"])
    composed, typed = machine.read_composed(out), machine.Typed()
    command = machine.command_line(wanted, composed, out, out / "memory.bin", None, typed)
    with pytest.raises(Stop, match="must never print"):
        machine.run(command, composed, out, 120, typed)
    assert re.search("fscopy: / has another number of entries", capfd.readouterr().out)
