"""The framework matrix (cases by themes, with summaries and released quotes), interviews, and the quotes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from textmine.disclosure import HIDDEN
from textmine.errors import InputError
from textmine.reading import read_table
from textmine.report.blocks import make_section, make_table
from textmine.report.material import Material
from textmine.report.plots import Plot, plot_counts
from textmine.report.protecting import protect_report

#: Cases in the matrix, at most; more belong into a table by group.
MOST_CASES = 80


def describe_interviews(material: Material) -> tuple[dict[str, Any], list[Plot]]:
    """In how many interviews each theme was said: counts, never shares."""
    cases = np.array(material.cases, dtype=object)
    spoken = list(dict.fromkeys(cases[material.spoken].tolist()))
    rows: list[dict[str, Any]] = []
    for code, name in material.names.items():
        said = material.given[code].to_numpy()
        rows.append(
            {
                "code": code,
                "name": name,
                "cases": len(set(cases[said].tolist())),
                "of": len(spoken),
                "which": ", ".join(dict.fromkeys(cases[said].tolist())),
                "figure": material.figure("count", code),
            }
        )
    rows.sort(key=lambda row: -int(row["cases"]))
    columns = {
        "name": ("theme", "text"),
        "cases": ("interviews", "count"),
        "of": ("of", "count"),
        "which": ("which", "text"),
        "figure": ("figure", "id"),
    }
    plot = plot_counts(rows, len(spoken))
    return make_section(
        "themes",
        "Themes",
        lead=[
            "Interviews in which a participant said it, as the coder finds. No percentages: few people, "
            "chosen."
        ],
        tables=[make_table("themes", "Themes by interview", columns, rows)],
        figures=[plot.name],
        notes=[
            *material.share_notes,
            "Counts of interviews are not protected by a disclosure rule: look at them before this "
            "leaves the "
            "team.",
        ],
    ), [plot]


def describe_framework(material: Material) -> dict[str, Any] | None:
    """The framework matrix, a row a case; None where there are no cases."""
    if material.cases is None:
        return None
    cases = [case for case in dict.fromkeys(np.array(material.cases)[material.spoken].tolist()) if case]
    if len(cases) > MOST_CASES:
        return make_section(
            "framework",
            "Framework matrix",
            notes=[f"{len(cases)} cases; a matrix shows {MOST_CASES}. Name a column of fewer with --case."],
        )
    facts, placed = _find_facts(material, cases), _place_quotes(material)
    counts = _count(material, cases)
    rows = []
    for case in cases:
        row: dict[str, Any] = {"case": case, **facts.get(case, {})}
        for code in material.names:
            summary = material.summaries.get((case, code), "")
            row[code] = _write_cell(counts[case, code], summary, placed.get((case, code), []))
        row["figure"] = material.figure("case", case)
        rows.append(row)
    columns = {
        "case": (material.case or "interview", "text"),
        **{name: (name.removeprefix("case_").replace("_", " "), "text") for name in material.facts},
        **{code: (name, "text") for code, name in material.names.items()},
        "figure": ("figure", "id"),
    }
    unit = "turns" if material.interviews else "respondents"
    notes = [
        f"A cell tells how many {unit} carry the theme, then your own summary, then released quotes. A quote "
        "stands in its case only where the release shows the case beside it."
    ]
    if not material.interviews:
        notes.append(f"Counts are protected by the rule {material.rule.name}; * is hidden.")
    if not material.summaries:
        notes.append(
            "No summaries yet: write them with make_framework_matrix, or into a csv (case, code, summary), "
            "and give --framework."
        )
    return make_section(
        "framework",
        "Framework matrix",
        lead=["Cases by themes, after Ritchie and Spencer: facts of the source first, then what it says."],
        tables=[make_table("framework", "Cases by themes", columns, rows)],
        notes=notes,
    )


def describe_quotes(material: Material) -> dict[str, Any]:
    """Typical and contrary quotes of each theme that a person released; none without."""
    quotes = material.quotes
    rows = []
    place = {code: number for number, code in enumerate(material.names)}
    held = quotes.table[quotes.table["code"].isin(place)].to_dict("records")
    for row in sorted(held, key=lambda row: (place[row["code"]], row["kind"] == "contrary")):
        beside = ", ".join(str(row[name]) for name in quotes.attributes if str(row[name]).strip())
        rows.append(
            {
                "name": material.names[row["code"]],
                "kind": row["kind"],
                "quote": row["quote"],
                "who": beside,
                "figure": material.figure("quote", str(row["quote_id"])),
            }
        )
    columns = {
        "name": ("theme", "text"),
        "kind": ("kind", "text"),
        "quote": ("quote", "text"),
        "who": ("who", "text"),
        "figure": ("figure", "id"),
    }
    notes = list(quotes.notes)
    if rows and not any(row["kind"] == "contrary" for row in rows):
        notes.append("No contrary quote was released: none that denies its theme, or says both.")
    tables = [make_table("quotes", "Quotes", columns, rows)] if rows else []
    return make_section("quotes", "In their own words", lead=[quotes.said], tables=tables, notes=notes)


def read_summaries(path: Path) -> dict[tuple[str, str], str]:
    """The researcher's summaries by case and code, of a csv with the columns ``case, code, summary``."""
    frame = read_table(path).frame
    if missing := [name for name in ("case", "code", "summary") if name not in frame.columns]:
        raise InputError(f"{path.name} lacks the columns {', '.join(missing)}. Wanted: case, code, summary.")
    rows = frame[["case", "code", "summary"]].astype(str).itertuples(index=False, name=None)
    return {(case.strip(), code.strip()): summary.strip() for case, code, summary in rows if summary.strip()}


