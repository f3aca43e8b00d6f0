"""
Runs a job and finds out what its tests said. A job that says nothing, or ends badly without a
failed test, has failed itself.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from .model import FAIL, PASS, PROJECT, SKIP, Done, Job, Result

LINE = re.compile(r"^(PASS|FAIL|SKIP) ([^\s:]+)(?::\s*(.*))?$")
DETAIL = 12000  # bytes of output kept


def _call(job: Job, more: list[str]) -> tuple[int | None, str]:
    """
    Status (None: its time was up) and output. It gets a process group of its own, so that nothing
    of it stays behind.
    """
    with tempfile.TemporaryFile() as output:
        with subprocess.Popen(
            job.command + more,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process:
            try:
                status: int | None = process.wait(job.seconds)
            except BaseException as error:
                os.killpg(process.pid, signal.SIGKILL)
                if not isinstance(error, subprocess.TimeoutExpired):
                    raise
                status = None
        output.seek(0)
        return status, output.read().decode("utf-8", "replace")


def _from_lines(job: Job, output: str) -> list[Result]:
    """A verdict line is a test; what follows a failed one up to the next is its detail."""
    results: list[Result] = []
    for line in output.splitlines():
        found = LINE.match(line)
        if found:
            results.append(Result(found[1], found[2], found[3] or ""))
        elif results and results[-1].verdict == FAIL:
            last = results.pop()
            detail = f"{last.detail}{line}\n"
            results.append(Result(last.verdict, last.name, last.sentence, detail))
    return results


def _sentence(case: ElementTree.Element) -> str:
    return (case.get("name") or "").replace("_", " ")


def _from_junit(job: Job, file: Path) -> list[Result]:
    if not file.exists():
        return []
    results = []
    for case in ElementTree.parse(file).getroot().iter("testcase"):
        bad = [child for child in case if child.tag in ("failure", "error")]
        verdict = FAIL if bad else SKIP if case.find("skipped") is not None else PASS
        module = (case.get("classname") or job.name).rpartition(".")[2].removeprefix("test_")
        name = f"{module}.{(case.get('name') or '').removeprefix('test_')}".replace(" ", "_")
        detail = "".join((child.text or "") for child in bad)
        results.append(Result(verdict, name, "", detail, float(case.get("time") or 0)))
    return results


def _results(job: Job, status: int | None, output: str, junit: Path) -> list[Result]:
    if job.how == "status":
        whole = Result(FAIL if status else PASS, job.name, job.sentence, output if status else "")
        return [whole] + _from_lines(job, output)
    return _from_junit(job, junit) if job.how == "pytest" else _from_lines(job, output)


def run_job(job: Job) -> Done:
    """Runs a job to its end."""
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        junit = Path(scratch) / "junit.xml"
        status, output = _call(job, [f"--junit-xml={junit}"] if job.how == "pytest" else [])
        results = [] if status is None else _results(job, status, output, junit)
    seconds = time.monotonic() - begin
    wrong = ""
    if status is None:
        wrong = f"did not end within {job.seconds} seconds"
    elif not results:
        wrong = f"ended with status {status} and ran no test"
    elif status and not any(result.verdict == FAIL for result in results):
        wrong = f"ended with status {status} though no test failed"
    if wrong:
        results.append(Result(FAIL, job.name, wrong, output[-DETAIL:], seconds))
    return Done(job, results, seconds, output)
