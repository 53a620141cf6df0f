"""The one build step that pyproject.toml cannot say: the specs, which stand at the top of the checkout, go into the package.

Discovery finds the packages below `conformance/`; to map one more directory into them, each package would have to be listed by
hand. An editable install needs no copy: `default_directory` finds the specs of the checkout.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent


class BuildWithSpecs(build_py):
    """Copies `specs/` to `conformance/specs/`, where `conformance.contract.specs.default_directory` looks first."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib) / "conformance" / "specs"
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(ROOT / "specs", target)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        specs = (path.relative_to(ROOT) for path in sorted((ROOT / "specs").rglob("*")) if path.is_file())
        added = [] if self.editable_mode else [str(Path(self.build_lib) / "conformance" / path) for path in specs]
        return [*super().get_outputs(include_bytecode), *added]


setup(cmdclass={"build_py": BuildWithSpecs})
