"""``textmine prevalence``: from a coded folder and what people read of it to corrected shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.errors import InputError
from textmine.estimates.beside import describe_readers
from textmine.estimates.design import AuditDesign
from textmine.estimates.differences import estimate_differences
from textmine.estimates.fairness import Fairness, measure_fairness
from textmine.estimates.plan import AuditPlan, plan_audit
from textmine.estimates.prevalence import estimate_prevalence
from textmine.estimates.survey import SurveyWave
from textmine.exchange.scored_wave import read_provenance, read_scored_wave
from textmine.files import atomic_text, set_apart, write_rows
from textmine.jobs.certify import read_checked
from textmine.jobs.figures import describe_inputs, name_path, note_figures, write_command
from textmine.jobs.in_sample import find_in_sample
from textmine.jobs.survey_wave import SurveyColumns, read_survey_wave
from textmine.reading import read_table
from textmine.reading.labels import find_unit_ids
from textmine.report.themes import ESTIMATOR

#: Figures are written with so many decimals.
_DECIMALS = 9
#: Groups of more than so many are compared two by two only where differences are asked for.
_MOST_COMPARED = 50


@dataclass(frozen=True, eq=False)
class PrevalenceReport:
    """The shares, the differences between groups (empty without ``by``), and what a user should know.

    ``fairness`` has the coder's precision and recall in each group, where they were asked for.
    """

    table: pd.DataFrame
    differences: pd.DataFrame
    notes: list[str]
    paths: list[Path] = field(default_factory=list)
    fairness: Fairness | None = None

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values; what is not known is None, and ``validity`` a list."""
        rows = _plain_rows(self.table)
        for row in rows:
            row["validity"] = [note for note in str(row["validity"] or "").split("; ") if note]
        said = {"rows": rows, "differences": _plain_rows(self.differences), "notes": self.notes}
        if self.fairness is not None:
            said["fairness"] = _plain_rows(self.fairness.figures)
            said["fairness_gaps"] = _plain_rows(self.fairness.gaps)
        return said


def estimate_folder(
    folder: Path,
    checked: Sequence[Path],
    out: Path | None = None,
    *,
    columns: SurveyColumns | None = None,
    probability: str | None = None,
    id: str | None = None,
    unit: str | None = None,
    base: str | None = None,
    target: str | None = None,
    readers: Mapping[str, Path] | None = None,
    differences: Path | None = None,
    adjust: str = "bh",
    fairness: Path | None = None,
    figure: Path | None = None,
) -> PrevalenceReport:
    """Estimate how common each code of a coded folder is, by what people found in the ``checked`` files.

    Where the wave holds answers to several questions, each question has rows of its own unless both ``unit``
    and ``base`` say what a share over all is of. ``readers`` holds, by name, the file of each reader of a
    part that was read twice. The shares go to ``out`` and the differences between groups to ``differences``,
    as csv. ``fairness`` takes the coder's precision and recall in each group, and a file of the same name
    with ``-gaps`` the gaps between groups; ``figure`` is the start of the names of figures, as html and png.
    Raises ``InvalidDesign`` for a sample that bears no such figures and ``InputError`` for a folder, a file
    or a column that is not what was wanted; nothing is written then.
    """
    columns = columns or SurveyColumns()
    if fairness is not None and not columns.by:
        raise InputError("--fairness tells how groups are coded. Name a column of groups with --by.")
    said = read_provenance(folder)
    wave, by, notes = read_survey_wave(folder, columns, target=target, substantive=base == "substantive")
    names = said.get("columns", {})
    key = id or str(names.get("id") or "unit_id")
    _refuse_unsettled(checked, key)
    sample = read_checked(checked, id=key, codes=wave.codes, probability=probability)
    several = wave.questions is not None and wave.column("questions").nunique() > 1
    apart = several and (unit is None or base is None)
    if apart:
        notes.append(
            f"Answers to {wave.column('questions').nunique()} questions: each has rows of its own. For a "
            "share over all questions say what it is of: --unit and --base."
        )
    options: dict[str, Any] = {
        "design": AuditDesign(
            probability=sample.probability,
            in_sample=find_in_sample(folder, said, wave.scores, sample.labels.dropna(how="all").index),
            known=sample.stated,
        ),
        "unit": unit or "answer",
        "base": base or "answered",
        "target": target,
        "by_question": apart,
    }
    apart_read = {
        name: read_checked([path], id=key, codes=wave.codes, probability=probability).labels
        for name, path in (readers or {}).items()
    }
    table = estimate_prevalence(
        wave,
        sample.labels,
        by=by,
        stances=_read_stances(checked, key),
        readers=apart_read,
        trained_on=int(said.get("counts", {}).get("trained_on", 0)),
        **options,
    )
    sentence = describe_readers(table, list(apart_read))
    if sentence:
        notes.append(sentence)
    apart_table = pd.DataFrame()
    compared = {
        name: groups
        for name, groups in by.items()
        if differences is not None or groups.nunique() <= _MOST_COMPARED
    }
    notes += [
        f"{name}: {by[name].nunique()} groups are compared two by two only with --differences FILE."
        for name in by
        if name not in compared
    ]
    if compared:
        apart_table = estimate_differences(wave, sample.labels, by=compared, adjust=adjust, **options)
    files = [(out, table), (differences, apart_table)]
    alike = None
    if fairness is not None:
        plain = {key: options[key] for key in ("design", "unit", "base", "target")}
        alike = measure_fairness(wave, sample.labels, by=by, **plain)
        files += [(fairness, alike.figures), (fairness.with_stem(f"{fairness.stem}-gaps"), alike.gaps)]
    paths = []
    if out is not None:
        asked = vars(columns) | {"probability": probability, "id": id, "unit": unit, "base": base}
        asked |= {"target": target, "trained_on": int(said.get("counts", {}).get("trained_on", 0))}
        flags = {f"--{name}": value for name, value in asked.items() if name != "trained_on"}
        named, beside = note_figures(
            table,
            out,
            kind="share",
            keys=("code", "question", "by", "group"),
            inputs=describe_inputs(folder, said, {"checked": checked}, {**asked, "by": list(columns.by)}),
            command=write_command(
                ["textmine", "prevalence", name_path(folder)],
                {"--checked": list(checked), **flags, "--out": "prevalence.csv"},
            ),
            estimator=ESTIMATOR,
        )
        files[0] = (out, named)
    for path, frame in files:
        if path is not None:
            write_figures(frame, path)
            paths.append(path)
    paths += [beside] if out is not None else []
    report = PrevalenceReport(table, apart_table, notes, paths, alike)
    if figure is None:
        return report
    drawn, left_out = _draw_all(report, list(by), figure)
    return replace(report, paths=[*paths, *drawn], notes=[*notes, *left_out])


