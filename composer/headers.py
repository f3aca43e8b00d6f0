"""
Reads constants and structure layouts from C headers, so that no number which the kernel or the
booter knows is written down here a second time. Understands what those headers use: #define of a
number, enum, typedef of a base type, struct of base types, arrays and nested structs, and
_Static_assert on a size, which is checked.
"""

from __future__ import annotations

import ast
import operator
import re
from dataclasses import dataclass

from .errors import Refusal, Where

BASE_SIZES = {
    "char": 1,
    "signed char": 1,
    "unsigned char": 1,
    "unsigned short": 2,
    "short": 2,
    "int": 4,
    "signed int": 4,
    "unsigned int": 4,
    "long": 8,
    "signed long": 8,
    "unsigned long": 8,
}
WORD_MASK = (1 << 64) - 1

_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.LShift: operator.lshift,
    ast.BitOr: operator.or_,
    ast.FloorDiv: operator.floordiv,
    ast.Div: operator.floordiv,
}


@dataclass(frozen=True)
class Field:
    name: str
    offset: int
    size: int  # of one element
    count: int  # 0 = no array


@dataclass(frozen=True)
class Struct:
    name: str
    size: int
    align: int
    fields: tuple[Field, ...]

    def pack(self, **values: int | str) -> bytes:
        """The bytes of one record. Fields not named are zero; text fills a character array."""
        data = bytearray(self.size)
        by_name = {field.name: field for field in self.fields}
        for name, value in values.items():
            field = by_name[name]
            raw = (
                value.encode() if isinstance(value, str) else value.to_bytes(field.size, "little")
            )
            room = field.size * (field.count or 1)
            if len(raw) + isinstance(value, str) > room:
                raise ValueError(f"{self.name}.{name} has no room for {value!r}")
            data[field.offset : field.offset + len(raw)] = raw
        return bytes(data)

    def unpack(self, data: bytes, offset: int = 0) -> dict[str, int | str]:
        """The fields of one record: numbers, and text for character arrays."""
        values: dict[str, int | str] = {}
        for field in self.fields:
            raw = data[
                offset + field.offset : offset + field.offset + field.size * (field.count or 1)
            ]
            is_text = field.count and field.size == 1
            values[field.name] = (
                raw.split(b"\0")[0].decode() if is_text else int.from_bytes(raw, "little")
            )
        return values


