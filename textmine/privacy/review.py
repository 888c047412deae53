"""A person's check of a redaction: each find to accept or undo, and what a sample says was missed."""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from scipy.stats import beta

from textmine.errors import InputError
from textmine.files import atomic_text, write_rows
from textmine.privacy.found import KINDS, Cover, Found
from textmine.privacy.redaction import Redacted
from textmine.spans import Span

DECISIONS = ("accept", "undo", "add")
_COLUMNS = ("id", "start", "end", "kind", "rule", "before", "found", "after", "decision")
_AROUND = 60


@dataclass(frozen=True)
class Missed:
    """What a checked sample says was missed.

    ``texts`` were checked, in ``texts_with_missed`` of them something was missed; ``marks`` were made by the
    person, ``missed`` of them had not been found. ``per_1000`` is the texts with something missed in 1,000,
    ``low`` and ``high`` its 95% interval (Clopper and Pearson 1934); ``found_share`` and its interval are the
    share of marks that had been found.
    """

    texts: int
    texts_with_missed: int
    marks: int
    missed: int
    per_1000: float
    low: float
    high: float
    found_share: float | None
    found_low: float | None
    found_high: float | None

    def to_dict(self) -> dict[str, int | float | None]:
        """The same as a plain dict."""
        return asdict(self)


def write_review(redacted: Redacted, texts: Sequence[str], path: Path) -> Path:
    """Write a review of every find: a page for ``.html``, else csv with an empty column ``decision``.

    Either holds the original words around each find, so its owner alone may read the file. The page
    needs no network: A accepts, U undoes, arrows or J and K move, and a button saves the decisions as csv.

    >>> import tempfile
    >>> from textmine.privacy.redaction import redact_texts
    >>> done = redact_texts(["Ask Mrs Patel"], engine=None)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_review(done, ["Ask Mrs Patel"], Path(folder, "review.csv"))
    ...     "Patel" in path.read_text(encoding="utf-8")
    True
    """
    rows = _rows(redacted, texts)
    with atomic_text(path) as handle:
        if path.suffix.lower() in {".html", ".htm"}:
            handle.write(_page(rows))
        else:
            write_rows([_COLUMNS, *rows], handle)
    keep_private(path)
    return path


def read_decisions(
    frame: pd.DataFrame, ids: Sequence[str], texts: Sequence[str], finds: Sequence[Sequence[Found]]
) -> tuple[list[list[Found]], dict[str, int]]:
    """The finds after a person's decisions, and how many were accepted, undone, added and not met.

    ``frame`` has the columns ``id, start, end, decision`` and, for what is added, ``kind``; a blank decision
    accepts. 'undo' takes out the finds that it overlaps, 'add' puts one in (and takes the place of those it
    overlaps). Raises ``InputError`` with the row for a decision, kind or offset that will not do.

    >>> columns = ["id", "start", "end", "kind", "decision"]
    >>> frame = pd.DataFrame([["0", "0", "2", "person", "add"]], columns=columns)
    >>> read_decisions(frame, ["0"], ["Jo came"], [[]])[1]["add"]
    1
    """
    if missing := {"id", "start", "end", "decision"} - set(frame.columns):
        raise InputError(
            f"The decisions lack the columns {', '.join(sorted(missing))}. Use the saved review."
        )
    place = {name: i for i, name in enumerate(ids)}
    now = [list(found) for found in finds]
    counts = dict.fromkeys((*DECISIONS, "not met"), 0)
    for number, row in enumerate(frame.to_dict("records"), 1):
        decision = str(row["decision"]).strip().casefold() or "accept"
        if decision not in DECISIONS:
            raise InputError(f"Row {number} of the decisions: choose among {', '.join(DECISIONS)}.")
        i = place.get(str(row["id"]))
        span = _span(row, number, None if i is None else texts[i])
        met = [] if i is None else [f for f in now[i] if f.span.overlaps(span)]
        if i is None or (decision != "add" and not met):
            counts["not met"] += 1
            continue
        counts[decision] += 1
        if decision != "accept":
            now[i] = [f for f in now[i] if f not in met]
        if decision == "add":
            now[i].append(Found(span, _kind(row, number), "added by a person", 2.0))
            now[i].sort(key=lambda f: f.span)
    return now, counts


