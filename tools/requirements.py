"""What pyproject.toml asks for: by textmine itself, and by each extra."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
#: Extras for those who develop textmine, and the one that is made of others.
_NOT_FOR_USERS = {"all", "dev", "docs"}


def list_user_extras() -> tuple[str, ...]:
    """The extras that users install, in order of names."""
    return tuple(sorted(set(_read_project()["optional-dependencies"]) - _NOT_FOR_USERS))


def read_requirements(extras: Iterable[str] = ()) -> list[str]:
    """What textmine and these extras ask for, as written; an extra that names another one is taken apart."""
    project = _read_project()
    found, waiting = list(project["dependencies"]), list(extras)
    seen: set[str] = set()
    while waiting:
        extra = waiting.pop()
        if extra not in seen:
            seen.add(extra)
            for requirement in project["optional-dependencies"][extra]:
                if own := re.fullmatch(r"textmine\[([^\]]+)\]", requirement):
                    waiting += own[1].split(",")
                else:
                    found.append(requirement)
    return found


def list_lowest(requirements: Iterable[str]) -> list[str]:
    """A line ``name==version`` for each lower bound; raises ``ValueError`` for what has none.

    >>> list_lowest(["pandas>=2.2.2", "psycopg[binary]>=3.2"])
    ['pandas==2.2.2', 'psycopg==3.2']
    """
    lines = []
    for requirement in requirements:
        met = re.match(r"([\w.-]+)(?:\[[^\]]*\])?\s*>=\s*([\w.]+)", requirement)
        if met is None:
            raise ValueError(f"{requirement!r} has no lower bound. Write name>=version in pyproject.toml.")
        lines.append(f"{met[1]}=={met[2]}")
    return lines


def _read_project() -> dict[str, Any]:
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"])
