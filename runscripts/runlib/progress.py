"""What the user sees of the steps: one line each, with what it found and how long it took."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import Iterator


class Step:
    """A step under way; note is what its line says when it is done."""

    def __init__(self) -> None:
        self.note = ""


@contextmanager
def step(name: str) -> Iterator[Step]:
    """
    Prints the step's name at once, its note and time when it is over. Steps that print themselves
    come out on lines of their own.
    """
    now = Step()
    begin = time.monotonic()
    print(f"{name:<9} ", end="", flush=True)
    try:
        yield now
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{now.note} ({time.monotonic() - begin:.1f} s)", flush=True)


def say_error(text: str) -> None:
    """The sentence that ends a failed run."""
    sys.stdout.flush()
    print(f"run: {text}", file=sys.stderr, flush=True)
