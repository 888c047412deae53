"""``textmine labels``: a project's labels out to other tools and coding sheets, and back in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from textmine.annotations import Project
from textmine.annotations.events import check_name
from textmine.errors import InputError
from textmine.exchange import coding_sheet, label_tools
from textmine.exchange.labels import (
    FORMS,
    LabelReport,
    Matcher,
    Reading,
    list_readings,
    name_annotator,
    take_in,
)
from textmine.files import atomic_text

_SUFFIXES = {".csv": "csv", ".xlsx": "xlsx", ".json": "label-studio"}


@dataclass(frozen=True)
class LabelsWritten:
    """What went out: the files, how many readings, and how many texts that nobody has read."""

    paths: list[Path]
    readings: int
    unread: int
    notes: list[str]


def export_labels(
    folder: Path | str,
    path: Path,
    *,
    form: str = "",
    annotator: str | None = None,
    utf16: bool = False,
) -> LabelsWritten:
    """Write the labels of a project in the form of another tool; texts not read go out without labels.

    ``form`` is label-studio, prodigy, doccano, csv or xlsx; by the file's ending where that tells. The sheets
    are one person's: ``annotator`` names whose, and may be somebody who has read nothing yet. ``utf16`` has
    Label Studio's stretches counted as its older versions do. Raises ``InputError`` for what does not fit.
    ``folder`` is the project's, ``path`` the file to write.

    >>> import tempfile
    >>> import pandas as pd
    >>> from textmine import Codebook, Corpus, create_project
    >>> from textmine.annotations import Settings
    >>> texts = Corpus(pd.DataFrame({"doc_id": ["u1"], "text": ["We share costs"]}))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     project = create_project(folder, texts, Codebook.from_labels(["money"]), Settings(name="study"))
    ...     with project.open_store() as store:
    ...         _ = store.decide("u1", "ann", ["money"])
    ...     export_labels(folder, Path(folder, "out.json")).readings
    1
    """
    chosen = choose_form(path, form)
    project = Project.load(folder)
    with project.open_store() as store:
        names = {person.name for person in store.annotators()}
        if annotator is None and chosen in ("csv", "xlsx") and len(names) == 1:
            annotator = next(iter(names))
        if annotator is not None and not names:  # nobody is registered: whoever codes in the sheet
            readings = list_readings(project, store)
            readings = [r for r in readings if r.codes is None or r.annotator == annotator]
        else:
            readings = list_readings(project, store, annotator=annotator)
    notes = []
    if any(reading.stances for reading in readings) and chosen != "prodigy":
        notes.append(f"Stances do not go out as {chosen}; they stay in the project.")
    if any(reading.spans for reading in readings) and chosen in ("csv", "xlsx"):
        notes.append("Evidence does not go into a sheet; it stays in the project.")
    paths = _write(project, readings, path, chosen, utf16)
    read = sum(reading.codes is not None for reading in readings)
    return LabelsWritten(paths, read, len(readings) - read, notes)


def import_labels(
    folder: Path | str, path: Path, *, form: str = "", annotator: str | None = None
) -> LabelReport:
    """Take labels into a project that were given elsewhere: role 'imported', no probability.

    ``annotator`` names who gave them, where the file does not say or says it otherwise; a sheet's is else
    taken from the file's name. Nothing is stored where anything does not fit (``InputError``).

    ``form`` is label-studio, prodigy, doccano, csv or xlsx; else the file's ending tells. ``folder`` is the
    project's, ``path`` the file to read.

    >>> import tempfile
    >>> import pandas as pd
    >>> from textmine import Codebook, Corpus, create_project
    >>> from textmine.annotations import Settings
    >>> texts = Corpus(pd.DataFrame({"doc_id": ["u1"], "text": ["We share costs"]}))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     project = create_project(folder, texts, Codebook.from_labels(["money"]), Settings(name="study"))
    ...     with project.open_store() as store:
    ...         _ = store.decide("u1", "ann", ["money"])
    ...     _ = export_labels(folder, Path(folder, "out.json"))
    ...     import_labels(folder, Path(folder, "out.json")).known
    1
    """
    chosen = choose_form(path, form)
    if not path.is_file():
        raise InputError(f"No file {path}. Check the path.")
    name = check_name(annotator) if annotator else ""
    project = Project.load(folder)
    matcher = Matcher(project)
    notes: list[str] = []
    with project.open_store() as store:
        people = {person.name for person in store.annotators()}
        if chosen in ("csv", "xlsx"):
            who = name or (next(iter(people)) if len(people) == 1 else name_annotator(path.stem, "imported"))
            readings, notes = coding_sheet.read_sheet(path, matcher, annotator=who)
        else:
            readings = _read(path, chosen, matcher, name)
        strangers = sorted({r.annotator for r in readings if r.codes is not None} - people) if people else []
        if strangers:
            notes.append(f"Not among the project's people: {', '.join(strangers)}. --annotator names them.")
        return take_in(project, store, readings, notes=notes, codes_only=chosen in ("csv", "xlsx"))


def choose_form(path: Path, form: str) -> str:
    """The form of a file: the one named, else by its ending. Raises ``InputError`` where neither tells.

    >>> choose_form(Path("sheet.xlsx"), ""), choose_form(Path("out.jsonl"), "prodigy")
    ('xlsx', 'prodigy')
    """
    chosen = form or _SUFFIXES.get(path.suffix.casefold(), "")
    if chosen not in FORMS:
        shown = f"No form {form!r}" if form else f"{path.name} does not tell its form"
        raise InputError(f"{shown}. Choose one with --form: {', '.join(FORMS)}.")
    return chosen


def _write(project: Project, readings: list[Reading], path: Path, form: str, utf16: bool) -> list[Path]:
    if form == "csv":
        return [coding_sheet.write_csv_sheet(readings, project.codebook, path)]
    if form == "xlsx":
        return [coding_sheet.write_xlsx_sheet(readings, project.codebook, path)]
    if form == "label-studio":
        config = path.with_name(f"{path.stem}-interface.xml")
        with atomic_text(path) as handle:
            json.dump(
                label_tools.to_label_studio(readings, utf16=utf16), handle, ensure_ascii=False, indent=1
            )
            handle.write("\n")
        with atomic_text(config) as handle:
            handle.write(label_tools.make_label_config(project.codebook))
        return [path, config]
    rows = (
        label_tools.to_prodigy(readings, project.codebook)
        if form == "prodigy"
        else label_tools.to_doccano(readings)
    )
    with atomic_text(path) as handle:
        for row in rows:
            handle.write(label_tools.dump_json_line(row))
    return [path]


def _read(path: Path, form: str, matcher: Matcher, annotator: str) -> list[Reading]:
    try:
        words = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is not UTF-8 text. Export it again as UTF-8.") from None
    try:
        if form == "label-studio":
            try:
                tasks = json.loads(words)
            except (ValueError, RecursionError):
                raise InputError("not JSON. Export as JSON.") from None
            return label_tools.from_label_studio(tasks, matcher, annotator=annotator)
        rows = label_tools.read_json_lines(words)
        read = label_tools.from_prodigy if form == "prodigy" else label_tools.from_doccano
        return read(rows, matcher, annotator=annotator)
    except InputError as error:
        raise InputError(f"{path.name}, {error}") from None
