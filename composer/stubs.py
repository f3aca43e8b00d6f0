"""
Writes stubs.S of one component: a line for each function that it invokes and each that it
provides. The instructions are the macros of components/lib/stubs.h.
"""

from __future__ import annotations

from .headers import Headers
from .interface import Function
from .model import Allocation

REGISTERS = (
    "%rdi",
    "%rsi",
    "%rdx",
    "%rcx",
    "%r8",
    "%r9",
)  # of parameters in the C calling convention
NUMBERS = ("SLOT_RETURN", "ENOSTACK", "STACK_VA", "STACK_STRIDE")
ENTRY_PREFIX = "__entry_"


def _outs(function: Function) -> list[str]:
    first = len(function.args)
    return list(REGISTERS[first : first + len(function.outs)])


def client_line(function: Function, slot: int) -> str:
    macro = "CLIENT_STUB_OUT" if function.outs else "CLIENT_STUB"
    operands = [function.name, str(slot), str(len(function.args)), *_outs(function)]
    return f"{macro} {', '.join(operands)}"


def server_line(function: Function) -> str:
    return f"SERVER_STUB {', '.join([function.name, str(len(function.args))] + _outs(function))}"


def stubs_source(part: Allocation, provided: list[Function], headers: Headers) -> str:
    lines = [f".set {name}, {headers[name]:#x}" for name in NUMBERS]
    lines.append("#include <lib/stubs.h>")
    lines += [client_line(item.function, item.slot) for item in part.imports]
    lines += [server_line(function) for function in provided]
    lines.append('.section .note.GNU-stack, "", @progbits')
    return "\n".join(lines) + "\n"
