"""``textmine forget``: a respondent taken out of all that a study wrote, with a tombstone in their place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from textmine.errors import InputError
from textmine.files import is_anchored, sha256_of_file
from textmine.provenance.events import check_time
from textmine.provenance.record import FOLDER as RECORD
from textmine.withdrawal.coded import PROVENANCE, mend_folder, mend_package, purge_record
from textmine.withdrawal.editing import CannotEdit, edit_file
from textmine.withdrawal.files import PLAN, list_files, list_folders, list_left_parts
from textmine.withdrawal.gathering import find_columns, find_person, learn_texts
from textmine.withdrawal.models import find_models
from textmine.withdrawal.person import Columns, Person
from textmine.withdrawal.stores import find_servers, purge_server
from textmine.withdrawal.tombstones import (
    Plan,
    Tombstone,
    add_tombstone,
    drop_plan,
    hash_name,
    mask,
    new_salt,
    read_plan,
    read_tombstones,
    save_plan,
)

_EXPORTS = (".qdpx", ".qdc", ".sav", ".xlsx", ".docx", ".html", ".pdf", ".svg", ".pptx")
_CERTIFICATE = "textmine-certificate/1"
_LEDGER = "textmine release ledger 1"


@dataclass(frozen=True)
class ForgetReport:
    """What was taken out, file by file, and what is still to be done by people.

    ``edited`` has the rows and places by file. ``models`` are to be trained anew and ``certificates`` to be
    certified anew; ``releases`` are exports and releases that the person was in; ``unedited`` files could not
    be looked into or written, with the reason. ``units`` is the number of the person's units, ``tombstones``
    are the files that note the withdrawal and ``notes`` what a user should know.

    >>> ForgetReport(units=2, notes=["no backup was looked into"]).releases
    []
    """

    units: int
    edited: dict[Path, tuple[int, int]] = field(default_factory=dict)
    models: list[tuple[Path, str]] = field(default_factory=list)
    certificates: list[Path] = field(default_factory=list)
    releases: list[str] = field(default_factory=list)
    unedited: list[tuple[Path, str]] = field(default_factory=list)
    tombstones: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def forget_respondent(
    respondent: str,
    folders: Sequence[Path | str] = (".",),
    *,
    group: Sequence[str] = (),
    id: Sequence[str] = (),
    text: Sequence[str] = (),
    date: str | None = None,
    dry_run: bool = False,
    delete_unedited: bool = False,
    store: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ForgetReport:
    r"""Take a respondent's texts, quotes, offsets and codings out of every file under folders.

    Use it when somebody withdraws. ``respondent`` is their id, or the id of a single unit. Their units are
    found by the tables themselves: columns usually called so, those that ``provenance.json`` names, and
    ``group``, ``id`` and ``text``. Somebody else's equal text stays. Each file is replaced whole; a run that
    was cut off is finished by running it again. A tombstone (``withdrawals.jsonl``) keeps the date, counts
    and a salted hash of the id. Nothing is written with ``dry_run``. Files that cannot be edited are listed,
    and removed with ``delete_unedited``. ``store`` is the URL of a PostgreSQL store where neither the
    project's settings nor the environment name it. What a coding run that was cut off left is removed.
    Version control, backups and what was sent out are not reached. Raises ``InputError`` where the respondent
    stands nowhere, or a store is in use. ``progress`` is told how many of how many files are done.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = Path(folder, "wave3.csv")
    ...     _ = table.write_text("id,respondent,comment\n1,R7,We train\n2,R8,No time\n", encoding="utf-8")
    ...     report = forget_respondent("R7", [folder], date="2026-03-01")
    ...     table.read_text(encoding="utf-8"), report.units
    ('id,respondent,comment\n2,R8,No time\n', 1)
    """
    places = _check_folders(folders)
    servers = find_servers(list_files(places), store)
    plan, fresh = read_plan(places[0], respondent), False
    if plan is None:
        at = check_time(date)[:10] if date else datetime.now(UTC).date().isoformat()
        files = list_files(places)
        columns = find_columns(files, Columns(frozenset(group), frozenset(id), frozenset(text)))
        person = _find(respondent, files, columns, places)
        person, said = learn_texts(person, files)
        plan, fresh = Plan(person, new_salt(), at, said), True
    if not dry_run:
        save_plan(plan, places[0])
    report = _edit_all(plan, places, dry_run, delete_unedited, progress)
    report = _purge_servers(report, plan, servers, dry_run)
    left = _remove_parts(places, dry_run)
    report = replace(
        report, edited={**report.edited, **left}, notes=_notes(places, fresh, bool(left), bool(servers))
    )
    if dry_run:
        return report
    stone = Tombstone(
        plan.salt,
        hash_name(respondent, plan.salt),
        plan.date,
        {"units": report.units, "files": len(plan.done), "rows": sum(plan.done.values())},
        mask(map(str, (path.as_posix() for path, _ in report.models)), plan.person),
        mask((path.as_posix() for path in report.certificates), plan.person),
        mask(report.releases, plan.person),
        mask((path.as_posix() for path, _ in report.unedited), plan.person),
    )
    stones = [add_tombstone(folder, stone) for folder in places]
    drop_plan(places[0])
    return replace(report, tombstones=stones)


def _check_folders(folders: Sequence[Path | str]) -> list[Path]:
    places = [Path(folder) for folder in folders]
    missing = [str(place) for place in places if not place.is_dir()]
    if missing or not places:
        raise InputError(f"No folder {', '.join(missing) or 'named'}. Name the study's folders with --in.")
    return places


def _find(respondent: str, files: list[Path], columns: Columns, places: Sequence[Path]) -> Person:
    if not respondent.strip():
        raise InputError("No respondent named. Give their id.")
    try:
        return find_person(respondent, files, columns)
    except InputError as error:
        stones = [stone for place in places for stone in read_tombstones(place) if stone.names(respondent)]
        if not stones:
            raise
        raise InputError(
            f"This respondent was withdrawn on {stones[-1].date}, and nothing of theirs is left here."
        ) from error


def _edit_all(
    plan: Plan,
    places: Sequence[Path],
    dry_run: bool,
    delete: bool,
    progress: Callable[[int, int], None] | None,
) -> ForgetReport:
    files, person = list_files(places), plan.person
    edited: dict[Path, tuple[int, int]] = {}
    unedited: list[tuple[Path, str]] = []
    certificates = _find_certificates(files)
    for number, path in enumerate(files):
        if progress is not None:
            progress(number, len(files))
        before = sha256_of_file(path) if path.is_file() else ""
        try:
            change = edit_file(path, person, dry_run=dry_run)
        except CannotEdit as error:
            unedited.append((path, str(error)))
            if delete and not dry_run:
                path.unlink()
            continue
        if change:
            edited[path] = (change.rows, change.places)
            _note(plan, path, before, change.rows)
            if not dry_run:
                save_plan(plan, places[0])
    folders = [folder for folder in list_folders(places) if (folder / RECORD / "events.jsonl").is_file()]
    for folder in folders:
        rows = purge_record(folder, person, tombstone=plan.salt, date=plan.date, dry_run=dry_run)
        if rows:
            edited[folder / RECORD] = (rows, 0)
            _note(plan, folder / RECORD, "", rows)
    if not dry_run:
        _mend(plan)
    models = find_models(places, plan.said, plan.fingerprints)
    stale = [path for path, about in certificates.items() if _is_stale(path, about, plan)]
    releases = _find_releases(files, plan, unedited)
    if delete and not dry_run:
        unedited = [(path, f"{why}; removed") for path, why in unedited]
    return ForgetReport(len(person.units), edited, models, stale, releases, unedited)


def _purge_servers(
    report: ForgetReport, plan: Plan, servers: dict[Path, tuple[str, str]], dry_run: bool
) -> ForgetReport:
    """The report with what was taken out of PostgreSQL stores, and those that could not be reached."""
    edited, unedited = dict(report.edited), list(report.unedited)
    for path, (name, url) in servers.items():
        try:
            change = purge_server(url, name, path.parent, plan.person, dry_run=dry_run)
        except InputError:
            why = (
                "its PostgreSQL store cannot be reached; run the same command again when it can, with --store"
            )
            unedited.append((path, why))
            continue
        if change:
            place = path.parent / f"{name} (PostgreSQL)"
            edited[place] = (change.rows, change.places)
            plan.done[place.as_posix()] = plan.done.get(place.as_posix(), 0) + change.rows
    return replace(report, edited=edited, unedited=unedited)


def _remove_parts(places: Sequence[Path], dry_run: bool) -> dict[Path, tuple[int, int]]:
    """Take away what coding runs that were cut off left; how many files of each, whoever they are of."""
    left = {}
    for folder in list_left_parts(places):
        left[folder] = (sum(path.is_file() for path in folder.iterdir()), 0)
        if not dry_run:
            shutil.rmtree(folder)
    return left


def _note(plan: Plan, path: Path, before: str, rows: int) -> None:
    """Keep in the plan what was done, and the names that the person's corpora went by."""
    plan.done[path.as_posix()] = plan.done.get(path.as_posix(), 0) + rows
    after = sha256_of_file(path) if path.is_file() else ""
    plan.hashes[before] = after
    for name, key in ((PROVENANCE, "corpus_fingerprint"), ("topics.json", "fingerprint")):
        said = _read_json(path.parent / name)
        if isinstance(said, dict) and said.get(key) and said[key] not in plan.fingerprints:
            plan.fingerprints.append(str(said[key]))


