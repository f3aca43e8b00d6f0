"""What the stages of a test run hand to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PASS, FAIL, SKIP = "PASS", "FAIL", "SKIP"


@dataclass(frozen=True)
class Result:
    """
    One test: verdict, its name, the sentence it holds, and what there is to read if it failed.
    """

    verdict: str
    name: str
    sentence: str = ""
    detail: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Job:
    """
    A command that runs one or more tests. how: "lines" (it prints PASS, FAIL or SKIP, a name and a
    sentence), "pytest" (it writes a JUnit file), or "status" (it is one test itself, and may print
    lines of others).
    """

    name: str
    command: list[str]
    how: str
    seconds: int = 600  # past which it is killed, and has failed
    sentence: str = ""


@dataclass
class Done:
    """A finished job."""

    job: Job
    results: list[Result]
    seconds: float
    output: str = field(default="", repr=False)
