"""The reader of C headers: numbers and layouts."""

from __future__ import annotations

from pathlib import Path

import pytest

from composer.errors import Refusal
from composer.headers import Headers

TEXT = """
typedef unsigned short u16;
#define PAGE 4096UL
#define ALL (~0UL)
#define GUARD_H
enum { FIRST = 8, SECOND, /* a comment, with a comma */ FOURTH = FIRST + 3 };
struct pair { u16 a; long b; };
struct all { char name[4]; struct pair two[2]; struct { int x, y; } place[3]; u16 last; };
_Static_assert(sizeof(struct all) == 72, "layout");
"""


def read(tmp_path: Path, text: str) -> Headers:
    file = tmp_path / "a.h"
    file.write_text(text)
    headers = Headers()
    headers.read(str(file))
    return headers


def test_numbers(tmp_path: Path) -> None:
    headers = read(tmp_path, TEXT)
    assert [headers[name] for name in ("PAGE", "ALL", "FIRST", "SECOND", "FOURTH")] == [
        4096,
        2**64 - 1,
        8,
        9,
        11,
    ]


def test_layout_is_the_compilers(tmp_path: Path) -> None:
    struct = read(tmp_path, TEXT).structs["all"]
    assert [(field.name, field.offset) for field in struct.fields] == [
        ("name", 0),
        ("two", 8),
        ("place", 40),
        ("last", 64),
    ]
    assert struct.size == 72


def test_pack_and_unpack(tmp_path: Path) -> None:
    struct = read(tmp_path, TEXT).structs["all"]
    data = struct.pack(name="abc", last=0x1234)
    assert data[:4] == b"abc\0" and data[64:66] == b"\x34\x12" and len(data) == 72
    assert struct.unpack(data)["name"] == "abc" and struct.unpack(data)["last"] == 0x1234
    with pytest.raises(ValueError):
        struct.pack(name="abcd")


def test_wrong_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="was read as 72 bytes, but has 80"):
        read(tmp_path, TEXT.replace("== 72", "== 80"))
