"""``textmine release``: the tables and quotes of a coded folder that may go out, and a ledger of what did."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from textmine.disclosure import (
    HIDDEN,
    DisclosureRule,
    Ledger,
    ProtectedShares,
    Release,
    find_rule,
    make_earlier_table,
    protect_shares,
    read_ledger,
    write_ledger,
)
from textmine.disclosure.groups import EVERYBODY, NOT_STATED
from textmine.errors import InputError
from textmine.exchange.coded_reader import CodedFolder, read_coded
from textmine.files import atomic_text, make_folder, write_json, write_rows
from textmine.jobs.release_quotes import QuoteOptions, QuoteOutcome, put_quotes_through
from textmine.privacy.columns import find_identifying_columns
from textmine.privacy.review import keep_private
from textmine.reading import read_table
from textmine.reading.table import list_names

#: What may go out, and what must not.
PUBLIC, PRIVATE = "public", "private"
LEDGER = "release_ledger.jsonl"
_ESTIMATES = ("estimate", "low", "high")


@dataclass(frozen=True)
class ReleaseOptions:
    """What a user asked for.

    ``by`` are columns of groups, ``respondent`` the column of people (known where the texts were coded with
    it). ``national`` says that all of them are a nation's. ``prevalence`` is a table of ``textmine
    prevalence`` whose shares go beside the counts. ``name`` and ``date`` are those of the ledger, ``ledger``
    its file (None: beside ``out``). ``hide_differences`` hides what earlier releases would give away instead
    of refusing.
    """

    rule: str | DisclosureRule = "simple5"
    by: tuple[str, ...] = ()
    respondent: str | None = None
    national: bool = False
    prevalence: Path | None = None
    name: str | None = None
    date: str = ""
    ledger: Path | None = None
    hide_differences: bool = False
    quotes: QuoteOptions | None = None


@dataclass(frozen=True, eq=False)
class ReleaseReport:
    """What went where: the tables, how many figures are shown and hidden, the quotes, and notes."""

    paths: list[Path]
    tables: dict[str, ProtectedShares]
    shown: int
    hidden: int
    quotes: QuoteOutcome | None = None
    notes: list[str] = field(default_factory=list)


def release_folder(
    folder: Path,
    out: Path,
    *,
    options: ReleaseOptions | None = None,
    on_step: Callable[[str], object] = lambda step: None,
) -> ReleaseReport:
    """Write what of a coded folder may go out to ``out/public``, and what must not to ``out/private``.

    ``public/tables.csv`` has counts and shares of respondents by code, question and group, under the rule;
    ``public/quotes.csv`` the quotes that a person released. ``private`` has what was hidden and why, the
    sheet for the reviewer and the quotes held back. Raises ``InputError`` for columns that are not there,
    and where earlier releases of the ledger and this one together would give something away; then nothing
    goes out, and ``private/differencing.csv`` says what.
    """
    options = options or ReleaseOptions()
    rule = find_rule(options.rule)
    make_folder(out)
    on_step("reading")
    read = read_coded(folder)
    path = options.ledger or out.parent / LEDGER
    ledger, name = read_ledger(path), options.name or out.resolve().name
    before = replace(ledger, releases=tuple(one for one in ledger.releases if one.name != name))
    owners, notes = find_respondents(read, options.respondent)
    on_step("hiding what tells of too few")
    tables, members = release_tables(read, owners, options, rule, before)
    _refuse_differencing(tables, out, options)
    quotes = None
    if options.quotes is not None:
        refuse_telling_groups(
            read, owners, [c for c in options.quotes.attributes if c in read.source.columns]
        )
        on_step("putting quotes through the gate")
        common = {
            code
            for done in tables.values()
            for code, held in done.counts.items()
            if held[EVERYBODY].shown and held[EVERYBODY].count
        }
        quotes = put_quotes_through(read, owners, common, out / PRIVATE, rule, options.quotes, before)
        if quotes.left_out:
            notes.append(
                f"{quotes.left_out} quote(s) of the bank are left out: their words or units are not in the "
                "coded folder, or their code is not shown."
            )
    release = _describe(name, options, rule, read, tables, members, quotes, ledger)
    entered = _enter(ledger, release)
    paths = _write(tables, read, out, options, rule, quotes)
    write_ledger(entered, path)
    shown = sum(int((done.table["count"] != HIDDEN).sum()) for done in tables.values())
    hidden = sum(int((done.table["count"] == HIDDEN).sum()) for done in tables.values())
    if before.releases:
        names = ", ".join(one.name for one in before.releases)
        notes.append(f"Compared with what went out before: {names}.")
    else:
        notes.append(f"{path.name} knows no earlier release, so nothing could be compared with one.")
    if options.prevalence is None:
        notes.append(
            "The counts are the coder's own, not corrected. Give --prevalence to add corrected shares."
        )
    return ReleaseReport([*paths, path], tables, shown, hidden, quotes, notes)


def release_tables(
    read: CodedFolder,
    owners: list[str],
    options: ReleaseOptions,
    rule: DisclosureRule,
    ledger: Ledger,
) -> tuple[dict[str, ProtectedShares], dict[str, dict[str, tuple[str, ...]]]]:
    """By question the table that may go out, and the groups of each person in it, by the ledger's keys.

    The base is the people with a text on the question that was coded; a person counts once for a code.
    """
    asked = [column for column in options.by if column not in read.source.columns]
    if asked:
        known = list_names([str(c) for c in read.source.columns])
        raise InputError(f"No column {asked[0]!r} in the coded folder. Columns: {known}. Choose with --by.")
    refuse_telling_groups(read, owners, options.by)
    questions = np.array(read.column("question"), dtype=object)
    coded = read.coded.is_coded.to_numpy()
    decisions = (read.coded.decisions == 1).to_numpy().astype(np.int64)
    tables: dict[str, ProtectedShares] = {}
    members: dict[str, dict[str, tuple[str, ...]]] = {}
    for question in dict.fromkeys(questions.tolist()):
        rows = np.flatnonzero(coded & (questions == question))
        if not len(rows):
            continue
        people = pd.Series([owners[i] for i in rows])
        said = (
            pd.DataFrame(decisions[rows], columns=read.coded.codes)
            .groupby(people.to_numpy(), sort=False)
            .max()
        )
        groups = _group_people(read, rows, people, options.by)
        keys = {person: ledger.key_of(person) for person in said.index}
        tables[question] = protect_shares(
            said.set_axis([keys[person] for person in said.index]),
            groups.set_axis([keys[person] for person in groups.index]),
            rule=rule,
            earlier=ledger.earlier_tables(question),
            hide_differences=options.hide_differences,
            national=options.national,
        )
        stated = groups.replace("", NOT_STATED)
        members[question] = {
            keys[person]: values
            for person, values in zip(stated.index, map(tuple, stated.to_numpy(dtype=object)), strict=True)
        }
    if not tables:
        raise InputError("No text of the coded folder was coded, so there is nothing to release.")
    return tables, members


def refuse_telling_groups(read: CodedFolder, owners: list[str], columns: Sequence[str]) -> None:
    """Raise ``InputError`` for columns whose very cells tell who somebody is, or what they said.

    Those are the texts, ids, respondents, and what ``find_identifying_columns`` finds: the names of groups
    stand in what goes out.
    """
    parts = {read.columns.get(part) for part in ("text", "id", "group")}
    for column in columns:
        cells = read.source[column].astype(str).tolist()
        if column in parts or cells == owners or find_identifying_columns({column: cells}):
            raise InputError(
                f"Column {column!r} tells who somebody is or what they said, so it makes no groups that can "
                "go out. Choose another."
            )


def find_respondents(read: CodedFolder, column: str | None) -> tuple[list[str], list[str]]:
    """Whose each text is, and notes where texts stand for people; ``InputError`` for no such column."""
    if column is not None and column not in read.source.columns:
        known = list_names([str(c) for c in read.source.columns])
        raise InputError(
            f"No column {column!r} in the coded folder. Columns: {known}. Choose with --respondent."
        )
    units = [str(unit) for unit in read.coded.decisions.index]
    named = column or read.columns.get("group")
    if named is None or named not in read.source.columns:
        return units, [
            "No column of respondents: each text is taken for a person. Name it with --respondent."
        ]
    cells = [str(cell).strip() for cell in read.source[named].tolist()]
    blank = sum(not cell for cell in cells)
    owners = [cell or f"text {unit}" for cell, unit in zip(cells, units, strict=True)]
    return owners, [f"{blank} text(s) without a respondent are each taken for a person."] * bool(blank)


def _group_people(
    read: CodedFolder, rows: np.ndarray, people: pd.Series, by: tuple[str, ...]
) -> pd.DataFrame:
    frame = read.source.iloc[rows][list(by)].astype(str).apply(lambda column: column.str.strip())
    held = frame.groupby(people.to_numpy(), sort=False)
    for column in by:
        several = int((held[column].nunique() > 1).sum())
        if several:
            raise InputError(
                f"{several} respondent(s) have more than one value of {column!r}, so its groups overlap. "
                "Give each one value, or leave the column out of --by."
            )
    return held.first() if by else pd.DataFrame(index=pd.unique(people))


def _refuse_differencing(tables: dict[str, ProtectedShares], out: Path, options: ReleaseOptions) -> None:
    found = [
        done.findings.assign(question=question) for question, done in tables.items() if len(done.findings)
    ]
    listed = out / PRIVATE / "differencing.csv"
    listed.unlink(missing_ok=True)
    if not found:
        return
    frame = pd.concat(found, ignore_index=True)
    _write_csv(frame[["question", *(c for c in frame.columns if c != "question")]], listed, private=True)
    if options.hide_differences:
        return
    names = ", ".join(sorted(set(frame["release"])))
    raise InputError(
        f"{len(frame)} figure(s) could be worked out by comparing this with what went out before ({names}); "
        f"{listed} lists them. Nothing was released. Release other groups, wait until more people differ, or "
        "hide what gives them away with --hide-differences."
    )


def _describe(
    name: str,
    options: ReleaseOptions,
    rule: DisclosureRule,
    read: CodedFolder,
    tables: dict[str, ProtectedShares],
    members: dict[str, dict[str, tuple[str, ...]]],
    quotes: QuoteOutcome | None,
    ledger: Ledger,
) -> Release:
    quoted = Counter(ledger.key_of(person) for person in (quotes.respondents if quotes else []))
    return Release(
        name,
        options.date,
        rule.name,
        str(read.provenance.get("corpus_fingerprint") or ""),
        {
            question: make_earlier_table(name, done, options.by, members[question])
            for question, done in tables.items()
        },
        dict(quoted),
    )


def _enter(ledger: Ledger, release: Release) -> Ledger:
    """The ledger with this release; one of the same name and figures is the same, with its quotes anew."""
    same = next((one for one in ledger.releases if one.name == release.name), None)
    if same is None:
        return ledger.add(release)
    if same.tables != release.tables:
        raise InputError(
            f"The ledger has a release {release.name!r} with other figures. Give this one a name: --name."
        )
    kept = tuple(
        replace(one, quotes=release.quotes or one.quotes) if one is same else one for one in ledger.releases
    )
    return replace(ledger, releases=kept)


def _write(
    tables: dict[str, ProtectedShares],
    read: CodedFolder,
    out: Path,
    options: ReleaseOptions,
    rule: DisclosureRule,
    quotes: QuoteOutcome | None,
) -> list[Path]:
    public, private = out / PUBLIC, out / PRIVATE
    names = {code.id: code.name for code in read.coded.codebook.codes}
    shown = pd.concat([d.table.assign(question=q) for q, d in tables.items()], ignore_index=True)
    shown.insert(0, "question", shown.pop("question"))
    shown.insert(4, "name", [names.get(code, code) for code in shown["code"]])
    if options.prevalence is not None:
        shown = add_estimates(shown, options.prevalence)
    hidden = pd.concat([d.hidden.assign(question=q) for q, d in tables.items()], ignore_index=True)
    hidden.insert(0, "question", hidden.pop("question"))
    about = {
        "rule": rule.name,
        "in_words": rule.in_words(),
        "source": rule.source,
        "base": "respondents, unweighted, with a text that was coded; each counts once for a code",
        "figures": "counts and shares of what the coder found"
        + (", and shares corrected for its errors (estimate, low, high)" if options.prevalence else ""),
        "hidden": HIDDEN,
    }
    paths = [_write_csv(shown, public / "tables.csv")]
    write_json(about, public / "about.json")
    paths += [public / "about.json", _write_csv(hidden, private / "hidden.csv", private=True)]
    (public / "quotes.csv").unlink(missing_ok=True)
    if quotes is not None:
        if quotes.released is not None:
            paths.append(_write_csv(quotes.released, public / "quotes.csv"))
        paths += [*quotes.paths, _write_csv(quotes.held, private / "quotes_held.csv", private=True)]
    return paths


def add_estimates(shown: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The table with ``estimate, low, high`` of a table of prevalence; ``*`` where the cell is hidden."""
    given = read_table(path).frame
    keys = ["question", "by", "group", "code"]
    if missing := [name for name in (*keys, *_ESTIMATES) if name not in given.columns]:
        raise InputError(
            f"{path.name} lacks the columns {', '.join(missing)}. Give what textmine prevalence --out wrote."
        )
    if given.duplicated(keys).any():
        raise InputError(f"{path.name} has a code, question and group more than once. Estimate them anew.")
    found = {
        tuple(row[:4]): row[4:] for row in given[[*keys, *_ESTIMATES]].itertuples(index=False, name=None)
    }
    rows = []
    for row in shown.to_dict("records"):
        if row["share"] == HIDDEN:
            rows.append((HIDDEN,) * len(_ESTIMATES))
        else:
            rows.append(tuple(map(_round, found.get(tuple(str(row[key]) for key in keys), ("",) * 3))))
    return shown.assign(**{name: [row[i] for row in rows] for i, name in enumerate(_ESTIMATES)})


def _round(cell: str) -> str:
    return f"{float(cell):.3f}" if re.fullmatch(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", str(cell)) else ""


def _write_csv(frame: pd.DataFrame, path: Path, *, private: bool = False) -> Path:
    cells = [
        ["" if value != value or value is None else value for value in frame[name].tolist()]
        for name in frame.columns
    ]
    with atomic_text(path) as handle:
        write_rows([list(frame.columns)], handle)
        write_rows(zip(*cells, strict=True), handle)
    if private:
        keep_private(path)
    return path
