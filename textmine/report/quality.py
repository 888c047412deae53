"""The sections on the coder: what went to review, and how good it is beside people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.coded import BANDS
from textmine.errors import InputError
from textmine.reading import read_table
from textmine.report.blocks import make_section, make_table
from textmine.report.material import Material
from textmine.report.plots import Plot, plot_agreement, plot_quality, plot_reliability

_FIGURE = re.compile(r"(-?[\d.]+)(?: \((-?[\d.]+) to (-?[\d.]+)\))?")
_MEASURES = ("precision", "recall", "f1")
_PER_CODE, _AGREEMENT, _RELIABILITY = "per_code.csv", "agreement_differences.csv", "reliability.csv"


def describe_review(material: Material) -> dict[str, Any]:
    """What the coder was sure of and what a person is to read, code by code."""
    coded = material.read.coded
    bands = coded.band_numbers
    read = material.read
    if "band" in read.long.columns:  # the folder knows of a certificate
        said = read.long.groupby(["code", "band"]).size()
        counts = {
            code: (int(said.get((code, "accept"), 0)), int(said.get((code, "review"), 0)))
            for code in coded.codes
        }
    else:
        counts = {
            code: (
                int((bands[:, place] == BANDS.index("accept")).sum()),
                int((bands[:, place] == BANDS.index("review")).sum()),
            )
            for place, code in enumerate(coded.codes)
        }
    rows = [
        {
            "name": material.names[code],
            "accepted": accepted,
            "review": review,
            "figure": material.figure("review", code),
        }
        for code, (accepted, review) in counts.items()
    ]
    columns = {
        "name": ("theme", "text"),
        "accepted": ("taken as coded", "count"),
        "review": ("to be read by a person", "count"),
        "figure": ("figure", "id"),
    }
    said_counts = dict(read.provenance.get("counts") or {})
    units = int(said_counts.get("to_review") or 0)
    total = int(coded.is_coded.sum())
    certificate = read.provenance.get("certificate")
    lead = [
        f"{units:,} of {total:,} texts have at least one code that a person is to read (review.csv lists "
        f"them)."
    ]
    if not certificate:
        lead.append("No certificate: nothing is taken as coded without a person having read it.")
    return make_section(
        "review", "What went to review", lead=lead, tables=[make_table("review", "Codes", columns, rows)]
    )


def describe_coder(material: Material) -> tuple[dict[str, Any], list[Plot]]:
    """How good the coder is, code by code, beside how well people agree."""
    quality = material.quality
    title = "How good the coder is"
    if not quality or not quality["codes"]:
        said = "Not known: no model card and no evaluation of this coder was found. Give --evaluation DIR."
        return make_section("coder", title, lead=[said]), []
    agreement = {row["code"]: row for row in quality.get("agreement") or []}
    rows = []
    for row in quality["codes"]:
        if row["code"] in material.names:
            beside = agreement.get(row["code"], {})
            rows.append(
                {
                    **row,
                    "name": material.names[row["code"]],
                    **{key: beside.get(key) for key in ("machine_human", "human_human", "verdict")},
                    "figure": material.figure("coder", row["code"]),
                }
            )
    columns: dict[str, tuple[str, str]] = {"name": ("theme", "text"), "n_human": ("coded by people", "count")}
    for measure in _MEASURES:
        columns |= {
            measure: ("F1" if measure == "f1" else measure, "number"),
            f"{measure}_low": ("95% from", "number"),
            f"{measure}_high": ("to", "number"),
        }
    columns |= {
        "machine_human": ("alpha, coder with people", "number"),
        "human_human": ("alpha, people with each other", "number"),
        "verdict": ("as good as a second coder", "text"),
        "figure": ("figure", "id"),
    }
    frame = pd.DataFrame(rows)
    plots = [plot_quality(frame)]
    if agreement:
        plots.append(plot_agreement(frame))
    if quality.get("reliability") is not None:
        plots.append(plot_reliability(quality["reliability"]))
    notes = [
        "Precision: of what the coder gave, the share that people gave too. Recall: of what people gave, the "
        "share that the coder found."
    ]
    if material.shares is not None:
        notes[0] += " Shares above are corrected for both kinds of error where people read."
    if not agreement:
        notes.append(
            "Agreement of people with each other is not known here: textmine evaluate --second-coder "
            "measures "
            "it on the same texts."
        )
    table = make_table("coder", "Code by code", columns, rows)
    return make_section(
        "coder",
        title,
        lead=[quality["source"]],
        tables=[table],
        figures=[plot.name for plot in plots],
        notes=notes,
    ), plots


def read_evaluation(folder: Path) -> dict[str, Any]:
    """The figures of a folder that ``textmine evaluate`` wrote.

    Raises ``InputError`` where it holds no figures of the codes.
    """
    if not (folder / _PER_CODE).is_file():
        raise InputError(f"{folder} holds no {_PER_CODE}. Give a folder that textmine evaluate --out wrote.")
    wanted = ["n_human", *(f"{m}{end}" for m in _MEASURES for end in ("", "_low", "_high"))]
    found: dict[str, Any] = {
        "source": "Measured on texts that people coded (textmine evaluate); intervals by respondent.",
        "codes": _read_rows(folder / _PER_CODE, wanted),
        "agreement": [],
        "reliability": None,
    }
    if (folder / _AGREEMENT).is_file():
        found["agreement"] = _read_rows(folder / _AGREEMENT, ["machine_human", "human_human"], "verdict")
    if (folder / _RELIABILITY).is_file():
        table = read_table(folder / _RELIABILITY).frame
        numbers = [name for name in table.columns if name != "code"]
        table[numbers] = table[numbers].apply(pd.to_numeric, errors="coerce")
        found["reliability"] = table.dropna(subset=["mean_probability", "share"]).reset_index(drop=True)
    return found


def read_card(card: str) -> dict[str, Any]:
    """The figures of a model card: precision, recall and F1 of each code, and agreement where it has it.

    >>> read_card("| code | human | precision |\\n|---|---|---|\\n| a | 9 | 0.80 (0.73 to 0.86) |")["codes"]
    [{'code': 'a', 'n_human': 9.0, 'precision': 0.8, 'precision_low': 0.73, 'precision_high': 0.86}]
    """
    codes: list[dict[str, Any]] = []
    agreement: list[dict[str, Any]] = []
    for header, rows in _find_tables(card):
        places = {name: number for number, name in enumerate(header)}
        if "precision" in places and "code" in places and not codes:
            codes = [_read_code(row, places) for row in rows]
        elif "machine and human" in places and "human and human" in places:
            agreement = [
                {
                    "code": row[places["code"]],
                    "machine_human": _read_figure(row[places["machine and human"]])[0],
                    "human_human": _read_figure(row[places["human and human"]])[0],
                    "verdict": row[-1],
                }
                for row in rows
            ]
    said = "From the model's card: cross-validated by respondent on the texts that it was made with, "
    said += "not measured on this wave."
    return {"source": said, "codes": codes, "agreement": agreement, "reliability": None}


def _read_code(row: list[str], places: Mapping[str, int]) -> dict[str, Any]:
    found: dict[str, Any] = {"code": row[places["code"]].strip("`")}
    if "human" in places:
        found["n_human"] = _read_figure(row[places["human"]])[0]
    for measure, name in (("precision", "precision"), ("recall", "recall"), ("f1", "F1")):
        if name in places:
            middle, low, high = _read_figure(row[places[name]])
            found |= {measure: middle, f"{measure}_low": low, f"{measure}_high": high}
    return found


def _read_figure(cell: str) -> tuple[float | None, float | None, float | None]:
    found = _FIGURE.match(cell.strip())
    if not found:
        return None, None, None
    middle, low, high = (None if part is None else float(part) for part in found.groups())
    return middle, low, high


def _find_tables(text: str) -> list[tuple[list[str], list[list[str]]]]:
    tables: list[tuple[list[str], list[list[str]]]] = []
    open_ = False
    for line in text.splitlines():
        if not line.startswith("|"):
            open_ = False
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not open_:
            tables.append((cells, []))
            open_ = True
        elif not set("".join(cells)) <= set("-: "):
            tables[-1][1].append(cells + [""] * (len(tables[-1][0]) - len(cells)))
    return tables


def _read_rows(path: Path, numbers: list[str], *words: str) -> list[dict[str, Any]]:
    frame = read_table(path).frame
    rows = []
    for row in frame.to_dict("records"):
        found: dict[str, Any] = {"code": str(row["code"])}
        for name in numbers:
            value = pd.to_numeric(row.get(name, ""), errors="coerce")
            found[name] = None if value != value else float(value)
        found |= {name: str(row.get(name, "")) for name in words}
        rows.append(found)
    return rows
