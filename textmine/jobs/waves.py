"""``textmine waves``: two or more coded folders and what people read of each, compared and written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.codebook import Codebook
from textmine.coding.certificate import Certificate, load_certificate
from textmine.errors import InputError, InvalidDesign, ModelError
from textmine.estimates.design import AuditDesign
from textmine.estimates.survey import SurveyWave
from textmine.exchange.coded_reader import read_coded
from textmine.exchange.scored_wave import read_provenance, read_scored_wave
from textmine.files import atomic_text, make_folder
from textmine.jobs.certify import read_checked
from textmine.jobs.figures import describe_inputs, name_path, note_figures, write_command
from textmine.jobs.in_sample import find_in_sample
from textmine.jobs.prevalence import write_figures
from textmine.jobs.survey_wave import SurveyColumns, read_survey_wave
from textmine.locations import find_model
from textmine.reading import read_table
from textmine.svg import write_figure
from textmine.topics.artefact import load_topics
from textmine.topics.model import TopicModel
from textmine.waves.codes import Counting
from textmine.waves.compare import WaveComparison, compare_waves
from textmine.waves.figures import draw_changes, draw_coder, draw_terms, draw_trend
from textmine.waves.page import make_page
from textmine.waves.trend import WaveTrend, trace_trend
from textmine.waves.wave import CodedWave, hash_definitions

_WIDE = ("coded_wide.csv", "coded_wide.parquet", "coded_wide.xlsx")
Progress = Callable[[str], None]


@dataclass(frozen=True)
class WaveOptions:
    """How waves are compared; see ``compare_waves``.

    ``names`` are shown for the folders, in their order; ``model`` is where the model lies that coded, for the
    words it knows (looked for by its name without).
    """

    columns: SurveyColumns = field(default_factory=SurveyColumns)
    names: tuple[str, ...] = ()
    times: tuple[float, ...] | None = None
    unit: str | None = None
    base: str | None = None
    probability: str | None = None
    id: str | None = None
    adjust: str = "bh"
    panel: bool = False
    same: tuple[str, ...] = ()
    certificate: Path | None = None
    topics: bool = True
    topic_model: Path | None = None
    model: str | None = None
    seed: int = 0


@dataclass(frozen=True, eq=False)
class WavesReport:
    """The comparison of the last two waves, the trend over all where there are more, and what was written."""

    comparison: WaveComparison
    trend: WaveTrend | None
    notes: list[str]
    paths: list[Path]


def compare_folders(
    folders: Sequence[Path],
    checked: Mapping[Path, Sequence[Path]],
    out: Path,
    *,
    options: WaveOptions | None = None,
    progress: Progress = lambda step: None,
) -> WavesReport:
    """Compare the last two of some coded folders, trace each code over all, and write tables and a page.

    ``checked`` holds, by folder, the files of labels of units read at random. Written into ``out``: a csv a
    table (``answers``, ``codes``, ``words`` ...), ``trend.csv``, ``slopes.csv`` and ``breaks.csv`` where
    there are more than two waves, figures, and ``waves.html`` that shows it all. Raises ``InvalidDesign`` for
    samples that bear no such figures and ``InputError`` for a folder, file or column that is not what was
    wanted; nothing is written then.
    """
    options = options or WaveOptions()
    if len(folders) < 2:
        raise InputError(f"{len(folders)} coded folder met. Give two or more, the oldest first.")
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise InvalidDesign("A coded folder is given twice. Give each wave once, the oldest first.")
    names = name_waves(folders, options.names)
    notes: list[str] = []
    waves = []
    for folder, name in zip(folders, names, strict=True):
        progress(f"reading {name}")
        waves.append(read_wave(folder, name, checked.get(folder, ()), options, notes))
    counting = _choose_counting(waves, options, notes)
    certificate = None if options.certificate is None else _read_certificate(options.certificate, waves[-1])
    topics: TopicModel | bool = options.topics
    if options.topics and options.topic_model is not None:
        topics = load_topics(options.topic_model)
    progress("comparing")
    found = compare_waves(
        waves[-2],
        waves[-1],
        counting=counting,
        adjust=options.adjust,
        panel=options.panel,
        same=options.same,
        certificate=certificate,
        topics=topics,
        seed=options.seed,
    )
    trend = None
    if len(waves) > 2:
        progress("tracing the trend")
        trend = trace_trend(waves, times=options.times, counting=counting, same=options.same)
    notes += found.notes
    made_of = _describe_waves(folders, checked, options)
    return WavesReport(found, trend, notes, write_waves(found, trend, notes, out, made_of=made_of))


def _describe_waves(
    folders: Sequence[Path], checked: Mapping[Path, Sequence[Path]], options: WaveOptions
) -> tuple[dict[str, Any], str]:
    """All that the figures depend on (the folders, what was read of each, options), and the command."""
    asked = {**vars(options.columns), "by": list(options.columns.by)}
    asked |= {
        name: getattr(options, name) for name in ("unit", "base", "probability", "id", "adjust", "panel")
    }
    inputs = {
        "folders": [
            describe_inputs(folder, read_provenance(folder), {"checked": checked.get(folder, ())}, {})
            for folder in folders
        ],
        "options": asked,
    }
    command = write_command(
        ["textmine", "waves", *map(name_path, folders)],
        {
            "--checked": [
                f"{name_path(folder)}={name_path(path)}"
                for folder in folders
                for path in checked.get(folder, ())
            ],
            **{f"--{name}": value for name, value in asked.items()},
            "--same": list(options.same),
            "--no-topics": not options.topics,
            "--out": "waves",
        },
    )
    return inputs, command


def write_waves(
    found: WaveComparison,
    trend: WaveTrend | None,
    notes: Sequence[str],
    out: Path,
    *,
    made_of: tuple[Mapping[str, Any], str] | None = None,
) -> list[Path]:
    """Write the tables, the figures and the page; gives the paths, the page first.

    ``made_of`` is what the figures depend on and the command, kept beside ``codes.csv`` for
    ``textmine trace``.
    """
    make_folder(out)
    paths = []
    tables = {name: table for name, table in found.tables().items() if len(table) or name == "answers"}
    if trend is not None:
        tables |= {"trend": trend.table, "slopes": trend.slopes, "breaks": trend.breaks}
    if made_of is not None and len(found.codes):
        named, beside = note_figures(
            found.codes,
            out / "codes.csv",
            kind="change",
            keys=("code", "question", "by", "group"),
            inputs=made_of[0],
            command=made_of[1],
            estimator="textmine waves (the difference of two corrected shares)",
        )
        tables["codes"] = named
        paths.append(beside)
    for name, table in tables.items():
        write_figures(table, out / f"{name}.csv")
        paths.append(out / f"{name}.csv")
    figures = {"codes": draw_changes(found.codes, found.old, found.new)}
    if len(found.coder):
        figures["coder"] = draw_coder(found.coder, found.old, found.new)
    if len(found.terms):
        figures["terms"] = draw_terms(found.terms, found.old, found.new)
    if trend is not None:
        figures["trend"] = draw_trend(trend)
    for name, svg in figures.items():
        paths += write_figure(svg, out / f"{name}-figure")
    page = out / "waves.html"
    with atomic_text(page) as handle:
        handle.write(make_page(found, trend, figures, notes))
    return [page, *paths]


def read_wave(
    folder: Path, name: str, checked: Sequence[Path], options: WaveOptions, notes: list[str]
) -> CodedWave:
    """A coded folder as a wave with what was read of it; ``notes`` takes what a user should know."""
    said, scored = read_provenance(folder), read_scored_wave(folder)
    survey, by, told = read_survey_wave(folder, options.columns, target="superpopulation")
    names = said.get("columns", {})
    key = options.id or str(names.get("id") or "unit_id")
    labels = design = None
    if checked:
        sample = read_checked(checked, id=key, codes=survey.codes, probability=options.probability)
        labels = sample.labels
        seen = find_in_sample(folder, said, survey.scores, labels.dropna(how="all").index)
        design = AuditDesign(probability=sample.probability, in_sample=seen, known=sample.stated)
    notes += [f"{name}: {note}" for note in told]
    return CodedWave(
        name,
        survey,
        checked=labels,
        design=design,
        texts=_read_texts(folder, survey, str(names.get("id") or "unit_id"), names.get("text")),
        by=by,
        model=scored.model,
        codebook=scored.codebook,
        definitions=_read_definitions(folder, name, notes),
        vocabulary=_read_vocabulary(options.model or scored.model.id, scored.model.sha256),
        fingerprint=scored.fingerprint,
        trained_on=int(said.get("counts", {}).get("trained_on", 0)),
    )


def name_waves(folders: Sequence[Path], given: Sequence[str] = ()) -> list[str]:
    """A name a wave: those given, else the folders' own, with their parents' where two are alike.

    >>> name_waves([Path("2024/coded"), Path("2025/coded")])
    ['2024/coded', '2025/coded']
    """
    if given and (len(given) != len(folders) or len(set(given)) < len(given)):
        raise InputError(f"{len(given)} names for {len(folders)} folders met. Give each its own with --name.")
    if given:
        return list(given)
    short = [folder.name for folder in folders]
    if len(set(short)) == len(short):
        return short
    longer = ["/".join(folder.parts[-2:]) for folder in folders]
    return longer if len(set(longer)) == len(longer) else [f"wave {k}" for k in range(1, len(folders) + 1)]


def _choose_counting(waves: Sequence[CodedWave], options: WaveOptions, notes: list[str]) -> Counting:
    several = any(len(set(wave.questions())) > 1 for wave in waves)
    apart = several and (options.unit is None or options.base is None)
    if apart:
        notes.append(
            "Answers to several questions: each has rows of its own. For a share over all questions say what "
            "it is of: --unit and --base."
        )
    return Counting(options.unit or "answer", options.base or "answered", apart)


def _read_texts(folder: Path, survey: SurveyWave, id: str, text: Any) -> pd.Series | None:
    path = next((folder / name for name in _WIDE if (folder / name).is_file()), None)
    if path is None or text is None:
        return None
    frame = read_table(path).frame
    if text not in frame.columns:
        return None
    texts = pd.Series(frame[text].astype(str).to_numpy(), index=frame[id].astype(str))
    units = survey.scores.index
    return pd.Series(texts.reindex(units).fillna("").to_numpy(), index=units)


def _read_definitions(folder: Path, name: str, notes: list[str]) -> dict[str, str] | None:
    """The hashes of the codes' meanings by the codebook that the folder was coded with, if it is at hand."""
    try:
        book: Codebook = read_coded(folder).coded.codebook
    except InputError:
        book = Codebook(bare=True)
    if book.bare:
        notes.append(f"{name}: its codebook was not found, so definitions are compared by its hash alone")
        return None
    return hash_definitions(book)


def _read_vocabulary(model: str, sha256: str) -> frozenset[str] | None:
    """The words that a model knows, if it is at hand and the one that coded; None otherwise."""
    from textmine.coding.artefact import load_coder
    from textmine.coding.coder import Coder

    try:
        folder = find_model(model)
        if not (folder / "vocabulary.json").is_file():
            return None
        coder = load_coder(folder)
    except (ModelError, OSError, json.JSONDecodeError):
        return None
    if not isinstance(coder, Coder) or coder.sha256_ != sha256:
        return None
    return frozenset(coder.vocabulary_.words)


def _read_certificate(path: Path, wave: CodedWave) -> Certificate:
    if wave.checked is None:
        raise InvalidDesign(
            "A certificate is tried on units of the new wave that people read. Give them: --checked-new FILE."
        )
    return load_certificate(path)