class Headers:
    """The constants and structs of a set of headers, read in order."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.structs: dict[str, Struct] = {}
        self.types = dict(BASE_SIZES)

    def __getitem__(self, name: str) -> int:
        return self.numbers[name]

    def read(self, file: str) -> None:
        try:
            with open(file, encoding="utf-8") as stream:
                text = stream.read()
        except OSError as error:
            raise Refusal(Where(file), f"cannot read it: {error.strerror}") from None
        text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
        self._typedefs(text)
        self._defines(text)
        self._enums(text)
        self._structs(text)
        self._asserts(file, text)

    def _typedefs(self, text: str) -> None:
        for base, name in re.findall(r"^typedef\s+([a-z0-9_ ]+?)\s+(\w+)\s*;", text, re.M):
            self.types[name] = self.types[" ".join(base.split())]

    def _defines(self, text: str) -> None:
        for name, body in re.findall(r"^#define[ \t]+(\w+)[ \t]+(\S.*)$", text, re.M):
            value = self.evaluate(body)
            if value is not None:
                self.numbers[name] = value

    def _enums(self, text: str) -> None:
        for body in re.findall(r"\benum\b\s*\w*\s*\{(.*?)\}", text, re.S):
            following = 0
            for entry in [part.strip() for part in body.split(",") if part.strip()]:
                name, _, expression = entry.partition("=")
                value = self.evaluate(expression) if expression else following
                if value is not None:
                    self.numbers[name.strip()] = value
                    following = value + 1

    def _structs(self, text: str) -> None:
        for match in re.finditer(r"^struct\s+(\w+)\s*\{", text, re.M):
            body = text[match.end() : _closing(text, match.end() - 1)]
            self.structs[match.group(1)] = self._layout(match.group(1), body)

    def _layout(self, name: str, body: str) -> Struct:
        fields: list[Field] = []
        offset, align = 0, 1
        for type_name, declarators in self._members(body):
            size, own_align = self._size_of(type_name)
            align = max(align, own_align)
            for declarator in declarators.split(","):
                field_name, _, length = declarator.strip().partition("[")
                count = (self.evaluate(length.rstrip("] ")) or 0) if length else 0
                offset = -(-offset // own_align) * own_align
                fields.append(Field(field_name.strip(), offset, size, count))
                offset += size * (count or 1)
        return Struct(name, -(-offset // align) * align, align, tuple(fields))

    def _members(self, body: str) -> list[tuple[str, str]]:
        """Pairs of type and declarators. A struct within is given a name and laid out first."""
        members = []
        while nested := re.search(r"struct\s*\{", body):
            end = _closing(body, nested.end() - 1)
            name = f"{nested.start()} in {len(self.structs)}"
            self.structs[name] = self._layout(name, body[nested.end() : end])
            body = body[: nested.start()] + f"@{name}@ " + body[end + 1 :]
        for member in filter(None, (part.strip() for part in body.split(";"))):
            found = re.match(
                r"(@[^@]*@|(?:struct|enum)\s+\w+|(?:unsigned |signed )?\w+)\s+(.*)", member, re.S
            )
            if found:
                members.append((found.group(1), found.group(2)))
        return members

    def _size_of(self, type_name: str) -> tuple[int, int]:
        if type_name.startswith("enum"):
            return 4, 4
        if type_name in self.types:
            return self.types[type_name], self.types[type_name]
        struct = self.structs[type_name.strip("@").removeprefix("struct").strip()]
        return struct.size, struct.align

    def _asserts(self, file: str, text: str) -> None:
        pattern = re.compile(r"_Static_assert\(sizeof\(struct (\w+)\) == ([^,]+),")
        for match in pattern.finditer(text):
            name, wanted = match.group(1), self.evaluate(match.group(2))
            line = text.count("\n", 0, match.start()) + 1
            if name not in self.structs or self.structs[name].size != wanted:
                got = self.structs[name].size if name in self.structs else "nothing"
                raise Refusal(
                    Where(file, line), f"struct {name} was read as {got} bytes, but has {wanted}"
                )

    def evaluate(self, text: str) -> int | None:
        """The value of a constant expression, or None if it is something else."""
        text = re.sub(r"\b(0x[0-9a-fA-F]+|\d+)[uUlL]+\b", r"\1", text.strip())
        try:
            return self._number(ast.parse(text, mode="eval").body)
        except (SyntaxError, KeyError, ValueError):
            return None

    def _number(self, node: ast.expr) -> int:
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            return node.value
        if isinstance(node, ast.Name):
            return self.numbers[node.id]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
            return ~self._number(node.operand) & WORD_MASK
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -self._number(node.operand)
        if isinstance(node, ast.BinOp):
            return int(
                _OPERATORS[type(node.op)](self._number(node.left), self._number(node.right))
            )
        raise ValueError(ast.dump(node))


def _closing(text: str, at: int) -> int:
    """Index of the brace that closes the one at this index."""
    depth = 0
    for index in range(at, len(text)):
        depth += (text[index] == "{") - (text[index] == "}")
        if depth == 0:
            return index
    return len(text)


def read_headers(abi_files: list[str], info_file: str) -> Headers:
    """kernel/abi first (types.h before the rest), then the formats of interfaces/init/info.h."""
    headers = Headers()
    for file in sorted(abi_files, key=lambda name: (not name.endswith("types.h"), name)):
        headers.read(file)
    headers.read(info_file)
    return headers
