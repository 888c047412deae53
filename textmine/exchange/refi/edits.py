"""What people changed in another program: codings of the model kept, moved or taken away, and their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from textmine.exchange.coded_reader import CodedFolder
from textmine.exchange.refi.build import LEFT_OUT, guid_of_coding
from textmine.exchange.refi.facts import RefiProject
from textmine.exchange.refi.names import is_machine
from textmine.exchange.refi.tables import ProjectTables, name_coders

#: Columns of decisions.csv: what a person decided on a unit and code, and what that changes.
DECISION_COLUMNS = ["unit_id", "code", "applies", "change", "start", "end", "quote", "coder"]
_NOBODY = "unknown"


def list_decisions(project: RefiProject, tables: ProjectTables, folder: CodedFolder) -> pd.DataFrame:
    """A row for each decision that a person made on what was exported, with the person's name.

    ``change`` is 'added' (the model had not given the code), 'confirmed' (it had), 'moved' (the model's
    code has another stretch) or 'removed' (applies is 0). What people had coded before the export, and stands
    as it did, is no decision. Who moved a stretch is told by its selection if that names a person; REFI-QDA
    does not say who deletes: taken for that is the project's last editor if it names one, the only person if
    there is one, else 'unknown'.
    """
    units = tables.units & set(map(str, folder.coded.decisions.index))
    editor = _find_editor(project)
    given = _list_given(folder, project)
    orphaned = lost_machine(project)
    modifiers = _find_modifiers(project)
    people = {name: guid for guid, name in name_coders(project).items()}
    rows: list[dict[str, object]] = []
    kept: set[tuple[str, str]] = set()
    old: set[tuple[str, str]] = set()
    for row in tables.codings.to_dict("records"):
        pair = (str(row["doc_id"]), str(row["code"]))
        if pair[0] not in units:
            continue
        said = {"unit_id": pair[0], "code": pair[1], "applies": 1}
        place = {name: row[name] for name in ("start", "end", "quote")}
        if orphaned and pair in given and _is_known(str(row["quote"]), given[pair]):
            kept.add(pair)
        elif row["source"] == "human":
            where = (int(row["start"]), int(row["end"]))
            if row["guid"] == guid_of_coding(folder, *pair, people.get(str(row["coder"]), ""), where):
                old.add(pair)
                continue
            change = "confirmed" if pair in given else "added"
            rows.append({**said, "change": change, **place, "coder": row["coder"]})
        else:
            kept.add(pair)
            if pair in given and not _is_known(str(row["quote"]), given[pair]):
                mover = modifiers.get(str(row["selection"]), editor)
                rows.append({**said, "change": "moved", **place, "coder": mover})
    confirmed = {(str(row["unit_id"]), str(row["code"])) for row in rows}
    for unit, code in given:
        if (unit, code) not in kept | confirmed | old and unit in units:
            gone = {"unit_id": unit, "code": code, "applies": 0, "change": "removed"}
            rows.append({**gone, "start": -1, "end": -1, "quote": "", "coder": editor})
    return pd.DataFrame(rows, columns=DECISION_COLUMNS)


def lost_machine(project: RefiProject) -> bool:
    """Whether no coding is a model's any more: a program gave all of them to a person, as it took them in.

    >>> lost_machine(RefiProject("Study"))
    False
    """
    names = name_coders(project)
    users = {
        coding.user or (selection.user if selection else "")
        for source in project.sources
        for selection, coding in source.all_codings()
    }
    return bool(users) and not any(is_machine(names.get(user, "")) for user in users)


def _find_modifiers(project: RefiProject) -> dict[str, str]:
    """The person whom a selection (guid) names as the last to change it."""
    names = name_coders(project)
    found = {
        selection.guid: names.get(selection.modified_by, "")
        for source in project.sources
        for selection in source.selections
    }
    return {guid: name for guid, name in found.items() if name and not is_machine(name)}


def _list_given(folder: CodedFolder, project: RefiProject) -> Mapping[tuple[str, str], Sequence[str]]:
    """The quotes of each unit and code that the model gave and that was exported."""
    pairs = folder.long[folder.long["applies"] == "1"]
    if any(LEFT_OUT in (note.text or "") for note in project.notes):
        pairs = pairs[pairs["band"] == "accept"]
    given: dict[tuple[str, str], list[str]] = {
        (str(unit), str(code)): []
        for unit, code in zip(pairs["unit_id"].tolist(), pairs["code"].tolist(), strict=True)
    }
    spans = folder.coded.spans
    for unit, code, quote in zip(spans["unit_id"], spans["code"], spans["quote"], strict=True):
        if (unit, code) in given:
            given[unit, code].append(" ".join(str(quote).split()))
    return given


def _is_known(quote: str, quotes: Sequence[str]) -> bool:
    return not quotes or " ".join(quote.split()) in quotes


def _find_editor(project: RefiProject) -> str:
    names = name_coders(project)
    editor = names.get(project.modified_by, "")
    if editor and not is_machine(editor):
        return editor
    people = sorted(name for name in names.values() if not is_machine(name))
    return people[0] if len(people) == 1 else _NOBODY
