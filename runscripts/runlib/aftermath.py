"""
After the run: takes the disk out of the machine's memory and has it judged by programs that know
nothing of the rump kernel.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from pathlib import Path

from .disk import check_image
from .errors import Stop
from .ext2 import Ext2
from .listing import Entry, differences
from .machine import Composed, Console
from .places import call, find_tool, first_line
WHERE = re.compile(r"boot image at 0x([0-9a-f]+) bytes (\d+)")  # the kernel's first words
FIRST_FILE = b"manifest\0"
CHUNK = 1 << 20


def _image_address(console: Console, composed: Composed) -> int:
    for line in console.lines:
        found = WHERE.search(line)
        if found:
            if int(found[2]) != composed.image_bytes:
                raise Stop(f"the kernel found {found[2]} bytes of {composed.image_bytes} of the boot image")
            return int(found[1], 16)
    raise Stop("the kernel did not say where the boot image lies")


def take_out(ram: Path, console: Console, composed: Composed, disk: str, to: Path) -> None:
    """Copies a disk from the machine's memory; holes stay holes."""
    address = _image_address(console, composed)
    place = next(v for name, v in composed.files.items() if name.endswith(f"/{disk}"))
    with open(ram, "rb") as memory, open(to, "wb") as image:
        memory.seek(address)
        if memory.read(len(FIRST_FILE)) != FIRST_FILE:
            raise Stop(f"the boot image does not lie at {address:#x} of the machine's memory")
        memory.seek(address + place["offset"])
        for at in range(0, place["bytes"], CHUNK):
            data = memory.read(min(CHUNK, place["bytes"] - at))
            if data.strip(b"\0"):
                image.seek(at)
                image.write(data)
        image.truncate(place["bytes"])


def wanted_entries(before: list[Entry], own: list[Entry]) -> list[Entry]:
    """
    What must be in the image now: all that was, the root with one more folder, and the client's
    own.
    """
    root = before[0]
    if not own:
        return before
    grown = Entry(root.path, root.mode, root.uid, root.gid, root.nlink + 1)
    return [grown] + before[1:] + own


def check_entries(image: Path, wanted: list[Entry]) -> None:
    """Every name, with our own reader."""
    wrong = differences(wanted, Ext2(image).entries())
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise Stop(f"{image}: after the run {wrong[0]}{more}")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def check_with_debugfs(image: Path, own: list[Entry]) -> int:
    """The client's own files, each read by debugfs. Result: how many."""
    files = [entry for entry in own if stat.S_ISREG(entry.mode)]
    with tempfile.TemporaryDirectory(prefix="debugfs-", dir=image.parent) as scratch:
        commands = Path(scratch) / "commands"
        with open(commands, "w", encoding="utf-8") as stream:
            for number, entry in enumerate(files):
                to = os.path.join(scratch, str(number))
                stream.write(f"dump {_quoted('/' + entry.path.decode())} {_quoted(to)}\n")
        done = call([find_tool("debugfs", "e2fsprogs"), "-f", commands, image])
        for number, entry in enumerate(files):
            dumped = Path(scratch) / str(number)
            if not dumped.exists():
                raise Stop(f"debugfs does not find {entry.shown}: {first_line(done.stderr)}")
            if hashlib.sha256(dumped.read_bytes()).digest() != entry.sha256:
                raise Stop(f"debugfs finds other contents in {entry.shown} than the client wrote")
    return len(files)


def check_times(first: Path, second: Path) -> None:
    """Every name has the same time of modification in both."""
    times = [{path: inode.mtime for path, inode in Ext2(image).walk()} for image in (first, second)]
    for path, mtime in times[0].items():
        if path != b"lost+found" and times[1].get(path) != mtime:
            raise Stop(f"{second}: {ascii(path)[2:-1] or '/'} has another time than in {first.name}")


def judge_further(image: Path, wanted: str, first: Path, before: list[Entry]) -> str:
    """
    Checks on a further disk. wanted: "copy" (all that was in the first, and nothing else) or
    "sound". Result: what to say about it.
    """
    check_image(image)
    if wanted != "copy":
        return f"e2fsck is content with {image.name}"
    check_entries(image, before)
    check_times(first, image)
    return f"{image.name} has the same {len(before)} names, contents and times"


def judge_changed(image: Path) -> str:
    """What can be said of an image that anything may have been done to; result: what to say about it."""
    check_image(image)
    return "e2fsck is content"


def judge(image: Path, before: list[Entry], own: list[Entry]) -> str:
    """All checks on the image that came back; result: what to say about it."""
    check_image(image)
    check_entries(image, wanted_entries(before, own))
    found = check_with_debugfs(image, own)
    was = f"{len(before)} old names are as before"
    return f"e2fsck is content, {was}, debugfs finds {found} files of the client"
