"""The way to NetBSD's archives, with a tiny set of our own: what links, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from archives import FLAGS, make_archive, make_set
from conftest import PROJECT, Compose

SCRIPT = """include = ["{project}/runscripts/lib/fs.toml"]
[system]
verdict = "client"
[component.client]
program = "hello"
[component.rumpcomp]
kernel = "netbsd"
drivers = [{drivers}]
threads = 8
"""


class Composition:
    """A system whose rump kernel comes from a folder of archives."""

    def __init__(self, compose: Compose, tmp_path: Path) -> None:
        self.compose, self.folder, self.tmp = compose, tmp_path / "netbsd", tmp_path

    def __call__(self, *drivers: str, environment: dict[str, str] | None = None) -> tuple[int, str]:
        script, disk = self.tmp / "script.toml", self.tmp / "disk.img"
        names = ", ".join(f'"{driver}"' for driver in drivers)
        script.write_text(SCRIPT.format(project=PROJECT, drivers=names))
        disk.write_bytes(bytes(4096))
        if environment is None:
            environment = {"RUMP_NETBSD": str(self.folder)}
        out, file = self.tmp / "out", f"disk.img={disk}"
        done = self.compose(script, out, "--file", file, root=self.tmp, environment=environment)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stderr


@pytest.fixture
def composition(compose: Compose, tmp_path: Path) -> Composition:
    made = Composition(compose, tmp_path)
    make_set(made.folder)
    return made


def test_a_set_that_fits_links(composition: Composition) -> None:
    status, said = composition("tiny")
    assert status == 0, said
    program = (composition.tmp / "out" / "rumpcomp.elf").read_bytes()
    assert b"the driver is attached" in program  # reached through the link set alone


def test_without_its_driver_it_is_not_there(composition: Composition) -> None:
    assert composition()[0] == 0
    program = (composition.tmp / "out" / "rumpcomp.elf").read_bytes()
    assert b"the driver is attached" not in program


def test_no_variable(composition: Composition) -> None:
    status, said = composition("tiny", environment={"RUMP_NETBSD": ""})
    assert status == 1 and "needs RUMP_NETBSD in the environment" in said


def test_folder_without_archives(composition: Composition, tmp_path: Path) -> None:
    status, said = composition("tiny", environment={"RUMP_NETBSD": str(tmp_path)})
    assert status == 1 and f"names {tmp_path}, which has no lib/librump.a" in said


def test_unknown_driver(composition: Composition) -> None:
    status, said = composition("tiny", "none")
    assert status == 1 and "script.toml:8: component rumpcomp: there is no archive of driver none" in said


def test_set_that_is_not_closed(composition: Composition) -> None:
    make_archive(composition.folder, "librumpfs_open.a", "open.c")
    status, said = composition("open")
    assert status == 1 and "librumpfs_open.a(librumpfs_open.a.o) wants tiny_other" in said
    make_archive(composition.folder, "librumpfs_other.a", "other.c")
    assert "wants tiny_other; librumpfs_other.a has it" in composition("open")[1]
    assert composition("open", "other")[0] == 0


@pytest.mark.parametrize(
    ("source", "flags", "wanted"),
    [
        ("other.c", ["-m32"], "is not for x86-64, 64 bits"),
        ("constructor.c", None, "has constructors (.init_array) where link sets are wanted"),
        ("shared.c", [*FLAGS, "-fPIC"], "wants __tls_get_addr"),
    ],
)
def test_wrong_kind(
    composition: Composition, source: str, flags: list[str] | None, wanted: str
) -> None:
    archive = make_archive(composition.folder, "librumpdev_wrong.a", source, flags)
    status, said = composition("wrong")
    assert status == 1 and f"{archive}(librumpdev_wrong.a.o) {wanted}" in said


def test_current_lwp_elsewhere(composition: Composition) -> None:
    make_archive(composition.folder, "librump.a", "other.c")
    status, said = composition()
    assert status == 1 and "has no thread-local rumpns_curlwp_storage" in said


@pytest.mark.parametrize("damage", [b"no archive at all", b"!<arch>\n" + b"x" * 60])
def test_damaged_archive(composition: Composition, damage: bytes) -> None:
    (composition.folder / "lib" / "librumpdev_tiny.a").write_bytes(damage)
    status, said = composition("tiny")
    assert status == 1 and "librumpdev_tiny.a is" in said


def test_archive_that_ends_early(composition: Composition) -> None:
    archive = composition.folder / "lib" / "librumpdev_tiny.a"
    archive.write_bytes(archive.read_bytes()[:-200])
    status, said = composition("tiny")
    assert status == 1 and "is cut off" in said
