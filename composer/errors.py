"""What is wrong and where: the one way in which every stage refuses a system."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Where:
    """A line of a file; line 0 means the file as a whole."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class Refusal(Exception):
    """One sentence for the user; detail is what a compiler or linker said about it."""

    def __init__(self, where: Where, reason: str, component: str = "", detail: str = "") -> None:
        super().__init__(reason)
        self.where = where
        self.reason = reason
        self.component = component
        self.detail = detail

    def __str__(self) -> str:
        who = f"component {self.component}: " if self.component else ""
        text = f"{self.where}: {who}{self.reason}"
        return f"{text}\n{self.detail.rstrip()}" if self.detail else text
