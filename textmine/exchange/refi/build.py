"""From a coded folder to a REFI-QDA project: documents to work with, the model as a user, people as cases."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from textmine.errors import InputError
from textmine.exchange.coded_reader import CodedFolder
from textmine.exchange.refi.codebooks import guid_of_code, make_refi_codes
from textmine.exchange.refi.facts import Case, Coding, Loss, RefiProject, Selection, Source, Variable
from textmine.exchange.refi.gathering import Given, add_people, find_machine, find_people, gather_machine
from textmine.exchange.refi.layouts import LaidOut, Piece, Unit, choose_layout, lay_out
from textmine.exchange.refi.names import make_guid
from textmine.exchange.refi.source_parts import quote_as_name
from textmine.exchange.refi.values import make_values, make_variables
from textmine.reading import Labels

#: How the description of a selection begins that holds a whole unit; the unit's id follows.
UNIT_MARK = "textmine unit: "
_OF_TURNS = {"speaker", "role", "turn", "time", "question", "source_file"}
#: What the memo says where codes that nobody reviewed were left out.
LEFT_OUT = "Codes that nobody reviewed were left out."


@dataclass(frozen=True)
class BuildOptions:
    """How a coded folder becomes a project.

    ``layout`` is one of ``LAYOUTS`` (None: what suits). ``question`` and ``group`` name columns where the
    folder does not know them. ``attributes`` are the columns that become variables (None: all others).
    ``reviewed_only`` leaves out what the model found and nobody read: codes up for review in units that no
    person coded.
    """

    layout: str | None = None
    question: str | None = None
    group: str | None = None
    attributes: tuple[str, ...] | None = None
    reviewed_only: bool = False
    name: str = "coded texts"


@dataclass(frozen=True)
class Built:
    """A project, and what of the dataset it cannot hold."""

    project: RefiProject
    losses: tuple[Loss, ...] = field(default=())


@dataclass(frozen=True)
class _Names:
    """What guids are made of: the corpus, the codes' guids and the time that codings get."""

    corpus: str
    codes: Mapping[str, str]
    written: str


def build_project(folder: CodedFolder, options: BuildOptions, *, people: Labels | None = None) -> Built:
    """The project of a coded folder, with what ``people`` coded beside it, each person a user.

    Only codes that apply are written, not those merely up for review. Raises ``InputError`` for a column or
    a layout that is not there.
    """
    lost: Counter[tuple[str, str]] = Counter()
    book, machine, persons = folder.coded.codebook, find_machine(folder), find_people(people)
    given = gather_machine(folder, machine, people=people, reviewed_only=options.reviewed_only, lost=lost)
    if people is not None:
        add_people(given, folder, people, persons, lost)
    units = make_units(folder, options)
    documents = lay_out(units, options.layout or choose_layout(units))
    corpus = _name_corpus(folder)
    names = _Names(corpus, {code.id: guid_of_code(book, code) for code in book.codes}, folder.written)
    sources = tuple(_make_source(document, given, names) for document in documents)
    columns = {name: _cells(folder, name) for name in _choose_attributes(folder, options)}
    variables = make_variables(columns)
    cases = _make_cases(units, documents, variables, columns, names, lost)
    memo = Source(
        make_guid("memo", corpus),
        "How this was coded",
        _describe(folder, options),
        user=machine.guid,
        created=folder.written,
        kind="note",
    )
    _count_unheld(folder, units, lost)
    project = RefiProject(
        options.name,
        users=(machine, *persons.values()),
        codes=make_refi_codes(book),
        variables=variables,
        cases=cases,
        sources=sources,
        notes=(memo,),
        about=(memo.guid,),
        user=machine.guid,
        created=folder.written,
    )
    return Built(project, tuple(Loss(what, count, became) for (what, became), count in lost.items()))


def guid_of_coding(folder: CodedFolder, unit: str, code: str, user: str, place: tuple[int, int]) -> str:
    """The guid that a coding has in the project of a coded folder; ``place`` is within the unit."""
    return make_guid("coding", _name_corpus(folder), unit, code, user, *place)


def _name_corpus(folder: CodedFolder) -> str:
    return str(folder.provenance.get("corpus_fingerprint") or folder.provenance.get("inputs"))


def make_units(folder: CodedFolder, options: BuildOptions) -> list[Unit]:
    """The folder's units, what each answers and who wrote it; raises ``InputError`` for no such column."""
    columns = set(folder.source.columns)
    turns = {"speaker", "turn"} <= columns
    questions = folder.column("question") if options.question is None else _cells(folder, options.question)
    groups = folder.column("group") if options.group is None else _cells(folder, options.group)
    ids = [str(unit) for unit in folder.coded.decisions.index]
    speakers = _cells(folder, "speaker") if turns else [""] * len(ids)
    talks = [""] * len(ids)
    if turns:
        named = "source_file" in columns
        talks = _cells(folder, "source_file") if named else [unit.rpartition(":")[0] for unit in ids]
        groups = groups if any(groups) else talks
    rows = zip(ids, folder.column("text"), questions, groups, speakers, talks, strict=True)
    return [Unit(*row) for row in rows]


def _cells(folder: CodedFolder, column: str) -> list[str]:
    if column not in folder.source.columns:
        known = ", ".join(map(str, folder.source.columns))
        raise InputError(f"No column {column!r} in the coded folder. Columns: {known}.")
    return [str(cell) for cell in folder.source[column].tolist()]


