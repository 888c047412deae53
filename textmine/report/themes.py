"""The sections on themes of a survey: how common they are, by group, over waves, and which stand together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from textmine.errors import InputError
from textmine.exchange.summary import texts_to_read
from textmine.report.blocks import HIDDEN, make_section, make_table
from textmine.report.material import Material
from textmine.report.plots import Plot, plot_groups, plot_naive, plot_pairs, plot_shares, plot_waves
from textmine.report.protecting import find_key, mask_shares, protect_together

#: What parts the notes of ``estimate_prevalence``, one of which has a semicolon of its own.
_NOTES = re.compile(r"; (?!their scores)")
#: Rows of marks in a figure by group, at most; more are drawn as several, so that each fits a page.
_MOST_ROWS = 40
#: Themes that are compared two by two, at most: the commonest.
MOST_PAIRED = 100
#: How shares are corrected.
ESTIMATOR = "prediction-powered inference (PPI++), Wilson's interval on the effective sample size"
#: What a table of themes holds, with its headings.
_COLUMNS = {
    "question": ("question", "text"),
    "group": ("group", "text"),
    "name": ("theme", "text"),
    "estimate": ("corrected share", "share"),
    "low": ("95% from", "share"),
    "high": ("to", "share"),
    "respondents": ("respondents", "count"),
    "n": ("of", "count"),
    "naive": ("counted share", "share"),
    "n_read": ("read by people", "count"),
    "figure": ("figure", "id"),
}


def describe_themes(material: Material) -> tuple[dict[str, Any], list[Plot]]:
    """How common each theme is, over all: a section and its figures."""
    rows = _list_rows(material, "")
    plots = _draw_all(material, rows, "")
    lead = [_say_base(material)]
    notes = [*material.share_notes, _say_rule(material)]
    if material.shares is None:
        notes.insert(
            0,
            "No share is corrected yet: nobody read a random part of this wave. The counted shares carry the "
            "coder's errors. Draw units with textmine prevalence --plan, read them, and give --checked.",
        )
    table = make_table("themes", "Themes, most common first", _COLUMNS, rows)
    return make_section(
        "themes",
        "Themes",
        lead=lead,
        tables=[table],
        figures=[plot.name for plot in plots],
        notes=[*notes, *_say_validity(material, "")],
    ), plots


def describe_groups(material: Material, by: str) -> tuple[dict[str, Any], list[Plot]]:
    """How common each theme is in each group of a column: a section and its figure."""
    rows = _list_rows(material, by)
    is_wave = by == material.wave
    notes = []
    try:
        plots = _draw_all(material, rows, by)
    except InputError as error:  # more groups than a figure can show
        plots, notes = [], [f"No figure: {error}"]
    table = make_table(f"by_{by}", f"Themes by {by}", {**_COLUMNS, "group": (by, "text")}, rows)
    hidden = sum(row["respondents"] == HIDDEN for row in rows)
    if hidden:
        notes.append(f"{hidden} of {len(rows)} rows are hidden (*) by the disclosure rule.")
    what = "waves" if is_wave else "groups"
    if material.shares is None:
        notes.append(f"Counted, not corrected: differences between {what} may be the coder's errors.")
    else:
        notes.append(
            f"Where intervals of two {what} do not overlap they differ; where they do they may differ all "
            f"the "
            "same. Differences with a test: textmine prevalence --by --differences."
        )
    title = f"Themes over the waves ({by})" if is_wave else f"Themes by {by}"
    return make_section(
        f"by-{by}", title, tables=[table], figures=[plot.name for plot in plots], notes=notes
    ), plots


def describe_pairs(material: Material) -> tuple[dict[str, Any], list[Plot]]:
    """Which themes stand together in what one respondent wrote."""
    pairs, base = protect_together(
        material.read.coded, list(material.owners), material.rule, most=MOST_PAIRED
    )
    rows: list[dict[str, Any]] = []
    codes = [str(code) for code in pairs.columns]
    counts = [[None if cell == HIDDEN else int(cell) for cell in row] for row in pairs.to_numpy(dtype=object)]
    for i, one in enumerate(codes):
        for j, other in enumerate(codes[i + 1 :], i + 1):
            both, own, its = counts[i][j], counts[i][i], counts[j][j]
            rows.append(
                {
                    "one": material.names[one],
                    "other": material.names[other],
                    "both": HIDDEN if both is None else both,
                    "lift": None if both is None or not own or not its else both * base / (own * its),
                    "figure": material.figure("pair", one, other),
                }
            )
    rows.sort(key=lambda row: -1 if row["both"] == HIDDEN else -int(row["both"]) - 1)
    columns = {
        "one": ("theme", "text"),
        "other": ("and", "text"),
        "both": ("respondents with both", "count"),
        "lift": ("times as often as by chance", "number"),
        "figure": ("figure", "id"),
    }
    left_out = len(material.read.coded.codes) - len(codes)
    why = [f"Only the {len(codes)} commonest themes are compared, {left_out} are not."] if left_out else []
    plot = plot_pairs(pairs.rename(index=material.names, columns=material.names), base)
    return make_section(
        "together",
        "Themes that stand together",
        lead=[f"Respondents of {base:,} whose answers carry both themes, counted by the coder."],
        tables=[make_table("together", "Pairs of themes", columns, rows)],
        figures=[plot.name],
        notes=[
            *why,
            "1 is as often as if the two had nothing to do with each other.",
            _say_rule(material),
        ],
    ), [plot]


def _list_rows(material: Material, by: str) -> list[dict[str, Any]]:
    """A row a code (and question, and group): what is shown, and its figure's id."""
    shares = _index_shares(material)
    rows = []
    for (question, column, group, code), cell in material.cells.items():
        if column != by or code not in material.names:
            continue
        hidden = cell.hidden
        row: dict[str, Any] = {
            "code": code,
            "name": material.names[code],
            "question": question,
            "by": by,
            "group": group,
            "n": cell.n,
            "respondents": HIDDEN if hidden else cell.count,
            "naive": HIDDEN if hidden else cell.share,
            "figure": material.figure("share", code, question, by, group),
        }
        found = shares.get((question, by, group, code))
        if hidden:
            row |= {"estimate": HIDDEN, "low": HIDDEN, "high": HIDDEN}
        elif found is not None and found["estimate"] == found["estimate"]:
            row |= {name: float(found[name]) for name in ("estimate", "low", "high")}
        else:
            read = 0 if found is None else int(found["n_read"])
            needed = texts_to_read(float(cell.share), int(cell.n))
            row["estimate"] = f"not estimable: read {max(needed - read, 1)} more"
        if found is not None:
            row["n_read"] = int(found["n_read"])
            if not hidden and found["naive"] == found["naive"]:  # of the same base as the corrected share
                row["naive"] = float(found["naive"])
            row["base_in_words"] = str(found["base_in_words"])
        rows.append(row)
    place = {code: number for number, code in enumerate(material.names)}
    if by:
        rows.sort(key=lambda row: (row["question"], place[row["code"]]))
    else:
        rows.sort(key=lambda row: (row["question"], -_size(row), place[row["code"]]))
    return rows