def _find_facts(material: Material, cases: list[str]) -> dict[str, dict[str, str]]:
    """The facts asked for of each case: what all its units say, or several values in a row."""
    all_cases = np.array(material.cases, dtype=object)
    found: dict[str, dict[str, str]] = {case: {} for case in cases}
    for name in material.facts:
        cells = material.read.source[name].astype(str).str.strip()
        for case in cases:
            said = cells[all_cases == case]
            found[case][name] = ", ".join(value for value in dict.fromkeys(said) if value)
    return found


def _place_quotes(material: Material) -> dict[tuple[str, str], list[str]]:
    """Released quotes by case and code, where the release shows the case beside the quote."""
    column = material.case
    if column is None or column not in material.quotes.attributes:
        return {}
    placed: dict[tuple[str, str], list[str]] = {}
    for row in material.quotes.table.to_dict("records"):
        if case := str(row[column]).strip():
            placed.setdefault((case, str(row["code"])), []).append(str(row["quote"]))
    return placed


def _count(material: Material, cases: list[str]) -> Mapping[tuple[str, str], int | str]:
    """Turns with the theme, or respondents as the disclosure rule lets them be shown."""
    all_cases = np.array(material.cases, dtype=object)
    if material.interviews:
        return {
            (case, code): int(material.given.loc[all_cases == case, code].sum())
            for case in cases
            for code in material.names
        }
    cells = protect_report(
        material.read.coded,
        list(material.owners),
        [""] * len(all_cases),
        {"case": all_cases.tolist()},
        material.rule,
        several=("case",),
    )
    return {
        (case, code): cells[("", "case", case, code)].count if ("", "case", case, code) in cells else 0
        for case in cases
        for code in material.names
    }


def _write_cell(count: int | str, summary: str, quotes: list[str]) -> str:
    """A cell in lines: the count, the summary, the quotes in quotation marks; '' where nothing was said."""
    if count == 0 and not summary and not quotes:
        return ""
    shown = HIDDEN if count == HIDDEN else f"({count})"
    return "\n".join([part for part in (shown, summary) if part] + [f"“{quote}”" for quote in quotes])
