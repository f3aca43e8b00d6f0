"""
What is wrong on a disk after a run is found; and a disk that is right passes. The run itself is
left out: its result is made on the host.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from dataclasses import replace
from pathlib import Path

import folders
import pytest
from runlib import aftermath, blklog, disk, plan
from runlib.errors import Stop
from runlib.listing import Entry
from runlib.machine import Composed, Console
from runlib.places import tool_path

SEED = 3


@pytest.fixture(name="after")
def make_after(tmp_path: Path) -> tuple[Path, list[Entry], list[Entry]]:
    """An image as a good run leaves it; what was there before; the client's own."""
    folder = tmp_path / "folder"
    folder.mkdir()
    folders.links(folder)
    before = disk.make_image(folder, tmp_path / "before.img", "")
    me = {"uid": os.getuid(), "gid": os.getgid()}
    own = [replace(entry, **me) for entry in plan.plan(SEED, "own")]
    write_plan(folder)
    disk.make_image(folder, tmp_path / "after.img", "")
    return tmp_path / "after.img", before, own


def write_plan(folder: Path) -> None:
    """The client's work, done here."""
    for number in range(plan.FOLDERS):
        (folder / plan.folder_path("own", number)).mkdir(mode=0o755)
    for number in range(plan.FILES):
        if not plan.is_unlinked(number):
            path = folder / plan.file_path("own", number)
            path.write_bytes(plan.contents(SEED, number))
            path.chmod(plan.MODES[number % 3])
            if plan.is_linked(number):
                os.link(path, folder / "own" / f"l{number}")
    for number in range(plan.SYMLINKS):
        place = folder / plan.folder_path("own", number % plan.FOLDERS)
        (place / f"s{number}").symlink_to(plan.symlink_target(number))


def debugfs(image: Path, command: str) -> None:
    environment = {**os.environ, "PATH": tool_path()}
    subprocess.run(["debugfs", "-w", "-R", command, image], check=True, capture_output=True, env=environment)


After = tuple[Path, list[Entry], list[Entry]]


def test_good(after: After) -> None:
    assert "debugfs finds" in aftermath.judge(*after)


@pytest.mark.parametrize(
    "command, sentence",
    [
        ("rm target", "target is missing"),
        ("unlink own/f120", "the file system is corrupt"),
        ("rm own/f80", "own/f80 is missing"),
        ("rm symlink-60", "symlink-60 is missing"),
        ("mkdir more", "after the run "),
        ("sif own/f80 mode 0100640", "own/f80 has another mode"),
        ("sif target uid 4711", "has another uid"),
        ("sif own/f80 links_count 2", "the file system is corrupt"),
        ("ssv free_blocks_count 1", ""),
    ],
)
def test_fault(after: After, command: str, sentence: str) -> None:
    """
    Each kind of fault ends in a sentence. The last is none that e2fsck minds, so it must be
    harmless.
    """
    debugfs(after[0], command)
    if sentence:
        with pytest.raises(Stop, match=sentence):
            aftermath.judge(*after)


def test_other_contents(after: After) -> None:
    """One wrong byte in one block of one file."""
    image, _, _ = after
    data = bytearray(image.read_bytes())
    at = data.index(plan.contents(SEED, 5)[:64])
    data[at + 700] ^= 1
    image.write_bytes(data)
    with pytest.raises(Stop, match="own/d5/f5 has another sha256|f5 has another sha256"):
        aftermath.judge(*after)
    with pytest.raises(Stop, match="debugfs finds other contents in .*f5 "):
        aftermath.check_with_debugfs(image, after[2])


def test_missing_for_debugfs(after: After) -> None:
    image, _, own = after
    ghost = replace(own[-1], path=b"own/ghost", mode=0o100644)
    with pytest.raises(Stop, match="debugfs does not find own/ghost"):
        aftermath.check_with_debugfs(image, own + [ghost])


