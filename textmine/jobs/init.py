"""``textmine init``: a new project folder from texts, or from the review pile of a coded folder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from textmine.annotations import Project, Settings, create_project
from textmine.annotations.project import SUGGESTION_COLUMNS, describe_problems, find_units
from textmine.codebook import Code, Codebook
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.jobs.read import ReadOptions, read_files
from textmine.reading import make_corpus, pick_columns, read_table

#: The codebook of a study that has none yet.
FIRST_CODE = Code(
    "to_discuss",
    "To discuss",
    definition="Anything worth discussing with the team. Replace this code by codes of your own.",
)


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
    """The new project, the token of each person (to be shown once), and how much there is to read."""

    project: Project
    tokens: dict[str, str]
    units: int
    review: int
    tasks: int
    notes: list[str]


def init_project(
    folder: Path,
    *,
    inputs: Sequence[Path] = (),
    coded: Path | None = None,
    options: InitOptions | None = None,
) -> InitReport:
    """Make a project folder, register its people and share out what there is to read.

    ``inputs`` are surveys and transcripts, ``coded`` a folder written by ``textmine code``, whose review pile
    is to be read; one of the two. With ``coded``, ``sample`` defaults to none: give it to draw an audit
    sample from all texts as well. Raises ``InputError`` for whatever is missing or does not fit.
    """
    options = options or InitOptions()
    if bool(inputs) == (coded is not None):
        raise InputError("A project is made from files (--input) or from a coded folder (--from): give one.")
    settings = _make_settings(folder, options)
    notes: list[str] = []
    review: list[str] = []
    suggestions = None
    if coded is None:
        report = read_files(list(inputs), None, options=options.read)
        corpus, notes = Corpus(report.frame), [*report.notes]
        if report.rejected:
            notes.append(f"{len(report.rejected)} row(s) are no documents; textmine read names them.")
        codebook = _make_codebook(options.codebook, notes)
    else:
        corpus, codes = _read_coded(coded)
        suggestions = _read_suggestions(coded)
        review = _find_review(coded, suggestions, corpus)
        codebook = Codebook.load(options.codebook) if options.codebook else _bare_codebook(codes, notes)
        strange = [code for code in codes if code not in codebook.ids]
        if strange:
            notes.append(f"Not in the codebook, though coded by the model: {', '.join(strange)}.")
    project = create_project(folder, corpus, codebook, settings, suggestions=suggestions)
    tokens, tasks = _open(project, options, review, from_coded=coded is not None)
    if not options.people:
        notes.append("Nobody is named yet; name annotators with --annotator to share out what is to be read.")
    return InitReport(project, tokens, len(project.units), len(review), tasks, notes)


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
        "name": options.name or folder.resolve().name.lower().replace(" ", "-"),
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


def _make_codebook(path: Path | None, notes: list[str]) -> Codebook:
    if path is not None:
        return Codebook.load(path)
    notes.append("No --codebook was given; codebook.yaml holds one code to begin with. Write your own there.")
    return Codebook("codebook", "0.1", codes=(FIRST_CODE,))


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
    readers = [name for name, role in options.people.items() if role == "annotator"]
    readers = readers or list(options.people)
    with project.open_store() as store:
        tokens = {name: store.add_annotator(name, role) for name, role in options.people.items()}
        if not readers:
            return tokens, 0
        plan = project.plan(readers, review, whole=not from_coded)
        return tokens, store.assign(plan)
