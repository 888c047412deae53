"""Upkeep: bounds of versions, builds that come out the same, an audit that does not overstate."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.version import Version

from tools.audit import judge
from tools.dependencies import list_dependencies, normal_name
from tools.requirements import list_lowest, list_user_extras, read_requirements

ROOT = Path(__file__).resolve().parents[2]


def read_pins() -> dict[str, Version]:
    """The exact versions that `make` installs."""
    lines = [
        line.split("#")[0].strip() for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    ]
    pinned = [line.split("==") for line in lines if line]
    return {normal_name(name): Version(number) for name, number in pinned}


def read_lowest(extras: Iterable[str] | None = None) -> dict[str, Version]:
    """The lowest version of each name; the highest of them where an extra asks for more."""
    asked = read_requirements(list_user_extras() if extras is None else extras)
    found: dict[str, Version] = {}
    for name, number in (line.split("==") for line in list_lowest(asked)):
        key = normal_name(name)
        found[key] = max(found.get(key, Version(number)), Version(number))
    return found


# --- versions ---------------------------------------------------------------------------------------------


def test_everything_asked_for_has_a_lower_bound_that_its_pin_meets() -> None:
    lowest, pins = read_lowest(), read_pins()
    assert len(lowest) > 35
    assert not {name for name, bound in lowest.items() if name not in pins or pins[name] < bound}


def test_nothing_asked_for_has_an_upper_bound() -> None:
    """The newest versions tried are the pins; a cap here would keep others from installing textmine."""
    assert not [one for one in read_requirements(list_user_extras()) if re.search(r"<|==|~=|!=", one)]


def test_requirement_without_a_lower_bound_is_refused() -> None:
    with pytest.raises(ValueError, match="'numpy' has no lower bound"):
        list_lowest(["pandas>=2", "numpy"])


def test_every_dependency_is_pinned() -> None:
    try:
        needed = {one.name for one in list_dependencies()}
    except LookupError as missing:
        pytest.skip(str(missing))
    assert not needed - set(read_pins()) - {"setuptools"}  # which torch takes as it finds it


def test_versions_at_hand_are_not_below_the_bounds() -> None:
    """Of what every textmine needs: extras may ask for more, and need not be installed."""
    for name, bound in read_lowest(()).items():
        try:
            here = Version(version(name))
        except ModuleNotFoundError:
            continue
        assert here >= bound, name


# --- builds -----------------------------------------------------------------------------------------------


def build(kind: str, source: Path, out: Path, **env: str) -> Path:
    """Build a wheel or a source archive of a tree and give its path."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(out)]
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", cwd=source, env={**os.environ, **env}, umask=0o077
    )
    assert done.returncode == 0, done.stderr
    (made,) = out.iterdir()
    return made


@pytest.mark.slow
def test_two_builds_at_other_times_and_places_have_the_same_bytes(tmp_path: Path) -> None:
    archive = build("sdist", ROOT, tmp_path / "first")
    trees = []
    for name in ("one", "another-place"):
        with tarfile.open(archive) as packed:
            packed.extractall(tmp_path / name, filter="data")
        trees += list((tmp_path / name).iterdir())
    for number, path in enumerate(sorted(path for path in trees[1].rglob("*") if path.is_file())):
        os.utime(path, (1_000_000_000 + number, 1_000_000_000 + number))
        path.chmod(0o600 if number % 2 else 0o644)
    for kind in ("wheel", "sdist"):
        made = [
            build(kind, tree, tmp_path / f"{kind}-{place}", TZ=zone, LC_ALL="C")
            for place, (tree, zone) in enumerate(zip(trees, ("UTC", "Asia/Tokyo"), strict=True))
        ]
        assert made[0].name == made[1].name
        assert made[0].read_bytes() == made[1].read_bytes(), kind
    assert archive.read_bytes() == made[0].read_bytes()


# --- the audit --------------------------------------------------------------------------------------------


def looked_up(*weaknesses: str) -> dict[str, object]:
    found = [{"id": name, "fix_versions": ["2.0"]} for name in weaknesses]
    return {"name": "a", "version": "1.0", "vulns": found}


def test_audit_names_a_weak_version_and_the_one_that_mends_it() -> None:
    code, lines = judge({"dependencies": [looked_up("PYSEC-1")]})
    assert code == 1 and lines == ["a 1.0: PYSEC-1, mended in 2.0"]


@pytest.mark.parametrize("said", [[], [{"name": "b", "skip_reason": "not found"}]])
def test_audit_without_data_is_no_good_news(said: list[dict[str, object]]) -> None:
    assert judge({"dependencies": said})[0] == 2
    assert judge({"dependencies": [looked_up(), {"name": "b", "skip_reason": "not found"}]})[0] == 2


def test_audit_of_all_without_a_find_is_good_news() -> None:
    assert judge({"dependencies": [looked_up()]})[0] == 0