def _index_shares(material: Material) -> Mapping[tuple[str, str, str, str], Mapping[Any, Any]]:
    if material.shares is None:
        return {}
    masked = mask_shares(material.shares, material.cells)
    return {find_key(row, material.cells): row for row in masked.to_dict("records")}


def _draw_all(material: Material, rows: list[dict[str, Any]], by: str) -> list[Plot]:
    """A figure a question."""
    plots = []
    for question in dict.fromkeys(row["question"] for row in rows):
        mine = [row for row in rows if row["question"] == question]
        frame = pd.DataFrame(mine)
        for name in ("estimate", "low", "high", "naive"):
            values = frame[name] if name in frame else pd.Series(None, index=frame.index)
            frame[name] = pd.to_numeric(values, errors="coerce").astype(float)
        name = "-".join(part for part in ("themes", by, question) if part)
        title = " ".join(
            part
            for part in (
                "How common each theme is",
                f"by {by}" if by else "",
                f"({question})" if question else "",
            )
            if part
        )
        if by and by == material.wave:
            plots.append(plot_waves(frame, name=name, title=title, corrected=material.shares is not None))
        elif by:
            parts = _part_themes(frame)
            for number, part in enumerate(parts, 1):
                told = f" ({number} of {len(parts)})" if len(parts) > 1 else ""
                own = f"{name}-{number}" if len(parts) > 1 else name
                corrected = material.shares is not None
                plots.append(plot_groups(part, name=own, title=f"{title}{told}", corrected=corrected))
        elif material.shares is None:
            plots.append(plot_naive(frame, name=name, title=title))
        else:
            plots.append(plot_shares(frame, name=name, title=title))
    return plots


def _part_themes(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """The rows of a figure by group in parts of whole themes, each of no more rows than fit a page."""
    themes = list(dict.fromkeys(frame["code"]))
    most = max(_MOST_ROWS // max(frame["group"].nunique(), 1), 1)
    parts = [themes[at : at + most] for at in range(0, len(themes), most)]
    return [frame[frame["code"].isin(set(part))] for part in parts]


def _size(row: Mapping[str, Any]) -> float:
    for name in ("estimate", "naive"):
        if isinstance(row.get(name), float):
            return float(row[name])
    return -1.0


def _say_base(material: Material) -> str:
    counted = (
        "Respondents are counted once for a theme"
        if material.owners_known
        else ("No column of respondents is known, so each text is taken for a person")
    )
    if material.shares is None:
        return f"{counted}; counted is what the coder gave."
    words = list(dict.fromkeys(material.shares["base_in_words"].astype(str)))
    base = f"Corrected shares are of {words[0]}." if len(words) == 1 else ""
    return f"{base} {counted}; corrected by what people read at random ({ESTIMATOR}).".strip()


def _say_rule(material: Material) -> str:
    return f"Disclosure rule {material.rule.name}: {material.rule.in_words()}"


def _say_validity(material: Material, by: str) -> list[str]:
    """What ``estimate_prevalence`` says of its rows, each sentence once with how many rows it is of."""
    if material.shares is None:
        return []
    table = mask_shares(material.shares, material.cells)
    table = table[(table["by"] == by) & ~table["hidden"]]
    said: dict[str, int] = {}
    for cell in table["validity"].astype(str):
        for note in filter(None, _NOTES.split(cell)):
            if not note.startswith(("only ", "not estimable")):
                said[note] = said.get(note, 0) + 1
    return [
        f"{note[0].upper()}{note[1:]}{'' if count == len(table) else f' ({count} of {len(table)} figures)'}."
        for note, count in said.items()
    ]
