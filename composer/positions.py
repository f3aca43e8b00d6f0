"""
Line numbers for TOML. tomllib gives values without positions, so this scans the same text once
more and notes where each key, each table and each element of an array begins. It runs only on text
that tomllib has accepted, and so may assume that the text is well formed.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r"(?P<blank>[ \t\r]+|#[^\n]*)"
    r"|(?P<newline>\n)"
    r'|(?P<string>"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')'
    r"|(?P<mark>[\[\]{}=,.])"
    r'|(?P<word>[^\s#"\'\[\]{}=,.]+)',
    re.S,
)


class _Scanner:
    """Walks over the tokens; every method leaves the current token after what it has read."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str, int]] = []
        self.lines: dict[Path, int] = {}
        self.at = 0
        line = 1
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup or ""
            if kind != "blank":
                self.tokens.append((kind, match.group(), line))
            line += match.group().count("\n")
        self.tokens.append(("end", "", line))

    def peek(self) -> str:
        return self.tokens[self.at][1]

    def kind(self) -> str:
        return self.tokens[self.at][0]

    def line(self) -> int:
        return self.tokens[self.at][2]

    def skip_newlines(self) -> None:
        while self.kind() == "newline":
            self.at += 1

    def note(self, path: Path) -> None:
        self.lines.setdefault(path, self.line())

    def key(self) -> Path:
        """A dotted key, up to the mark that ends it."""
        parts: list[str | int] = []
        while self.kind() in ("word", "string") or self.peek() == ".":
            if self.peek() != ".":
                text = self.peek()
                parts.append(text[1:-1] if self.kind() == "string" else text)
            self.at += 1
        return tuple(parts)

    def assignment(self, table: Path) -> None:
        start = self.at
        path = table + self.key()
        for end in range(len(table) + 1, len(path) + 1):
            self.lines.setdefault(path[:end], self.tokens[start][2])
        self.at += 1  # the equals sign
        self.value(path)

    def value(self, path: Path) -> None:
        if self.peek() == "[" and self.kind() == "mark":
            self.sequence(path, "]")
        elif self.peek() == "{" and self.kind() == "mark":
            self.sequence(path, "}")
        else:
            while self.kind() in ("word", "string") or self.peek() == ".":
                self.at += 1

    def sequence(self, path: Path, closing: str) -> None:
        """The elements of an array, or the keys of an inline table."""
        self.at += 1
        index = 0
        while True:
            self.skip_newlines()
            if self.peek() == closing and self.kind() == "mark":
                self.at += 1
                return
            if self.peek() == "," and self.kind() == "mark":
                self.at += 1
                continue
            if closing == "]":
                self.note(path + (index,))
                self.value(path + (index,))
                index += 1
            else:
                self.assignment(path)


def _header(scan: _Scanner, counts: dict[Path, int]) -> Path:
    """The path that a [table] or [[array of tables]] line opens."""
    line_token = scan.at
    scan.at += 1
    array = scan.peek() == "["
    if array:
        scan.at += 1
    path = scan.key()
    while scan.kind() not in ("newline", "end"):
        scan.at += 1
    for end in range(1, len(path) + 1):
        scan.lines.setdefault(path[:end], scan.tokens[line_token][2])
    if not array:
        return path
    counts[path] = counts.get(path, -1) + 1
    path += (counts[path],)
    scan.lines[path] = scan.tokens[line_token][2]
    return path


def find_lines(text: str) -> dict[Path, int]:
    """The line of every key path of a TOML document."""
    scan = _Scanner(text)
    table: Path = ()
    counts: dict[Path, int] = {}
    while scan.kind() != "end":
        if scan.kind() == "newline":
            scan.at += 1
        elif scan.peek() == "[":
            table = _header(scan, counts)
        else:
            scan.assignment(table)
    return scan.lines
