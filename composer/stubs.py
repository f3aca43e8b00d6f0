"""
Writes stubs.S of one component: a line for each function that it invokes, each import's name, and
each function that it provides. The instructions are the macros of components/lib/stubs.h.
"""

from __future__ import annotations

from .headers import Headers
from .interface import Function
from .model import Allocation, Import, Need

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


def import_name(need: Need) -> str:
    """The variable that holds an import's name, as the interface's own client.c calls it."""
    return need.interface.replace("-", "_") + "_import"


def _outs(function: Function) -> list[str]:
    first = len(function.args)
    return list(REGISTERS[first : first + len(function.outs)])


def _shape(function: Function) -> list[str]:
    """Operands of both macros: arguments, whether there is an operation id, result words."""
    return [str(len(function.args)), str(int(function.carries_id)), *_outs(function)]


def client_line(item: Import) -> str:
    function = item.function
    macro = "CLIENT_STUB_OUT" if function.outs else "CLIENT_STUB"
    symbol = item.need.symbol(function.name)
    operands = [symbol, str(item.slot), *_shape(function)]
    return f"{macro} {', '.join(operands)}"


def import_lines(part: Allocation) -> list[str]:
    needs = dict.fromkeys(item.need for item in part.imports)
    return [f'IMPORT_NAME {need.symbol(import_name(need))}, "{need.name}"' for need in needs]


def server_line(function: Function) -> str:
    return f"SERVER_STUB {', '.join([function.name, *_shape(function)])}"


def stubs_source(part: Allocation, provided: list[Function], headers: Headers) -> str:
    lines = [f".set {name}, {headers[name]:#x}" for name in NUMBERS]
    lines.append("#include <lib/stubs.h>")
    lines += [client_line(item) for item in part.imports] + import_lines(part)
    lines += [server_line(function) for function in provided]
    lines.append('.section .note.GNU-stack, "", @progbits')
    return "\n".join(lines) + "\n"