def _draw_all(report: PrevalenceReport, by: Sequence[str], stem: Path) -> tuple[list[Path], list[str]]:
    """Write every figure that the report has something for, as html and png; gives paths and notes."""
    from textmine.estimates.figures import draw_differences, draw_fairness, draw_groups, draw_shares
    from textmine.svg import write_figure

    tables = report.table, report.differences
    wanted: dict[str, Callable[[], str]] = {"": lambda: draw_shares(tables[0])}
    for name in by:
        wanted[f"-{name}"] = partial(draw_groups, tables[0], name)
        if len(tables[1]) and name in set(tables[1]["by"]):
            wanted[f"-{name}-differences"] = partial(draw_differences, tables[1], name)
        if report.fairness is not None:
            for measure in ("precision", "recall"):
                wanted[f"-{name}-{measure}"] = partial(draw_fairness, report.fairness.figures, name, measure)
    paths: list[Path] = []
    notes = []
    endings = set_apart(wanted, joint="_")
    for end, draw in wanted.items():
        name = stem.name + endings[end]
        try:
            paths += write_figure(draw(), stem.with_name(name))
        except InputError as error:  # more groups than a figure can show
            notes.append(f"No figure {name}: {error}")
    return paths, notes


def plan_folder(
    folder: Path,
    out: Path,
    *,
    half_width: float = 0.05,
    n: int | None = None,
    seconds_per_unit: float = 20.0,
    seed: int = 0,
) -> AuditPlan:
    """Plan which units of a coded folder to read by hand, and write them with their chances to ``out``.

    See ``plan_audit``. Raises ``InputError`` as it does, and for a folder that is not what was wanted.
    """
    scored = read_scored_wave(folder)
    wave = SurveyWave(scored.scores, scored.thresholds, names=scored.names)
    plan = plan_audit(wave, half_width=half_width, n=n, seconds_per_unit=seconds_per_unit, seed=seed)
    write_figures(plan.units, out)
    return plan


def write_figures(frame: pd.DataFrame, path: Path) -> None:
    """Write a table of figures as csv; what is not known is empty."""
    cells = [[_as_cell(value) for value in frame[name].tolist()] for name in frame.columns]
    with atomic_text(path) as handle:
        write_rows([list(frame.columns)], handle)
        write_rows(zip(*cells, strict=True), handle)


def _read_stances(files: Sequence[Path], id: str) -> pd.DataFrame | None:
    """People's stances in long files; None where no file tells any."""
    parts = []
    for table in map(read_table, files):
        if {"code", "stance"} <= set(table.frame.columns):
            codes, stances = table.frame["code"].tolist(), table.frame["stance"].tolist()
            parts.append(
                pd.DataFrame({"unit_id": find_unit_ids(table, id), "code": codes, "stance": stances})
            )
    said = pd.concat(parts, ignore_index=True) if parts else None
    return said if said is not None and said["stance"].str.strip().ne("").any() else None


def _refuse_unsettled(files: Sequence[Path], id: str) -> None:
    """Raise ``InputError`` where several coders of a long file read the same unit and gave other codes."""
    for table in map(read_table, files):
        if not {"code", "coder"} <= set(table.frame.columns):
            continue
        rows = pd.DataFrame(
            {
                "unit": find_unit_ids(table, id),
                "coder": table.frame["coder"].tolist(),
                "code": table.frame["code"].tolist(),
            }
        )
        sets = rows.groupby(["unit", "coder"])["code"].agg(frozenset)
        apart = int((sets.groupby("unit").nunique() > 1).sum())
        if apart:
            raise InputError(
                f"{table.source}: {apart} units were read by several coders who differ. Give the adjudicated "
                "codes with --checked, and each coder's own with --reader NAME=FILE."
            )


def _as_cell(value: Any) -> Any:
    if value is None or value != value:
        return ""
    return round(value, _DECIMALS) if isinstance(value, float) else value


def _plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = frame.astype(object).to_dict("records")
    return [
        {
            str(key): None if (cell := _as_cell(value)) == "" and value != "" else cell
            for key, value in row.items()
        }
        for row in rows
    ]