def test_copy(after: After, tmp_path: Path) -> None:
    """A further disk is judged by the first one's list, and by its times of modification."""
    first = tmp_path / "before.img"
    shutil.copyfile(first, tmp_path / "copy")
    assert "contents and times" in aftermath.judge_further(tmp_path / "copy", "copy", first, after[1])
    assert "content with" in aftermath.judge_further(after[0], "sound", first, after[1])
    with pytest.raises(Stop, match="another nlink|should not be there"):
        aftermath.judge_further(after[0], "copy", first, after[1])
    debugfs(tmp_path / "copy", "sif target mtime 20200101")
    with pytest.raises(Stop, match="target has another time than in before.img"):
        aftermath.judge_further(tmp_path / "copy", "copy", first, after[1])


def composed(offset: int, size: int) -> Composed:
    place = {"ramdisk/disk.img": {"offset": offset, "bytes": size}}
    return Composed(64, 60, False, "", "", [], [], place, offset + size)


def said(facts: Composed, *lines: str) -> Console:
    console = Console(facts)
    console.feed("".join(line + "\r\n" for line in lines).encode())
    return console


def test_take_out(tmp_path: Path) -> None:
    """
    The disk comes out of the memory file byte by byte, from where the kernel says that the boot
    image lies.
    """
    disk_bytes = os.urandom(3000) + bytes(2 << 20) + os.urandom(5000) + bytes(192)
    facts = composed(8192, len(disk_bytes))
    memory = bytes(1 << 20) + b"manifest\0".ljust(8192, b"x") + disk_bytes + bytes(4096)
    (tmp_path / "memory").write_bytes(memory)
    good = f"boot image at 0x{1 << 20:x} bytes {facts.image_bytes}"
    to = tmp_path / "disk"
    aftermath.take_out(tmp_path / "memory", said(facts, "kernel", good), facts, "disk.img", to)
    assert (tmp_path / "disk").read_bytes() == disk_bytes
    for bad, sentence in [
        ("nothing", "did not say where"),
        ("boot image at 0x1000 bytes 5", "found 5 bytes"),
        (f"boot image at 0x2000 bytes {facts.image_bytes}", "does not lie at 0x2000"),
    ]:
        with pytest.raises(Stop, match=sentence):
            aftermath.take_out(tmp_path / "memory", said(facts, bad), facts, "disk.img", to)


def record(kind: int, data: bytes = b"", offset: int = 0) -> bytes:
    return struct.pack("<IIQ", kind, len(data), offset) + data


def test_log(tmp_path: Path) -> None:
    """A block server's log ends where its records do; one that was too small, or is none, is refused."""
    file = tmp_path / "blk.log"
    good = record(1, b"x" * 512, 1024) + record(2, b"", 1) + record(3, b"", 7)
    file.write_bytes(good + bytes(4096))
    assert blklog.cut_off(file) == "blk.log: 1 writes, 1 flushes, 1 marks, 0 KiB"
    assert file.read_bytes() == good
    assert "1 writes" in blklog.cut_off(file)  # filled to its last byte
    for bad, sentence in [
        (good + record(5) + bytes(100), "blk.log: the log of the block server is full"),
        (good + record(4) + bytes(100), "has a wrong record at 560"),
        (good + record(3, b"y" * 8), "has a wrong record at 560"),
        (good + record(1), "has a wrong record at 560"),
        (good + record(1, b"x" * 512)[:-1], "has a wrong record at 560"),
    ]:
        file.write_bytes(bad)
        with pytest.raises(Stop, match=sentence):
            blklog.cut_off(file)


def test_console() -> None:
    """
    Expected lines count in their order and wherever reads tear them; a forbidden one counts at
    once.
    """
    facts = replace(composed(0, 0), expect=["one", "two"], forbid=["panic"])
    torn = Console(facts)
    for data in (b"on", b"e\nt", b"wo\n"):
        torn.feed(data)
    assert torn.complaint() == ""
    assert said(facts, "two", "one").complaint() == "the system did not print 'two'"
    assert "panic: no" in said(facts, "one", "panic: no", "two").complaint()
