"""``textmine report``: from a coded folder and what was made beside it to one file that people read."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.disclosure import find_rule
from textmine.errors import InputError, ModelError
from textmine.exchange.coded_reader import CodedFolder, read_coded
from textmine.exchange.summary import PREVALENCE
from textmine.files import atomic_path, atomic_text, make_folder, sha256_of_file, write_json
from textmine.jobs.prevalence import estimate_folder
from textmine.jobs.redact import read_key
from textmine.jobs.release import find_respondents
from textmine.jobs.survey_wave import SurveyColumns
from textmine.locations import find_model
from textmine.reading import read_table
from textmine.report.beside import read_topics, read_waves
from textmine.report.framework import read_summaries
from textmine.report.markdown import render_markdown
from textmine.report.material import Material
from textmine.report.page import name_pictures, render_html
from textmine.report.plots import Plot
from textmine.report.quality import read_card, read_evaluation
from textmine.report.released import QUOTES, SHEET, ReportQuotes, read_released
from textmine.report.summary import summarise_report
from textmine.report.word import render_docx

FORMS = (".html", ".docx", ".md")
_TEXT = (
    "code",
    "name",
    "question",
    "by",
    "group",
    "unit",
    "base",
    "base_in_words",
    "target",
    "design",
    "validity",
)


@dataclass(frozen=True)
class ReportOptions:
    """What goes into a report; ``columns`` and what follows are as in ``estimate_folder``.

    ``wave``, ``case`` and ``facts`` (of a case) name columns; ``prevalence`` is a table that ``textmine
    prevalence`` wrote, ``release``, ``topics``, ``waves`` and ``evaluation`` are folders that these commands
    wrote, ``review`` the signed sheet of quotes where it does not lie in the release, ``framework`` a csv of
    summaries. ``checked`` are files of labels that people gave, ``id`` their column of unit ids and
    ``probability`` that of the chance each unit was read with. ``unit`` ('answer', 'respondent') and ``base``
    ('asked', 'answered', 'substantive') say what a share is of, ``target`` ('finite', 'superpopulation') whom
    it is about. ``key_file`` is the key that the sheet of quotes was signed with, ``rule`` the disclosure
    rule, ``approach`` the study's (for the methods statement) and ``title`` the report's.

    >>> ReportOptions(wave="wave", facts=("region",)).rule
    'simple5'
    """

    checked: tuple[Path, ...] = ()
    columns: SurveyColumns = field(default_factory=SurveyColumns)
    probability: str | None = None
    id: str | None = None
    unit: str | None = None
    base: str | None = None
    target: str | None = None
    prevalence: Path | None = None
    wave: str | None = None
    case: str | None = None
    facts: tuple[str, ...] = ()
    waves: Path | None = None
    topics: Path | None = None
    release: Path | None = None
    review: Path | None = None
    key_file: Path | None = None
    evaluation: Path | None = None
    framework: Path | None = None
    rule: str = "simple5"
    approach: str | None = None
    title: str | None = None


@dataclass(frozen=True, eq=False)
class ReportWritten:
    """The report as a plain dict, its plots, what was written, and what a user should know.

    ``summary`` is that dict, ``paths`` are the files and ``notes`` what a user should know.

    >>> ReportWritten({"sections": []}, [], [], ["no quotes"]).notes
    ['no quotes']
    """

    summary: dict[str, Any]
    plots: list[Plot]
    paths: list[Path]
    notes: list[str]


def write_report(
    folder: Path | str,
    out: Path | str,
    *,
    options: ReportOptions | None = None,
    on_step: Callable[[str], object] = lambda step: None,
) -> ReportWritten:
    """Write the report of a coded folder: html, docx or md by the name of ``out``, and its json beside it.

    ``folder`` is what ``textmine code --out`` wrote, whoever or whatever coded it; ``options`` say what else
    goes in (see ``ReportOptions``); ``on_step`` is told what is being done. Markdown has its figures as png
    in a folder beside it. Raises ``InputError`` for another kind of file, a folder, a file or a column that
    is not what was wanted, and ``InvalidDesign`` for a sample that bears no shares; nothing is written then.

    >>> import tempfile
    >>> from textmine.jobs.code_rules import code_with_rules
    >>> from textmine.jobs.labelled import ColumnNames
    >>> with tempfile.TemporaryDirectory() as here:
    ...     wave, rules = Path(here, "wave.csv"), Path(here, "rules.yaml")
    ...     _ = wave.write_text("id,comment\\nu1,It saves money\\nu2,Nobody rang\\n", "utf-8")
    ...     _ = rules.write_text("id: r\\nversion: 1.0.0\\ncodes: [{id: money, rules: [save*]}]", "utf-8")
    ...     _ = code_with_rules([wave], rules, Path(here, "coded"), columns=ColumnNames("comment", "id"))
    ...     done = write_report(Path(here, "coded"), Path(here, "report.html"))
    >>> done.summary["sections"][0]["lead"]
    ['2 texts by 2 respondents were coded.']
    """
    folder, out = Path(folder), Path(out)
    options = options or ReportOptions()
    if out.suffix.lower() not in FORMS:
        raise InputError(f"A report is written as {', '.join(FORMS)}. Name such a file, not {out.name}.")
    make_folder(out.parent)
    on_step("reading")
    material = gather_material(folder, options, on_step=on_step)
    on_step("putting the report together")
    summary, plots = summarise_report(material)
    paths = _write(summary, plots, out)
    notes = [*material.share_notes, *material.quotes.notes]
    if not len(material.quotes.table):
        notes.append(material.quotes.said)
    return ReportWritten(summary, plots, paths, notes)


def gather_material(
    folder: Path, options: ReportOptions, *, on_step: Callable[[str], object] = lambda step: None
) -> Material:
    """Read all that a report is made of; see ``write_report``."""
    read = read_coded(folder)
    owners, _ = find_respondents(read, options.columns.respondent)
    named = options.columns.respondent or read.columns.get("group")
    several = len(set(read.column("question"))) > 1
    apart = several and (options.unit is None or options.base is None)
    bare = Material(read, owners, by=options.columns.by, wave=options.wave, case=options.case)
    on_step("estimating shares")
    shares, notes = (None, []) if bare.interviews else _find_shares(folder, options, apart)
    if bare.interviews and (options.checked or options.prevalence or options.columns.by):
        notes.append(
            "Interviews are counted, not made into shares: --checked, --prevalence and --by are not used."
        )
    on_step("reading what stands beside")
    return Material(
        read,
        owners,
        owners_known=named is not None and named in read.source.columns,
        rule=find_rule(options.rule),
        by=options.columns.by,
        wave=options.wave,
        case=options.case,
        facts=options.facts,
        apart=apart,
        shares=shares,
        share_notes=tuple(notes),
        quotes=_find_quotes(read, options),
        summaries={} if options.framework is None else read_summaries(options.framework),
        topics=None if options.topics is None else read_topics(options.topics),
        waves=None if options.waves is None else read_waves(options.waves),
        quality=_find_quality(read, options),
        approach=options.approach,
        title=options.title or f"What people said: {_name_inputs(read)}",
        inputs=_describe_inputs(folder, read, options),
        command=_write_command(folder, options),
    )


def _find_shares(folder: Path, options: ReportOptions, apart: bool) -> tuple[pd.DataFrame | None, list[str]]:
    """The corrected shares: estimated here, or of a table that was written before; None without either."""
    if options.checked:
        by = tuple(dict.fromkeys([*options.columns.by, *([options.wave] if options.wave else [])]))
        columns = options.columns
        report = estimate_folder(
            folder,
            options.checked,
            columns=SurveyColumns(by, columns.weight, columns.cluster, columns.strata, columns.respondent),
            probability=options.probability,
            id=options.id,
            unit=options.unit,
            base=options.base,
            target=options.target,
        )
        return report.table, report.notes
    path = options.prevalence or folder / PREVALENCE
    if not path.is_file():
        if options.prevalence is not None:
            raise InputError(f"No file {path}. Give what textmine prevalence --out wrote.")
        return None, []
    table = read_table(path).frame
    if missing := [
        name for name in (*_TEXT, "estimate", "low", "high", "naive", "n_read") if name not in table
    ]:
        raise InputError(
            f"{path.name} lacks the columns {', '.join(missing)}. Give what textmine prevalence --out wrote."
        )
    numbers = [name for name in table.columns if name not in _TEXT]
    table[numbers] = table[numbers].apply(pd.to_numeric, errors="coerce")
    told_apart = table["question"].ne("").any()
    if told_apart != apart:
        raise InputError(
            f"{path.name} and the report count differently (each question by itself, or all together). Give "
            "--unit and --base as for textmine prevalence."
        )
    return table, []


def _find_quotes(read: CodedFolder, options: ReportOptions) -> ReportQuotes:
    if options.release is None:
        return ReportQuotes()
    key = None if options.key_file is None else read_key(options.key_file)
    return read_released(read, options.release, review=options.review, key=key)


def _find_quality(read: CodedFolder, options: ReportOptions) -> dict[str, Any] | None:
    """The figures of an evaluation, else of the model's card where it is the model that coded."""
    if options.evaluation is not None:
        return read_evaluation(options.evaluation)
    model = dict(read.provenance.get("model") or {})
    try:
        card = find_model(str(model.get("id") or "")) / "card.md"
        return read_card(card.read_text(encoding="utf-8"))
    except (ModelError, OSError, UnicodeDecodeError):
        return None


