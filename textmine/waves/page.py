"""One page that needs nothing else: what was asked of the waves, the answers, the figures and the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from textmine.waves.compare import WaveComparison
from textmine.waves.trend import WaveTrend

_STYLE = """
:root{color-scheme:light}
body{font:15px/1.5 system-ui,'Segoe UI',Helvetica,Arial,'DejaVu Sans',sans-serif;color:#1f2933;
margin:0 auto;max-width:68rem;padding:1.5rem}
h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1.15rem;margin:2rem 0 .4rem}
table{border-collapse:collapse;font-size:13px;margin:.5rem 0}
th,td{padding:.3rem .6rem;border-bottom:1px solid #d9dee4;text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.long{min-width:16rem}.wide{overflow-x:auto}.faint{color:#5b6672}svg{max-width:100%;height:auto}
.badge{display:inline-block;border-radius:.6rem;padding:0 .55rem;font-size:12px;white-space:nowrap}
.yes{background:#c2570c;color:#fff}.not-found{background:#e6eaee}
.not-asked{background:#fff;border:1px solid #9aa3ad}
caption{text-align:left;font-weight:600;padding:.3rem 0}
"""
#: The tables shown: their heading, the columns, and which of these are shares shown in per cent.
_TABLES: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("making", "How the waves were coded", ("what", "code", "old", "new", "means"), ()),
    (
        "codes",
        "Codes: corrected shares and their change",
        ("code", "question", "group", "before", "after", "change", "low", "high", "p_adjusted", "changed",
         "detectable", "naive_change", "n_read_before", "n_read_after", "validity"),
        ("before", "after", "change", "low", "high", "detectable", "naive_change"),
    ),
    (
        "coder",
        "The coder: precision and recall",
        ("code", "measure", "old", "n_old", "new", "n_new", "change", "low", "high", "p_adjusted", "changed",
         "detectable", "note"),
        ("old", "new", "change", "low", "high", "detectable"),
    ),
    (
        "certificate",
        "The certificate, tried on the new wave",
        ("code", "threshold", "read", "right", "precision_low", "verdict", "in_words"),
        (),
    ),
    (
        "words",
        "Words: figures of the texts",
        ("measure", "of", "old", "new", "difference", "low", "high", "p_adjusted", "changed", "detectable",
         "in_words"),
        (),
    ),
    ("themes", "Themes that the old wave lacks", ("theme", "words", "count", "old_count", "p"), ()),
)  # fmt: skip
_FIGURES = {"trend": "Over all waves", "codes": "Codes", "coder": "The coder", "terms": "Words"}


def make_page(
    found: WaveComparison, trend: WaveTrend | None, figures: Mapping[str, str], notes: Sequence[str]
) -> str:
    """The comparison as an html page: answers first, then figures, then tables; no script, nothing fetched.

    ``figures`` are svg texts by name. The page holds words that many respondents used, but no comment.
    """
    title = f"{found.old} and {found.new}: what changed"
    body = [
        f"<h1>{escape(title)}</h1>",
        "<p class='faint'>A change is called found where it is larger than chance would make it, all looks "
        "taken into account. What was not found may be there: the last column says how large it "
        "would have had to be.</p>",
        _show_answers(found.answers),
    ]
    for name, heading in _FIGURES.items():
        if name in figures:
            body.append(f"<h2>{heading}</h2><div class='wide'>{figures[name]}</div>")
    if trend is not None:
        body.append("<h2>Breaks and slopes</h2>")
        body.append(
            _show_table(trend.breaks, tuple(trend.breaks.columns), ())
            if len(trend.breaks)
            else "<p>All waves were coded alike, as far as the folders tell: no series is cut.</p>"
        )
        sentences = "".join(f"<li>{escape(str(s))}</li>" for s in trend.slopes["in_words"])
        body.append(f"<ul>{sentences}</ul>" if sentences else _NO_SLOPE)
    tables = found.tables()
    for name, heading, columns, shares in _TABLES:
        if len(tables[name]):
            table, shared = _take_out_common(tables[name])
            body.append(f"<h2>{heading}</h2>{_show_table(table, columns, shares)}{shared}")
    if notes:
        body.append("<h2>Notes</h2><ul>" + "".join(f"<li>{escape(n)}</li>" for n in notes) + "</ul>")
    head = (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><meta name='viewport' "
        f"content='width=device-width'><title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
    )
    return "\n".join([head, *body, "</body></html>", ""])


#: Columns of sentences.
_LONG = ("validity", "in_words", "means", "note", "words")
_NO_SLOPE = "<p class='faint'>No uncut stretch of three waves or more: no slope is estimated.</p>"


def _show_answers(answers: pd.DataFrame) -> str:
    rows = []
    for row in answers.to_dict("records"):
        kind = str(row["found"]).replace(" ", "-")
        rows.append(
            f"<tr><th scope='row'>{escape(str(row['question']))}</th>"
            f"<td><span class='badge {kind}'>{escape(str(row['found']))}</span></td>"
            f"<td>{escape(str(row['answer']))}</td>"
            f"<td class='faint'>{escape(str(row['detectable']))}</td></tr>"
        )
    head = "".join(f"<th scope='col'>{word}</th>" for word in ("", "", "", "What would have been found"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _take_out_common(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """A table without the notes that stand in each row's ``validity``, and these as a list."""
    if "validity" not in table:
        return table, ""
    rows = [[note for note in str(cell or "").split("; ") if note] for cell in table["validity"]]
    common = [note for note in rows[0] if all(note in row for row in rows)]
    left = ["; ".join(note for note in row if note not in common) for row in rows]
    said = "".join(f"<li>{escape(note)}</li>" for note in common)
    return table.assign(validity=left), f"<p class='faint'>All rows:</p><ul>{said}</ul>" if said else ""


def _show_table(table: pd.DataFrame, columns: tuple[str, ...], shares: tuple[str, ...]) -> str:
    kept = [name for name in columns if table[name].notna().any() and table[name].ne("").any()]
    number = {name: pd.api.types.is_numeric_dtype(table[name]) for name in kept}
    head = "".join(
        f"<th scope='col' class='{'n' if number[name] else ''}'>{escape(name.replace('_', ' '))}"
        f"{' %' if name in shares else ''}</th>"
        for name in kept
    )
    rows = [
        "<tr>"
        + "".join(
            f"<td class='{'n' if number[name] else 'long' if name in _LONG else ''}'>"
            f"{_show(row[name], name in shares)}</td>"
            for name in kept
        )
        + "</tr>"
        for row in table.to_dict("records")
    ]
    return (
        f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _show(value: Any, share: bool) -> str:
    if value is None or value != value:
        return "-"
    if isinstance(value, float):
        return f"{100 * value:.1f}" if share else f"{value:.4g}"
    return escape(str(value))
