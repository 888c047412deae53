"""One page of html with all that an evaluation found; no script, no network, nobody's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from textmine.coding.comparison import ALL_CODES
from textmine.coding.evaluation import Evaluation
from textmine.coding.faithfulness import Faithfulness, say_faithfulness
from textmine.coding.figures import Series, draw_intervals
from textmine.coding.second_coder import MACHINE, CoderAgreement
from textmine.coding.subgroups import TOO_FEW, Subgroups

_STYLE = """\
body { font: 15px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; color: #1f2933;
  background: #fff; max-width: 1000px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.4rem; }
table { border-collapse: collapse; font-size: 13px; margin: .8rem 0; }
th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid #e3e7eb; text-align: left; vertical-align: top; }
th { font-weight: 600; border-bottom: 1px solid #9aa5b1; }
td { font-variant-numeric: tabular-nums; } td:not(:last-child) { white-space: nowrap; }
td.n { text-align: right; }
.few, small, .lead { color: #52606d; } .flag { font-weight: 600; color: #a3400a; }
.wide { overflow-x: auto; } svg { max-width: 100%; height: auto; }
"""
_MEASURES = {
    "micro_f1": ("micro F1", "over all codes given, each counting the same"),
    "macro_f1": ("macro F1", "mean over codes, the rare counting as much as the common"),
    "samples_f1": ("samples F1", "mean over texts"),
    "macro_average_precision": ("average precision", "mean over codes; does not hang on thresholds"),
    "mean_calibration_error": ("calibration error", "mean over codes; 0 is best"),
}


def write_page(
    name: str,
    evaluation: Evaluation,
    *,
    counts: Mapping[str, int],
    notes: Sequence[str],
    reliability: str,
    confusion: pd.DataFrame,
    subgroups: Subgroups | None = None,
    agreement: CoderAgreement | None = None,
    evidence: Faithfulness | None = None,
    files: Mapping[str, str],
) -> str:
    """The page as html; ``reliability`` is a figure's svg, ``files`` what stands beside the page."""
    said = (
        f"{counts['texts']} texts by {counts['respondents']} respondents, coded by people and by the model, "
        f"which was trained on {counts['texts_trained_on']} of them and judged there by scores of models "
        "that had not seen them. Intervals are 95%, from bootstrap samples of respondents."
    )
    parts = [
        f"<h1>How good is {escape(name)}?</h1>",
        f"<p class='lead'>{escape(said)}</p>",
        _overall_table(evaluation.overall),
        _list([escape(note) for note in notes]),
        "<h2>Code by code</h2>",
        "<p class='lead'>Precision: of what the model gave, the share that people gave too. Recall: of what "
        "people gave, the share that the model found. Behind the calibration error: what chance gives.</p>",
        _code_table(evaluation.per_code),
    ]
    if evidence is not None and evidence.table["n"].iloc[0]:
        parts += ["<h2>Is the evidence the reason?</h2>", *_evidence_parts(evidence)]
    if agreement is not None:
        parts += ["<h2>Beside a second human coder</h2>", *_agreement_parts(agreement)]
    if reliability:
        parts += ["<h2>Probabilities</h2>", f"<div class='wide'>{reliability}</div>"]
    if subgroups is not None:
        parts += ["<h2>Subgroups</h2>", *_subgroup_parts(subgroups)]
    parts += ["<h2>Which codes are taken for which</h2>", *_confusion_parts(confusion)]
    parts += ["<h2>Files beside this page</h2>", _table(("file", "what it holds"), list(files.items()))]
    head = (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>Evaluation of {escape(name)}</title>\n<style>\n{_STYLE}</style></head><body>"
    )
    return "\n".join([head, *parts, "</body></html>", ""])


def _overall_table(overall: pd.DataFrame) -> str:
    rows = []
    for row in overall.to_dict("records"):
        name, what = _MEASURES.get(row["measure"], (row["measure"], ""))
        shown = _number(row["value"], 3)
        rows.append((name, _Number(shown), f"{_number(row['low'], 3)} to {_number(row['high'], 3)}", what))
    return _table(("measure", "value", "95% interval", ""), rows)


def _code_table(per_code: pd.DataFrame) -> str:
    heads = ("code", "texts", "human", "model", "precision", "recall", "F1", "average precision")
    rows = []
    for row in per_code.to_dict("records"):
        error = f"{_number(row['calibration_error'], 3)} ({_number(row['calibration_error_by_chance'], 3)})"
        figures = [_figure(row, m) for m in ("precision", "recall", "f1", "average_precision")]
        numbers = [_Number(str(row[c])) for c in ("n", "n_human", "n_coder")]
        rows.append((row["code"], *numbers, *figures, error))
    return _table((*heads, "calibration error"), rows)


def _evidence_parts(evidence: Faithfulness) -> list[str]:
    rows = []
    for row in evidence.table.to_dict("records"):
        share = _Number(_number(row["evidence_share"]))
        kept = [_figure(row, m) for m in ("comprehensiveness", "sufficiency")]
        falls = [_figure(row, m) for m in ("falls", "random_falls")]
        quoted = [_figure(row, m) for m in ("overlap", "token_f1")]
        counts = [_Number(str(row[c])) for c in ("n", "n_deleted", "n_quoted")]
        rows.append((row["code"], counts[0], share, *kept, *falls, counts[1], *quoted, counts[2]))
    heads = ("code", "n", "of the words", "comprehensiveness", "sufficiency", "falls without it")
    said = (
        "Codes that the model gave and people gave too. Comprehensiveness: what the code's probability loses "
        "when its evidence is deleted; sufficiency: what it loses when nothing else is left (near 0 is best)."
    )
    return [
        f"<p class='lead'>{escape(' '.join([said, *say_faithfulness(evidence)]))}</p>",
        _table((*heads, "without a random stretch", "of", "overlaps the quote", "token F1", "of"), rows),
    ]


def _agreement_parts(agreement: CoderAgreement) -> list[str]:
    differences = agreement.differences
    rows = []
    for row in differences.to_dict("records"):
        interval = f"{_number(row['difference'])} ({_number(row['low'])} to {_number(row['high'])})"
        numbers = [_Number(str(row[c])) for c in ("n", "n_human")]
        both = [_Number(_number(row[c])) for c in ("machine_human", "human_human")]
        rows.append((row["code"], *numbers, *both, interval, row["verdict"]))
    heads = ("code", "texts", "with the code", "machine and human", "human and human", "difference", "")
    return [
        "<p class='lead'>Krippendorff's alpha: 1 is agreement throughout, 0 is chance. All on the same "
        "texts; agreement with the reference is in agreement.csv.</p>",
        f"<div class='wide'>{_draw_agreement(agreement)}</div>",
        _table(heads, rows),
    ]


def _draw_agreement(agreement: CoderAgreement) -> str:
    pairs = agreement.pairs
    shown = pairs[pairs["kind"].isin(["human-human", "machine-human"])]
    kinds = dict.fromkeys(zip(shown["first"], shown["second"], strict=True))
    order = sorted(kinds, key=lambda pair: pair[0] == MACHINE)[:4]
    series = [
        _take_series(
            pairs[(pairs["first"] == first) & (pairs["second"] == second)], "alpha", f"{first} with {second}"
        )
        for first, second in order
    ]
    lowest = min((v[1] for one in series for v in one.values if v[1] == v[1]), default=0.0)
    low = 0.0 if lowest >= 0 else -1.0
    return draw_intervals("Agreement (alpha)", list(agreement.differences["code"]), series, low=low)


def _take_series(table: pd.DataFrame, measure: str, name: str) -> Series:
    columns = (table[f"{measure}{end}"].astype(float) for end in ("", "_low", "_high"))
    return Series(name, list(zip(*columns, strict=True)))


def _subgroup_parts(subgroups: Subgroups) -> list[str]:
    parts = [
        "<p class='lead'>All codes together; code by code in subgroups.csv. A group with fewer than ten "
        f"codes, or with very few respondents, is marked '{TOO_FEW}'.</p>"
    ]
    pooled = subgroups.table[subgroups.table["code"] == ALL_CODES]
    heads = ("group", "texts", "respondents", "human", "model", "precision", "recall", "")
    for column, table in pooled.groupby("by", sort=False):
        rows = []
        for row in table.to_dict("records"):
            numbers = [_Number(str(row[c])) for c in ("n", "n_respondents", "n_human", "n_coder")]
            rows.append(
                (row["group"], *numbers, _figure(row, "precision"), _figure(row, "recall"), row["note"])
            )
        series = [_take_series(table, measure, measure) for measure in ("precision", "recall")]
        parts.append(f"<div class='wide'>{draw_intervals(str(column), list(table['group']), series)}</div>")
        parts.append(_table(heads, rows))
    found = subgroups.differences[subgroups.differences["differs"] == "yes"]
    looks = len(subgroups.differences)
    if found.empty:
        return [*parts, f"<p>None of {looks} differences between groups holds after correction.</p>"]
    rows = [
        (
            f"{row['by']}: {row['group']}",
            row["than"],
            row["code"],
            row["measure"],
            f"{row['difference']:+.2f} ({row['low']:+.2f} to {row['high']:+.2f})",
            _Number(f"{row['p_holm']:.4f}"),
        )
        for row in found.to_dict("records")
    ]
    said = f"<p class='flag'>{len(found)} of {looks} differences hold after correction (Holm, 5%).</p>"
    return [*parts, said, _table(("group", "than", "code", "measure", "difference", "p, corrected"), rows)]


def _confusion_parts(confusion: pd.DataFrame) -> list[str]:
    pairs = confusion[(confusion["human"] != "(none)") & (confusion["coder"] != "(none)")].head(15)
    said = (
        "<p class='lead'>Texts where the model missed a code and gave another that people did not. Misses "
        "without such an exchange are in confusion.csv.</p>"
    )
    if pairs.empty:
        return [said, "<p>There is no such pair.</p>"]
    rows = [
        (row["human"], row["coder"], _Number(str(row["n"])), _Number(str(row["of"])))
        for row in pairs.to_dict("records")
    ]
    return [said, _table(("people gave", "the model gave instead", "texts", "of misses"), rows)]


class _Number(str):
    """A cell that stands to the right."""


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = ["<div class='wide'><table>", f"<tr>{''.join(f'<th>{escape(h)}</th>' for h in heads)}</tr>"]
    for row in rows:
        cells = [
            f"<td{' class=n' if isinstance(cell, _Number) else ''}>{escape(str(cell))}</td>" for cell in row
        ]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</table></div>"])


def _list(items: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>" if items else ""


def _figure(row: Any, measure: str) -> str:
    if pd.isna(row[measure]):
        return "-"
    return f"{row[measure]:.2f} ({_number(row[f'{measure}_low'])} to {_number(row[f'{measure}_high'])})"


def _number(value: float, digits: int = 2) -> str:
    return "-" if pd.isna(value) else f"{value:.{digits}f}"
