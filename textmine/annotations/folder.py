"""Annotations as files for git: one of events an annotator, from which the store can be built again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textmine.annotations.current import list_readers
from textmine.annotations.events import (
    Event,
    check_event,
    check_form,
    check_payload,
    dump_json,
    event_from_row,
    event_to_row,
)
from textmine.annotations.people import Annotator
from textmine.annotations.standing import find_live
from textmine.annotations.tasks import Task, check_task
from textmine.codebook import RESERVED
from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.files import atomic_text, make_folder
from textmine.spans import find_quote

if TYPE_CHECKING:
    from textmine.annotations.store import AnnotationStore

#: Who an agreed set without named coders is by.
PANEL = "panel"
_TASKS, _PEOPLE = "tasks.jsonl", "people.jsonl"
_UNIT = ("unit_id", "comment_id", "doc_id", "id")
_NOT_CODED = "not_coded"
_LABEL_KEYS = {*_UNIT, "code", "quote", "coder", "source", "stance", _NOT_CODED}


@dataclass(frozen=True)
class ImportReport:
    """How much was new in a folder: events, tasks and people; ``known`` events were there already."""

    events: int
    tasks: int
    people: int
    known: int


def export_annotations(store: AnnotationStore, folder: Path | str) -> list[Path]:
    """Write a project's annotations as JSON lines and give the paths; tokens are not among them.

    ``<annotator>.jsonl`` holds all their events in order of storing, keys in a fixed order, so that a later
    export only adds lines; ``tasks.jsonl`` and ``people.jsonl`` hold the plan and the roles. From these
    ``import_annotations`` builds the store again, event for event. ``labels/`` holds the codings in force as
    lines of unit, code, quote and stance, for reading and for training; it is not read back. Raises
    ``InputError`` rather than write over a file of another form. ``folder`` is where they go.

    >>> import tempfile
    >>> from textmine.annotations.store import AnnotationStore
    >>> from textmine.codebook import Codebook
    >>> book = Codebook.from_labels(["money"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with AnnotationStore(Path(folder, "store.sqlite"), "study", book) as store:
    ...         _ = store.decide("u1", "ann", ["money"])
    ...         written = export_annotations(store, Path(folder, "text"))
    >>> "ann.jsonl" in [path.name for path in written]
    True
    """
    root = Path(folder)
    make_folder(root)
    rows: dict[Path, list[dict[str, Any]]] = {}
    for event in store.events():
        rows.setdefault(root / f"{event.annotator}.jsonl", []).append(event_to_row(event))
    for path in rows:
        _refuse_other_form(path)
    tasks = [asdict(task) for task in store.list_tasks()]
    rows[root / _TASKS] = [
        {k: v for k, v in task.items() if v not in (None, "") and k != "closed"} for task in tasks
    ]
    rows[root / _PEOPLE] = [asdict(person) for person in store.annotators()]
    for name, coded in _label_sets(store).items():
        rows[root / "labels" / f"{name}.jsonl"] = list(_label_rows(coded, name))
    for path, lines in rows.items():
        with atomic_text(path) as handle:
            handle.writelines(_dump_line(line) for line in lines)
    return list(rows)


def import_annotations(store: AnnotationStore, folder: Path | str, *, agreed_by: str = PANEL) -> ImportReport:
    """Read a folder's ``*.jsonl`` into the store, all or nothing; what the store has already stays once.

    Files of events keep their order and, in a store without events, their numbers. Files of labels (a line a
    unit and code, ``none`` for read and empty, as in ``annotations/school-collaboration``) become decisions
    of their ``coder`` with the sampling role 'imported', or, where no coder is named, what ``agreed_by``
    settled. Quotes get their offsets where the store knows the texts. Everybody needs a new token then.
    Raises ``InputError`` with file and line for what cannot be read.

    >>> import tempfile
    >>> from textmine.annotations.store import AnnotationStore
    >>> from textmine.codebook import Codebook
    >>> book = Codebook.from_labels(["money"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with AnnotationStore(Path(folder, "store.sqlite"), "study", book) as store:
    ...         _ = store.decide("u1", "ann", ["money"])
    ...         written = export_annotations(store, Path(folder, "text"))
    ...     with AnnotationStore(Path(folder, "again.sqlite"), "study", book) as store:
    ...         _ = import_annotations(store, Path(folder, "text"))
    ...         store.coded("ann").counts()
    {'money': 1}
    """
    root = Path(folder)
    paths = sorted(root.glob("*.jsonl"))
    if not paths:
        raise InputError(f"No .jsonl files in {root.name}. Give a folder of annotations.")
    events: list[Event] = []
    labels: list[tuple[str, dict[str, Any]]] = []
    tasks: list[Task] = []
    folk: list[Annotator] = []
    for path in paths:
        for where, row in _read_lines(path):
            try:
                if path.name == _TASKS:
                    tasks.append(_task_from(row))
                elif path.name == _PEOPLE:
                    folk.append(Annotator(str(row["name"]), str(row["role"])))
                elif "kind" in row:
                    events.append(_checked(event_from_row(row)))
                else:
                    labels.append((where, row))
            except (InputError, KeyError, TypeError) as error:
                told = str(error) if isinstance(error, InputError) else "a key is missing or unknown"
                raise InputError(f"{where}: {told}") from None
    events += _events_of_labels(store, labels, agreed_by)
    return ImportReport(*store.absorb(events, tasks, folk))


def _label_sets(store: AnnotationStore) -> dict[str, CodedDataset]:
    found = {name: store.coded(name) for name in list_readers(store)}
    if store.approach != "reflexive" and find_live(store.events(), ["adjudication"]):
        found["adjudicated"] = store.coded(adjudicated=True)
    return found


def _label_rows(coded: CodedDataset, coder: str) -> Iterator[dict[str, Any]]:
    """A line for each unit and code with its quote; 'none' where a unit was read and takes no code.

    ``not_coded`` names the codes that are missing, not 0: new in the codebook since, or not settled yet.
    """
    shown: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in coded.spans.to_dict("records"):
        shown.setdefault((row["unit_id"], row["code"]), []).append({str(k): v for k, v in row.items()})
    by = {} if coder == "adjudicated" else {"coder": coder}
    for unit, values in zip(coded.decisions.index, coded.decisions.to_numpy(), strict=True):
        given = [code for code, value in zip(coded.codes, values, strict=True) if value == 1]
        missing = [code for code, value in zip(coded.codes, values, strict=True) if value not in (0, 1)]
        gaps = {_NOT_CODED: "; ".join(missing)} if missing else {}
        if not given and len(missing) < len(coded.codes):
            yield {"unit_id": unit, "code": RESERVED, **by, **gaps}
        for code in given:
            for span in shown.get((unit, code), [{}]):
                said = {key: span[key] for key in ("quote", "stance") if span.get(key)}
                yield {"unit_id": unit, "code": code, **said, **by, **gaps}


def _dump_line(row: Mapping[str, Any]) -> str:
    """One line; U+2028 and its like are escaped, since some tools take them for line ends."""
    line = json.dumps(row, ensure_ascii=False, allow_nan=False)
    for char in "\u2028\u2029\u0085":
        line = line.replace(char, f"\\u{ord(char):04x}")
    return line + "\n"


def _refuse_other_form(path: Path) -> None:
    if path.is_file() and any("kind" not in row for _, row in _read_lines(path)):
        raise InputError(
            f"{path.name} holds labels, not events of this store; it is not written over. Export elsewhere."
        )


def _read_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a file of JSON lines, each with its file and line for errors."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is not UTF-8 text. Save it as UTF-8.") from None
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path.name}, line {number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise InputError(f"{where}: not a JSON object. Mend or remove the line.")
        yield where, row


def _task_from(row: dict[str, Any]) -> Task:
    task = Task(**row)
    if type(task.round) is not int or type(task.position) is not int:
        raise InputError("a task in a file has whole numbers as round and position")
    check_task(task)
    return task


def _checked(event: Event) -> Event:
    check_event(event)
    check_form(event)
    if event.seq < 1:
        raise InputError("an event in a file has a seq of 1 or more")
    return event


def _events_of_labels(
    store: AnnotationStore, rows: Sequence[tuple[str, dict[str, Any]]], agreed_by: str
) -> list[Event]:
    """Label lines as one event a coder and unit, in the order of the lines."""
    groups: dict[tuple[str, str, bool], list[tuple[str, dict[str, Any]]]] = {}
    for where, row in rows:
        unit = next((row[key] for key in _UNIT if key in row), None)
        wrong = set(row) - _LABEL_KEYS or not all(isinstance(value, str) for value in row.values())
        if wrong or not unit or not row.get("code"):
            raise InputError(
                f"{where}: neither an event nor a label. A label has unit_id and code, and may have quote, "
                "coder, source, stance and not_coded, all of them text."
            )
        coder = row.get("coder", "")
        groups.setdefault((coder or agreed_by, unit, not coder), []).append((where, row))
    texts = {} if store.corpus is None else dict(zip(store.corpus.ids, store.corpus.texts, strict=True))
    events = []
    for (coder, unit, agreed), lines in groups.items():
        where, text = lines[0][0], texts.get(unit)
        try:
            if texts and text is None:
                raise InputError("the corpus has no unit of this id")
            event = _event_of_unit(coder, unit, agreed, [row for _, row in lines], text)
            check_event(event)
            payload = check_payload(event, store.codebook, text)
        except InputError as error:
            raise InputError(f"{where}: {error}") from None
        events.append(Event(**{**vars(event), "payload": payload}))
    return events


def _event_of_unit(
    coder: str, unit: str, agreed: bool, rows: Iterable[dict[str, Any]], text: str | None
) -> Event:
    spans: list[dict[str, Any]] = []
    stances: dict[str, set[str]] = {}
    codes: list[str] = []
    missing: list[str] = []
    sources = []
    for row in rows:
        code = row["code"]
        missing += [left.strip() for left in row.get(_NOT_CODED, "").split(";") if left.strip()]
        sources.append(row.get("source", ""))
        if code == RESERVED:
            continue
        codes.append(code)
        if row.get("stance"):
            stances.setdefault(code, set()).add(row["stance"])
        if row.get("quote"):
            place = None if text is None else find_quote(row["quote"], text)
            start, end = (-1, -1) if place is None else (place.start, place.end)
            spans.append({"code": code, "start": start, "end": end, "quote": row["quote"]})
    source = next((source for source in sources if source), "")
    payload = {
        "codes": dict.fromkeys(missing) | dict.fromkeys(codes, 1) if missing else list(dict.fromkeys(codes)),
        "stances": {code: said.pop() if len(said) == 1 else "mixed" for code, said in stances.items()},
        "spans": spans,
        "reason": f"imported{': ' + source if source else ''}" if agreed else "",
    }
    kind = "adjudication" if agreed else "decision"
    digest = hashlib.sha256(dump_json([kind, coder, unit, payload]).encode("utf-8")).hexdigest()
    return Event(
        id=f"imported-{digest[:32]}",
        kind=kind,
        unit_id=unit,
        annotator=coder,
        payload=payload,
        role="" if agreed else "imported",
        round=0,
    )
