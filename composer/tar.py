"""
Writes the USTAR archive that is the boot image. All that could differ between two runs (time,
owner) is fixed. Members after the first begin on a page and are padded with zeros to whole pages,
so that each can be mapped without showing, or letting anybody change, a byte of another; members
named .pad fill the gaps.
"""

from __future__ import annotations

from .model import Image, Placed

BLOCK = 512


def _octal(value: int, width: int) -> bytes:
    return f"{value:0{width - 1}o}".encode() + b"\0"


def header(name: str, size: int) -> bytes:
    """The header block of a regular file."""
    raw = name.encode()
    if len(raw) > 100:
        raise ValueError(f"{name} is too long for a tar header")
    fields = [
        raw.ljust(100, b"\0"),
        _octal(0o444, 8),
        _octal(0, 8),
        _octal(0, 8),
        _octal(size, 12),
        _octal(0, 12),
        b" " * 8,
        b"0",
        bytes(100),
        b"ustar\x0000",
        b"root".ljust(32, b"\0"),
        b"root".ljust(32, b"\0"),
        _octal(0, 8),
        _octal(0, 8),
        bytes(155),
    ]
    block = bytearray(b"".join(fields).ljust(BLOCK, b"\0"))
    block[148:156] = f"{sum(block):06o}\0 ".encode()
    return bytes(block)


class Archive:
    """An archive as it grows."""

    def __init__(self, page: int) -> None:
        self.page = page
        self.parts: list[bytes] = []
        self.size = 0
        self.members: list[Placed] = []

    def _append(self, data: bytes) -> None:
        self.parts.append(data)
        self.size += len(data)

    def _member(self, name: str, data: bytes, unit: int) -> None:
        padded = -(-len(data) // unit) * unit
        self._append(header(name, padded))
        self.members.append(Placed(name, self.size, len(data)))
        self._append(data.ljust(padded, b"\0"))

    def add_first(self, name: str, data: bytes) -> None:
        self._member(name, data, BLOCK)

    def add(self, name: str, data: bytes) -> None:
        """Adds a member whose data lie on whole pages of their own."""
        gap = -(self.size + BLOCK) % self.page
        if gap:
            self._append(header(".pad", gap - BLOCK))
            self._append(bytes(gap - BLOCK))
        self._member(name, data, self.page)

    def finish(self) -> Image:
        """Two empty blocks end an archive; it fills whole pages."""
        self._append(bytes(2 * BLOCK))
        self._append(bytes(-self.size % self.page))
        return Image(b"".join(self.parts), self.members)


def offsets(sizes: list[tuple[str, int]], first_size: int, page: int) -> dict[str, int]:
    """Where the data of each member will lie behind a first one of a given size."""
    found = {}
    at = BLOCK + -(-first_size // BLOCK) * BLOCK
    for name, size in sizes:
        at = -(-(at + BLOCK) // page) * page
        found[name] = at
        at += -(-size // page) * page
    return found
