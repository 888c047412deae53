"""Make the offline bundle: every wheel that textmine needs, pinned by hash, for a machine without internet.

    python tools/bundle.py --out dist/bundle --extras annotate,onnx,postgres

The folder then holds ``wheels/``, ``requirements.txt`` (each wheel with its sha256) and ``README.md`` (how to
install it). It fits machines with the same system, processor and version of Python as the one it was made on.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = """\
# textmine {version}, offline

Wheels for Python {python} on {system}, with the extras {extras}. Every file is pinned by its sha256 in
`requirements.txt`; pip refuses what is not the file that was packed. The sha256 of `requirements.txt` itself
was printed when this folder was made: compare it after carrying the folder over.

In this folder, on the machine without internet:

    python{python} -m venv textmine-env
    {pip} install --no-index --find-links wheels --require-hashes -r requirements.txt
    {textmine} demo

Nothing is fetched: neither by the installation nor by textmine. To move to another version, make a new folder
and a new environment.
"""


def make_bundle(out: Path, *, extras: str) -> Path:
    """Write the bundle into a folder of its own, made anew; gives the path of its ``requirements.txt``."""
    wheels = out / "wheels"
    for old in (wheels, out / "own"):
        shutil.rmtree(old, ignore_errors=True)
    run("hatchling", "build", "-t", "wheel", "-d", str((out / "own").resolve()))
    (own,) = (out / "own").glob("textmine-*.whl")
    wanted = f"{own}[{extras}]" if extras else str(own)
    pinned = ("--prefer-binary", "-c", str(ROOT / "constraints.txt"), "--wheel-dir", str(wheels))
    run("pip", "wheel", "--quiet", "--disable-pip-version-check", *pinned, wanted)
    shutil.rmtree(out / "own")
    requirements = out / "requirements.txt"
    requirements.write_text(list_requirements(wheels, extras), encoding="utf-8", newline="\n")
    version = own.name.split("-")[1]
    (out / "README.md").write_text(describe_bundle(version, extras), encoding="utf-8", newline="\n")
    return requirements


def list_requirements(wheels: Path, extras: str) -> str:
    """The lines of ``requirements.txt``: name, version and sha256 of every wheel, in order of their names."""
    lines = []
    for wheel in sorted(wheels.glob("*.whl"), key=lambda path: path.name.casefold()):
        name, version = wheel.name.split("-")[:2]
        name = re.sub(r"[-_.]+", "-", name).lower()
        asked = f"[{extras}]" if name == "textmine" and extras else ""
        with wheel.open("rb") as handle:
            sha256 = hashlib.file_digest(handle, "sha256").hexdigest()
        lines.append(f"{name}{asked}=={version.replace('_', '-')} --hash=sha256:{sha256}\n")
    return "".join(lines)


def describe_bundle(version: str, extras: str) -> str:
    """The README that goes with the wheels: for which machine they are, and how to install them."""
    windows = sys.platform == "win32"
    scripts = "textmine-env\\Scripts\\" if windows else "textmine-env/bin/"
    return README.format(
        version=version,
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        system=sysconfig.get_platform(),
        extras=extras or "none",
        pip=f"{scripts}python -m pip",
        textmine=f"{scripts}textmine",
    )


def run(module: str, *arguments: str) -> None:
    """Run a module of this Python in the checkout; what goes wrong ends the program."""
    done = subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=False)
    if done.returncode:
        raise SystemExit(f"{module} {arguments[0]} failed; see above.")


def main() -> None:
    """Parse, make the bundle, and say where it is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "bundle", help="folder to write to")
    parser.add_argument("--extras", default="annotate,onnx,postgres", help="extras, with commas; all for all")
    options = parser.parse_args()
    requirements = make_bundle(options.out.resolve(), extras=options.extras)
    count = len(requirements.read_text(encoding="utf-8").splitlines())
    size = sum(path.stat().st_size for path in (requirements.parent / "wheels").glob("*.whl"))
    sha256 = hashlib.sha256(requirements.read_bytes()).hexdigest()
    print(f"{count} wheels, {size / 1e6:.0f} MB: {requirements.parent}")
    print(f"sha256 of requirements.txt: {sha256}")


if __name__ == "__main__":
    main()
