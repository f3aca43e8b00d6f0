"""What README.md shows works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

from conftest import PROJECT, Run

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def block(language: str, marker: str) -> str:
    """The one block of code that has a marker in it."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    found = [text for text in blocks if marker in text]
    assert len(found) == 1, marker
    return found[0]


def test_component_and_interface(run: Run, tmp_path: Path) -> None:
    """The component, the interface, the server and the system of the README, word for word."""
    files = {
        "components/apps/greeter/component.toml": block("toml", '"greet"]'),
        "components/apps/greeter/greeter.c": block("c", "cos_main"),
        "components/apps/host/component.toml": 'provides = ["greet"]\nneeds = ["init", "sched"]\n',
        "components/apps/host/host.c": block("c", "cos_badge"),
        "interfaces/greet/greet.h": block("c", "GREET_GREET_H"),
        "greet.toml": block("toml", "[component.greeter]").replace("lib/", f"{PROJECT}/runscripts/lib/"),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = run("--root", tmp_path, tmp_path / "greet.toml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "greeter: visit 1 in 2026" in done.stdout


def test_links() -> None:
    """Every link to a file leads somewhere."""
    targets = re.findall(r"\]\(([^)#:]+)\)", README)
    assert targets and all((PROJECT / target).exists() for target in targets)
    named = re.findall(r"`((?:kernel|components|interfaces|runscripts|tests|composer)/[\w./-]+)`", README)
    made_up = ("components/apps/greeter", "components/apps/host", "interfaces/greet", "runscripts/greet")
    assert all((PROJECT / n).exists() for n in named if not n.startswith(made_up) and "NAME" not in n)
