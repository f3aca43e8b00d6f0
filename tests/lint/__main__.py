"""
Runs every check on the tree: a line for each, then what is wrong. Exit status 1 if anything is.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import Callable

from . import includes, texts
from .tree import PROJECT, Source, read_tree

CHECKS: list[tuple[str, str, Callable[[list[Source]], list[str]]]] = [
    ("includes", "every include is one that the table allows", includes.check),
    ("unfinished", "nothing is marked as unfinished", texts.unfinished),
    ("foreign", "nothing names the machine it was written on", texts.foreign),
    ("columns", f"no line of code is above {texts.COLUMNS} columns", texts.columns),
    ("blanks", "no blanks at line ends, and a line end at the end", texts.blanks),
    ("readmes", "every folder has a README", texts.readmes),
    ("parts", "every folder's README names the folders in it", texts.parts),
    ("heads", "every source begins with what it is for", texts.heads),
    ("functions", f"no function is above {texts.FUNCTION_LINES} lines for no reason", texts.functions),
    ("files", f"no source is above {texts.FILE_LINES} lines", texts.files),
    ("kernel", f"the kernel has at most {texts.KERNEL_LINES} lines", texts.kernel_size),
    ("python", "every Python source compiles", texts.python),
    ("shell", "every shell script parses", texts.shell),
]
SHOWN = 40


def _format(tree: list[Source]) -> list[str]:
    """What clang-format would change in the checked headers and sources, by file."""
    names = [source.name for source in tree if source.name.endswith((".c", ".h"))]
    command = ["clang-format", "--dry-run", "--Werror", *names]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    lines = done.stderr.splitlines()
    return sorted({line.split(":")[0] for line in lines if "[-Wclang-format-violations]" in line})


def main(argv: list[str]) -> int:
    """
    argv: names of checks, none for all; --format: only clang-format's opinion, which no other
    check needs.
    """
    tree = read_tree()
    if argv == ["--format"]:
        if not shutil.which("clang-format"):
            print("lint: clang-format is not installed", file=sys.stderr)
            return 2
        wrong = _format(tree)
        print("\n".join(wrong))
        return 1 if wrong else 0
    unknown = set(argv) - {name for name, _, _ in CHECKS}
    if unknown:
        print(f"lint: there is no check {min(unknown)}", file=sys.stderr)
        return 2
    failed = False
    for name, sentence, function in CHECKS:
        if argv and name not in argv:
            continue
        wrong = function(tree)
        failed = failed or bool(wrong)
        print(f"{'FAIL' if wrong else 'PASS'} lint.{name}: {sentence}")
        for line in wrong[:SHOWN]:
            print(f"  {line}")
        if len(wrong) > SHOWN:
            print(f"  and {len(wrong) - SHOWN} more")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
