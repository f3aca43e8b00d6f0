"""
Images from folders, on the host: what mke2fs made is what a second reader finds, for every kind of
folder and block size.
"""

from __future__ import annotations

import random
import shutil
import struct
from pathlib import Path
from typing import Callable

import folders
import pytest
from runlib import disk, ffs, listing
from runlib.errors import Stop
from runlib.ext2 import Ext2
from runlib.folder import read_folder, tracked_files
from runlib.places import PROJECT


@pytest.mark.parametrize("options", ["", "-b 1024", "-b 2048", "-b 4096 -I 128", "-O ^filetype,^dir_index"])
@pytest.mark.parametrize("make", folders.ALL, ids=lambda make: make.__name__)
def test_image_of_folder(make: Callable[[Path], None], options: str, tmp_path: Path) -> None:
    folder, out = tmp_path / "folder", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    make(folder)
    entries = disk.prepare(out, folder, None, disk.with_ext2(options))
    assert [entry for entry in entries if entry.path] == [e for e in read_folder(folder) if e.path]
    disk.check_image(out / "disk.img")
    assert disk.has_room(Ext2(out / "disk.img"))
    assert [path.name for path in out.iterdir()] == ["disk.img"]


@pytest.mark.skipif(not shutil.which("makefs") or not shutil.which("fls"), reason="makefs or sleuthkit is not installed")
def test_ffs_image_of_folder(tmp_path: Path) -> None:
    """What makefs made is what The Sleuth Kit finds; what one of them cannot is refused."""
    folder, image = tmp_path / "folder", tmp_path / "image"
    folder.mkdir()
    folders.sizes(folder)
    entries = ffs.make_image(folder, image)
    assert sorted(ffs.entries(image), key=str) == sorted(entries[1:], key=str)
    data = bytearray(image.read_bytes())
    at = data.index((folder / "4096").read_bytes())
    data[at] ^= 1
    image.write_bytes(data)
    assert listing.differences(entries[1:], ffs.entries(image)) == ["4096 has another sha256"]
    folders.links(folder)
    with pytest.raises(Stop, match="socket is missing"):
        ffs.make_image(folder, image)


def test_same_bytes(tmp_path: Path) -> None:
    """The same folder gives the same image, whenever it is made."""
    folder = tmp_path / "folder"
    folder.mkdir()
    folders.links(folder)
    images = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        disk.prepare(tmp_path / name, folder, None, disk.with_ext2(""))
        images.append((tmp_path / name / "disk.img").read_bytes())
    assert images[0] == images[1]


def test_project_itself(tmp_path: Path) -> None:
    """
    Without a folder the disk has what this project consists of, and nothing that building made.
    """
    entries = disk.prepare(tmp_path, None, None, disk.with_ext2(""))
    names = {entry.path.decode() for entry in entries if not entry.is_folder}
    assert names == set(tracked_files())
    assert "runscripts/run" in names and not any(name.startswith("build/") for name in names)
    assert all((PROJECT / name).exists() for name in names)


def test_ready_image(tmp_path: Path) -> None:
    """A copy of an image has the list of its folder, and the original stays as it was."""
    folder, out = tmp_path / "folder", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    folders.names(folder)
    entries = disk.make_image(folder, tmp_path / "ready", "")
    before = (tmp_path / "ready").read_bytes()
    assert sorted(disk.prepare(out, None, tmp_path / "ready", disk.with_ext2("")), key=str) == sorted(entries, key=str)
    assert (tmp_path / "ready").read_bytes() == before == (out / "disk.img").read_bytes()


def test_empty_disk(tmp_path: Path) -> None:
    """A further disk is as large as the first and has its blocks and inodes, all of them free."""
    folder, out = tmp_path / "folder", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    folders.names(folder)
    disk.prepare(out, folder, None, disk.with_ext2("-b 2048 -I 128"))
    disk.make_empty(out / "disk2.img", out / "disk.img")
    disk.check_image(out / "disk2.img")
    first, further = Ext2(out / "disk.img"), Ext2(out / "disk2.img")
    assert [entry.path for entry in further.entries()] == [b""]
    assert (out / "disk2.img").stat().st_size == (out / "disk.img").stat().st_size
    assert (further.block_size, further.inode_size) == (first.block_size, first.inode_size)
    assert further.free_blocks > first.free_blocks and further.free_inodes > first.free_inodes
    assert sorted(path.name for path in out.iterdir()) == ["disk.img", "disk2.img"]


def test_list_of_entries() -> None:
    """The binary list has every field where list.h expects it, in the order of the paths."""
    entries = [
        listing.Entry(b"b\xff", 0o120777, 1, 2, 3, 4, listing.NO_HASH, b"toto"),
        listing.Entry(b"", 0o40755, 0, 0, 5),
        listing.Entry(b"b", 0o100644, 6, 7, 8, 9, bytes(range(32))),
    ]
    data = listing.pack_list(entries)
    magic, count, size = struct.unpack_from("<QQQ", data)
    assert (magic, count, size) == (listing.MAGIC, 3, len(data))
    offsets = struct.unpack_from("<3Q", data, 24)
    assert all(offset % 8 == 0 for offset in offsets)
    found = [struct.unpack_from("<QIIIIII32s", data, offset) for offset in offsets]
    assert [record[6] for record in found] == [0, 0, 4]
    assert found[1] == (9, 0o100644, 6, 7, 8, 1, 0, bytes(range(32)))
    assert data[offsets[2] + 64 :][:6] == b"b\xfftoto"


def test_damaged_images(tmp_path: Path) -> None:
    """
    The reader of images ends with a sentence or a list, never otherwise, whatever the bytes are.
    """
    folder = tmp_path / "folder"
    folder.mkdir()
    folders.links(folder)
    disk.make_image(folder, tmp_path / "image", "")
    good, source, refused = (tmp_path / "image").read_bytes(), random.Random(5), 0
    used = [at for at in range(0, 512 << 10, 1024) if any(good[at : at + 1024])]
    for _ in range(150):
        bad = bytearray(good)
        for _ in range(8):
            bad[source.choice(used) + source.randrange(1024)] = source.randrange(256)
        (tmp_path / "bad").write_bytes(bad)
        try:
            Ext2(tmp_path / "bad").entries()
        except Stop:
            refused += 1
    assert refused


def test_room_for_the_client(tmp_path: Path) -> None:
    """However badly the size was guessed, an image that is made has room for the client's files."""
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number}").write_bytes(bytes(range(256)) * 4096)
    disk.make_image(folder, tmp_path / "image", "-b 1024 -g 1024")  # many groups, each with its own tables
    assert disk.has_room(Ext2(tmp_path / "image"))


def test_free_name() -> None:
    """The client's folder never collides with what is there."""
    taken = [listing.Entry(name, 0o40755, 0, 0, 2) for name in (b"", b"fsclient", b"fsclient-2")]
    assert disk.own_folder(taken[:1]) == "fsclient"
    assert disk.own_folder(taken) == "fsclient-3"
