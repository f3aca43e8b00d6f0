"""The shell, typed at: what it answers, and what is on the disk afterwards."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import termios
from pathlib import Path

import pytest
from conftest import PROJECT, Run

ESC = "\x1b"


def session(run: Run, tmp_path: Path, typed: str) -> str:
    """What the console shows of a session, which "exit" ends."""
    folder, keys = tmp_path / "folder", tmp_path / "keys"
    (folder / "deep").mkdir(parents=True, exist_ok=True)
    (folder / "lines").write_text("".join(f"line {i}\n" for i in range(1, 31)))
    (folder / "deep" / "a name").write_text("inside\n")
    keys.write_text(typed + "exit\n")
    done = run("shell", "--from", folder, "--input", keys)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.replace("\r", "")


def test_looks_at_files(run: Run, tmp_path: Path) -> None:
    said = session(run, tmp_path, "ls\nhead lines 2\ncat 'deep/a name'\nstat lines\nhexdump 'deep/a name'\n")
    assert "deep/\n" in said and "lost+found/\n" in said
    assert "line 1\nline 2\n$ " in said
    assert "\ninside\n" in said
    assert "-rw-r--r--, 1 links" in said
    assert "00000000  69 6e 73 69 64 65 0a" in said


def test_changes_trees(run: Run, tmp_path: Path) -> None:
    typed = (
        "mkdir new\nwrite new/text one two\nln new/text new/hard\nln -s text new/soft\n"
        "cp -r new copy\nmv copy deep\nrm -r new\nls -l deep/copy\ncat deep/copy/soft\nls new\n"
    )
    said = session(run, tmp_path, typed)
    assert "soft -> text" in said
    assert "\none two\n" in said
    assert "ls: new: no such file" in said


def test_deep_trees(run: Run, tmp_path: Path) -> None:
    """As deep as a walk may go, and deeper."""
    for name, depth in (("most", 32), ("more", 33)):
        bottom = tmp_path.joinpath("folder", name, *["d"] * (depth - 1))
        bottom.mkdir(parents=True)
        (bottom / "leaf").write_text(f"in {name}\n")
    below = "d/" * 31 + "leaf"
    typed = f"cp -r most copy\ncat copy/{below}\nrm -r most\nls most\ncp -r more other\nrm -r more\ncat more/d/{below}\n"
    said = session(run, tmp_path, typed)
    assert "\nin most\n" in said and "ls: most: no such file" in said, said
    assert all(f"{command}: more/{'d/' * 31}d: more than 32 folders deep\n" in said for command in ("cp", "rm")), said
    assert "\nin more\n" in said, said


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("frobnicate\n", "frobnicate: no such command; help shows those there are"),
        ("cat none\n", "cat: none: no such file"),
        ("rmdir deep\n", "rmdir: deep: is not empty"),
        ("cat deep\n", "cat: deep: is a folder"),
        ("cp lines lines\n", "cp: lines and lines are the same file"),
        ("cp -r deep deep/x\n", "cp: deep/x lies in deep"),
        ("mkdir\n", "mkdir: mkdir FOLDER..."),
        ("cat 'open\n", "a quote is open"),
        ("umount /mnt\n", "umount: /mnt: in use"),
    ],
)
def test_errors_in_words(run: Run, tmp_path: Path, typed: str, answer: str) -> None:
    assert answer in session(run, tmp_path, typed)


def test_keys(run: Run, tmp_path: Path) -> None:
    """History, the cursor, completion of commands and names, quoting."""
    typed = f"ech{ESC}[D{ESC}[C\tfirst\n{ESC}[A again\ncat dee\ta' 'name\nhexd\tli\t\n\x03echo \x01\x0becho gone\x15"
    said = session(run, tmp_path, typed)
    assert "\nfirst\n" in said
    assert "\nfirst again\n" in said
    assert "\ninside\n" in said
    assert "00000000  6c 69 6e 65 20 31" in said
    assert "\ngone\n" not in said


def test_looks_at_the_system(run: Run, tmp_path: Path) -> None:
    """Threads with their components' names, states and times; memory, of which what the shell does takes some."""
    said = session(run, tmp_path, "ps\nmem\ncp lines copy\nps\nmem\n")
    threads = re.findall(r"^ *(\d+) (\S+) +(ready|blocked|waiting) +(\d+) +(\d+)$", said, re.M)
    assert {"sched", "booter", "console", "rumpcomp", "shell"} == {name for _, name, *_ in threads}, said
    assert [row[1:4] for row in threads if row[1] == "shell"] == [("shell", "ready", "12")] * 2, said
    scheduler = [int(ms) for number, name, _, _, ms in threads if (number, name) == ("1", "sched")]
    assert len(scheduler) == 2 and 0 < scheduler[0] <= scheduler[1], said
    for name in ("memmgr", "ramdisk", "rumpcomp", "shell"):
        uses = re.findall(rf"^{name} +(\d+) +(\d+) +(\d+)$", said, re.M)
        assert len(uses) == 2 and all(int(used) <= int(most) <= int(budget) for used, most, budget in uses), said
        assert (int(uses[0][0]) > 0) == (name in ("rumpcomp", "shell")), said
    kernel = re.findall(r"^free (\d+) KiB; user memory (\d+) KiB, kernel objects and page tables (\d+) KiB$", said, re.M)
    assert len(kernel) == 2 and all(16 << 10 < sum(map(int, row)) < 64 << 10 for row in kernel), said


