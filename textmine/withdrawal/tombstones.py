"""What stays of a withdrawal: a tombstone without name or words, and while it runs a plan to finish by."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import scrypt
from pathlib import Path
from typing import Any

from textmine.errors import InputError
from textmine.files import atomic_text
from textmine.forms import check_form
from textmine.withdrawal.files import PLAN, TOMBSTONES
from textmine.withdrawal.person import Columns, OwnWords, Person

FORM = "textmine-withdrawal/1"


@dataclass(frozen=True)
class Tombstone:
    """One withdrawal: when, what was taken out, what is to be made anew; the id only as a salted hash."""

    salt: str
    sha: str
    date: str
    counts: Mapping[str, int] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()
    unedited: tuple[str, ...] = ()

    def names(self, respondent: str) -> bool:
        """Whether this is the withdrawal of a respondent."""
        return hash_name(respondent, self.salt) == self.sha


def new_salt() -> str:
    """A salt that no other withdrawal has."""
    return secrets.token_hex(16)


def hash_name(name: str, salt: str) -> str:
    """The salted hash of an id. It is slow to make on purpose: short ids are soon tried through.

    >>> hash_name("R1", "00" * 16) == hash_name("R2", "00" * 16)
    False
    """
    return scrypt(
        name.encode("utf-8", "surrogatepass"), salt=bytes.fromhex(salt), n=2**14, r=8, p=1, dklen=32
    ).hex()


def read_tombstones(folder: Path) -> list[Tombstone]:
    """The withdrawals noted in a folder."""
    path = folder / TOMBSTONES
    if not path.is_file():
        return []
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row: dict[str, Any] = json.loads(line)
            check_form(row["form"], "withdrawal", f"{TOMBSTONES} in {folder}")
            if row.pop("form") != FORM:
                raise ValueError
            lists: dict[str, Any] = {
                name: tuple(row.pop(name)) for name in ("models", "certificates", "releases", "unedited")
            }
            found.append(Tombstone(**row, **lists))
        except InputError:
            raise
        except (ValueError, TypeError, KeyError):
            raise InputError(
                f"{TOMBSTONES} in {folder}, line {number}: no withdrawal. Put back a copy."
            ) from None
    return found


def add_tombstone(folder: Path, stone: Tombstone) -> Path:
    """Write a tombstone behind those of a folder, in place of an earlier one of the same salt."""
    path = folder / TOMBSTONES
    kept = [old for old in read_tombstones(folder) if old.salt != stone.salt]
    with atomic_text(path) as handle:
        for each in [*kept, stone]:
            row = {"form": FORM, **vars(each), "counts": dict(each.counts)}
            handle.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


@dataclass
class Plan:
    """What a withdrawal under way knows, so that one that was cut off is finished by running it again."""

    person: Person
    salt: str
    date: str
    said: list[tuple[str, str]] = field(default_factory=list)
    fingerprints: list[str] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)


def save_plan(plan: Plan, folder: Path) -> None:
    """Keep a plan, readable to its owner alone; it holds the person's words until the withdrawal is done."""
    from textmine.files import atomic_path

    person = plan.person
    content = {
        **{name: getattr(plan, name) for name in ("salt", "date", "said", "fingerprints", "done", "hashes")},
        "name": person.name,
        "is_respondent": person.is_respondent,
        "units": sorted(person.units),
        "texts": sorted(person.texts),
        "grams": sorted(map(list, person.words.grams)),
        "rare": sorted(person.words.rare),
        "columns": {
            name: sorted(getattr(person.columns, name)) for name in ("respondents", "units", "texts")
        },
        "foreign": {place: sorted(units) for place, units in person.foreign.items()},
    }
    with atomic_path(folder / PLAN) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=True), encoding="utf-8")
    (folder / PLAN).chmod(0o600)


def read_plan(folder: Path, name: str) -> Plan | None:
    """The plan of a withdrawal of ``name`` that was cut off in a folder; None where there is none.

    Raises ``InputError`` where that of somebody else is to be finished first.
    """
    path = folder / PLAN
    if not path.is_file():
        return None
    said = json.loads(path.read_text(encoding="utf-8"))
    if said["name"] != name:
        raise InputError(
            f"Another withdrawal in {folder} was cut off; its id stands in {PLAN}. Finish it first."
        )
    columns = Columns(**{key: frozenset(value) for key, value in said["columns"].items()})
    words = OwnWords(frozenset(map(tuple, said["grams"])), frozenset(said["rare"]))
    foreign = {place: frozenset(units) for place, units in said["foreign"].items()}
    person = Person(
        name,
        said["is_respondent"],
        frozenset(said["units"]),
        words,
        frozenset(said["texts"]),
        columns,
        foreign,
    )
    pairs = [(text, question) for text, question in said["said"]]
    return Plan(person, said["salt"], said["date"], pairs, said["fingerprints"], said["done"], said["hashes"])


def drop_plan(folder: Path) -> None:
    """Take away the plan of a withdrawal that is done."""
    (folder / PLAN).unlink(missing_ok=True)


def mask(paths: Iterable[str], person: Person) -> tuple[str, ...]:
    """Names of files without the person's ids, for the tombstone."""
    from textmine.withdrawal.person import BLANK

    made: list[str] = []
    for path in paths:
        for id in sorted(person.ids, key=len, reverse=True):
            parts = [BLANK if Path(part).stem == id else part for part in path.split("/")]
            path = "/".join(parts)
        made.append(person.clean(path))
    return tuple(dict.fromkeys(made))
