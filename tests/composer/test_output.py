"""
The boot image of fixtures/good.toml, read back with Python's own tar reader and the layouts of
info.h.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import tarfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import FIXTURES, PROJECT, Compose

from composer.elf import Elf
from composer.headers import Headers, read_headers

ORDER = ["boot", "memory", "dispatch", "echo", "caller"]
PAGE = 4096


@dataclass
class Composed:
    folder: Path
    image: bytes
    headers: Headers

    def member(self, name: str) -> bytes:
        with tarfile.open(fileobj=io.BytesIO(self.image)) as archive:
            stream = archive.extractfile(name)
            assert stream
            return stream.read()

    def records(self, struct: str, blob: bytes, count: int, offset: int) -> list[dict]:
        layout = self.headers.structs[struct]
        return [layout.unpack(blob, offset + i * layout.size) for i in range(count)]

    def table(self, struct: str, record: str, blob: bytes, field: str) -> list[dict]:
        head = self.headers.structs[struct].unpack(blob)
        return self.records(record, blob, head[f"n{field}"], head[field])

    def info(self, name: str, record: str, field: str) -> list[dict]:
        return self.table("comp_info", record, self.member(f"{name}.info"), field)

    def manifest(self, record: str, field: str) -> list[dict]:
        return self.table("manifest", record, self.member("manifest"), field)


def read_composed(folder: Path) -> Composed:
    abi = [str(file) for file in (PROJECT / "kernel" / "abi").glob("*.h")]
    headers = read_headers(abi, str(PROJECT / "interfaces" / "init" / "info.h"))
    return Composed(folder, (folder / "boot.img").read_bytes(), headers)


@pytest.fixture(scope="module")
def composed(compose: Compose, tmp_path_factory: pytest.TempPathFactory) -> Composed:
    folder = tmp_path_factory.mktemp("good")
    done = compose(FIXTURES / "good.toml", folder)
    assert done.returncode == 0, done.stderr
    return read_composed(folder)


def text_at(blob: bytes, offset: int) -> str:
    return blob[offset : blob.index(b"\0", offset)].decode()


def params(composed: Composed, name: str) -> dict[str, str]:
    blob = composed.member(f"{name}.info")
    rows = composed.info(name, "info_param", "params")
    return {text_at(blob, row["key"]): text_at(blob, row["value"]) for row in rows}


def test_same_input_same_bytes(composed: Composed, compose: Compose, tmp_path: Path) -> None:
    """Composed again, elsewhere and with every object made anew."""
    assert (
        compose(
            FIXTURES / "good.toml", tmp_path / "out", "--objects", str(tmp_path / "objects")
        ).returncode
        == 0
    )
    for name in ("boot.img", "system.json", "report.html", "echo.elf"):
        assert (tmp_path / "out" / name).read_bytes() == (
            composed.folder / name
        ).read_bytes(), name


def test_members(composed: Composed) -> None:
    """The manifest is first; everything behind it has pages of its own."""
    with tarfile.open(fileobj=io.BytesIO(composed.image)) as archive:
        members = [member for member in archive.getmembers() if member.name != ".pad"]
    names = [member.name for member in members]
    assert names == [
        "manifest",
        "booter",
        *ORDER[1:],
        *[f"{name}.info" for name in ORDER],
        "files/caller/data.txt",
    ]
    for member in members[1:]:
        assert member.offset_data % PAGE == 0 and member.size % PAGE == 0, member.name
    assert len(composed.image) % PAGE == 0


def test_manifest_components(composed: Composed) -> None:
    comps = composed.manifest("manifest_comp", "comps")
    assert [comp["name"] for comp in comps] == ORDER
    assert [comp["id"] for comp in comps] == [1, 2, 3, 4, 5]
    assert [comp["order"] for comp in comps] == [0, 1, 2, 3, 4]
    assert [comp["program"] for comp in comps] == ["booter", *ORDER[1:]]
    assert [comp["flags"] for comp in comps] == [3, 1, 5, 0, 0]
    head = composed.headers.structs["manifest"].unpack(composed.member("manifest"))
    assert head["magic"] == composed.headers["MANIFEST_MAGIC"]
    assert head["reserved_frames"] > sum(comp["image_pages"] for comp in comps)


def test_manifest_entries(composed: Composed) -> None:
    """Each invocation leads to the server's entry of that function, with the client's id as badge,
    at the slot of the stub."""
    symbols = {
        symbol.name: symbol.value
        for symbol in Elf((composed.folder / "echo.elf").read_bytes()).symbols()
    }
    sinvs = [sinv for sinv in composed.manifest("manifest_sinv", "sinvs") if sinv["client"] == 5]
    to_echo = [sinv for sinv in sinvs if sinv["server"] == 4]
    assert [sinv["entry"] for sinv in to_echo] == [
        symbols["__entry_echo_one"],
        symbols["__entry_echo_more"],
    ]
    assert {sinv["badge"] for sinv in sinvs} == {5}
    stubs = (composed.folder / "caller.stubs.S").read_text()
    assert f"CLIENT_STUB echo_one, {to_echo[0]['slot']}, 1" in stubs
    assert f"CLIENT_STUB_OUT echo_more, {to_echo[1]['slot']}, 4, 0, %r8, %r9" in stubs


def test_no_slot_twice(composed: Composed) -> None:
    """Imports, grants and end points of one table never overlap, and the table is large enough."""
    kinds = composed.headers
    for comp in composed.manifest("manifest_comp", "comps"):
        taken = [
            s["slot"]
            for s in composed.manifest("manifest_sinv", "sinvs")
            if s["client"] == comp["id"]
        ]
        for grant in composed.info(comp["name"], "info_grant", "grants"):
            width = {
                kinds["GRANT_CONTROL"]: 2,
                kinds["GRANT_FREE"]: grant["b"],
                kinds["GRANT_THREADS"]: grant["b"],
                kinds["GRANT_DEATH"]: 0,  # the slot is one of the invocations'
            }.get(grant["kind"], 1)
            taken += range(grant["slot"], grant["slot"] + width)
        assert len(taken) == len(set(taken)), comp["name"]
        assert max(taken, default=0) < comp["captbl_slots"]
        assert min(taken, default=32) >= (32 if comp["name"] == "boot" else 8)


def test_grants(composed: Composed) -> None:
    def kinds_of(name: str) -> list[tuple[int, int, int]]:
        return [(g["kind"], g["a"], g["b"]) for g in composed.info(name, "info_grant", "grants")]

    number = composed.headers
    assert kinds_of("echo") == [
        (number["GRANT_IOPORT"], 0x3F8, 8),
        (number["GRANT_IRQ"], 4, 1),
        (number["GRANT_RCV"], 1, 0),
        (number["GRANT_FREE"], 0, 2),
    ]
    assert kinds_of("caller") == [(number["GRANT_SND"], 4, 1)]
    assert kinds_of("dispatch")[:3] == [
        (number["GRANT_TCAP"], 0, 0),
        (number["GRANT_CONTROL"], 0, 0),
        (number["GRANT_FRAMES"], 64, 0),
    ]
    assert (number["GRANT_FRAMES"], 0, 0) in kinds_of("memory")
    assert {a for kind, a, _ in kinds_of("memory") if kind == number["GRANT_PGTBL"]} == {
        1,
        2,
        3,
        4,
        5,
    }


def test_deaths(composed: Composed) -> None:
    """The booter can tell the memory manager of the death of its one client."""
    deaths = [
        grant
        for grant in composed.info("boot", "info_grant", "grants")
        if grant["kind"] == composed.headers["GRANT_DEATH"]
    ]
    assert [(grant["a"], grant["b"]) for grant in deaths] == [(3, 2)]
    [sinv] = [
        sinv
        for sinv in composed.manifest("manifest_sinv", "sinvs")
        if (sinv["client"], sinv["slot"]) == (1, deaths[0]["slot"])
    ]
    symbols = Elf((composed.folder / "memory.elf").read_bytes()).symbols()
    [entry] = [symbol.value for symbol in symbols if symbol.name == "__entry_mem_gone"]
    assert (sinv["server"], sinv["entry"], sinv["badge"]) == (2, entry, 1)
    assert "tells memory of the death of dispatch" in (composed.folder / "report.html").read_text()


def test_frames_for_threads(compose: Compose, tmp_path: Path) -> None:
    """frames_kib = "threads": one for each thread, two more for one with an end point, one more for one with a budget, and 16."""
    named = "[{ number = 1, endpoint = true }, { number = 2, budget_us = 5, period_us = 9 }]"
    script = tmp_path / "threads.toml"
    script.write_text(
        f'include = ["{FIXTURES}/base.toml"]\n[component.dispatch]\nframes_kib = "threads"\n'
        f"[component.echo]\nthreads = 7\nthread = {named}\n"
    )
    done = compose(script, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    made = read_composed(tmp_path / "out")
    kind = made.headers["GRANT_FRAMES"]
    [frames] = [g["a"] for g in made.info("dispatch", "info_grant", "grants") if g["kind"] == kind]
    assert frames == (2 + 1 + 1 + 7) + 2 + 1 + 16


def test_memory_sums(composed: Composed) -> None:
    """What the machine's memory is for: in system.json, and shown in the report with its sum."""
    facts = json.loads((composed.folder / "system.json").read_text())
    sums = facts["memory_kib"]
    comps = composed.info("memory", "info_comp", "comps")
    head = composed.headers.structs["manifest"].unpack(composed.member("manifest"))
    assert sums["budgets"] == sum(comp["memory_pages"] for comp in comps) * 4
    assert sums["threads"] == 256
    assert sums["programs, stacks and kernel objects"] == head["reserved_frames"] * 4
    assert sums["files"] + sums["the rest of the boot image"] == facts["image_bytes"] >> 10
    assert sums["files"] == sum(-(-file["bytes"] // PAGE) * 4 for file in facts["files"].values())
    page = (composed.folder / "report.html").read_text()
    assert f'<td>together</td><td class="n">{sum(sums.values())}</td>' in page


def test_threads_and_stacks(composed: Composed) -> None:
    """The scheduler makes the main threads of those behind it and every named thread. One thread of the booter more can be
    inside who is told of deaths, and whom he invokes."""
    rows = composed.info("dispatch", "info_thread", "threads")
    assert [(row["comp"], row["number"], row["priority"]) for row in rows] == [
        (4, 0, 10),
        (4, 1, 2),
        (5, 0, 10),
    ]
    receiver = next(
        g
        for g in composed.info("echo", "info_grant", "grants")
        if g["kind"] == composed.headers["GRANT_RCV"]
    )
    assert rows[1]["rcv_slot"] == receiver["slot"]
    heads = {
        name: composed.headers.structs["comp_info"].unpack(composed.member(f"{name}.info"))
        for name in ORDER
    }
    assert {name: head["stacks"] for name, head in heads.items()} == {
        "boot": 9,
        "memory": 7,
        "dispatch": 5,
        "echo": 4,
        "caller": 2,
    }
    comps = composed.info("memory", "info_comp", "comps")
    assert [(comp["name"], comp["ceiling"], comp["memory_pages"]) for comp in comps] == [
        ("boot", 0, 0),
        ("memory", 0, 0),
        ("dispatch", 0, 0),
        ("echo", 2, 0),
        ("caller", 10, 16),
    ]
    assert composed.info("echo", "info_comp", "comps") == []


def test_slots_that_the_scheduler_fills(composed: Composed) -> None:
    """The scheduler is told of end points to send to and of slots for threads; nobody else is."""
    number = composed.headers
    [threads] = [
        grant
        for grant in composed.info("boot", "info_grant", "grants")
        if grant["kind"] == number["GRANT_THREADS"]
    ]
    [send] = composed.info("caller", "info_grant", "grants")
    places = composed.info("dispatch", "info_place", "places")
    assert [(p["comp"], p["slot"], p["kind"], p["a"], p["b"]) for p in places] == [
        (1, threads["slot"], number["GRANT_THREADS"], 0, 8),
        (5, send["slot"], number["GRANT_SND"], 4, 1),
    ]
    assert composed.info("memory", "info_place", "places") == []


def test_params(composed: Composed) -> None:
    assert params(composed, "caller") == {
        "mode": "plain",
        "provider.echo": "4",
        "provider.init": "1",
        "provider.sched": "3",
    }
    assert params(composed, "boot") == {"verdict": "5"}
    assert params(composed, "echo")["dma"] == "1"
    assert params(composed, "memory")["dma_components"] == str(1 << 4)


def test_files(composed: Composed) -> None:
    """A file's bytes lie where manifest and system.json say, and its pages hold nothing else."""
    content = (FIXTURES / "data.txt").read_bytes()
    [file] = composed.manifest("manifest_file", "files")
    facts = json.loads((composed.folder / "system.json").read_text())
    assert facts["files"]["caller/data.txt"] == {"offset": file["offset"], "bytes": len(content)}
    assert file["offset"] % PAGE == 0 and file["comp"] == 5 and file["flags"] == 1
    pages = -(-len(content) // PAGE) * PAGE
    assert composed.image[file["offset"] : file["offset"] + pages] == content.ljust(pages, b"\0")
    [record] = composed.info("caller", "info_file", "files")
    assert text_at(composed.member("caller.info"), record["name"]) == "data.txt"
    assert (record["va"], record["bytes"]) == (composed.headers["FILES_VA"], len(content))


def test_file_option(compose: Compose, tmp_path: Path) -> None:
    """--file puts another file in the place of the script's own."""
    (tmp_path / "other").write_bytes(b"other")
    assert (
        compose(
            FIXTURES / "good.toml", tmp_path / "out", "--file", f"data.txt={tmp_path}/other"
        ).returncode
        == 0
    )
    facts = json.loads((tmp_path / "out" / "system.json").read_text())
    assert facts["files"]["caller/data.txt"]["bytes"] == 5


def test_system_json(composed: Composed) -> None:
    facts = json.loads((composed.folder / "system.json").read_text())
    assert (
        facts["memory_mib"] == 32
        and facts["verdict"] == "caller"
        and facts["expect"] == ["one", "two"]
    )
    assert facts["description"] == "an echo and its caller" and facts["icount"] is False


def test_programs_are_stripped(composed: Composed) -> None:
    assert Elf(composed.member("echo")[:]).symbols() == []
    assert any(
        s.name == "echo_more" for s in Elf((composed.folder / "echo.elf").read_bytes()).symbols()
    )


@pytest.mark.skipif(not shutil.which("dot"), reason="graphviz is not installed")
def test_report(composed: Composed) -> None:
    svg = (composed.folder / "graph.svg").read_text()
    page = (composed.folder / "report.html").read_text()
    assert all(name in svg and name in page for name in ORDER)
    assert "echo_one, echo_more" in page


def test_object_follows_its_header(compose: Compose, tmp_path: Path) -> None:
    """A changed header reaches the image: no stale object is taken."""
    root = tmp_path / "root"
    shutil.copytree(FIXTURES, root)
    header = root / "interfaces" / "echo" / "echo.h"
    header.write_text(
        header.read_text().replace(
            "#include <abi/types.h>", "#include <abi/types.h>\n#define BONUS 0"
        )
    )
    source = root / "components" / "echo" / "echo.c"
    source.write_text(source.read_text().replace("return (long)a;", "return (long)a + BONUS;"))
    assert compose(root / "good.toml", tmp_path / "one", root=root).returncode == 0
    header.write_text(header.read_text().replace("BONUS 0", "BONUS 7"))
    assert compose(root / "good.toml", tmp_path / "two", root=root).returncode == 0
    assert (tmp_path / "one" / "boot.img").read_bytes() != (
        tmp_path / "two" / "boot.img"
    ).read_bytes()


def test_archive(compose: Compose, tmp_path: Path) -> None:
    """An archive defines what the component itself lacks, named by way of the environment."""
    source = tmp_path / "more.c"
    source.write_text("void no_such_function(void);\nvoid no_such_function(void) { }\n")
    subprocess.run(
        ["gcc", "-c", "-ffreestanding", "-fno-pic", str(source), "-o", str(tmp_path / "more.o")],
        check=True,
    )
    subprocess.run(["ar", "rcs", str(tmp_path / "more.a"), str(tmp_path / "more.o")], check=True)
    script = tmp_path / "archive.toml"
    script.write_text(
        f'include = ["{FIXTURES}/base.toml"]\n[component.nowhere]\nneeds = ["sched"]\n'
        'archives = ["${MORE_FOLDER}/more.a"]\n'
    )
    done = compose(script, tmp_path / "out", environment={"MORE_FOLDER": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    symbols = Elf((tmp_path / "out" / "nowhere.elf").read_bytes()).symbols()
    assert any(symbol.name == "no_such_function" and symbol.defined for symbol in symbols)


def test_two_composers_at_once(compose: Compose, tmp_path: Path) -> None:
    """They share the objects, and each gets a whole image."""
    objects = str(tmp_path / "objects")

    def run(number: int) -> int:
        out = tmp_path / str(number)
        return compose(FIXTURES / "good.toml", out, "--objects", objects).returncode

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, range(2))) == [0, 0]
    first, second = ((tmp_path / str(number) / "boot.img").read_bytes() for number in range(2))
    assert first == second
