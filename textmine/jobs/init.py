"""``textmine init``: a study folder, empty or with texts, or from the review pile of a coded folder."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from textmine.annotations import Project, Settings, create_project
from textmine.annotations.assignment import plan_tasks
from textmine.annotations.events import check_name
from textmine.annotations.project import SETTINGS, SUGGESTION_COLUMNS, describe_problems, find_units
from textmine.codebook import Codebook
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.jobs.read import ReadOptions, ReadReport, read_files
from textmine.jobs.study_folder import (
    CODEBOOK,
    README,
    STARTER,
    is_skeleton,
    write_skeleton,
    write_study_files,
)
from textmine.reading import make_corpus, pick_columns, read_table


@dataclass(frozen=True)
class InitOptions:
    """What a user named for a new project; ``people`` are names with their roles."""

    name: str = ""
    approach: str = "codebook"
    people: Mapping[str, str] = field(default_factory=dict)
    codebook: Path | None = None
    evidence: str = "share"
    suggestions: bool = False
    sample: float | None = None
    overlap: float | None = None
    calibration: int = 0
    rereads: float = 0.0
    database: str = ""
    seed: int = 0
    read: ReadOptions = field(default_factory=ReadOptions)


@dataclass(frozen=True)
class InitReport:
    """The new folder, the token of each person (to be shown once), and how much there is to read.

    ``project`` is None for a folder without texts; ``paths`` are what a person reads first.
    """

    folder: Path
    project: Project | None
    tokens: dict[str, str]
    units: int
    review: int
    tasks: int
    notes: list[str]
    paths: list[Path]


def init_project(
    folder: Path,
    *,
    inputs: Sequence[Path] = (),
    coded: Path | None = None,
    options: InitOptions | None = None,
) -> InitReport:
    """Make a study folder, register its people and share out what there is to read.

    ``inputs`` are surveys and transcripts, ``coded`` a folder written by ``textmine code``, whose review pile
    is to be read. With neither, the folder is made without texts: a starter codebook, a page on sampling and
    the commands in order; a later call fills it. With ``coded``, ``sample`` defaults to none: give it to draw
    an audit sample from all texts as well. Raises ``InputError`` for whatever is missing or does not fit.
    """
    options = options or InitOptions()
    if inputs and coded is not None:
        raise InputError("A project is made from files (--input) or from a coded folder (--from): give one.")
    settings = _make_settings(folder, options)
    if not inputs and coded is None:
        return _begin_folder(folder, settings.name, options)
    bare = is_skeleton(folder, settings.name)
    notes: list[str] = []
    review: list[str] = []
    suggestions = None
    if coded is None:
        report = read_files(list(inputs), None, options=options.read)
        corpus, notes = Corpus(report.frame), [*report.notes]
        notes += _tell_left_out(report)
        source = options.codebook or _find_own_codebook(folder)
        codebook = _make_codebook(source, settings.name, notes)
    else:
        corpus, codes = _read_coded(coded)
        suggestions = _read_suggestions(coded)
        review = _find_review(coded, suggestions, corpus)
        source = options.codebook or _find_own_codebook(folder)
        codebook = Codebook.load(source) if source else _bare_codebook(codes, notes)
        strange = [code for code in codes if code not in codebook.ids]
        if strange:
            notes.append(f"Not in the codebook, though coded by the model: {', '.join(strange)}.")
    readme = "COMMANDS.md" if (folder / README).is_file() and not bare else README
    written = _read_yaml(source) if source else STARTER.format(name=settings.name).encode("utf-8")
    _check_plan(corpus, settings, options, review, whole=coded is None)
    project = create_project(folder, corpus, codebook, settings, suggestions=suggestions)
    if written and (source or coded is None):  # a codebook keeps its comments
        (folder / CODEBOOK).write_bytes(written)
    try:
        tokens, tasks = _open(project, options, review, from_coded=coded is not None)
    except InputError:  # the database cannot be used: without its settings the folder is no project
        (folder / SETTINGS).unlink()
        raise
    paths = write_study_files(project, _name_readers(options), whole=coded is None, readme=readme)
    if not options.people:
        notes.append("Nobody is named yet; name annotators with --annotator to share out what is to be read.")
    return InitReport(folder, project, tokens, len(project.units), len(review), tasks, notes, paths)


def _begin_folder(folder: Path, name: str, options: InitOptions) -> InitReport:
    """A study folder without texts."""
    if (folder / SETTINGS).exists():
        raise InputError(f"{folder} holds a project already. Choose another folder.")
    if options.people or options.sample is not None:
        raise InputError(
            "There is nothing to read yet: give the texts as well, --input FILE or --from FOLDER."
        )
    own = None if options.codebook is None else (Codebook.load(options.codebook), options.codebook)
    paths = write_skeleton(folder, name)
    if own is not None:
        own[0].save(folder / CODEBOOK)
        (folder / CODEBOOK).write_bytes(_read_yaml(own[1]) or (folder / CODEBOOK).read_bytes())
    return InitReport(folder, None, {}, 0, 0, 0, [f"Begin with {folder / README}."], paths)


def _tell_left_out(report: ReadReport) -> list[str]:
    """How many rows nobody will be given to read, and why: rows that are no documents, and blank ones."""
    notes = []
    if report.rejected:
        first = report.rejected[0]
        notes.append(
            f"{len(report.rejected)} row(s) are no documents and are left out, the first of them row "
            f"{first.row} of {first.file}: {first.reason}. textmine read names them all."
        )
    if report.empty:
        notes.append(f"{report.empty} blank text(s) are not read by anybody.")
    return notes


def _check_plan(
    corpus: Corpus, settings: Settings, options: InitOptions, review: Sequence[str], *, whole: bool
) -> None:
    """Raise ``InputError`` for names and numbers that cannot be, before anything is written."""
    for name in options.people:
        check_name(name)
    units, readers = find_units(corpus), _name_readers(options)
    if units and readers:
        plan = settings.assignment.model_dump()
        if plan["sample"] is None and not whole:
            plan["sample"] = 0
        plan_tasks(units, readers, review=review, **plan)


def _find_own_codebook(folder: Path) -> Path | None:
    """The codebook that the folder holds already."""
    path = folder / CODEBOOK
    return path if path.is_file() else None


def _read_yaml(path: Path) -> bytes:
    """A codebook's file as it is; nothing where it is a shipped one that is given by name."""
    return path.read_bytes() if path.is_file() else b""