def _mend(plan: Plan) -> None:
    touched = {Path(path).parent for path in plan.done}
    for folder in sorted(touched):
        if (folder / PROVENANCE).is_file():
            mend_folder(folder, plan.hashes, tombstone=plan.salt, date=plan.date)
        elif (folder / "datapackage.json").is_file():
            mend_package(folder)


def _find_certificates(files: Sequence[Path]) -> dict[Path, dict[str, Any]]:
    found = {}
    for path in files:
        if path.suffix.lower() == ".json":
            said = _read_json(path)
            if isinstance(said, dict) and said.get("form") == _CERTIFICATE:
                found[path] = said
    return found


def _is_stale(path: Path, said: dict[str, Any], plan: Plan) -> bool:
    """Whether a certificate rests on a sample, or on a wave, that the person was in."""
    sample = dict(said.get("sample") or {})
    names = [*(sample.get("files") or []), *dict(sample.get("band_files") or {}).values()]
    touched = {Path(done).resolve() for done in plan.done}
    near = [str(name) for name in names if not is_anchored(str(name))]
    rests = any((path.parent / name).resolve() in touched for name in near)
    return rests or dict(said.get("wave") or {}).get("fingerprint") in plan.fingerprints


def _find_releases(files: Sequence[Path], plan: Plan, unedited: Sequence[tuple[Path, str]]) -> list[str]:
    """Exports that the person was in, and releases in whose tables or quotes a ledger has them."""
    from textmine.disclosure.ledger import read_ledger

    known = {Path(done) for done in plan.done} | {path for path, _ in unedited}
    found = [path.as_posix() for path in sorted(known) if path.suffix.lower() in _EXPORTS]
    for path in files:
        if _is_ledger(path):
            ledger = read_ledger(path)
            names = {name for id in plan.person.ids for name in ledger.releases_with(id)}
            found += [f"release {name} ({path.name})" for name in sorted(names)]
    return found


def _is_ledger(path: Path) -> bool:
    if path.suffix.lower() not in (".json", ".jsonl"):
        return False
    try:
        with path.open(encoding="utf-8") as handle:
            head = json.loads(handle.readline())
        return isinstance(head, dict) and head.get("form") == _LEDGER
    except (OSError, ValueError):
        return False


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _notes(places: Sequence[Path], fresh: bool, parts: bool, servers: bool) -> list[str]:
    notes = [] if fresh else [f"A withdrawal that was cut off was finished ({PLAN} is gone)."]
    if parts:
        notes.append("What coding runs that were cut off had done is gone (.parts): run textmine code anew.")
    if servers:
        notes.append(
            "PostgreSQL keeps deleted rows in its files and logs until its keeper clears them (VACUUM)."
        )
    if any((up / ".git").exists() for place in places for up in (place.resolve(), *place.resolve().parents)):
        notes.append("Version control keeps earlier states: rewrite its history, or keep it under lock.")
    notes.append("Backups, sent files and other people's copies are not reached: see to them by hand.")
    return notes
