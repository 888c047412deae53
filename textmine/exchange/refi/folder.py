"""An imported project as a folder: documents, codebook, codings, and as json what has no table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from textmine.exchange.refi.beside import keep_beside
from textmine.exchange.refi.facts import Loss
from textmine.exchange.refi.names import make_guid
from textmine.exchange.refi.reading import RefiRead
from textmine.exchange.refi.tables import CODING_COLUMNS, ProjectTables, name_coders, write_cell
from textmine.files import atomic_text, make_folder, write_json, write_rows

DOCUMENTS, CODEBOOK, CODINGS = "documents.jsonl", "codebook.yaml", "codings.csv"
REST, LOSSES = "project.json", "losses.csv"


def write_import(read: RefiRead, tables: ProjectTables, folder: Path) -> list[Path]:
    """Write an imported project; gives the paths. ``losses.csv`` lists all that did not come over whole."""
    make_folder(folder)
    with atomic_text(folder / DOCUMENTS) as handle:
        for row in tables.documents.to_dict("records"):
            handle.write(json.dumps(row, ensure_ascii=False) + "\n")
    with atomic_text(folder / CODEBOOK) as handle:
        handle.write(tables.codebook.dumps())
    with atomic_text(folder / CODINGS) as handle:
        write_rows([CODING_COLUMNS], handle)
        write_rows(tables.codings.itertuples(index=False, name=None), handle)
    write_json(_describe_rest(read, tables), folder / REST)
    write_losses([*read.losses, *tables.losses], folder / LOSSES)
    return [folder / name for name in (DOCUMENTS, CODEBOOK, CODINGS, REST, LOSSES)]


def write_losses(losses: Sequence[Loss], path: Path) -> None:
    """Write what was lost as csv: what, count, became; only the header where nothing was."""
    with atomic_text(path) as handle:
        write_rows([["what", "count", "became"]], handle)
        write_rows(([loss.what, loss.count, loss.became] for loss in losses), handle)


def _describe_rest(read: RefiRead, tables: ProjectTables) -> dict[str, Any]:
    """What the tables have no column for: users, variables, cases, memos, sets, links, bare selections."""
    project = read.project
    units = {row["guid"]: row["doc_id"] for row in tables.documents[["doc_id", "guid"]].to_dict("records")}
    marked = {
        selection.guid: units[guid]
        for source in project.sources
        for selection in source.selections
        if (guid := make_guid("document", selection.guid)) in units
    }
    cases = []
    for case in project.cases:
        docs = [units[guid] for guid in case.sources if guid in units]
        docs += [marked[guid] for guid in case.selections if guid in marked]
        held = {
            "documents": list(dict.fromkeys(docs)),
            "selections": [guid for guid in case.selections if guid not in marked],
            "values": [[value.variable, write_cell(value.value)] for value in case.values],
        }
        cases.append({**asdict(case), **held, "sources": None})
    bare = [
        {**asdict(selection), "codings": None, "document": units[source.guid]}
        for source in project.sources
        if source.guid in units
        for selection in source.selections
        if not selection.codings and selection.guid not in marked
    ]
    return {
        "name": project.name,
        "origin": project.origin,
        "dialect": str(read.dialect),
        "evidence": asdict(read.evidence),
        "found": read.found,
        "came_over": {"codes": len(tables.codebook.codes), "codings": project.count_codings()},
        "description": project.description,
        "user": project.user,
        "created": project.created,
        "modified_by": project.modified_by,
        "modified": project.modified,
        "users": [asdict(user) for user in project.users],
        "variables": [asdict(variable) for variable in project.variables],
        "cases": cases,
        "sets": [asdict(each) for each in project.sets],
        "links": [asdict(link) for link in project.links],
        "notes": [
            {**asdict(note), "selections": None, "codings": None, "values": None} for note in project.notes
        ],
        "about": list(project.about),
        "selections_without_codes": bare,
        "sources": {
            source.guid: {
                "description": source.description,
                "notes": list(source.notes),
                "user": source.user,
                "created": source.created,
                "modified_by": source.modified_by,
                "modified": source.modified,
                "values": [[value.variable, write_cell(value.value)] for value in source.values],
            }
            for source in (*project.sources, *project.notes)
            if source.guid in units
        },
        "beside": keep_beside(project),
        "coders": name_coders(project),
    }