def _name_inputs(read: CodedFolder) -> str:
    names = [Path(str(one.get("file"))).stem for one in read.provenance.get("inputs") or []]
    return ", ".join(names[:3]) or "a coded dataset"


def _describe_inputs(folder: Path, read: CodedFolder, options: ReportOptions) -> dict[str, Any]:
    """All that figures depend on: hashes of what was read, and options."""
    said = read.provenance
    files: dict[str, list[Path]] = {
        "checked": list(options.checked),
        "prevalence": _present(options.prevalence or folder / PREVALENCE) if not options.checked else [],
        "framework": _present(options.framework),
        "topics": _inside(options.topics, "topics.json", "assignments.csv"),
        "waves": _inside(options.waves, "codes.csv"),
        "release": _inside(options.release, QUOTES),
        "review": _present(options.review or (options.release / SHEET if options.release else None)),
        "evaluation": _inside(
            options.evaluation, "per_code.csv", "agreement_differences.csv", "reliability.csv"
        ),
    }
    columns = options.columns
    return {
        "folder": _name(folder),
        "corpus_fingerprint": said.get("corpus_fingerprint"),
        "model": said.get("model"),
        "codebook": said.get("codebook"),
        "thresholds": said.get("thresholds"),
        "files": {
            kind: [{"file": path.name, "sha256": sha256_of_file(path)} for path in paths]
            for kind, paths in files.items()
            if paths
        },
        "options": {
            "by": list(columns.by),
            "weight": columns.weight,
            "cluster": columns.cluster,
            "strata": columns.strata,
            "respondent": columns.respondent,
            "probability": options.probability,
            "id": options.id,
            "unit": options.unit,
            "base": options.base,
            "target": options.target,
            "wave": options.wave,
            "case": options.case,
            "facts": list(options.facts),
            "rule": options.rule,
        },
    }


