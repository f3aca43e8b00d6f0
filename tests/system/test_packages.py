"""
Installing what is missing, with a pretended Debian: dpkg-query, apt-get, id and sudo are scripts
that note what they were asked.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from conftest import PROJECT

TOOLS = ("bash", "sh", "sed", "tr", "sort", "comm", "env", "cat", "grep")


class Debian:
    """A PATH with nothing but what a base system has, and pretended package tools."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.log = folder / "bin", folder / "log"
        self.bin.mkdir()
        self.log.touch()
        self.installed = folder / "installed"
        self.installed.write_text("make\npython3\n")
        for tool in TOOLS:
            (self.bin / tool).symlink_to(f"/usr/bin/{tool}")
        listing = f'while read p; do echo "installed $p"; done < {self.installed}'
        self.script("dpkg-query", f'{listing}\necho "not-installed gcc"\nexit 1')
        install = f'printf "gcc\\ngdb\\n" >> {self.installed}'
        note = f'echo "$@" >> {self.log}'
        self.script("apt-get", f'{note}\ncase "$*" in *install*) {install};; esac')
        self.script("id", "echo 0")

    def script(self, name: str, text: str) -> None:
        (self.bin / name).write_text(f"#!/bin/bash\n{text}\n")
        (self.bin / name).chmod(0o755)

    def install(self, packages: str, folder: Path) -> "subprocess.CompletedProcess[str]":
        (folder / "packages.txt").write_text(packages)
        command = f". {PROJECT}/runscripts/packages.sh; install_missing {folder}/packages.txt"
        return subprocess.run(
            ["/bin/bash", "-euc", command],
            env={"PATH": str(self.bin)},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(name="debian")
def make_debian(tmp_path: Path) -> Debian:
    return Debian(tmp_path)


def test_nothing_missing(debian: Debian, tmp_path: Path) -> None:
    """Then nobody is asked anything, root or not."""
    debian.script("id", "echo 1000")
    done = debian.install("# why\nmake\npython3 # really\n\n", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert debian.log.read_text() == ""


def test_installs_what_is_missing(debian: Debian, tmp_path: Path) -> None:
    done = debian.install("make\ngdb\ngcc\n", tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "packages: installing gcc gdb\n"
    assert debian.log.read_text().splitlines() == [
        "-qq update",
        "-qq install -y --no-install-recommends gcc gdb",
    ]


def test_with_sudo(debian: Debian, tmp_path: Path) -> None:
    debian.script("id", "echo 1000")
    debian.script("sudo", f'echo sudo >> {debian.log}\nexec "$@"')
    assert debian.install("gcc\n", tmp_path).returncode == 0
    assert debian.log.read_text().splitlines()[0] == "sudo"


def test_without_rights(debian: Debian, tmp_path: Path) -> None:
    debian.script("id", "echo 1000")
    done = debian.install("gcc\n", tmp_path)
    assert done.returncode == 1
    assert done.stderr == "packages: installing gcc needs root or sudo\n"


@pytest.mark.parametrize("apt", ["exit 100", "exit 0"])
def test_install_fails(apt: str, debian: Debian, tmp_path: Path) -> None:
    """Also when apt-get says it has done it, and has not."""
    debian.script("apt-get", apt)
    done = debian.install("gcc\nmake\n", tmp_path)
    assert done.returncode == 1
    assert done.stderr == "packages: could not install gcc\n"


def test_every_package_is_used() -> None:
    """
    Each name of the list stands for a command, or a compiler's mode, that something in the tree
    uses.
    """
    names = {
        line.partition("#")[0].strip()
        for line in (PROJECT / "packages.txt").read_text().splitlines()
    } - {""}
    uses = {
        "gcc": ("composer/build.py", '"gcc"'),
        "gcc-multilib": ("kernel/arch/x86_64/boot.S", ".code32"),
        "make": ("runscripts/runlib/system.py", '"make"'),
        "qemu-system-x86": ("runscripts/runlib/options.py", "qemu-system-x86_64"),
        "grub-pc-bin": ("kernel/Makefile", "grub-mkrescue"),
        "grub-common": ("kernel/Makefile", "grub-mkrescue"),
        "xorriso": ("kernel/Makefile", "grub-mkrescue"),
        "mtools": ("kernel/Makefile", "grub-mkrescue"),
        "python3": ("runscripts/run", "find_python"),
        "python3-pytest": ("tests/runner/jobs.py", "pytest"),
        "e2fsprogs": ("runscripts/runlib/disk.py", "mke2fs"),
        "graphviz": ("composer/report.py", "dot"),
    }
    assert names == set(uses)
    for name, (file, word) in uses.items():
        assert word in (PROJECT / file).read_text(encoding="utf-8"), name
