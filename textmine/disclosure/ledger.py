"""The release ledger: what went out of whom, kept apart, so that the next release gives nothing away."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textmine.disclosure.groups import EarlierTable, Figure, Group
from textmine.disclosure.shares import ProtectedShares
from textmine.errors import InputError
from textmine.files import atomic_text
from textmine.forms import check_form
from textmine.privacy.review import keep_private

_FORM = "textmine release ledger 1"


@dataclass(frozen=True)
class Release:
    """One release: its name, date and rule, its tables by question, and how many quotes of whom went out."""

    name: str
    date: str
    rule: str
    corpus: str = ""
    tables: Mapping[str, EarlierTable] = field(default_factory=dict)
    quotes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Ledger:
    """All releases so far, in order. People stand in it by keyed hashes of their ids, never by the ids.

    ``salt`` is the key of these hashes (hexadecimal), made by chance for each ledger.

    >>> ledger = Ledger(salt="00")
    >>> ledger.key_of("p1") == ledger.key_of("p1"), len(ledger.key_of("p1"))
    (True, 32)
    """

    salt: str = field(default_factory=lambda: secrets.token_hex(16))
    releases: tuple[Release, ...] = ()

    def key_of(self, person: str) -> str:
        """What a person is called in the ledger: HMAC-SHA256 of the id under the ledger's salt, 32 digits."""
        return hmac.new(self.salt.encode("ascii"), person.encode("utf-8"), hashlib.sha256).hexdigest()[:32]

    def earlier_tables(self, question: str) -> list[EarlierTable]:
        """The tables that went out before on a question."""
        return [release.tables[question] for release in self.releases if question in release.tables]

    def count_quotes(self) -> Counter[str]:
        """How many quotes of each person went out, over all releases, by the person's key."""
        counted: Counter[str] = Counter()
        for release in self.releases:
            counted.update(release.quotes)
        return counted

    def releases_with(self, person: str) -> list[str]:
        """The names of the releases whose tables or quotes hold somebody: those that a withdrawal affects.

        ``person`` is the respondent's id.

        >>> Ledger(salt="00").releases_with("p1")
        []
        """
        key = self.key_of(person)
        return [
            release.name
            for release in self.releases
            if key in release.quotes or any(key in table.members for table in release.tables.values())
        ]

    def add(self, release: Release) -> Ledger:
        """The ledger with one release more; raises ``InputError`` where one of that name is in it."""
        if any(release.name == one.name for one in self.releases):
            raise InputError(f"The ledger has a release {release.name!r}. Give this one another name.")
        return Ledger(self.salt, (*self.releases, release))


def make_earlier_table(
    name: str, shares: ProtectedShares, by: Sequence[str], members: Mapping[str, Sequence[str]]
) -> EarlierTable:
    """A table as the ledger keeps it: ``members`` has each person's groups by the person's key."""
    kept = {key: tuple(groups) for key, groups in members.items()}
    return EarlierTable(name, tuple(by), kept, dict(shares.bases), dict(shares.counts))


def read_ledger(path: Path) -> Ledger:
    """The ledger in a file, or a new one where there is none.

    Raises ``InputError`` with the line for a file that is no ledger. ``path`` is the file.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_ledger(Path(folder, "ledger.json")).releases
    ()
    """
    if not path.exists():
        return Ledger()
    lines = path.read_text(encoding="utf-8").splitlines()
    number = 0
    try:
        head = json.loads(lines[0])
        check_form(head["form"], "release ledger", path.name)
        if head["form"] != _FORM:
            raise ValueError
        releases = []
        for line in lines[1:]:
            number += 1
            releases.append(_as_release(json.loads(line)))
        return Ledger(str(head["salt"]), tuple(releases))
    except InputError:
        raise
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise InputError(
            f"{path.name}, line {number + 1}: not a release ledger. Give the file that an earlier release "
            "wrote, or another name for a new one with --ledger."
        ) from None


def write_ledger(ledger: Ledger, path: Path) -> Path:
    """Write a ledger, readable to its owner alone; its releases are only ever added to.

    ``path`` is the file.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_ledger(write_ledger(Ledger(salt="00"), Path(folder, "ledger.json"))).salt
    '00'
    """
    with atomic_text(path) as handle:
        for value in ({"form": _FORM, "salt": ledger.salt}, *map(_as_plain, ledger.releases)):
            handle.write(json.dumps(value, ensure_ascii=False, sort_keys=True) + "\n")
    keep_private(path)
    return path


def _as_plain(release: Release) -> dict[str, Any]:
    return {
        "name": release.name,
        "date": release.date,
        "rule": release.rule,
        "corpus": release.corpus,
        "quotes": dict(sorted(release.quotes.items())),
        "tables": [
            {
                "question": question,
                "by": list(table.by),
                "members": {key: list(groups) for key, groups in sorted(table.members.items())},
                "bases": _list_figures(table.bases),
                "counts": {code: _list_figures(held) for code, held in table.counts.items()},
            }
            for question, table in release.tables.items()
        ],
    }


def _as_release(value: dict[str, Any]) -> Release:
    name = str(value["name"])
    tables = {
        str(table["question"]): EarlierTable(
            name,
            tuple(map(str, table["by"])),
            {str(key): tuple(map(str, groups)) for key, groups in table["members"].items()},
            _as_figures(table["bases"]),
            {str(code): _as_figures(held) for code, held in table["counts"].items()},
        )
        for table in value["tables"]
    }
    quotes = {str(key): int(count) for key, count in value["quotes"].items()}
    return Release(name, str(value["date"]), str(value["rule"]), str(value["corpus"]), tables, quotes)


def _list_figures(figures: Mapping[Group, Figure]) -> list[list[object]]:
    return [[*group, figure.count, figure.shown] for group, figure in figures.items()]


def _as_figures(rows: Iterable[Sequence[Any]]) -> dict[Group, Figure]:
    return {(str(by), str(group)): Figure(int(count), bool(shown)) for by, group, count, shown in rows}
