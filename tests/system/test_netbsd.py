"""
Systems whose rump kernel comes from archives: the tiny set of tests/composer/tiny, booted; and, if RUMP_NETBSD names NetBSD's
own, what its kernel and the built-in one must have in common on a disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PROJECT, Run

sys.path[:0] = [str(PROJECT / "tests" / "composer"), str(PROJECT / "tests" / "hosted")]
from archives import make_set  # noqa: E402  (tests/composer is no package)
from checks.power import MARK, Disk, records  # noqa: E402
from runlib.ext2 import Ext2  # noqa: E402
from runlib.listing import Entry  # noqa: E402

real = pytest.mark.skipif("RUMP_NETBSD" not in os.environ, reason="RUMP_NETBSD is not set")

SCRIPT = f"""include = ["{PROJECT}/runscripts/lib/fs.toml"]
[system]
verdict = "client"
expect = ["tiny: the driver is attached", "hello: every component is up"]
[component.client]
program = "hello"
[component.rumpcomp]
kernel = "netbsd"
drivers = ["tiny"]
threads = 8
"""


def test_archives_start_with_their_drivers(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "tiny.toml"
    script.write_text(SCRIPT)
    done = run(script, RUMP_NETBSD=str(make_set(tmp_path / "netbsd")))
    assert done.returncode == 0, done.stdout + done.stderr


def test_without_archives_one_sentence(run: Run) -> None:
    done = run("netbsd-ext2", RUMP_NETBSD="")
    assert done.returncode == 1
    assert "the kernel netbsd needs RUMP_NETBSD" in done.stderr
    assert "Traceback" not in done.stderr


def small_folder(path: Path) -> Path:
    (path / "below").mkdir(parents=True)
    (path / "file").write_bytes(b"old" * 10000)
    (path / "below" / "link").symlink_to("../file")
    return path


@real
@pytest.mark.parametrize(("first", "second"), [("fs-ramdisk", "netbsd-ext2"), ("netbsd-ext2", "fs-ramdisk")])
def test_each_reads_what_the_other_wrote(first: str, second: str, run: Run, tmp_path: Path) -> None:
    """The second checks every name against a list that is not made by the first; e2fsck is asked after both."""
    folder = small_folder(tmp_path / "folder")
    done = run("--out", tmp_path / "first", "--from", folder, "--seed", "5", first)
    assert done.returncode == 0, done.stdout + done.stderr
    image = tmp_path / "first" / "after.img"
    done = run("--out", tmp_path / "second", "--image", image, second)
    assert done.returncode == 0, done.stdout + done.stderr
    names = len(Ext2(image).entries())
    assert names > 300  # those of the first's client
    assert f"e2fsck is content, {names} old names are as before" in done.stdout


MARKS = f"""include = ["{PROJECT}/tests/system/power/ramdisk.toml", "{PROJECT}/runscripts/lib/netbsd.toml"]
[system]
mke2fs = ""
"""


def marked(image: bytearray, number: int, scratch: Path) -> list[Entry]:
    """What is in the folder of a mark, once e2fsck has done what it does after a loss of power."""
    scratch.write_bytes(image)
    subprocess.run(["e2fsck", "-fy", scratch], capture_output=True, check=False)
    return [entry for entry in Ext2(scratch).entries() if entry.path.startswith(b"mark-%d" % number)]


@real
def test_fsync_and_sync_make_stable(run: Run, tmp_path: Path) -> None:
    """At each mark, what was written before the last flush alone holds all that fsync or sync had acknowledged."""
    script, out = tmp_path / "marks.toml", tmp_path / "out"
    script.write_text(MARKS)
    done = run("--from", small_folder(tmp_path / "folder"), script)
    assert done.returncode == 0, done.stdout + done.stderr
    first = (out / "disk.img").read_bytes()
    disk, marks = Disk(bytearray(first)), 0
    for record in records((out / "blk.log").read_bytes()):
        disk.take(*record)
        if record[0] != MARK or disk.mark == 0:
            continue
        marks += 1
        wanted = marked(disk.everything(), disk.mark, tmp_path / "image")
        assert len(wanted) == 4  # the folder and its files
        assert marked(disk.stable, disk.mark, tmp_path / "image") == wanted
        assert not marked(bytearray(first), disk.mark, tmp_path / "image")
    assert marks == 12


def damaged_image(folder: Path, image: Path) -> Path:
    """An entry of the folder /below is shorter than any can be."""
    command = ["mke2fs", "-q", "-F", "-t", "ext2", "-b", "1024", "-d", folder, image, "8M"]
    subprocess.run(command, check=True)
    told = subprocess.run(["debugfs", "-R", "bmap /below 0", image], capture_output=True, check=True)
    third = int(told.stdout) * 1024 + 24  # behind "." and ".."
    data = bytearray(image.read_bytes())
    data[third + 4 : third + 6] = b"\x03\x00"
    image.write_bytes(data)
    return image


@real
def test_a_panic_is_the_end_of_its_component(run: Run, tmp_path: Path) -> None:
    """The message is shown, the client gets errors and goes on to the end."""
    image = damaged_image(small_folder(tmp_path / "folder"), tmp_path / "image")
    done = run("--unchecked", "--image", image, "netbsd-ext2")
    assert "printed what it must never print: panic: ext2fs_dirbadentry" in done.stderr
    place = 0
    for line in ("rumpcomp: panic: the rump kernel panicked", "booter: rumpcomp: ", "fsclient: survived "):
        place = done.stdout.index(line, place)


@real
def test_drivers_that_lack_others(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "open.toml"
    script.write_text(SCRIPT.replace("tiny", "ext2fs"))
    done = run(script)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert "the drivers are not closed: librumpfs_ext2fs.a(" in done.stderr and ".a has it" in done.stderr
