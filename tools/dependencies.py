"""What textmine needs at run time, and under which licence: read from the packages that are installed here.

The list is the whole closure: what textmine names, what that needs in turn, and so on, for the extras that
users install. The extras for developing textmine (``dev``, ``docs``) are left out. Markers are those of this
machine, so a package that only another system needs is not seen.
"""

from __future__ import annotations

import importlib.metadata as metadata
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from packaging.requirements import Requirement

from tools.requirements import list_user_extras, read_requirements

ROOT_PACKAGE = "textmine"

#: Licences under which a package may be needed by every textmine: permissive, or weak copyleft on its own
#: files only (MPL-2.0). An identifier of SPDX each, https://spdx.org/licenses/.
ALLOWED = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "CNRI-Python", "ISC", "MIT"}
    | {"MPL-2.0", "PSF-2.0", "Zlib"}
)
#: The only ones taken beside those, in an extra that nobody needs: a library that can be replaced freely.
ALLOWED_IN_EXTRAS = {"psycopg": "LGPL-3.0-only", "psycopg-binary": "LGPL-3.0-only"}

#: How packages without an SPDX expression write it, in ``License`` or in a classifier.
_WRITTEN = {
    "apache 2.0": "Apache-2.0",
    "apache 2.0 license": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache-2.0": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "3-clause bsd license": "BSD-3-Clause",
    "bsd-3-clause": "BSD-3-Clause",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit": "MIT",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "mpl-2.0": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}
#: A sentence that only one licence holds, for packages that carry its text and do not name it.
_SENTENCES = (
    ("Permission is hereby granted, free of charge, to any person obtaining a copy", "MIT"),
    ("Redistributions in binary form must reproduce the above copyright", "BSD-3-Clause"),
    ("Apache License Version 2.0", "Apache-2.0"),
)


@dataclass(frozen=True)
class Dependency:
    """A package that is installed and needed: by every textmine, or by some extras only."""

    name: str
    version: str
    licence: str  # an SPDX expression; "" where none was found
    needs: tuple[str, ...] = ()  # the names of what it needs itself
    extras: tuple[str, ...] = ()  # the extras that need it; () where textmine itself does

    @property
    def optional(self) -> bool:
        """Whether textmine installs without it."""
        return bool(self.extras)


@dataclass
class _Walk:
    """The closure from one start: normal names, each with the names it needs."""

    needs: dict[str, set[str]] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    taken: set[tuple[str, frozenset[str]]] = field(default_factory=set)


def list_dependencies() -> list[Dependency]:
    """Every package that textmine or an extra for users needs, in order of names, textmine itself left out.

    Raises ``LookupError`` with the names where some are not installed, as their licence cannot be told then.
    """
    base = _walk_from(())
    by_extra = {extra: _walk_from((extra,)) for extra in list_user_extras()}
    walks = [base, *by_extra.values()]
    if missing := set().union(*(walk.missing for walk in walks)):
        raise LookupError(f"Not installed: {', '.join(sorted(missing))}. Run pip install '.[all,dev]' first.")
    found = []
    for name in sorted(set().union(*(walk.needs for walk in walks)) - {ROOT_PACKAGE}):
        needed_by = () if name in base.needs else tuple(e for e, w in by_extra.items() if name in w.needs)
        needs = set().union(*(walk.needs.get(name, set()) for walk in walks))
        one = metadata.distribution(name)
        found.append(Dependency(name, one.version, find_licence(one), tuple(sorted(needs)), needed_by))
    return found


def needed_by_textmine() -> tuple[str, ...]:
    """The names that textmine and its extras for users ask for themselves."""
    return tuple(
        sorted(set().union(*(_walk_from((e,)).needs[ROOT_PACKAGE] for e in ("", *list_user_extras()))))
    )


def normal_name(name: str) -> str:
    """A package's name in the one form that registries compare by.

    >>> normal_name("Some_Package.X")
    'some-package-x'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def find_licence(one: metadata.Distribution) -> str:
    """The SPDX expression of a package: as it says, else by its classifier or the text that it carries."""
    told = one.metadata
    if expression := told.get("License-Expression"):
        return str(expression)
    first_line = (told.get("License") or "").strip().split("\n")[0]
    classifiers = [c.split(" :: ")[-1] for c in told.get_all("Classifier") or [] if c.startswith("License")]
    for written in (first_line.split(" Copyright")[0], first_line, *classifiers):
        if spdx := _WRITTEN.get(written.strip().lower()):
            return spdx
    if _is_expression(first_line):
        return first_line
    return _read_licence_text(one)


def find_refused(dependencies: Iterable[Dependency]) -> list[str]:
    """Each package whose licence is on no list, with that licence."""
    refused = []
    for one in dependencies:
        kept = one.optional and ALLOWED_IN_EXTRAS.get(one.name) == one.licence
        if not (kept or _is_allowed(one.licence)):
            refused.append(f"{one.name}: {one.licence or 'no licence found'}")
    return refused


def _walk_from(extras: tuple[str, ...]) -> _Walk:
    walk = _Walk()
    _add(walk, ROOT_PACKAGE, frozenset(filter(None, extras)))
    return walk


def _add(walk: _Walk, name: str, extras: frozenset[str]) -> None:
    name = normal_name(name)
    if (name, extras) in walk.taken:
        return
    walk.taken.add((name, extras))
    try:
        asked = read_requirements(extras) if name == ROOT_PACKAGE else _read_requires(name)
    except metadata.PackageNotFoundError:
        walk.missing.add(name)
        return
    needs = walk.needs.setdefault(name, set())
    for requirement in map(Requirement, asked):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            if normal_name(requirement.name) != name:
                needs.add(normal_name(requirement.name))
            _add(walk, requirement.name, frozenset(requirement.extras))


@cache
def _read_requires(name: str) -> list[str]:
    return metadata.distribution(name).requires or []


def _is_expression(words: str) -> bool:
    return bool(words) and all(part in ALLOWED for part in re.split(r" (?:AND|OR) ", words))


def _is_allowed(expression: str) -> bool:
    """Whether every AND part of an expression offers an allowed licence; an exception only adds freedom."""
    parts = expression.replace("(", "").replace(")", "").split(" AND ")
    return all(any(one.split(" WITH ")[0] in ALLOWED for one in part.split(" OR ")) for part in parts)


def _read_licence_text(one: metadata.Distribution) -> str:
    for file in one.files or []:
        if file.name.upper().startswith(("LICENSE", "LICENCE", "COPYING")):
            text = " ".join(one.locate_file(file).read_text(encoding="utf-8", errors="replace").split())  # type: ignore[attr-defined]
            for sentence, spdx in _SENTENCES:
                if sentence in text:
                    return spdx
    return ""