def estimate_missed(
    checked: pd.DataFrame, ids: Sequence[str], finds: Sequence[Sequence[Found]], texts: Sequence[str]
) -> Missed:
    """How much a redaction missed, from a sample of texts in which a person marked all that identifies.

    ``checked`` has ``id, start, end`` (offsets into the texts given), a row a mark; a text in which nothing
    was marked has one row with ``start`` and ``end`` empty. The texts are taken to be drawn at random; marks
    that share a code point with a find count as found. Raises ``InputError`` for a missing column or if no id
    is known.

    >>> checked = pd.DataFrame({"id": ["0", "1"], "start": ["0", ""], "end": ["2", ""]})
    >>> found = estimate_missed(checked, ["0", "1"], [[], []], ["Jo came", "More time"])
    >>> found.missed, found.per_1000
    (1, 500.0)
    """
    if missing := {"id", "start", "end"} - set(checked.columns):
        raise InputError(f"The checked sample lacks the columns {', '.join(sorted(missing))}.")
    place = {name: i for i, name in enumerate(ids)}
    seen: dict[int, list[bool]] = {}
    for number, row in enumerate(checked.to_dict("records"), 1):
        i = place.get(str(row["id"]))
        if i is None:
            continue
        marks = seen.setdefault(i, [])
        if str(row["start"]).strip() not in {"", "nan", "None"}:
            marks.append(Cover(finds[i]).meets(_span(row, number, texts[i])))
    if not seen:
        raise InputError("No id of the checked sample is in the input. Use the ids of the input.")
    n, marks_all = len(seen), [mark for marks in seen.values() for mark in marks]
    bad, hit = sum(not all(marks) for marks in seen.values()), sum(marks_all)
    low, high = exact_interval(bad, n)
    share = (hit / len(marks_all), *exact_interval(hit, len(marks_all))) if marks_all else (None, None, None)
    return Missed(
        n, bad, len(marks_all), len(marks_all) - hit, 1000 * bad / n, 1000 * low, 1000 * high, *share
    )


def exact_interval(hits: int, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """The interval of a share by Clopper and Pearson (1934), from beta quantiles; (0, 1) where ``n`` is 0.

    >>> [round(edge, 3) for edge in exact_interval(0, 100)]
    [0.0, 0.036]
    """
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, hits, n - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, n - hits)) if hits < n else 1.0
    return low, high


def keep_private(path: Path) -> None:
    """Let the owner alone read a file, where the system knows such rights (0600)."""
    if os.name == "posix":
        path.chmod(0o600)


def _span(row: Mapping[Any, Any], number: int, text: str | None) -> Span:
    try:
        span = Span(int(float(str(row["start"]))), int(float(str(row["end"]))))
    except ValueError:
        raise InputError(f"Row {number}: start and end must be whole numbers, start before end.") from None
    if text is not None and (span.end > len(text) or not len(span)):
        raise InputError(f"Row {number}: {span.start} to {span.end} is no stretch of a text of {len(text)}.")
    return span


def _kind(row: Mapping[Any, Any], number: int) -> str:
    kind = str(row.get("kind", "")).strip().casefold()
    if kind not in KINDS:
        raise InputError(f"Row {number}: what is added needs a kind. Choose among: {', '.join(KINDS)}.")
    return kind


def _rows(redacted: Redacted, texts: Sequence[str]) -> list[tuple[str, ...]]:
    return [
        (
            name,
            str(one.span.start),
            str(one.span.end),
            one.kind,
            one.rule,
            text[max(0, one.span.start - _AROUND) : one.span.start],
            one.span.slice(text),
            text[one.span.end : one.span.end + _AROUND],
            "",
        )
        for name, text, found in zip(redacted.ids, texts, redacted.finds, strict=True)
        for one in found
    ]


