"""The other ways to boot: through GRUB, as a real machine would, and with a debugger."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

import pytest
from conftest import PROJECT, Run


@pytest.mark.parametrize("system", ["hello", "fs-ramdisk"])
def test_grub(system: str, run: Run, tmp_path: Path) -> None:
    done = run("--grub", system)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert (tmp_path / "out" / f"{system}.iso").exists()


def connect(process: "subprocess.Popen[str] | subprocess.Popen[bytes]") -> socket.socket:
    """The debugger's side, once the machine is there."""
    for _ in range(200):
        assert process.poll() is None, "the run ended before anybody came"
        try:
            return socket.create_connection(("127.0.0.1", 1234), 1)
        except OSError:
            time.sleep(0.1)
    raise AssertionError("nothing listens on port 1234")


def packet(debugger: socket.socket) -> bytes:
    """One packet of the remote protocol: it may come in pieces, behind an acknowledgement."""
    said = b""
    while b"#" not in said:
        more = debugger.recv(1000)
        assert more, f"the machine hung up after {said!r}"
        said += more
    return said


def test_gdb(tmp_path: Path) -> None:
    """The machine waits for a debugger, answers it, and goes on to its verdict when told to."""
    command = [PROJECT / "runscripts" / "run", "--gdb", "--out", tmp_path / "out", "hello"]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            with connect(process) as debugger:
                debugger.settimeout(20)
                debugger.sendall(b"+$?#3f")  # why did it stop?
                assert b"$T05" in packet(debugger)
                debugger.sendall(b"+$c#63")  # go on
                said, _ = process.communicate(timeout=60)
        finally:
            process.terminate()  # a machine that waits for ever, if something went wrong
    assert process.returncode == 0 and "hello: every component is up" in said


def test_ended_from_outside(tmp_path: Path) -> None:
    """Who ends a run ends its machine too, and its folder is free for the next."""
    command = [PROJECT / "runscripts" / "run", "--gdb", "--out", tmp_path / "out", "hello"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        connect(process).close()
        process.terminate()
        assert process.wait(20) == 143
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", 1234), 1)