def _write_command(folder: Path, options: ReportOptions) -> str:
    """The command that makes the report again, with paths as they were given and nobody's folders."""
    columns = options.columns
    words = ["textmine", "report", _name(folder)]
    pairs: list[tuple[str, Any]] = [
        *(("--checked", path) for path in options.checked),
        *(("--by", name) for name in columns.by),
        ("--wave", options.wave),
        ("--weight", columns.weight),
        ("--cluster", columns.cluster),
        ("--strata", columns.strata),
        ("--respondent", columns.respondent),
        ("--probability", options.probability),
        ("--id", options.id),
        ("--unit", options.unit),
        ("--base", options.base),
        ("--target", options.target),
        ("--prevalence", options.prevalence),
        ("--case", options.case),
        *(("--fact", name) for name in options.facts),
        ("--waves", options.waves),
        ("--topics", options.topics),
        ("--release", options.release),
        ("--review", options.review),
        ("--evaluation", options.evaluation),
        ("--framework", options.framework),
        ("--rule", options.rule),
        ("--approach", options.approach),
        ("--title", options.title),
    ]
    for option, value in pairs:
        if value is not None:
            words += [option, _name(value) if isinstance(value, Path) else str(value)]
    return shlex.join([*words, "--out", "report.html"])


def _name(path: Path) -> str:
    return path.name if path.is_absolute() else path.as_posix()


def _present(path: Path | None) -> list[Path]:
    return [path] if path is not None and path.is_file() else []


def _inside(folder: Path | None, *names: str) -> list[Path]:
    return [] if folder is None else [folder / name for name in names if (folder / name).is_file()]


def _write(summary: dict[str, Any], plots: Sequence[Plot], out: Path) -> list[Path]:
    beside = out.with_suffix(".json")
    paths = [out, beside]
    form = out.suffix.lower()
    if form == ".html":
        with atomic_text(out) as handle:
            handle.write(render_html(summary, plots))
    elif form == ".docx":
        content = render_docx(summary, plots)
        with atomic_path(out) as temporary:
            temporary.write_bytes(content)
    else:
        pictures = out.with_name(f"{out.stem}-figures")
        make_folder(pictures)
        files = name_pictures(plots)
        for plot in plots:
            path = pictures / files[plot.name]
            with atomic_path(path) as temporary:
                temporary.write_bytes(plot.png())
            paths.append(path)
        with atomic_text(out) as handle:
            handle.write(render_markdown(summary, plots, pictures=pictures.name))
    write_json(summary, beside)
    return paths
