"""The line index of TOML files."""

from __future__ import annotations

import tomllib

from composer.positions import find_lines

TEXT = '''# comment with [brackets] and = signs
top = 1

[a."b c"]
one = "text with ] and # and \\" in it"
two = [
    1, 2,  # first two
    [3, 4],
    { x = 1, y = [5] },
]
three.four = """
[not.a.table]
"""
five = 'literal \\' # comment

[[list]]
k = 1979-05-27T07:32:00Z
[[list]]
k = -1.5e3
'''


def test_lines() -> None:
    tomllib.loads(TEXT)
    lines = find_lines(TEXT)
    wanted = {
        ("top",): 2,
        ("a",): 4,
        ("a", "b c"): 4,
        ("a", "b c", "one"): 5,
        ("a", "b c", "two"): 6,
        ("a", "b c", "two", 0): 7,
        ("a", "b c", "two", 2): 8,
        ("a", "b c", "two", 2, 1): 8,
        ("a", "b c", "two", 3): 9,
        ("a", "b c", "two", 3, "y", 0): 9,
        ("a", "b c", "three", "four"): 11,
        ("a", "b c", "five"): 14,
        ("list", 0): 16,
        ("list", 0, "k"): 17,
        ("list", 1): 18,
        ("list", 1, "k"): 19,
    }
    assert {path: lines.get(path) for path in wanted} == wanted
    assert ("not", "a", "table") not in lines
