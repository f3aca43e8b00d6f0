"""A component that imports one interface twice: each import has functions, a name and a provider of
its own, and the interface's client side is there once for each."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from conftest import FIXTURES, Compose
from test_output import Composed, params, read_composed

from composer.elf import Elf


@pytest.fixture(name="bridge", scope="module")
def make_bridge(compose: Compose, tmp_path_factory: pytest.TempPathFactory) -> Composed:
    folder = tmp_path_factory.mktemp("bridge")
    done = compose(FIXTURES / "bridge.toml", folder)
    assert done.returncode == 0, done.stderr
    return read_composed(folder)


def ids(composed: Composed) -> dict[str, int]:
    return {comp["name"]: comp["id"] for comp in composed.manifest("manifest_comp", "comps")}


def slots(composed: Composed, symbol: str) -> list[int]:
    """The capabilities that a function of the bridge and those that it calls invoke."""
    text = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", composed.folder / "bridge.elf"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    body = text.split(f"<{symbol}>:\n")[1].split("\n\n")[0]
    own = [int(slot, 16) for slot in re.findall(r"mov +\$0x([0-9a-f]+),%eax\n.*syscall", body)]
    called = re.findall(r"(?:call|jmp) +[0-9a-f]+ <(\w+)>", body)
    return own + [slot for name in dict.fromkeys(called) for slot in slots(composed, name)]


@pytest.mark.parametrize("name, server", [("near", "left"), ("far", "right")])
def test_each_goes_to_its_own_provider(name: str, server: str, bridge: Composed) -> None:
    """Through the renamed copy of the interface's helper, down to the capability."""
    wanted = {
        sinv["slot"]
        for sinv in bridge.manifest("manifest_sinv", "sinvs")
        if sinv["client"] == ids(bridge)["bridge"] and sinv["server"] == ids(bridge)[server]
    }
    found = slots(bridge, f"{name}_echo_twice")
    assert len(wanted) == 2 and len(found) == 1 and set(found) <= wanted
    assert params(bridge, "bridge")[f"provider.{name}"] == str(ids(bridge)[server])


def test_names(bridge: Composed) -> None:
    """Both imports' names are there, and none without a name of its own."""
    symbols = {s.name: s for s in Elf((bridge.folder / "bridge.elf").read_bytes()).symbols()}
    assert symbols["near_echo_import"].size == len("near") + 1
    assert symbols["far_echo_import"].size == len("far") + 1
    assert not {"echo_import", "echo_twice"} & set(symbols)
    assert "provider.echo" not in params(bridge, "bridge")


def test_report(bridge: Composed) -> None:
    """Who may call whom, by the names that the client uses."""
    text = (bridge.folder / "report.html").read_text()
    assert "<td>right</td><td>echo as far</td><td>far_echo_one, far_echo_more</td>" in text
