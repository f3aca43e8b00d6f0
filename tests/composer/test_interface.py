"""The reader of interface sources: what it takes from a header, and what it refuses."""

from __future__ import annotations

import pytest
from conftest import PROJECT

from composer.errors import Refusal
from composer.interface import parse_interface, read_interface

NOTES = "/*\n * @blocks no\n * @repeat harmless\n */\n"


def parse(text: str):
    return parse_interface("x", "x.h", text)


def test_function() -> None:
    text = (
        "/* head */\n#include <a.h>\nenum x_kind { X_A = 1, X_B };\n"
        "struct x_s { int a; long (*x_hook)(int); };\n"
        "static inline int x_helper(int a) { return a; }\n"
        "/*\n * Says.\n * @blocks yes\n * @repeat opid\n * @uses thing a\n */\n"
        "long x_say(word_t a, enum x_kind k, unsigned int n, word_t *out_b);\n"
        '_Static_assert(sizeof(struct x_s) == 16, "x");\nlong other(void);\n'
    )
    [function] = parse(text).functions
    assert (
        function.name == "x_say" and function.args == ("a", "k", "n") and function.outs == ("b",)
    )
    assert (
        function.blocks
        and function.repeat == "opid"
        and function.descriptors == (("uses", "thing", "a"),)
    )
    assert function.where.line == 12


def test_local_is_no_part_of_the_boundary() -> None:
    interface = parse(NOTES + "long x_a(void);\n/*\n * @local\n */\nvoid x_b(const char *text);\n")
    assert [function.name for function in interface.functions] == ["x_a"]
    assert interface.local == ("x_b",)


@pytest.mark.parametrize(
    "text, reason",
    [
        ("long x_a(void);", "has no comment"),
        ("/* @blocks no */\n#define A 1\n" + "long x_a(void);", "has no comment"),
        (NOTES + "int filler;\nlong x_a(void);", "has no comment"),
        ("/*\n * @repeat harmless\n */\nlong x_a(void);", "needs one @blocks"),
        ("/*\n * @blocks no\n */\nlong x_a(void);", "needs one @repeat"),
        (
            "/*\n * @blocks no\n * @blocks no\n * @repeat opid\n */\nlong x_a(void);",
            "needs one @blocks",
        ),
        ("/*\n * @blocks maybe\n * @repeat opid\n */\nlong x_a(void);", "@blocks is maybe"),
        (
            "/*\n * @blocks no\n * @repeat opid\n * @frees it\n */\nlong x_a(void);",
            "unknown annotation @frees",
        ),
        (
            "/*\n * @blocks no\n * @repeat opid\n * @creates\n */\nlong x_a(void);",
            "@creates has 0 words",
        ),
        (
            "/*\n * @blocks no\n * @repeat opid\n * @ends thing b\n */\nlong x_a(word_t a);",
            "names b, which is no argument",
        ),
        ("/*\n * @blocks no\n * @repeat harmless\n * @death\n */\nlong x_a(void);", "@death wants one argument"),
        ("/*\n * @blocks no\n * @repeat opid\n * @death\n */\nlong x_a(word_t a);", "@death wants one argument"),
        (NOTES.replace(" */", " * @death soon\n */") + "long x_a(word_t a);", "@death is soon, not first"),
        (NOTES + "int x_a(void);", "the result must be long"),
        (NOTES + "long *x_a(void);", "the result must be long"),
        (NOTES + "long x_a(char *text);", "neither a scalar nor"),
        (NOTES + "long x_a(struct big b);", "neither a scalar nor"),
        (NOTES + "long x_a(word_t *b);", "neither a scalar nor"),
        (NOTES + "long x_a(word_t *out_b, word_t a);", "comes after a result word"),
        (NOTES + "long x_a(word_t *out_a, word_t *out_b, word_t *out_c);", "3 result words"),
        (NOTES + "long x_a(int a, int b, int c, int d, int e, int f, int g);", "7 parameters"),
        (
            NOTES.replace("harmless", "opid") + "long x_a(int a, int b, int c, int d, int e, word_t *out_f);",
            "6 parameters and an operation id",
        ),
        (
            NOTES + "long x_a(int a, int b, int c, int d, int e, int f, word_t *out_g);",
            "7 parameters",
        ),
        (NOTES + "long x_a(void);\n" + NOTES + "long x_a(void);", "is declared twice"),
        ("int y;", "declares no function"),
    ],
)
def test_refused(text: str, reason: str) -> None:
    with pytest.raises(Refusal, match=reason.replace("(", r"\(")):
        parse(text)


@pytest.mark.parametrize(
    "header", sorted((PROJECT / "interfaces").glob("*/*.h")), ids=lambda file: file.stem
)
def test_real_interfaces(header) -> None:
    """Every interface of the project keeps the rules, whether or not a script uses it."""
    if header.stem == header.parent.name:
        assert read_interface(header.stem, str(header), header.name).functions