def _name_readers(options: InitOptions) -> list[str]:
    readers = [name for name, role in options.people.items() if role == "annotator"]
    return readers or list(options.people)


def _make_settings(folder: Path, options: InitOptions) -> Settings:
    reflexive = options.approach == "reflexive"
    plan = {
        "sample": options.sample,
        "overlap": options.overlap if options.overlap is not None else 0.0 if reflexive else 0.1,
        "calibration": options.calibration,
        "rereads": options.rereads,
        "seed": options.seed,
    }
    given = {
        "name": options.name or _name_after(folder),
        "approach": options.approach,
        "evidence": options.evidence,
        "show_suggestions_after": options.suggestions,
        "database": options.database,
        "assignment": plan,
    }
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise InputError(f"The project cannot be set so: {describe_problems(error)}.") from None


def _name_after(folder: Path) -> str:
    """A project's name after its folder's, without capitals, accents and signs; 'study' if none is left."""
    plain = unicodedata.normalize("NFKD", folder.resolve().name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9._-]+", "-", plain).strip("-._")[:64].strip("-._") or "study"


def _make_codebook(path: Path | None, name: str, notes: list[str]) -> Codebook:
    if path is not None:
        return Codebook.load(path)
    notes.append("No --codebook was given; codebook.yaml holds one code to begin with. Write your own there.")
    return Codebook.loads(STARTER.format(name=name), CODEBOOK)


def _bare_codebook(codes: Sequence[str], notes: list[str]) -> Codebook:
    notes.append("No --codebook was given; codebook.yaml holds the codes' ids without their definitions.")
    return Codebook.from_labels(list(codes), "codes")


def _read_coded(folder: Path) -> tuple[Corpus, list[str]]:
    """The texts of a coded folder, found by the columns that its provenance names, and the codes' ids."""
    try:
        said = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
        columns, codes = dict(said["columns"]), [str(code) for code in said["thresholds"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            f"{folder} holds no readable provenance.json. Give a folder that textmine code has written."
        ) from None
    wide = next(
        (p for form in ("csv", "parquet", "xlsx") if (p := folder / f"coded_wide.{form}").is_file()), None
    )
    if wide is None:
        raise InputError(f"{folder} holds no coded_wide table. Give a folder that textmine code has written.")
    table = read_table(wide)
    named = {key: value for key, value in columns.items() if isinstance(value, str)}
    kept = [name for name in map(str, table.frame.columns) if not _is_added(name, codes)]
    table = replace(table, frame=table.frame[kept])
    chosen = pick_columns(table, **{k: named.get(k) for k in ("text", "id", "question", "group")})
    corpus, _ = make_corpus(
        table, **{k: getattr(chosen, k) for k in ("text", "id", "question", "group", "wave")}
    )
    return corpus, codes


def _is_added(name: str, codes: Sequence[str]) -> bool:
    return name in codes or any(name in (f"{code}__band", f"{code}__score") for code in codes)


def _read_suggestions(folder: Path) -> pd.DataFrame:
    path = folder / "coded_long.csv"
    if not path.is_file():
        raise InputError(f"{folder} holds no coded_long.csv. Give a folder that textmine code has written.")
    long = read_table(path).frame
    missing = [name for name in SUGGESTION_COLUMNS if name not in long.columns]
    if missing:
        raise InputError(f"coded_long.csv lacks the column(s) {', '.join(missing)}. Code the texts anew.")
    return long[SUGGESTION_COLUMNS]


def _find_review(folder: Path, suggestions: pd.DataFrame, corpus: Corpus) -> list[str]:
    """The units up for review: the work list's, in its order; without one, those with a code in that band."""
    path = folder / "review.csv"
    if path.is_file() and "unit_id" in (listed := read_table(path).frame).columns:
        units = listed["unit_id"].tolist()
    else:
        units = suggestions.loc[suggestions["band"] == "review", "unit_id"].tolist()
    able = set(find_units(corpus))
    return [unit for unit in dict.fromkeys(units) if unit in able]


def _open(
    project: Project, options: InitOptions, review: Sequence[str], *, from_coded: bool
) -> tuple[dict[str, str], int]:
    readers = _name_readers(options)
    with project.open_store() as store:
        tokens = {name: store.add_annotator(name, role) for name, role in options.people.items()}
        if not readers:
            return tokens, 0
        plan = project.plan(readers, review, whole=not from_coded)
        return tokens, store.assign(plan)
