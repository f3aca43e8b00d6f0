"""
Who may include what. The table is data: for each part of the tree, what its files may include. An
include is found as the compiler finds it, and then held against the table.
"""

from __future__ import annotations

import os
import re
import tomllib

from .tree import PROJECT, Source

ABI, HAL, LIB = "kernel/abi/", "kernel/hal.h", "components/lib/"
INFO = "interfaces/init/info.h"  # what a component's start-up learns; part of every component's world
COMPILER = {  # headers that a freestanding compiler brings along
    "stddef.h",
    "stdint.h",
    "stdarg.h",
    "stdbool.h",
    "stdatomic.h",
    "limits.h",
}
RUMP = "components/rumpcomp/"
BRIDGE = RUMP + "rumpuser/bridge."  # the host bridge: the only files of rumpuser/ that see the system
# (files, what they may include); the first row that fits a file counts. OWN is the file's own
# folder, NEEDS the interfaces that its component declares, NAMED a core header or an interface
# that the README of the file's folder names in backquotes.
OWN, NEEDS, NAMED = "own folder", "declared interfaces", "named in the README"
TABLE: list[tuple[str, list[str]]] = [
    ("kernel/abi/", [ABI]),
    (HAL, [ABI, "kernel/arch/x86_64/arch.h", "kernel/arch/x86_64/pte.h"]),
    ("kernel/core/", [ABI, HAL, "kernel/core/"]),
    ("kernel/arch/x86_64/offsets.c", [ABI, HAL, OWN, "kernel/core/"]),  # checks what assembly knows
    ("kernel/arch/", [ABI, HAL, OWN, NAMED]),
    ("interfaces/", [ABI, OWN, LIB, INFO, NAMED]),
    (LIB, [ABI, LIB, INFO, NEEDS]),
    (BRIDGE, [ABI, LIB, NEEDS, INFO, OWN, RUMP + "rumpuser.h"]),
    (RUMP + "rumpuser/", [ABI, LIB, OWN, RUMP + "rumpuser.h"]),
    (RUMP + "builtin/", [RUMP + "rumpuser.h", RUMP + "rsys.h", OWN]),
    (RUMP + "netbsd/", [RUMP + "rumpuser.h", RUMP + "rsys.h", OWN]),
    (RUMP + "count/", [ABI, LIB, "interfaces/tally/"]),  # in systems whose script provides it
    (RUMP, [ABI, LIB, NEEDS, INFO, RUMP]),
    ("components/apps/fsbench/", [ABI, LIB, NEEDS, INFO, "components/apps/fsbench/", "interfaces/tally/"]),
    ("components/blkdev/", [ABI, LIB, NEEDS, INFO, "components/blkdev/"]),
    ("components/apps/conform/", [ABI, LIB, NEEDS, INFO, OWN, RUMP + "rumpuser", "tests/hosted/conform/"]),  # tests these
    ("components/", [ABI, LIB, NEEDS, INFO, OWN]),
]
# What the library may use of interfaces: those that every component with threads or text has,
# called through weak symbols.
LIBRARY_NEEDS = {"init", "sched", "console", "mem"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def component_folder(name: str) -> str:
    """The folder with component.toml that a file belongs to."""
    folder = os.path.dirname(name)
    while folder and not (PROJECT / folder / "component.toml").exists():
        folder = os.path.dirname(folder)
    return folder


def _resolve(source: str, kind: str, wanted: str) -> str | None:
    """The included file's path in the project, or None for one that is not in it."""
    folder = os.path.dirname(source)
    places = [folder] if kind == '"' else []
    if source.startswith("kernel/"):
        places += ["kernel", "kernel/arch/x86_64"]
    else:
        places += ["kernel", "interfaces", "components", component_folder(source)]
    for place in places:
        path = os.path.normpath(os.path.join(place, wanted))
        if (PROJECT / path).is_file():
            return path
    return None


def _declared(source: str) -> set[str]:
    if source.startswith(LIB):
        return LIBRARY_NEEDS
    file = PROJECT / component_folder(source) / "component.toml"
    if not file.is_file():
        return set()
    facts = tomllib.loads(file.read_text(encoding="utf-8"))
    names = facts.get("needs", []) + facts.get("provides", [])
    return {name.partition(" as ")[0] for name in names}


def _named(source: str, target: str) -> bool:
    """Whether the README beside a file names the header that it includes."""
    readme = PROJECT / os.path.dirname(source) / "README.md"
    if not readme.is_file():
        return False
    folder, file = target.split("/")[-2:]
    text = readme.read_text(encoding="utf-8")
    return f"`{file}`" in text or f"`{folder}`" in text


def _allowed(source: str, target: str, rule: str) -> bool:
    if rule == OWN:
        return os.path.dirname(target).startswith(os.path.dirname(source))
    if rule == NEEDS:
        parts = target.split("/")
        return parts[0] == "interfaces" and parts[1] in _declared(source)
    if rule == NAMED:
        return target.startswith(("kernel/core/", "interfaces/")) and _named(source, target)
    return target.startswith(rule)


def _rules(name: str) -> list[str] | None:
    return next((rules for prefix, rules in TABLE if name.startswith(prefix)), None)


def check(tree: list[Source]) -> list[str]:
    """Every include outside the table."""
    wrong = []
    for source in tree:
        rules = _rules(source.name) if source.name.endswith((".c", ".h", ".S")) else None
        if rules is None:
            continue
        for number, line in enumerate(source.lines, 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            target = _resolve(source.name, found[1], found[2])
            if target is None and found[2] in COMPILER:
                continue
            if target is None or not any(_allowed(source.name, target, rule) for rule in rules):
                wrong.append(f"{source.name}:{number}: may not include {found[2]}")
    return wrong