def _page(rows: Sequence[Sequence[str]]) -> str:
    body = "\n".join(
        f'<tr tabindex="-1" data-i="{i}"><td class="d">accept</td><td>{html.escape(row[0])}</td>'
        f"<td>{html.escape(row[3])}<br><small>{html.escape(row[4])}</small></td>"
        f"<td>{html.escape(row[5])}<mark>{html.escape(row[6])}</mark>{html.escape(row[7])}</td></tr>"
        for i, row in enumerate(rows)
    )
    facts = json.dumps([row[:4] for row in rows], ensure_ascii=False).replace("<", "\\u003c")
    parts = {"ROWS": body, "COUNT": str(len(rows)), "FACTS": facts}
    return re.sub("@@(ROWS|COUNT|FACTS)@@", lambda match: parts[match[1]], _PAGE)


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Review of a redaction</title>
<style>
:root{--ink:#1b1b1b;--page:#fff;--line:#bbb;--mark:#ffe08a;--markink:#1b1b1b;--soft:#555;--undo:#a40000;--ring:#1d5fbf}
@media (prefers-color-scheme:dark){:root{--ink:#e8e6e3;--page:#16181b;--line:#4a4e54;--mark:#6b5200;
--markink:#fff;--soft:#a9adb3;--undo:#ff8a80;--ring:#7db4ff}}
body{font:16px/1.5 system-ui,sans-serif;margin:1.5rem auto;max-width:70rem;padding:0 1rem;color:var(--ink);
background:var(--page)}.bar{position:sticky;top:0;background:var(--page);padding:.5rem 0;margin:0}
table{border-collapse:collapse;width:100%}
td,th{padding:.4rem .6rem;border-bottom:1px solid var(--line);text-align:left;
vertical-align:top}td:last-child{overflow-wrap:anywhere}mark{background:var(--mark);color:var(--markink)}
tr.undo mark{background:none;color:inherit;text-decoration:underline}
tr{scroll-margin:5rem}tr:focus{outline:3px solid var(--ring);outline-offset:-3px}td.d{font-weight:bold}
tr.undo td.d{color:var(--undo)}small{color:var(--soft)}button{font:inherit;padding:.3rem .8rem}
@media (max-width:40rem){thead{display:none}tr{display:grid;grid-template-columns:auto auto 1fr;
border-bottom:1px solid var(--line)}td{border:0}td:last-child{grid-column:1/-1}}
</style></head><body>
<h1>Review of a redaction</h1>
<p>This page holds the original words: keep it with the raw data. <b>A</b> accepts, <b>U</b> undoes,
<b>J</b>/<b>K</b> or the arrows move; a click on a row turns its decision. Then save, and run
<code>textmine redact</code> again with <code>--decisions</code>. To add what was missed,
add a row to the saved file: id, start, end, kind, add.</p>
<p class="bar"><button id="save">Save the decisions</button>
<span id="state" role="status">@@COUNT@@ found</span></p>
<table><thead><tr><th scope="col">decision</th><th scope="col">id</th><th scope="col">kind</th>
<th scope="col">in its place</th></tr></thead><tbody>
@@ROWS@@
</tbody></table>
<script>
const facts=@@FACTS@@,rows=[...document.querySelectorAll("tbody tr")];let at=0;
let kept=0;for(const c of JSON.stringify(facts))kept=(kept*31+c.codePointAt(0))|0;
const name="textmine-review-"+kept; // decisions outlast a reload: row numbers alone, no words
function keep(){try{localStorage.setItem(name,rows.map(r=>+r.classList.contains("undo")).join(""))}catch{}}
const undone=()=>rows.filter(r=>r.classList.contains("undo")).length;
function go(i){if(!rows.length)return;at=Math.max(0,Math.min(rows.length-1,i));rows[at].focus()}
function set(r,undo){if(!r)return;r.classList.toggle("undo",undo);r.cells[0].textContent=undo?"undo":"accept";
document.getElementById("state").textContent=rows.length+" found, "+undone()+" undone";keep()}
rows.forEach((r,i)=>r.addEventListener("click",()=>{set(r,!r.classList.contains("undo"));go(i)}));
document.addEventListener("keydown",e=>{if(e.ctrlKey||e.metaKey||e.altKey)return;const k=e.key.toLowerCase();
if(k==="a"||k==="u"){set(rows[at],k==="u");go(at+1)}else if(k==="j"||k==="arrowdown"){go(at+1)}
else if(k==="k"||k==="arrowup"){go(at-1)}else return;e.preventDefault()});
document.getElementById("save").addEventListener("click",()=>{const q=s=>'"'+String(s).replace(/"/g,'""')+'"';
const lines=["id,start,end,kind,decision"].concat(facts.map((f,i)=>
f.map(q).concat(rows[i].classList.contains("undo")?"undo":"accept").join(",")));
const a=document.createElement("a");
a.href=URL.createObjectURL(new Blob([lines.join("\\n")+"\\n"],{type:"text/csv"}));
a.download="decisions.csv";a.click()});
let old="";try{old=localStorage.getItem(name)||""}catch{}
rows.forEach((r,i)=>{if(old[i]==="1")set(r,true)});go(0);
</script></body></html>
"""
