"""Who gave which code to which stretch of a unit: the model's codings and, beside them, people's."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pandas as pd

from textmine.exchange.coded_reader import CodedFolder
from textmine.exchange.refi.facts import User
from textmine.exchange.refi.names import make_guid, name_machine
from textmine.reading import Labels
from textmine.spans import find_quote

_SOMEBODY = "a person"


@dataclass(frozen=True)
class Given:
    """A code given to a unit by a user (guid), with its stretch; -1 where it is of the whole unit."""

    code: str
    user: str
    start: int = -1
    end: int = -1


def find_machine(folder: CodedFolder) -> User:
    """The user that a model is: called by its name and hash, its id the whole hash."""
    model = dict(folder.provenance.get("model") or {})
    sha256, name = str(model.get("sha256") or ""), str(model.get("id") or folder.coded.coder)
    if not sha256:
        return User(make_guid("person", name), name)
    return User(make_guid("model", name, sha256), name_machine(name, sha256), f"sha256:{sha256}")


def find_people(people: Labels | None) -> dict[str, User]:
    """The users that people are, by the name in the labels; '' is somebody unnamed."""
    if people is None:
        return {}
    names = sorted({str(name) for name in people.quotes["coder"]} | {""})
    return {name: User(make_guid("person", name or _SOMEBODY), name or _SOMEBODY) for name in names}


def gather_machine(
    folder: CodedFolder,
    machine: User,
    *,
    people: Labels | None,
    reviewed_only: bool,
    lost: Counter[tuple[str, str]],
) -> dict[str, list[Given]]:
    """What the model gave each unit, in the order of units and codes: each stretch, else the whole unit.

    ``reviewed_only`` leaves out codes that are up for review in units that no person read.
    """
    pairs = folder.long[folder.long["applies"] == "1"]
    if reviewed_only:
        read = set() if people is None else set(people.frame.index[people.frame.notna().any(axis=1)])
        keep = pairs["band"].eq("accept") | pairs["unit_id"].isin(read)
        if not keep.all():
            lost["the model's codes that nobody reviewed", "left out, as asked"] += int((~keep).sum())
        pairs = pairs[keep]
    stretches: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for unit, code, start, end in folder.coded.spans[["unit_id", "code", "start", "end"]].itertuples(
        index=False, name=None
    ):
        stretches.setdefault((unit, code), []).append((int(start), int(end)))
    given: dict[str, list[Given]] = {}
    for unit, code in pairs[["unit_id", "code"]].itertuples(index=False, name=None):
        held = given.setdefault(unit, [])
        found = stretches.get((unit, code), [])
        held += [Given(code, machine.guid, start, end) for start, end in dict.fromkeys(found)]
        if not found:
            held.append(Given(code, machine.guid))
    return given


def add_people(
    given: dict[str, list[Given]],
    folder: CodedFolder,
    labels: Labels,
    users: dict[str, User],
    lost: Counter[tuple[str, str]],
) -> None:
    """Add what people gave, at the place of their quote where the text holds it, else on the whole unit."""
    texts = folder.coded.texts if folder.coded.texts is not None else pd.Series(dtype=str)
    known = set(folder.coded.codebook.ids)
    quotes = labels.quotes[["unit_id", "code", "quote", "coder"]].astype(str)
    rows = [tuple(row) for row in quotes.to_numpy().tolist()]
    quoted = {(unit, code) for unit, code, _, _ in rows}
    for code in labels.frame.columns:
        units = labels.frame.index[labels.frame[code] == 1]
        rows += [(str(unit), str(code), "", "") for unit in units if (str(unit), str(code)) not in quoted]
    for unit, code, quote, coder in rows:
        if unit not in texts.index or code not in known:
            lost["people's codings of units or codes that the folder lacks", "left out"] += 1
            continue
        span = find_quote(quote, str(texts[unit]))
        if quote and span is None:
            lost["people's quotes that the text does not hold", "their codes stand on the whole unit"] += 1
        place = (-1, -1) if span is None else (span.start, span.end)
        given.setdefault(str(unit), []).append(Given(code, users[coder].guid, *place))
