"""
What people and programs read of a test run: lines while it goes on, and a JUnit file at the end.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

from .model import FAIL, SKIP, Done, Result

SHOWN = 40  # lines of a failed test's detail; the file has all of it
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _title(done: Done, result: Result) -> str:
    group, name = done.job.name, result.name
    last = group.rpartition("/")[2]
    name = name.removeprefix(last + ".") if name != group else ""
    return f"{group}: {name}" if name else group


def show(done: Done) -> None:
    """A line for each test of a job, with the end of what a failed one said."""
    for result in done.results:
        seconds = result.seconds or (done.seconds if len(done.results) == 1 else 0)
        time = f" ({seconds:.1f} s)" if seconds >= 0.05 else ""
        sentence = f": {result.sentence}" if result.sentence else ""
        print(f"{result.verdict} {_title(done, result)}{sentence}{time}")
        if result.verdict == FAIL:
            for line in result.detail.rstrip().splitlines()[-SHOWN:]:
                print(f"    {line}")
    sys.stdout.flush()


def summary(finished: list[Done]) -> tuple[int, str]:
    """Number of failed tests, and the last line."""
    count = Counter(result.verdict for done in finished for result in done.results)
    return count[FAIL], f"{count['PASS']} passed, {count[FAIL]} failed, {count[SKIP]} skipped"


def _case(suite: ElementTree.Element, done: Done, result: Result) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=done.job.name.replace("/", "."),
        name=NO_XML.sub("?", result.name),
        time=f"{result.seconds:.3f}",
    )
    if result.verdict == FAIL:
        failure = ElementTree.SubElement(case, "failure", message=NO_XML.sub("?", result.sentence))
        failure.text = NO_XML.sub("?", result.detail)
    elif result.verdict == SKIP:
        ElementTree.SubElement(case, "skipped", message=NO_XML.sub("?", result.sentence))


def write_junit(finished: list[Done], file: Path) -> None:
    """A suite for each job, in the order of their names."""
    root = ElementTree.Element("testsuites")
    for done in sorted(finished, key=lambda done: done.job.name):
        count = Counter(result.verdict for result in done.results)
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=done.job.name,
            tests=str(len(done.results)),
            failures=str(count[FAIL]),
            skipped=str(count[SKIP]),
            time=f"{done.seconds:.3f}",
        )
        for result in done.results:
            _case(suite, done, result)
    file.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)
