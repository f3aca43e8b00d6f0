"""
The log that a block server keeps of its writes (interfaces/blk/server/log.h), after the run: a record
for each write, flush and mark, one after another, in a file that is zero behind them.
"""

from __future__ import annotations

import struct
from collections import Counter
from pathlib import Path

from .errors import Stop

RECORD = struct.Struct("<IIQ")  # kind, bytes that follow, offset
END, WRITE, FLUSH, MARK, FULL = 0, 1, 2, 3, 5


def cut_off(file: Path) -> str:
    """Leaves the records and nothing behind them; result: what to say about them. Raises Stop if the log was too small."""
    data = file.read_bytes()
    counts: Counter[int] = Counter()
    at = 0
    while at + RECORD.size <= len(data):
        kind, length, _ = RECORD.unpack_from(data, at)
        if kind == END:
            break
        if kind == FULL:
            size = f"{len(data) >> 10} KiB"
            raise Stop(f"{file.name}: the log of the block server is full: its parameter log, {size}, is too small")
        if kind not in (WRITE, FLUSH, MARK) or length > len(data) - at - RECORD.size or bool(length) != (kind == WRITE):
            raise Stop(f"{file.name}: the log of the block server has a wrong record at {at}")
        counts[kind] += 1
        at += RECORD.size + length
    file.write_bytes(data[:at])
    return f"{file.name}: {counts[WRITE]} writes, {counts[FLUSH]} flushes, {counts[MARK]} marks, {at >> 10} KiB"
