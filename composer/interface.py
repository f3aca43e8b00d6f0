"""
Reads an interface source, interfaces/NAME/NAME.h: the prototypes whose names begin with NAME_,
each with the annotated comment before it (interfaces/README.md). It is strict: what a stub could
not carry, or what recovery would miss, is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator

from .errors import Refusal, Where

MAX_WORDS = 6  # registers that carry parameters, in the calling convention and across the kernel
MAX_OUTS = 2  # result words beside the result itself
SCALARS = {
    "word_t",
    "u8",
    "u16",
    "u32",
    "u64",
    "s32",
    "s64",
    "cycles_t",
    "slot_t",
    "thdid_t",
    "int",
    "long",
    "char",
}
QUALIFIERS = {"const", "unsigned", "signed", "enum"}
TAGS = {"blocks": 1, "repeat": 1, "creates": 1, "uses": (1, 2), "ends": (1, 2), "local": 0, "death": (0, 1)}

_TOKEN = re.compile(
    r"(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<directive>^[ \t]*#(?:\\\n|[^\n])*)"
    r"|(?P<word>\w+)|(?P<string>\"[^\"\n]*\"|'[^'\n]*')|(?P<mark>[^\s\w])",
    re.S | re.M,
)


@dataclass(frozen=True)
class Function:
    name: str
    args: tuple[str, ...]
    outs: tuple[str, ...]
    blocks: bool
    repeat: str  # "harmless" or "opid"
    descriptors: tuple[tuple[str, ...], ...]  # ("creates", kind), ("uses", kind, argument) ...
    death: str  # "told" or "first": the booter calls it when a client has died; or ""
    where: Where

    @property
    def carries_id(self) -> bool:
        """Does it take an operation id along, in the last register?"""
        return self.repeat == "opid"


@dataclass(frozen=True)
class Interface:
    name: str
    file: str
    functions: tuple[Function, ...]
    local: tuple[str, ...]  # helpers that the interface's own client.c defines


@dataclass(frozen=True)
class _Declaration:
    comment: str
    tokens: tuple[str, ...]
    line: int


def _declarations(text: str) -> Iterator[_Declaration]:
    """The declarations at file level that end with a semicolon and contain no braces, with the
    comment directly before."""
    tokens: list[str] = []
    comment, depth, braces, line = "", 0, False, 1
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match.group()
        if kind == "directive" or (kind == "comment" and (depth or tokens)):
            comment = comment if tokens else ""
            continue
        if kind == "comment":
            comment = token
            continue
        if not tokens:
            line = text.count("\n", 0, match.start()) + 1
        tokens.append(token)
        depth += (token == "{") - (token == "}")
        braces = braces or token == "{"
        is_body = token == "}" and "(" in tokens and tokens.index("(") < tokens.index("{")
        if depth == 0 and (token == ";" or is_body):
            if not braces:
                yield _Declaration(comment, tuple(tokens[:-1]), line)
            comment, tokens, braces = "", [], False


def _tags(declaration: _Declaration, where: Where, name: str) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for match in re.finditer(
        r"^[\s*/]*@(\w*)([^\n]*)$", declaration.comment.removesuffix("*/"), re.M
    ):
        tag, words = match.group(1), match.group(2).split()
        if tag not in TAGS:
            raise Refusal(where, f"{name}: unknown annotation @{tag}")
        allowed = TAGS[tag]
        if len(words) not in (allowed if isinstance(allowed, tuple) else (allowed,)):
            raise Refusal(where, f"{name}: @{tag} has {len(words)} words")
        found.setdefault(tag, []).append(words)
    return found


def _choice(
    tags: dict[str, list[list[str]]], tag: str, values: tuple[str, str], where: Where, name: str
) -> str:
    given = tags.get(tag, [])
    if len(given) != 1:
        raise Refusal(where, f"{name}: needs one @{tag} {'|'.join(values)}")
    if given[0][0] not in values:
        raise Refusal(where, f"{name}: @{tag} is {given[0][0]}, not {' or '.join(values)}")
    return given[0][0]


def _parameters(tokens: tuple[str, ...]) -> list[list[str]]:
    """The tokens between the parentheses, split at commas."""
    inner = list(tokens[tokens.index("(") + 1 : -1])
    if inner in ([], ["void"]):
        return []
    parts: list[list[str]] = [[]]
    for token in inner:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _split_parameters(
    declaration: _Declaration, where: Where, name: str
) -> tuple[list[str], list[str]]:
    args: list[str] = []
    outs: list[str] = []
    for part in _parameters(declaration.tokens):
        label = part[-1] if part else ""
        if part[:-1] == ["word_t", "*"] and label.startswith("out_"):
            outs.append(label.removeprefix("out_"))
            continue
        words = [word for word in part[:-1] if word not in QUALIFIERS]
        scalar = "enum" in part or "unsigned" in part or (len(words) == 1 and words[0] in SCALARS)
        if "*" in part or "[" in part or not scalar or len(part) < 2:
            raise Refusal(
                where,
                f"{name}: parameter '{' '.join(part)}' is neither a scalar nor a word_t *out_NAME",
            )
        if outs:
            raise Refusal(where, f"{name}: argument {label} comes after a result word")
        args.append(label)
    if len(outs) > MAX_OUTS:
        raise Refusal(where, f"{name}: {len(outs)} result words; at most {MAX_OUTS} fit")
    if len(args) + len(outs) > MAX_WORDS:
        raise Refusal(
            where,
            f"{name}: {len(args) + len(outs)} parameters; at most {MAX_WORDS} fit in registers",
        )
    return args, outs


def _descriptors(
    tags: dict[str, list[list[str]]], args: list[str], where: Where, name: str
) -> tuple[tuple[str, ...], ...]:
    rows = []
    for verb in ("creates", "uses", "ends"):
        for words in tags.get(verb, []):
            if len(words) == 2 and words[1] not in args:
                raise Refusal(where, f"{name}: @{verb} names {words[1]}, which is no argument")
            rows.append((verb, *words))
    return tuple(rows)


def _function(declaration: _Declaration, where: Where, name: str) -> Function | None:
    """The function of a prototype; None for a local helper."""
    if not declaration.comment:
        raise Refusal(where, f"{name}: has no comment with annotations directly before it")
    tags = _tags(declaration, where, name)
    if "local" in tags:
        return None
    blocks = _choice(tags, "blocks", ("yes", "no"), where, name)
    repeat = _choice(tags, "repeat", ("harmless", "opid"), where, name)
    if declaration.tokens[0] != "long" or declaration.tokens[1] != name:
        raise Refusal(where, f"{name}: the result must be long")
    args, outs = _split_parameters(declaration, where, name)
    if repeat == "opid" and len(args) + len(outs) == MAX_WORDS:
        raise Refusal(where, f"{name}: {MAX_WORDS} parameters and an operation id do not fit in registers")
    rows = _descriptors(tags, args, where, name)
    words = tags.get("death", [])
    death = ("first" if words[0] == ["first"] else "told") if words else ""
    if words and words[0] not in ([], ["first"]):
        raise Refusal(where, f"{name}: @death is {words[0][0]}, not first")
    if death and (len(args), len(outs), repeat) != (1, 0, "harmless"):
        raise Refusal(where, f"{name}: @death wants one argument, the component's id, and that repeating it is harmless")
    return Function(name, tuple(args), tuple(outs), blocks == "yes", repeat, rows, death, where)


def parse_interface(name: str, file: str, text: str) -> Interface:
    functions: list[Function] = []
    local: list[str] = []
    prefix = name.replace("-", "_") + "_"
    for declaration in _declarations(text):
        tokens = declaration.tokens
        if "(" not in tokens or tokens.index("(") == 0 or "=" in tokens or tokens[0] == "typedef":
            continue
        function_name = tokens[tokens.index("(") - 1]
        if not function_name.startswith(prefix):
            continue
        where = Where(file, declaration.line)
        function = _function(declaration, where, function_name)
        if function is None:
            local.append(function_name)
        elif any(function.name == other.name for other in functions):
            raise Refusal(where, f"{function_name}: is declared twice")
        else:
            functions.append(function)
    if not functions:
        raise Refusal(Where(file), f"declares no function whose name begins with {prefix}")
    return Interface(name, file, tuple(functions), tuple(local))


def read_interface(name: str, file: str, shown: str) -> Interface:
    """Reads the interface's header; shown is the name that messages give it."""
    with open(file, encoding="utf-8") as stream:
        return parse_interface(name, shown, stream.read())
