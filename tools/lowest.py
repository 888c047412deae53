"""Install textmine with the lowest versions that pyproject.toml allows, and run tests with them.

    python -m tools.lowest --folder lowest                       # the demo and the tests of most rooms
    python -m tools.lowest --folder lowest tests/exchange        # tests of your choice

What textmine names itself is taken at its lower bound, what those need in turn as new as they allow. It
fetches packages. Bounds of the extras below were tried so; those of the others (train, dask, spark and so
on) are the versions of the day they were added, and nobody tried lower ones.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import venv
from pathlib import Path

from tools.requirements import list_lowest, read_requirements

ROOT = Path(__file__).resolve().parents[1]
#: Extras without torch, which are quick to install.
EXTRAS = ("annotate", "onnx", "postgres")
TEST_PACKAGES = ("pytest", "hypothesis", "lxml", "httpx", "hatchling", "packaging", "frictionless")
ROOMS = ("agreement", "annotations", "coding", "disclosure", "estimates", "exchange", "jobs", "migration")
ROOMS += ("passages", "privacy", "provenance", "reading", "report", "topics", "waves")


def make_environment(folder: Path) -> Path:
    """An environment with the lowest versions, made in a folder; gives its Python."""
    venv.create(folder / "env", with_pip=True, clear=True)
    python = folder / "env" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    pins = folder / "lowest.txt"
    pins.write_text("\n".join(list_lowest(read_requirements(EXTRAS))) + "\n", "utf-8")
    wanted = ("-e", f"{ROOT}[{','.join(EXTRAS)}]", *TEST_PACKAGES)
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", str(pins), *wanted)
    return python


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run a command; what goes wrong ends the program."""
    done = subprocess.run([str(word) for word in command], cwd=cwd, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command[:4]))} ... ended with {done.returncode}")


def main() -> None:
    """Make the environment, then run the demo and the tests in it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="folder for the environment")
    parser.add_argument("tests", nargs="*", help="what pytest is to run")
    options = parser.parse_args()
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    python = make_environment(folder)
    run(python, "-c", "from textmine.cli import main; main()", "demo", cwd=folder)
    os.environ["OMP_NUM_THREADS"] = "1"
    # What is new warns of what is old: only warnings about other packages are let be.
    calm = ("-W", "ignore::DeprecationWarning", "-p", "no:cacheprovider")
    chosen = options.tests or [f"tests/{room}" for room in ROOMS]
    run(python, "-m", "pytest", "-q", "-m", "not slow", *calm, *chosen)


if __name__ == "__main__":
    main()
