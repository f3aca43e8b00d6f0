"""Reads ELF64 files, as far as the composer needs: segments, sections by flags, and symbols."""

from __future__ import annotations

import struct
from dataclasses import dataclass

SHT_SYMTAB = 2
SHT_NOBITS = 8
SHF_WRITE = 1
SHF_ALLOC = 2
SHF_TLS = 0x400
PT_LOAD = 1
SHN_UNDEF = 0
BIND_LOCAL, BIND_GLOBAL, BIND_WEAK = 0, 1, 2


@dataclass(frozen=True)
class Symbol:
    name: str
    value: int
    size: int
    bind: int
    defined: bool


@dataclass(frozen=True)
class Section:
    kind: int
    flags: int
    offset: int
    size: int
    link: int


class Elf:
    """One ELF64 file, object or executable."""

    def __init__(self, data: bytes) -> None:
        if data[:6] != b"\x7fELF\x02\x01":
            raise ValueError("not a little-endian ELF64 file")
        self.data = data
        header = struct.unpack_from("<16sHHIQQQIHHHHHH", data)
        self.entry, phoff, shoff = header[4:7]
        phentsize, phnum, shentsize, shnum = header[9:13]
        self.segments = [
            struct.unpack_from("<IIQQQQQQ", data, phoff + i * phentsize) for i in range(phnum)
        ]
        self.sections = [self._section(shoff + i * shentsize) for i in range(shnum)]

    def _section(self, at: int) -> Section:
        _, kind, flags, _, offset, size, link = struct.unpack_from("<IIQQQQI", self.data, at)
        return Section(kind, flags, offset, size, link)

    def symbols(self) -> list[Symbol]:
        """All named symbols but the local ones."""
        found = []
        for table in (section for section in self.sections if section.kind == SHT_SYMTAB):
            names = self.sections[table.link].offset
            for at in range(table.offset, table.offset + table.size, 24):
                name, info, _, section, value, size = struct.unpack_from("<IBBHQQ", self.data, at)
                if name and info >> 4 != BIND_LOCAL:
                    end = self.data.index(b"\0", names + name)
                    text = self.data[names + name : end].decode()
                    found.append(Symbol(text, value, size, info >> 4, section != SHN_UNDEF))
        return found

    def load_range(self) -> tuple[int, int]:
        """Lowest and highest address of what is loaded."""
        loads = [segment for segment in self.segments if segment[0] == PT_LOAD and segment[6]]
        if not loads:
            raise ValueError("has nothing to load")
        return min(s[3] for s in loads), max(s[3] + s[6] for s in loads)

    def sizes(self) -> tuple[int, int, int]:
        """Bytes of code and constants, of initialised data, of zeroed data."""
        text = data = bss = 0
        for section in self.sections:
            if (
                not section.flags & SHF_ALLOC
                or section.flags & SHF_TLS
                and section.kind == SHT_NOBITS
            ):
                continue
            if section.kind == SHT_NOBITS:
                bss += section.size
            elif section.flags & SHF_WRITE:
                data += section.size
            else:
                text += section.size
        return text, data, bss
