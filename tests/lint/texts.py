"""
What holds for the text of files: words, widths, lengths, and that every folder explains itself.
"""

from __future__ import annotations

import os
import re
import subprocess

from .tree import CODE, PROJECT, Source

COLUMNS = 130  # 100 is what to aim at
TAB = 8
KERNEL_LINES = 5000
FUNCTION_LINES = 60
FILE_LINES = 600
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
# What has no business in the tree: paths of one machine, and words about how the text came about.
FOREIGN = re.compile(
    r"/wo" + r"rk/|/ho" + r"me/\w|shared/des" + r"ign|shared/st" + r"yle|\bteam" + r"mate|\bcoordi" + r"nator"
)
FUNCTION = re.compile(r"^[a-z_]\w*\(")
REASON = "long because"


def unfinished(tree: list[Source]) -> list[str]:
    """Marks of unfinished work."""
    return _lines_with(tree, UNFINISHED, "is a mark of unfinished work")


def foreign(tree: list[Source]) -> list[str]:
    """Words that mean something on one machine only."""
    return _lines_with(tree, FOREIGN, "does not belong into the tree")


def _is_fixture(source: Source) -> bool:
    """Input of a test, which may be wrong on purpose."""
    return source.under("tests") and bool(re.search(r"/(fixtures|refuse|fail)/", source.name))


def _lines_with(tree: list[Source], pattern: re.Pattern[str], what: str) -> list[str]:
    return [
        f"{source.name}:{number}: {found[0]} {what}"
        for source in tree
        for number, line in enumerate(source.lines, 1)
        for found in pattern.finditer(line)
    ]


def columns(tree: list[Source]) -> list[str]:
    """Lines of code that are too wide."""
    return [
        f"{source.name}:{number}: {len(line.expandtabs(TAB))} columns"
        for source in tree
        if source.name.endswith(CODE)
        for number, line in enumerate(source.lines, 1)
        if len(line.expandtabs(TAB)) > COLUMNS and not line.lstrip().startswith(("*", "#", "/*", "//"))
    ]


def blanks(tree: list[Source]) -> list[str]:
    """Blanks at line ends, and files that do not end with a line end."""
    wrong = [
        f"{source.name}:{number}: blanks at the end of the line"
        for source in tree
        if source.name.endswith(CODE) and not _is_fixture(source)
        for number, line in enumerate(source.lines, 1)
        if line != line.rstrip()
    ]
    return wrong + [
        f"{source.name}: does not end with a line end"
        for source in tree
        if source.name.endswith(CODE) and source.text and not source.text.endswith("\n")
    ]


def readmes(tree: list[Source]) -> list[str]:
    """Folders without a README.md."""
    folders = {os.path.dirname(source.name) for source in tree}
    for folder in list(folders):
        while folder:
            folder = os.path.dirname(folder)
            folders.add(folder)
    names = {source.name for source in tree}
    hidden = {folder for folder in folders if folder.startswith(".")}
    return [
        f"{folder or 'the top folder'}: has no README.md"
        for folder in sorted(folders - hidden)
        if os.path.join(folder, "README.md") not in names and not _is_data(folder, names)
    ]


def parts(tree: list[Source]) -> list[str]:
    """Folders that the README of the folder above does not name."""
    texts = {os.path.dirname(s.name): s.text for s in tree if os.path.basename(s.name) == "README.md"}
    found = []
    for folder in sorted(texts):
        above, name = os.path.split(folder)
        if above and not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", texts.get(above, name)):
            found.append(f"{above}/README.md: does not name {name}")
    return found


def _is_data(folder: str, names: set[str]) -> bool:
    """Folders of test data are explained by the README above them, as are a test's components."""
    parts = folder.split("/")
    above = ["/".join(parts[:n]) for n in range(1, len(parts))]
    return parts[0] == "tests" and any(f"{a}/README.md" in names and a != "tests" for a in above)


def heads(tree: list[Source]) -> list[str]:
    """Sources that do not begin with what they are for."""
    starts = {".c": "/*", ".h": "/*", ".S": ("/*", "#"), ".py": '"""', ".toml": "", ".sh": "#"}
    wrong = []
    for source in tree:
        wanted = starts.get(os.path.splitext(source.name)[1])
        if _is_fixture(source) or not source.text:
            continue
        if wanted and not source.text.startswith(wanted):
            wrong.append(f"{source.name}: does not begin with a comment that says what it is for")
    return wrong


def functions(tree: list[Source]) -> list[str]:
    """C functions above the limit whose comment does not say why."""
    wrong = []
    for source in tree:
        if not source.name.endswith(".c"):
            continue
        lines, start = source.lines, 0
        for number, line in enumerate(lines, 1):
            if FUNCTION.match(line) and not line.rstrip().endswith(";"):
                start = number
            if line == "}" and start:
                above = " ".join(lines[max(0, start - 12) : start])
                if number - start > FUNCTION_LINES and REASON not in above:
                    wrong.append(
                        f"{source.name}:{start}: a function of {number - start} lines; above "
                        f"{FUNCTION_LINES} its comment says that it is {REASON} ..."
                    )
                start = 0
    return wrong


def files(tree: list[Source]) -> list[str]:
    """Sources that have grown beyond reading."""
    return [
        f"{source.name}: {len(source.lines)} lines, more than {FILE_LINES}"
        for source in tree
        if source.name.endswith((".c", ".h", ".S", ".py")) and len(source.lines) > FILE_LINES
    ]


def kernel_size(tree: list[Source]) -> list[str]:
    """The kernel's lines of C and assembly, every file counted."""
    kernel = [s for s in tree if s.under("kernel") and s.name.endswith((".c", ".h", ".S"))]
    lines = sum(source.text.count("\n") for source in kernel)
    return [f"kernel: {lines} lines, more than {KERNEL_LINES}"] if lines > KERNEL_LINES else []


def python(tree: list[Source]) -> list[str]:
    """Python that does not compile."""
    wrong = []
    for source in tree:
        if source.name.endswith(".py"):
            try:
                compile(source.text, source.name, "exec")
            except SyntaxError as error:
                wrong.append(f"{source.name}:{error.lineno}: {error.msg}")
    return wrong


def shell(tree: list[Source]) -> list[str]:
    """Shell scripts that bash cannot parse."""
    wrong = []
    for source in tree:
        if source.name.endswith(".sh") or source.text.startswith("#!/bin/bash"):
            done = subprocess.run(
                ["bash", "-n", source.name], cwd=PROJECT, capture_output=True, text=True,
                check=False
            )
            wrong += done.stderr.splitlines()
    return wrong
