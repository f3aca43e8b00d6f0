"""The checks at work: a system whose disk is not what its list says must end badly, and say why."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Run
from runlib import machine, options
from runlib.errors import Stop


def boot(out: Path) -> None:
    """Boots what has been composed in a folder."""
    wanted = options.parse(["--out", str(out), "fs-ramdisk"])
    composed = machine.read_composed(out)
    typed = machine.Typed()
    command = machine.command_line(wanted, composed, out, out / "memory.bin", None, typed)
    machine.run(command, composed, out, 120, typed)


def spoil(out: Path, pattern: bytes, replacement: bytes) -> None:
    """Changes the disk inside the boot image, once its list has been made."""
    image = out / "boot.img"
    data = image.read_bytes()
    place = machine.read_composed(out).files["ramdisk/disk.img"]
    start, end = place["offset"], place["offset"] + place["bytes"]
    found = [m.start() for m in re.finditer(re.escape(pattern), data[start:end])]
    assert len(found) == 1 and len(pattern) == len(replacement)
    at = start + found[0]
    image.write_bytes(data[:at] + replacement + data[at + len(pattern) :])


@pytest.mark.parametrize(
    "pattern, replacement, said",
    [
        (b"The contents.", b"The contentS.", "folder/letter: its contents are wrong"),
        (b"letter", b"LETTER", "folder/LETTER: should not be there"),
        (b"where it points", b"where it pointS", "link: its target is wrong"),
    ],
)
def test_disk(
    pattern: bytes, replacement: bytes, said: str, run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder, out = tmp_path / "files", tmp_path / "out"
    (folder / "folder").mkdir(parents=True)
    (folder / "folder" / "letter").write_text("The contents.")
    (folder / "link").symlink_to("where it points")
    assert run("--compose", "--from", folder).returncode == 0
    spoil(out, pattern, replacement)
    with pytest.raises(Stop, match="must never print: fsclient: wrong"):
        boot(out)
    console = capfd.readouterr().out
    assert said in console and "things are wrong" in console
    assert "all is as it must be" not in console
