"""The quotes of ``textmine release``: picked, put through the gate, given to a person, and released."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from textmine.disclosure import (
    DisclosureRule,
    GatedQuotes,
    Ledger,
    QuoteRules,
    Signature,
    gate_quotes,
    release_quotes,
    sign_review,
    write_quote_review,
)
from textmine.disclosure.quotes import HELD, limit_quotes, name_quote
from textmine.errors import InputError
from textmine.exchange.coded_reader import CodedFolder
from textmine.files import atomic_text, make_folder, write_rows
from textmine.jobs.redact import read_key
from textmine.passages import QuoteBank
from textmine.privacy.review import keep_private
from textmine.reading import read_table
from textmine.reading.table import list_names

#: A quote of fewer words says little.
_FEWEST_WORDS = 4
#: Stances that speak against a theme, and of how many quotes one is to be such, where there is any.
CONTRARY, _ONE_CONTRARY_OF = ("denies", "mixed"), 3
SHEET, PLACES = "quotes_review.csv", "quotes_places.csv"


@dataclass(frozen=True)
class QuoteOptions:
    """How many quotes a code, what may stand beside them, and the review.

    ``bank`` is a quote bank whose quotes are taken instead of picked ones; it is told what the review says.
    ``review`` is the filled sheet; ``sign`` the name of the person who read it, with ``date`` (None: it is
    signed already); ``key_file`` a key that the signature is made with.
    """

    per_code: int = 3
    bank: Path | None = None
    attributes: tuple[str, ...] = ()
    rules: QuoteRules = field(default_factory=QuoteRules)
    review: Path | None = None
    sign: str | None = None
    date: str = ""
    key_file: Path | None = None
    engine: str | None = "spacy"


@dataclass(frozen=True, eq=False)
class QuoteOutcome:
    """What became of the quotes; ``released`` is None until a review is given.

    ``left_out`` counts quotes of the bank that could not be taken.
    """

    gated: GatedQuotes
    released: pd.DataFrame | None
    held: pd.DataFrame
    respondents: list[str]
    signature: Signature | None
    paths: list[Path]
    left_out: int = 0


def put_quotes_through(
    read: CodedFolder,
    owners: list[str],
    codes: Collection[str],
    private: Path,
    rule: DisclosureRule,
    options: QuoteOptions,
    ledger: Ledger,
) -> QuoteOutcome:
    """Write the sheet for the reviewer or, where it is given filled and signed, release what it lets out.

    Quotes are picked from codes whose count over all is shown. Raises ``InputError`` for a column that is
    not there and for a review that is not signed or changed since.
    """
    for column in (*options.attributes, *([options.rules.consent] if options.rules.consent else [])):
        if column not in read.source.columns:
            known = list_names([str(c) for c in read.source.columns])
            raise InputError(f"No column {column!r} in the coded folder. Columns: {known}.")
    units = [str(unit) for unit in read.coded.decisions.index]
    whose = dict(zip(units, owners, strict=True))
    texts = dict(zip(units, map(str, read.column("text")), strict=True))
    earlier = ledger.count_quotes()
    left_out = 0
    if options.bank is None:
        wanted = pick_quotes(read, texts, codes, options.per_code)
    else:
        wanted, left_out = take_from_bank(options.bank, texts, codes)
    gated = gate_quotes(
        wanted,
        texts,
        whose,
        attributes=_by_person(read, owners, options.attributes),
        rules=limit_quotes(options.rules, rule_base=rule.base_below),
        consent=_read_consent(read, owners, options.rules.consent),
        earlier={person: earlier[ledger.key_of(person)] for person in set(owners)},
        engine=options.engine,
    )
    places = [] if options.bank is None else [_write_places(wanted, private / PLACES)]
    if options.review is None:
        _keep_decisions(private / SHEET)
        kept = gated.table["status"] != HELD
        paths = [*([write_quote_review(gated, private / SHEET)] if kept.any() else []), *places]
        held = gated.table.loc[~kept, ["quote_id", "code", "reasons"]].rename(columns={"reasons": "why"})
        return QuoteOutcome(gated, None, held, [], None, paths, left_out)
    key = None if options.key_file is None else read_key(options.key_file)
    if options.sign is not None:
        sign_review(options.review, reviewer=options.sign, date=options.date, key=key)
    done = release_quotes(gated, options.review, key=key, engine=options.engine)
    if options.bank is not None:
        QuoteBank(options.bank).take_review(options.review, key=key)
    return QuoteOutcome(gated, done.table, done.held, done.respondents, done.signature, places, left_out)


def pick_quotes(
    read: CodedFolder, texts: Mapping[str, str], codes: Collection[str], per_code: int
) -> pd.DataFrame:
    """The stretches that carry each code best: the surest texts first, one stretch a text, enough words.

    Of several with the same words the surest is taken, since the gate lets out no words twice.
    Of ``per_code`` one in three, and of two at least one, is of a text that denies the code or says both, if
    there are such; where there are too few of one kind, the other fills up. Without stances none is contrary.
    """
    spans = read.coded.spans
    columns = ["unit_id", "code", "start", "end"]
    spans = spans[spans["code"].isin(set(codes)) & (spans["start"].astype(int) >= 0)]
    places = {unit: row for row, unit in enumerate(read.coded.decisions.index)}
    order = {code: column for column, code in enumerate(read.coded.codes)}
    given = read.coded.decisions.to_numpy()
    scores = np.zeros(given.shape) if read.coded.scores is None else read.coded.scores.to_numpy()
    against = find_contrary(read)
    rows: dict[str, list[tuple[float, int, tuple[Any, ...]]]] = {}
    seen: set[tuple[str, str]] = set()
    for number, (unit, code, start, end) in enumerate(spans[columns].itertuples(index=False, name=None)):
        words = texts[str(unit)][int(start) : int(end)].split()
        if (unit, code) in seen or given[places[unit], order[code]] != 1 or len(words) < _FEWEST_WORDS:
            continue
        seen.add((unit, code))
        rows.setdefault(code, []).append(
            (-float(scores[places[unit], order[code]]), number, (unit, code, int(start), int(end)))
        )
    picked = []
    for code in read.coded.codes:
        best = _tell_apart([row for *_, row in sorted(rows.get(code, []))], texts)
        contrary = [row for row in best if (str(row[0]), code) in against]
        typical = [row for row in best if (str(row[0]), code) not in against]
        spared = max(per_code // _ONE_CONTRARY_OF, 1) if per_code > 1 else 0
        kept = contrary[: max(spared, per_code - len(typical))]
        picked += [*typical[: per_code - len(kept)], *kept]
    return pd.DataFrame(picked, columns=columns)


def _tell_apart(rows: list[tuple[Any, ...]], texts: Mapping[str, str]) -> list[tuple[Any, ...]]:
    """The first of the stretches with the same words, white space and capitals apart."""
    first: dict[str, tuple[Any, ...]] = {}
    for row in rows:
        unit, _, start, end = row
        first.setdefault(" ".join(texts[str(unit)][start:end].split()).casefold(), row)
    return list(first.values())


def find_contrary(read: CodedFolder) -> set[tuple[str, str]]:
    """Units and codes whose text denies the code, or says both."""
    found = set()
    for table in (read.long, read.coded.spans):
        if {"unit_id", "code", "stance"} <= set(table.columns):
            said = table[table["stance"].isin(CONTRARY)]
            found |= set(zip(said["unit_id"].astype(str), said["code"].astype(str), strict=True))
    return found


def take_from_bank(bank: Path, texts: Mapping[str, str], codes: Collection[str]) -> tuple[pd.DataFrame, int]:
    """The quotes of a bank that stand in these texts under these codes, and how many do not.

    Raises ``InputError`` where there is no bank.
    """
    if not bank.is_file():
        raise InputError(f"No quote bank {bank}. Give the file that quotes were ticked into.")
    table = QuoteBank(bank).table(texts)
    fit = table[table["quote"].ne("") & table["code"].isin(set(codes))]
    return fit[["unit_id", "code", "start", "end"]].reset_index(drop=True), len(table) - len(fit)


def _write_places(wanted: pd.DataFrame, path: Path) -> Path:
    """Where the quotes of a bank stand, so that a report finds their texts; ids and places, no words."""
    columns = ["unit_id", "code", "start", "end"]
    make_folder(path.parent)
    with atomic_text(path) as handle:
        write_rows([["quote_id", *columns]], handle)
        rows = [(str(u), str(c), int(s), int(e)) for u, c, s, e in wanted[columns].to_numpy().tolist()]
        write_rows(([name_quote(*row), *row] for row in rows), handle)
    keep_private(path)
    return path


def _keep_decisions(sheet: Path) -> None:
    if not sheet.is_file() or not sheet.stat().st_size:
        return
    frame = read_table(sheet).frame
    if "release" in frame.columns and frame["release"].astype(str).str.strip().ne("").any():
        raise InputError(
            f"{sheet} holds a reviewer's decisions. Give it with --review, or move it away for a new one."
        )


def _by_person(read: CodedFolder, owners: list[str], columns: tuple[str, ...]) -> pd.DataFrame:
    frame = read.source[list(columns)].astype(str).set_axis(pd.Index(owners), axis=0)
    return frame[~frame.index.duplicated()]


def _read_consent(read: CodedFolder, owners: list[str], column: str | None) -> Mapping[str, str] | None:
    """What each person said; where the answers of one differ, no."""
    if column is None:
        return None
    said: dict[str, str] = {}
    for person, cell in zip(owners, map(str, read.source[column].tolist()), strict=True):
        said[person] = cell if said.setdefault(person, cell) == cell else "no"
    return said
