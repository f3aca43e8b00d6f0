"""
Parse, first half: reads a script with everything it includes and merges it key by key, later keys
winning. Every value remembers the file and line that it came from.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

from .errors import Refusal, Where
from .positions import Path, find_lines

TOP_KEYS = ("include", "system", "component")
TABLES = ("params", "providers")  # of a component, merged key by key
NAME = re.compile(r"[a-z][a-z0-9_-]*")


class Source:
    """One TOML file with the lines of its keys."""

    def __init__(self, file: str, asked: Where | None = None) -> None:
        self.file = os.path.normpath(file)
        try:
            with open(file, "rb") as stream:
                text = stream.read().decode("utf-8")
        except OSError as error:
            raise Refusal(asked or Where(file), f"cannot read {file}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise Refusal(Where(file), "is not UTF-8 text") from None
        try:
            self.data: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise Refusal(
                _syntax_position(self.file, str(error)), f"not valid TOML: {error}"
            ) from None
        self.lines = find_lines(text.replace("\r\n", "\n"))

    def where(self, path: Path) -> Where:
        """The line of a key path, or of the nearest enclosing one that has a line."""
        while path and path not in self.lines:
            path = path[:-1]
        return Where(self.file, self.lines.get(path, 1))


def _syntax_position(file: str, message: str) -> Where:
    found = re.search(r"at line (\d+)", message)
    return Where(file, int(found.group(1)) if found else 0)


@dataclass(frozen=True)
class Setting:
    """One value of a script and where it stands."""

    value: Any
    source: Source
    path: Path

    @property
    def where(self) -> Where:
        return self.source.where(self.path)

    def at(self, *path: str | int) -> Where:
        """Where a part of the value stands: an element of an array, a key of a table."""
        return self.source.where(self.path + path)


@dataclass
class Block:
    """The merged keys of [system] or of one component."""

    where: Where
    settings: dict[str, Setting] = field(default_factory=dict)
    params: dict[str, Setting] = field(default_factory=dict)
    providers: dict[str, Setting] = field(default_factory=dict)


@dataclass
class Script:
    file: str
    system: Block
    components: dict[str, Block]


def merge_table(
    block: Block, source: Source, table: dict[str, Any], path: Path, override: bool = True
) -> None:
    """Adds the keys of a table; those already there stay if override is false."""
    for key, value in table.items():
        if key in TABLES and isinstance(value, dict):
            _merge(getattr(block, key), source, value, path + (key,), override)
        else:
            _merge(block.settings, source, {key: value}, path, override)


def _merge(
    into: dict[str, Setting], source: Source, table: dict[str, Any], path: Path, override: bool
) -> None:
    for key, value in table.items():
        if override or key not in into:
            into[key] = Setting(value, source, path + (key,))


def _table(source: Source, key: str) -> dict[str, Any]:
    value = source.data.get(key, {})
    if not isinstance(value, dict):
        raise Refusal(source.where((key,)), f"{key} must be a table")
    return value


def _merge_source(script: Script, source: Source) -> None:
    for key in source.data:
        if key not in TOP_KEYS:
            raise Refusal(
                source.where((key,)), f"unknown key {key}; a script has {', '.join(TOP_KEYS)}"
            )
    system = _table(source, "system")
    if system:
        script.system.where = source.where(("system",))
    merge_table(script.system, source, system, ("system",))
    for name, table in _table(source, "component").items():
        where = source.where(("component", name))
        if not NAME.fullmatch(name):
            raise Refusal(
                where,
                "a name has small letters, digits, _ and - only and begins with a letter",
                name,
            )
        if not isinstance(table, dict):
            raise Refusal(where, "must be a table", name)
        block = script.components.setdefault(name, Block(where))
        block.where = where
        merge_table(block, source, table, ("component", name))


def _include(script: Script, file: str, chain: list[str], asked: Where | None) -> None:
    real = os.path.realpath(file)
    if real in chain:
        raise Refusal(asked or Where(file), f"{file} includes itself")
    source = Source(file, asked)
    wanted = source.data.get("include", [])
    if not isinstance(wanted, list) or not all(isinstance(name, str) for name in wanted):
        raise Refusal(source.where(("include",)), "include must be a list of file names")
    for index, name in enumerate(wanted):
        path = os.path.join(os.path.dirname(file), name)
        _include(script, os.path.normpath(path), chain + [real], source.where(("include", index)))
    _merge_source(script, source)


def read_script(file: str) -> Script:
    """Reads a script and all it includes. Included keys come first, so that a script's own keys
    win."""
    script = Script(file, Block(Where(file, 1)), {})
    _include(script, file, [], None)
    return script
