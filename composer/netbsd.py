"""
NetBSD's archives: finds those of a driver set in the folder that RUMP_NETBSD names, and refuses what
cannot work before it is linked: archives of the wrong kind, and a set that is not closed.

Formats: ar(5) as GNU writes it, ELF64 of the System V ABI.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field
from typing import Iterator

VARIABLE = "RUMP_NETBSD"
PREFIXES = ("librump", "librumpfs_", "librumpdev_", "librumpnet_", "librumpkern_", "librumpvfs_")
CURRENT_LWP = "rumpns_curlwp_storage"
CONSTRUCTORS = (".init_array", ".ctors", ".preinit_array")
HOST = "rumpuser_"  # what the host defines: the linker looks after these
LINKER = ("__start_link_set_", "__stop_link_set_", "_GLOBAL_OFFSET_TABLE_")
MAGIC, HEADER = b"!<arch>\n", 60
ELFCLASS64, EM_X86_64 = 2, 62
SHT_SYMTAB, STT_TLS, STB_LOCAL, STB_WEAK = 2, 6, 0, 2


class Unfit(Exception):
    """Why a driver set cannot be linked: one sentence."""


@dataclass
class Contents:
    """What an archive defines, and what it wants: symbol -> a member that wants it."""

    defined: set[str] = field(default_factory=set)
    wanted: dict[str, str] = field(default_factory=dict)
    thread_local: set[str] = field(default_factory=set)


def _members(file: str) -> Iterator[tuple[str, bytes]]:
    """Name and contents of each object in an archive."""
    with open(file, "rb") as stream:
        data = stream.read()
    if data[: len(MAGIC)] != MAGIC:
        raise Unfit(f"{file} is no archive")
    at, names = len(MAGIC), b""
    while at + HEADER <= len(data):
        name = data[at : at + 16].decode("latin-1").rstrip()
        try:
            size = int(data[at + 48 : at + 58])
        except ValueError:
            raise Unfit(f"{file} is damaged at byte {at}") from None
        body = data[at + HEADER : at + HEADER + size]
        if len(body) < size:
            raise Unfit(f"{file} is cut off")
        at += HEADER + size + size % 2
        if name == "//":
            names = body
        elif name.startswith("/") and name[1:].isdecimal():
            start = int(name[1:])
            yield names[start : names.find(b"/\n", start)].decode("latin-1"), body
        elif name not in ("/", "/SYM64/"):
            yield name.rstrip("/"), body


def _text(table: bytes, at: int) -> str:
    return table[at : table.find(b"\0", at)].decode("latin-1")


def _sections(data: bytes) -> tuple[list[tuple[int, ...]], bytes]:
    """Section headers of an object, and the table of their names."""
    shoff, shentsize, shnum, shstrndx = (
        struct.unpack_from("<Q", data, 40)[0],
        *struct.unpack_from("<HHH", data, 58),
    )
    found = [struct.unpack_from("<IIQQQQIIQQ", data, shoff + i * shentsize) for i in range(shnum)]
    names = found[shstrndx] if shstrndx < len(found) else (0,) * 10
    return found, data[names[4] : names[4] + names[5]]


def _read_symbols(member: str, data: bytes, section: tuple[int, ...], strings: bytes, into: Contents) -> None:
    for at in range(section[4], section[4] + section[5], 24):
        name, info, _, index = struct.unpack_from("<IBBH", data, at)
        if not name or info >> 4 == STB_LOCAL:
            continue
        symbol = _text(strings, name)
        if index == 0 and info >> 4 != STB_WEAK:
            into.wanted.setdefault(symbol, member)
        elif index:
            into.defined.add(symbol)
            if info & 15 == STT_TLS:
                into.thread_local.add(symbol)


def _read_member(file: str, member: str, data: bytes, into: Contents) -> None:
    where = f"{file}({member})"
    if data[:4] != b"\x7fELF":
        raise Unfit(f"{where} is no object file")
    if data[4] != ELFCLASS64 or struct.unpack_from("<H", data, 18)[0] != EM_X86_64:
        raise Unfit(f"{where} is not for x86-64, 64 bits")
    try:
        sections, names = _sections(data)
        for section in sections:
            name = _text(names, section[0])
            if section[5] and name.startswith(CONSTRUCTORS):
                raise Unfit(f"{where} has constructors ({name}) where link sets are wanted")
            if section[1] == SHT_SYMTAB:
                strings = sections[section[6]]
                table = data[strings[4] : strings[4] + strings[5]]
                _read_symbols(member, data, section, table, into)
    except (struct.error, IndexError):
        raise Unfit(f"{where} is damaged") from None


def _read_archive(file: str) -> Contents:
    contents = Contents()
    for member, data in _members(file):
        _read_member(file, member, data, contents)
    if "__tls_get_addr" in contents.wanted:
        raise Unfit(
            f"{file}({contents.wanted['__tls_get_addr']}) wants __tls_get_addr: its thread-local "
            "variables are those of shared libraries"
        )
    return contents


def _archive_of(driver: str, folder: str) -> str:
    for prefix in PREFIXES:
        file = os.path.join(folder, f"{prefix}{driver}.a")
        if os.path.isfile(file):
            return file
    tried = ", ".join(f"{prefix}{driver}.a" for prefix in PREFIXES)
    raise Unfit(f"there is no archive of driver {driver} in {folder}: none of {tried}")


def _who_else(symbol: str, folder: str, used: list[str]) -> str:
    """A hint: another archive of the folder that defines a symbol."""
    for name in sorted(os.listdir(folder)):
        file = os.path.join(folder, name)
        if not name.endswith(".a") or file in used:
            continue
        try:
            if symbol in _read_archive(file).defined:
                return f"; {name} has it"
        except Unfit:
            continue
    return ""


def _check_closed(contents: dict[str, Contents], folder: str) -> None:
    defined = set().union(*(c.defined for c in contents.values()))
    for file, one in contents.items():
        for symbol in sorted(one.wanted):
            if symbol in defined or symbol.startswith((HOST, *LINKER)):
                continue
            raise Unfit(
                f"the drivers are not closed: {os.path.basename(file)}({one.wanted[symbol]}) wants "
                f"{symbol}{_who_else(symbol, folder, list(contents))}"
            )


def find_archives(drivers: list[str]) -> list[str]:
    """The archives of the kernel itself and of a driver set, in that order. Raises Unfit."""
    root = os.environ.get(VARIABLE, "")
    if not root:
        raise Unfit(f"the kernel netbsd needs {VARIABLE} in the environment: a folder with lib/librump.a")
    folder = os.path.join(os.path.abspath(root), "lib")
    main = os.path.join(folder, "librump.a")
    if not os.path.isfile(main):
        raise Unfit(f"{VARIABLE} names {root}, which has no lib/librump.a")
    files = list(dict.fromkeys([main, *(_archive_of(driver, folder) for driver in drivers)]))
    contents = {file: _read_archive(file) for file in files}
    if CURRENT_LWP not in contents[main].thread_local:
        raise Unfit(
            f"{main} has no thread-local {CURRENT_LWP}: its current lwp is not in a __thread variable"
        )
    _check_closed(contents, folder)
    return files
