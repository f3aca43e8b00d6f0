"""
Makes the headers of components/lib fit for a test on the host: an inline function that is made of
assembly becomes a declaration, and the test is the machine behind it.

    bare.py SOURCE TARGET
"""

import re
import sys

INLINE = re.compile(r"^static inline ([\w ]+)\n(\w+\([^)]*\))\n\{\n(.*?)^\}\n", re.M | re.S)


def declaration(found: re.Match[str]) -> str:
    if "asm volatile" not in found[3]:
        return found[0]
    return f"{found[1]} {found[2]};\n"


def main(source: str, target: str) -> None:
    with open(source, encoding="utf-8") as file:
        text = file.read()
    with open(target, "w", encoding="utf-8") as file:
        file.write(INLINE.sub(declaration, text))


if __name__ == "__main__":
    main(*sys.argv[1:])
