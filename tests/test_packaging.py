"""What is handed to others: wheel, source archive and offline bundle, and that they work away from here."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from textmine import __version__

ROOT = Path(__file__).resolve().parents[1]
BUILD = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]
DATA = ("models", "codebooks", "corpora")

#: A user's program, which mypy in its strictest form must find right.
PROGRAM = """\
import textmine as tm

corpus: tm.Corpus = tm.read_corpus("comments.csv", text="text", id="comment_id")
coded: tm.CodedDataset = tm.load_coder("school-collaboration").code(corpus)
counts: dict[str, int] = coded.counts()
names: list[str] = [model.name for model in tm.list_models()]
"""


def build(kind: str, folder: Path, *, source: Path = ROOT) -> Path:
    """Build a wheel or an sdist and give its path."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=source)
    assert done.returncode == 0, done.stderr
    (made,) = folder.glob("textmine-*")
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


def shipped() -> set[str]:
    """The files in the checkout that an installed textmine carries as data."""
    named = [ROOT / name for name in BUILD["wheel"]["only-include"] if name.split("/")[0] in DATA]
    files = {path for folder in named for path in folder.rglob("*") if path.is_file()}
    return {path.relative_to(ROOT).as_posix() for path in files}


def load_bundler() -> ModuleType:
    spec = spec_from_file_location("bundle", ROOT / "tools" / "bundle.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def away(wheel: Path, tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A folder far from the checkout, and an environment in which the wheel alone is textmine.

    The packages that it needs are those of this Python, put behind the unpacked wheel.
    """
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    (tmp_path / "work").mkdir()
    paths = os.pathsep.join([str(tmp_path / "site"), *(p for p in sys.path if "site-packages" in p)])
    return tmp_path / "work", {**os.environ, "PYTHONPATH": paths, "PYTHONSAFEPATH": "1"}


def run(where: tuple[Path, dict[str, str]], *arguments: str) -> str:
    command = [sys.executable, "-c", "from textmine.cli import main; main()", *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=where[0], env=where[1])
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_model_of_the_repository_is_named_for_packaging() -> None:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", *DATA], capture_output=True, check=True, cwd=ROOT).stdout
    kept = {name for name in listed.decode("utf-8").splitlines() if (ROOT / name).is_file()}
    assert kept and kept <= shipped()


@pytest.mark.slow
def test_wheel_carries_code_models_and_corpus(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"textmine/{name}" for name in ("__init__.py", "py.typed", "cli.py")}
    wanted |= {f"textmine/data/{name}" for name in shipped()}
    own = {
        path for path in (ROOT / "textmine").rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }
    wanted |= {path.relative_to(ROOT).as_posix() for path in own}
    assert wanted <= held, sorted(wanted - held)
    assert not {name for name in held if not name.startswith(("textmine/", f"textmine-{__version__}."))}
    assert {name for name in held if name.startswith("textmine/data/")} == {
        f"textmine/data/{n}" for n in shipped()
    }


@pytest.mark.slow
def test_source_archive_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    archive = build("sdist", tmp_path / "sdist")
    with tarfile.open(archive) as held:
        held.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    again = build("wheel", tmp_path / "again", source=source)
    first, second = zipfile.ZipFile(wheel), zipfile.ZipFile(again)
    assert first.namelist() == second.namelist()
    assert all(first.read(name) == second.read(name) for name in first.namelist())


@pytest.mark.slow
def test_installed_wheel_codes_with_its_own_model_away_from_the_checkout(away) -> None:
    where = run(away, "models")
    assert str(away[0].parent / "site") in where and "NOT USABLE" not in where
    assert str(ROOT) not in where
    assert "comments" in run(away, "demo")
    lines = ["id,answer", "1,Sharing a business manager saves us money.", "2,We train together every term."]
    (away[0] / "mine.csv").write_text("\n".join(lines) + "\n", "utf-8")
    columns = ("--text", "answer", "--id", "id", "--out", "coded")
    assert "2 texts read, 2 coded" in run(
        away, "code", "mine.csv", "--model", "school-collaboration", *columns
    )


@pytest.mark.slow
def test_strict_mypy_finds_a_users_program_right_and_a_wrong_one_wrong(away) -> None:
    """The types of the installed package are seen (py.typed), the names that load on first use as well."""
    folder, _ = away
    (folder / "program.py").write_text(PROGRAM, "utf-8")
    (folder / "wrong.py").write_text('import textmine as tm\n\ntm.load_coder("x").code(3)\n', "utf-8")
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--follow-imports=silent",
        "--ignore-missing-imports",
    ]
    done = subprocess.run(
        [*command, "program.py", "wrong.py"],
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env={**kept, "MYPYPATH": str(folder.parent / "site")},
    )
    (found,) = [line for line in done.stdout.splitlines() if ": error: " in line]
    assert found.startswith("wrong.py:3: error: ") and "arg-type" in found


# --- the offline bundle -----------------------------------------------------------------------------------


def test_requirements_of_a_bundle_pin_each_wheel_by_its_hash(tmp_path: Path) -> None:
    (tmp_path / "textmine-0.1.0-py3-none-any.whl").write_bytes(b"one")
    (tmp_path / "Some_Package-2.0-cp311-cp311-linux_x86_64.whl").write_bytes(b"two")
    one, two = (hashlib.sha256(content).hexdigest() for content in (b"one", b"two"))
    assert load_bundler().list_requirements(tmp_path, "annotate,onnx").splitlines() == [
        f"some-package==2.0 --hash=sha256:{two}",
        f"textmine[annotate,onnx]==0.1.0 --hash=sha256:{one}",
    ]


@pytest.mark.slow
def test_pip_takes_the_wheel_of_a_bundle_by_its_hash_and_no_other(wheel: Path, tmp_path: Path) -> None:
    """Of textmine's own wheel; the whole bundle (`make bundle`) is too large for a test."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    shutil.copy(wheel, wheels)
    lines = load_bundler().list_requirements(wheels, "")
    (tmp_path / "requirements.txt").write_text(lines, "utf-8")
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    command = [str(python), "-m", "pip", "install", "--no-deps", "--no-index", "--find-links", "wheels"]
    command += ["--disable-pip-version-check", "--require-hashes", "-r", "requirements.txt"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (tmp_path / "requirements.txt").write_text(lines.replace("sha256:", "sha256:0")[:-2] + "\n", "utf-8")
    done = subprocess.run(
        [*command, "--force-reinstall"], capture_output=True, encoding="utf-8", cwd=tmp_path
    )
    assert done.returncode and "HASH" in done.stderr.upper()
