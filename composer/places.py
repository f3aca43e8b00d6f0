"""Where things are looked for on the host: roots are searched in order, the project's own last."""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass, field

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@dataclass
class Places:
    roots: list[str] = field(
        default_factory=list
    )  # --root folders; each may have components/ and interfaces/
    files: dict[str, str] = field(default_factory=dict)  # --file NAME=PATH
    objects: str = "build/obj"

    def all_roots(self) -> list[str]:
        return [os.path.abspath(root) for root in self.roots] + [PROJECT]

    def find(self, *names: str) -> str | None:
        """The first existing path under a root."""
        for root in self.all_roots():
            path = os.path.join(root, *names)
            if os.path.exists(path):
                return path
        return None

    def component_folder(self, program: str) -> str | None:
        for root in self.all_roots():
            for folder in (("components", program), ("components", "apps", program)):
                path = os.path.join(root, *folder)
                if os.path.isdir(path):
                    return path
        return None

    def interface_file(self, name: str) -> str | None:
        return self.find("interfaces", name, f"{name}.h") if name and "/" not in name else None

    def interface_names(self) -> list[str]:
        """Every interface there is: folders interfaces/NAME with a NAME.h."""
        names = set()
        for root in self.all_roots():
            for header in glob.glob(os.path.join(root, "interfaces", "*", "*.h")):
                folder = os.path.basename(os.path.dirname(header))
                if os.path.basename(header) == f"{folder}.h":
                    names.add(folder)
        return sorted(names)

    def abi_files(self) -> list[str]:
        return sorted(glob.glob(os.path.join(PROJECT, "kernel", "abi", "*.h")))

    def shown(self, path: str) -> str:
        """A path as messages and objects name it: relative to the root that it lies in."""
        for root in self.all_roots():
            if os.path.abspath(path).startswith(root + os.sep):
                return os.path.relpath(path, root)
        return path