def test_without_a_terminal_it_ends(run: Run) -> None:
    done = run("shell")
    assert done.returncode == 0, done.stdout + done.stderr


def typed_at(arguments: list[str | Path], talk: list[tuple[bytes, bytes]]) -> bytes:
    """runscripts/run on a terminal: each of the keys is typed when the words before it are seen. Result: what it showed."""
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    command = [PROJECT / "runscripts" / "run", *arguments]
    with subprocess.Popen(command, cwd=PROJECT, stdin=slave, stdout=slave, stderr=slave) as process:
        said = b""
        for wanted, keys in talk:
            while wanted not in said:
                assert select.select([master], [], [], 120)[0], said
                said += os.read(master, 4096)
            os.write(master, keys)
        while process.poll() is None:
            if select.select([master], [], [], 0.1)[0]:
                said += os.read(master, 4096)
    while select.select([master], [], [], 0)[0]:
        said += os.read(master, 4096)
    assert process.returncode == 0, said
    assert termios.tcgetattr(slave) == before
    return said


def test_on_a_terminal(tmp_path: Path) -> None:
    """Every key is the guest's, Ctrl-C too; there is no limit; and the terminal is as it was."""
    talk = [(b"help shows", b"lsx\x03"), (b"^C", b"echo typed\r"), (b"\ntyped", b"\x04")]
    assert b"until it ends itself" in typed_at(["--out", tmp_path / "out", "shell"], talk)


def small_folder(tmp_path: Path) -> Path:
    """Little to check, so that the run is short."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "old").write_text("before\n")
    return tmp_path / "folder"


def test_no_system_on_a_terminal(tmp_path: Path) -> None:
    """Without a name, the default system is followed by the shell, on the disk that its client wrote."""
    talk = [(b"help shows", b"ls\rcat old\rwrite new text\r"), (b"\nbefore", b"\x04")]
    said = typed_at(["--out", tmp_path / "out", "--from", small_folder(tmp_path)], talk)
    assert said.index(b"fs-ramdisk: good") < said.index(b"on the same disk") < said.index(b"help shows"), said
    assert re.search(rb"\nfsclient/\r*\n", said) and b"shell: good" in said, said
    held = subprocess.run(
        ["debugfs", "-R", "cat /new", tmp_path / "out" / "shell" / "after.img"],
        capture_output=True,
        env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"},
        check=True,
    )
    assert held.stdout == b"text\n"


def test_no_system_without_a_terminal(run: Run, tmp_path: Path) -> None:
    """It ends after its work."""
    done = run("--from", small_folder(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("fs-ramdisk: good\n")
