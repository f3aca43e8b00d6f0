"""Scripts with random faults: the composer takes or refuses each, and never falls over."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from conftest import FIXTURES

from composer.__main__ import load_headers
from composer.allocate import allocate
from composer.check import check
from composer.errors import Refusal
from composer.places import Places
from composer.schema import COMPONENT_KEYS, SYSTEM_KEYS, read_system
from composer.script import TABLES, read_script

VALUES = [
    "1",
    "-1",
    '"x"',
    "[]",
    "[1]",
    '["a"]',
    '[["a", 1]]',
    "{}",
    "{ a = 1 }",
    "true",
    "1.5",
    "[[1, 2]]",
    "[{}]",
    "inf",
    "[{ number = 1 }]",
    '[{ number = "a" }]',
    "99999999999999999999",
    '"*"',
    '"rest"',
    '["echo/1"]',
    '["echo as far"]',
    '{ echo = "echo" }',
    "1979-05-27",
]
MARKS = "[]{}\"=.,#\n1a'"


def mutate(lines: list[str], chance: random.Random) -> list[str]:
    lines = list(lines)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(lines))
        key = chance.choice(sorted({*COMPONENT_KEYS, *SYSTEM_KEYS, *TABLES}))
        kind = chance.randrange(4)
        if kind == 0:
            lines.insert(at, f"{key} = {chance.choice(VALUES)}")
        elif kind == 1:
            lines.pop(at)
        elif kind == 2 and "=" in lines[at]:
            lines[at] = lines[at].partition("=")[0] + "= " + chance.choice(VALUES)
        elif lines[at]:
            column = chance.randrange(len(lines[at]))
            lines[at] = lines[at][:column] + chance.choice(MARKS) + lines[at][column + 1 :]
    return lines


@pytest.mark.parametrize("seed", range(4))
def test_faulty_scripts(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    places = Places([str(FIXTURES)])
    headers = load_headers(places)
    lines = (
        (FIXTURES / "good.toml")
        .read_text()
        .replace("base.toml", str(FIXTURES / "base.toml"))
        .splitlines()
    )
    (tmp_path / "data.txt").write_text("data")
    script = tmp_path / "script.toml"
    outcomes = {True: 0, False: 0}
    for _ in range(150):
        script.write_text("\n".join(mutate(lines, chance)))
        try:
            allocate(check(read_system(read_script(str(script)), places), headers), headers)
            outcomes[True] += 1
        except Refusal as refusal:
            assert str(refusal).startswith((str(tmp_path), str(FIXTURES), "components/"))
            outcomes[False] += 1
    assert outcomes[True] and outcomes[False]
