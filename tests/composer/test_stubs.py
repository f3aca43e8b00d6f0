"""The invocation stubs, run on the host with a stand-in for the kernel, and what they cost."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from conftest import FIXTURES, HERE, PROJECT, Compose


def test_both_ends(tmp_path: Path) -> None:
    """Arguments, results, badge, stack, alignment, errors: all that the contract of an invocation
    says."""
    program = tmp_path / "stubs"
    command = [
        "gcc",
        "-O1",
        "-fno-omit-frame-pointer",
        "-Wall",
        "-Werror",
        "-no-pie",
        "-I",
        str(PROJECT / "components"),
        str(HERE / "stubs_host.c"),
        str(HERE / "stubs_kernel.S"),
        "-o",
        str(program),
    ]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    done = subprocess.run([str(program)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout or f"ended by {done.returncode}"


def instructions(elf: Path, symbol: str) -> int:
    """Instructions of a function up to its first system call and from there to its end, alignment
    left out."""
    text = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", f"--disassemble={symbol}", str(elf)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return len(re.findall(r"^ +[0-9a-f]+:\t(?!nop|cs nop|xchg +%ax,%ax)", text, re.M))


def test_cost(compose: Compose, tmp_path: Path) -> None:
    """A stub without result words: 5 instructions at the client, 19 at the server and 3 for the
    empty pool."""
    assert compose(FIXTURES / "good.toml", tmp_path).returncode == 0
    assert instructions(tmp_path / "caller.elf", "echo_one") <= 6
    assert instructions(tmp_path / "echo.elf", "__entry_echo_one") <= 22
