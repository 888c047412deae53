"""The quotes that a person read and signed, checked once more before they stand in a report."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.disclosure import verify_review
from textmine.disclosure.quotes import name_quote
from textmine.errors import InputError
from textmine.exchange.coded_reader import CodedFolder
from textmine.reading import read_table

#: Where ``textmine release`` puts the quotes and the sheet that a person signs.
QUOTES, SHEET = "public/quotes.csv", "private/quotes_review.csv"
#: Where quotes that were ticked into a bank stand; others are found by the stretches of the coded folder.
PLACES = "private/quotes_places.csv"
NONE = "No quotes are shown: none were read, signed and released by a person. See textmine release."
_CONTRARY = ("denies", "mixed")
_WORDS, _REPLACED = re.compile(r"\w+"), re.compile(r"\[[^\[\]]{1,40}\]")
COLUMNS = ["quote_id", "code", "quote", "unit_id", "stance", "kind"]


@dataclass(frozen=True, eq=False)
class ReportQuotes:
    """Released quotes: ``quote_id, code, quote, unit_id, stance, kind`` and the attributes that may be shown.

    ``kind`` is 'typical', or 'contrary' where the text denies the code or says both; ``said`` is what the
    report says of them, ``date`` when they were signed.
    """

    table: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=COLUMNS))
    attributes: tuple[str, ...] = ()
    said: str = NONE
    date: str = ""
    notes: tuple[str, ...] = ()


def read_released(
    read: CodedFolder, release: Path, *, review: Path | None = None, key: bytes | None = None
) -> ReportQuotes:
    """The quotes of a release that may stand in a report of this coded folder.

    ``release`` is what ``textmine release --out`` wrote, ``review`` the signed sheet (the one in the release
    without). A quote is taken if the signed sheet lets it out with these very words under this code and
    these attributes, and if the text it is of still stands in the coded folder. Raises ``InputError`` where
    there are quotes but no sheet, or the sheet was changed after it was signed.
    """
    path = release / QUOTES
    if not path.is_file():
        return ReportQuotes()
    quotes = _read(path)
    if not len(quotes):
        return ReportQuotes()
    sheet = review or release / SHEET
    if not sheet.is_file():
        raise InputError(f"{path} has quotes, but the signed sheet was not found. Give it with --review.")
    signed, signature = verify_review(sheet, key=key)
    attributes = tuple(str(name) for name in quotes.columns if name not in ("quote_id", "code", "quote"))
    let_out = _list_let_out(signed, attributes)
    units = find_quoted_units(read) | _find_places(read, release / PLACES)
    stances = _find_stances(read)
    rows, unsigned, gone = [], 0, 0
    for row in quotes.to_dict("records"):
        words = tuple(str(row[name]) for name in ("code", "quote", *attributes))
        if let_out.get(str(row["quote_id"])) != words:
            unsigned += 1
        elif (found := units.get(str(row["quote_id"]))) is None or not _still_said(row, found[1], signed):
            gone += 1
        else:
            unit = found[0]
            stance = stances.get((unit, words[0]), "")
            kind = "contrary" if stance in _CONTRARY else "typical"
            rows.append({**row, "unit_id": unit, "stance": stance, "kind": kind})
    notes = []
    if unsigned:
        notes.append(f"{unsigned} quote(s) are not what a person signed and are left out.")
    if gone:
        notes.append(f"{gone} quote(s) are of texts that the coded folder no longer has and are left out.")
    table = pd.DataFrame(rows, columns=[*COLUMNS, *attributes])
    if not len(table):
        return ReportQuotes(said=NONE, notes=tuple(notes))
    said = (
        f"{len(table)} quotes, redacted, each read and released by a named person who signed the list on "
        f"{signature.date}. Words in [brackets] stand for what was taken out."
    )
    return ReportQuotes(table, attributes, said, signature.date, tuple(notes))


def find_quoted_units(read: CodedFolder) -> dict[str, tuple[str, str]]:
    """The unit and the words that a quote of each id would be of; ids are made as the release makes them."""
    spans = read.coded.spans[["unit_id", "code", "start", "end", "quote"]]
    found = {}
    for unit, code, start, end, words in spans.itertuples(index=False, name=None):
        found[name_quote(str(unit), str(code), int(start), int(end))] = (str(unit), str(words))
    return found


def _find_places(read: CodedFolder, path: Path) -> dict[str, tuple[str, str]]:
    """The unit and the words of each quote of a bank, as far as its unit still stands in the folder."""
    if not path.is_file():
        return {}
    units = [str(unit) for unit in read.coded.decisions.index]
    texts = dict(zip(units, map(str, read.column("text")), strict=True))
    found = {}
    for row in _read_rows(path):
        unit, start, end = str(row["unit_id"]), int(row["start"]), int(row["end"])
        if unit in texts and name_quote(unit, str(row["code"]), start, end) == row["quote_id"]:
            found[str(row["quote_id"])] = (unit, texts[unit][start:end])
    return found


def _still_said(row: Mapping[Any, Any], words: str, signed: pd.DataFrame) -> bool:
    """Whether the text of now holds every word that the reviewer read, but those put in for others."""
    read = signed.loc[signed["quote_id"] == row["quote_id"], "quote"].iloc[0]
    return set(_WORDS.findall(_REPLACED.sub(" ", str(read)))) <= set(_WORDS.findall(words))


def _list_let_out(signed: pd.DataFrame, attributes: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """By quote the code, words and attributes that the reviewer let out."""
    found = {}
    for row in signed[signed["release"] == "yes"].to_dict("records"):
        final = str(row["release_as"]) if str(row["release_as"]).strip() else str(row["quote"])
        found[str(row["quote_id"])] = (
            str(row["code"]),
            final,
            *(str(row.get(name, "")) for name in attributes),
        )
    return found


def _find_stances(read: CodedFolder) -> dict[tuple[str, str], str]:
    if not {"unit_id", "code", "stance"} <= set(read.long.columns):
        return {}
    rows = read.long[["unit_id", "code", "stance"]].itertuples(index=False, name=None)
    return {(str(unit), str(code)): str(stance) for unit, code, stance in rows if stance}


def _read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _read(path: Path) -> pd.DataFrame:
    try:
        frame = read_table(path).frame
    except InputError:  # a header alone
        return pd.DataFrame()
    if not {"quote_id", "code", "quote"} <= set(frame.columns):
        raise InputError(f"{path} is no list of released quotes. Give what textmine release --out wrote.")
    return frame
