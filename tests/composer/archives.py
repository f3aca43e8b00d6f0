"""Makes archives of tests/composer/tiny/, as a user's folder for RUMP_NETBSD has them."""

from __future__ import annotations

import subprocess
from pathlib import Path

HERE = Path(__file__).parent
RUMPCOMP = HERE.parent.parent / "components" / "rumpcomp"
FLAGS = ["-O2", "-ffreestanding", "-mno-red-zone", "-fno-stack-protector", "-fcf-protection=none"]
STATIC = [*FLAGS, "-fno-pic", "-fno-asynchronous-unwind-tables"]


def make_archive(folder: Path, name: str, source: str, flags: list[str] | None = None) -> Path:
    """folder/lib/NAME from one source of tiny/."""
    (folder / "lib").mkdir(parents=True, exist_ok=True)
    made, archive = folder / f"{name}.o", folder / "lib" / name
    command = ["gcc", *(STATIC if flags is None else flags), f"-I{RUMPCOMP}", "-c", "-o", str(made)]
    subprocess.run([*command, str(HERE / "tiny" / source)], check=True)
    archive.unlink(missing_ok=True)
    subprocess.run(["ar", "rc", str(archive), str(made)], check=True)
    made.unlink()
    return archive


def make_set(folder: Path) -> Path:
    """A folder with a kernel and a driver that go together."""
    make_archive(folder, "librump.a", "librump.c")
    make_archive(folder, "librumpdev_tiny.a", "driver.c")
    return folder
