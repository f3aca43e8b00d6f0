"""Finds all there is to run. A new test needs a new file in the right place, and no line here."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from composer.errors import Refusal
from composer.script import read_script
from runlib.errors import Stop
from runlib.system import read_system

from .model import PROJECT, Job

FFS_TOOLS = {"makefs": "makefs", "fls": "sleuthkit"}  # and the packages that have them
LAST = ("fs-", "kernel-", "two-")  # systems that take longest, so they are begun first


def _makefiles() -> list[Job]:
    """Folders of tests/ with a Makefile that has a target check, its own or that of unit.mk."""
    found = []
    for file in sorted((PROJECT / "tests").glob("**/Makefile")):
        text = file.read_text(encoding="utf-8")
        if "\ncheck:" in text or text.startswith("check:") or "\ninclude ../unit.mk" in text:
            folder = file.parent.relative_to(PROJECT)
            name = str(folder.relative_to("tests"))
            command = ["make", "-s", "--no-print-directory", "-C", str(folder), "check"]
            found.append(Job(name, command, "lines"))
    return found


def _pytests() -> list[Job]:
    """
    tests/composer as a whole, so that its objects are compiled once; elsewhere each file by itself.
    """
    base = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    found = [Job("composer", [*base, "tests/composer"], "pytest")]
    for file in sorted((PROJECT / "tests" / "system").glob("test_*.py")):
        name = "system/" + file.stem.removeprefix("test_")
        found.append(Job(name, [*base, str(file.relative_to(PROJECT))], "pytest"))
    return found


def _description(name: str) -> str:
    try:
        return read_system(name).description
    except Stop as stop:
        return str(stop)


def _lacks(file: Path) -> str:
    """What the environment lacks for a system, and who runs the tests may not have."""
    try:
        script = read_script(str(file))
    except Refusal:
        return ""
    blocks = script.components.values()
    kernels = [block.settings["kernel"].value for block in blocks if "kernel" in block.settings]
    if "netbsd" in kernels and "RUMP_NETBSD" not in os.environ:
        return "RUMP_NETBSD is not set"
    tools = FFS_TOOLS if "filesystem" in script.system.settings else {}
    missing = [package for tool, package in tools.items() if not shutil.which(tool)]
    return f"{' and '.join(missing)} not installed" if missing else ""


def _systems() -> list[Job]:
    """Every system of runscripts/ and of tests/system/, under emulation."""
    found = []
    for folder in ("runscripts", "tests/system"):
        for file in sorted((PROJECT / folder).glob("*.toml")):
            name = str(file.relative_to(PROJECT)) if folder != "runscripts" else file.stem
            command = ["runscripts/run", name]
            lacks = _lacks(file)
            if lacks:
                command = ["echo", f"SKIP run/{file.stem}: {lacks}"]
            how = "lines" if lacks else "status"
            found.append(Job(f"run/{file.stem}", command, how, sentence=_description(name)))
    return found


def find_jobs() -> list[Job]:
    """Everything, the longest first where that is known, so that two at a time end together."""
    lint = Job("lint", [sys.executable, "-B", "-m", "tests.lint"], "lines")
    systems = sorted(_systems(), key=lambda job: not job.name.startswith(tuple("run/" + s for s in LAST)))
    return [lint, *_pytests(), *systems, *_makefiles()]