def _choose_attributes(folder: CodedFolder, options: BuildOptions) -> list[str]:
    if options.attributes is not None:
        return list(dict.fromkeys(options.attributes))
    used = {folder.columns.get(name) for name in ("text", "id", "question", "group")}
    used |= {options.question, options.group}
    used |= _OF_TURNS if {"speaker", "turn"} <= set(folder.source.columns) else set()
    return [str(name) for name in folder.source.columns if name not in used]


def _make_source(document: LaidOut, given: Mapping[str, Sequence[Given]], names: _Names) -> Source:
    guid = _guid_of_source(document, names)
    selections = [
        replace(made, name=quote_as_name(document.text[made.start : made.end]))
        for piece in document.pieces
        for made in _select(piece, given.get(piece.unit, []), names)
    ]
    selections.sort(key=lambda selection: (selection.start, -selection.end))
    return Source(guid, document.name, document.text, tuple(selections), created=names.written)


def _select(piece: Piece, given: Sequence[Given], names: _Names) -> list[Selection]:
    """A unit's selections: one of the whole unit, which says which it is, then one a stretch and user.

    QualCoder takes the owner of a coding from its selection, so users never share one.
    """
    length = piece.end - piece.start
    codings: dict[tuple[int, int, str], dict[str, Coding]] = {(0, length, ""): {}}
    for each in given:
        place = (0, length) if each.start < 0 else (each.start, each.end)
        guid = make_guid("coding", names.corpus, piece.unit, each.code, each.user, *place)
        coding = Coding(guid, names.codes[each.code], each.user, names.written)
        codings.setdefault((*place, each.user), {})[guid] = coding
    return [
        Selection(
            _guid_of_selection(piece.unit, start, end, user, names),
            piece.start + start,
            piece.start + end,
            description="" if user else f"{UNIT_MARK}{piece.unit}",
            codings=tuple(held.values()),
            user=user,
            created=names.written,
        )
        for (start, end, user), held in codings.items()
    ]


def _guid_of_selection(unit: str, start: int, end: int, user: str, names: _Names) -> str:
    return make_guid("selection", names.corpus, unit, start, end, user)


def _make_cases(
    units: Sequence[Unit],
    documents: Sequence[LaidOut],
    variables: tuple[Variable, ...],
    columns: Mapping[str, Sequence[str]],
    names: _Names,
    lost: Counter[tuple[str, str]],
) -> tuple[Case, ...]:
    """A case a respondent: the whole of a document that is all theirs, else their stretches of it."""
    rows: dict[str, list[int]] = {}
    for row, unit in enumerate(units):
        rows.setdefault(unit.respondent or unit.id, []).append(row)
    owner = {unit.id: unit.respondent or unit.id for unit in units}
    sources: dict[str, list[str]] = {}
    selections: dict[str, list[str]] = {}
    for document in documents:
        owners = {owner[piece.unit] for piece in document.pieces}
        if len(owners) == 1:
            sources.setdefault(owners.pop(), []).append(_guid_of_source(document, names))
            continue
        for piece in document.pieces:
            guid = _guid_of_selection(piece.unit, 0, piece.end - piece.start, "", names)
            selections.setdefault(owner[piece.unit], []).append(guid)
    return tuple(
        Case(
            make_guid("case", names.corpus, name),
            name,
            values=make_values(variables, columns, held, lost),
            sources=tuple(sources.get(name, ())),
            selections=tuple(selections.get(name, ())),
        )
        for name, held in rows.items()
    )


def _guid_of_source(document: LaidOut, names: _Names) -> str:
    first = document.pieces[0]
    return make_guid("source", names.corpus, document.name, first.unit, first.start, len(document.pieces))


def _describe(folder: CodedFolder, options: BuildOptions) -> str:
    """The memo of the project: what coded the texts, by which codebook, from which score on."""
    kept = ("model", "codebook", "certificate", "thresholds", "counts", "software", "corpus_fingerprint")
    said = {name: folder.provenance[name] for name in kept if folder.provenance.get(name)}
    said["laid_out_by"] = {"question": options.question, "group": options.group}
    head = ["Coded by textmine. Codes of the user 'textmine ...' are a model's, all others people's."]
    if options.reviewed_only:
        head.append(LEFT_OUT)
    return "\n".join([*head, json.dumps(said, ensure_ascii=False, indent=2, sort_keys=True), ""])


def _count_unheld(folder: CodedFolder, units: Sequence[Unit], lost: Counter[tuple[str, str]]) -> None:
    blank = sum(1 for unit in units if not unit.text.strip())
    if blank:
        lost["units without any words", "in no document; their cases are kept"] += blank
    applies = folder.long["applies"] == "1"
    review = int((~applies).sum())
    if review:
        lost[
            "codes that do not apply but are up for review", "left out: a project holds codes that apply"
        ] += review
    stances = int((folder.long["stance"][applies] != "").sum())
    if stances:
        lost["stances of codings", "left out: REFI-QDA has no field; coded_long.csv holds them"] += stances
    if folder.coded.scores is not None and applies.any():
        lost["scores of codings", "left out: REFI-QDA has no field; coded_long.csv holds them"] += int(
            applies.sum()
        )
