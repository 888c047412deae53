"""How things show themselves in a notebook: small, escaped html that reads on a light and a dark page."""

from __future__ import annotations

import html
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

import pandas as pd

from textmine.spans import Span, merge_spans

#: Rows of a table that are shown, unless said otherwise, and characters of a cell.
MOST_ROWS, LONGEST_CELL = 20, 200
#: Characters of a text that are shown whole; of a longer one, the parts around its evidence.
LONGEST_TEXT, _AROUND = 700, 240

_STYLE = (
    "<style>.textmine{max-width:70em;font-size:.95em;overflow-x:auto}"
    ".textmine td.wide{min-width:22em}.textmine table{border-collapse:collapse;margin:.4em 0}"
    ".textmine caption{text-align:left;font-weight:600;padding:.2em 0}"
    ".textmine th,.textmine td{text-align:left;vertical-align:top;padding:.2em .7em .2em 0;"
    "border-bottom:1px solid rgba(128,128,128,.35);background:none;color:inherit}"
    ".textmine td.n,.textmine th.n{text-align:right;font-variant-numeric:tabular-nums}"
    ".textmine mark{background:rgba(255,196,0,.32);color:inherit;border-bottom:2px solid #b98900}"
    ".textmine .said{margin:.1em 0 .8em;padding-left:.8em;border-left:3px solid rgba(128,128,128,.45);"
    "white-space:pre-wrap;overflow-wrap:anywhere}.textmine .about{font-size:.88em;opacity:.85}"
    ".textmine h4,.textmine h5{margin:.7em 0 .3em}.textmine p{margin:.3em 0}</style>"
)


def escape(value: Any) -> str:
    """A value as text that html takes for text, whatever stands in it.

    >>> escape("<script>alert(1)</script>")
    '&lt;script&gt;alert(1)&lt;/script&gt;'
    """
    return html.escape("" if value is None else str(value), quote=True)


def show_card(title: str, parts: Iterable[str] = (), *, about: str = "", notes: Sequence[str] = ()) -> str:
    """The html of a thing: its title, a line about it, its parts (html already) and notes.

    >>> "<script>" in show_card("<script>", about="<script>")
    False
    """
    body = "".join(parts)
    line = f"<p>{escape(about)}</p>" if about else ""
    said = "".join(f'<p class="about">{escape(note)}</p>' for note in notes)
    return f'{_STYLE}<div class="textmine"><h4>{escape(title)}</h4>{line}{body}{said}</div>'


def show_table(
    frame: pd.DataFrame,
    *,
    caption: str = "",
    most: int = MOST_ROWS,
    shares: Sequence[str] = (),
    longest: int = LONGEST_CELL,
) -> str:
    """A table as html: at most ``most`` rows, long cells cut, ``shares`` in per cent; it says what is cut.

    >>> "and 2 more rows" in show_table(pd.DataFrame({"a": [1, 2, 3]}), most=1)
    True
    """
    numeric = [pd.api.types.is_numeric_dtype(dtype) for dtype in frame.dtypes]
    heads = "".join(
        f'<th scope="col"{_right(is_number)}>{escape(name)}</th>'
        for name, is_number in zip(frame.columns, numeric, strict=True)
    )
    rows = []
    for row in frame.head(most).itertuples(index=False, name=None):
        cells = zip(row, frame.columns, numeric, strict=True)
        rows.append(
            "".join(
                f"<td{_right(is_number)}>{escape(clip(show_value(cell, name in shares), longest))}</td>"
                for cell, name, is_number in cells
            )
        )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    more = len(frame) - len(rows)
    left = f'<p class="about">and {more:,} more rows</p>' if more > 0 else ""
    return f"<table>{said}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{left}"


def show_value(value: Any, share: bool = False) -> str:
    """A cell as it is printed: '–' for what is not known, shares in per cent, figures to three decimals.

    >>> [show_value(0.25, True), show_value(2.0), show_value(None), show_value(float("nan"))]
    ['25.0%', '2', '–', '–']
    """
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return "–"
    if isinstance(value, (bool, str)):
        return str(value)
    if isinstance(value, (int, float)) or hasattr(value, "item"):
        number = float(value)
        if share:
            return f"{100 * number:.1f}%"
        return f"{number:,.0f}" if number == int(number) and abs(number) < 1e15 else f"{number:.3f}"
    return str(value)


def clip(text: str, longest: int) -> str:
    """A text of at most so many characters, with an ellipsis where it was cut.

    >>> clip("training", 6)
    'train…'
    """
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def mark_text(text: str, stretches: Iterable[tuple[int, int]], *, longest: int = LONGEST_TEXT) -> str:
    """A text as html with its stretches (code points, exclusive end) marked; a long one around these only.

    >>> mark_text("It saves <b>", [(3, 8)])
    'It <mark>saves</mark> &lt;b&gt;'
    """
    merged = _merge([(max(s, 0), min(e, len(text))) for s, e in stretches if 0 <= s < e and s < len(text)])
    windows = [(0, len(text))]
    if len(text) > longest:
        around = [(max(s - _AROUND, 0), min(e + _AROUND, len(text))) for s, e in merged[:3]]
        windows = _merge(around) or [(0, longest)]
    parts: list[str] = []
    done = 0
    for first, last in windows:
        parts.append("… " if first > done or (first and not parts) else "")
        at = first
        for start, end in merged:
            if start >= first and end <= last:
                parts += [escape(text[at:start]), f"<mark>{escape(text[start:end])}</mark>"]
                at = end
        parts.append(escape(text[at:last]))
        done = last
    return "".join(parts) + (" …" if done < len(text) else "")


def show_facts(facts: Mapping[str, Any]) -> str:
    """Facts in one line of html: 'name value · name value', those that are empty left out.

    >>> show_facts({"unit": "u1", "stance": ""})
    'unit u1'
    """
    kept = [f"{escape(name)} {escape(value)}" for name, value in facts.items() if value not in ("", None)]
    return " · ".join(kept)


def follow_progress(doing: str) -> Callable[[int, int], None] | None:
    """What to tell how many of how many are done, shown as a bar under a notebook's cell; None elsewhere.

    Nothing is installed or loaded for it: it uses the IPython that a notebook runs in.

    >>> follow_progress("coding") is None
    True
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None or not hasattr(shell, "kernel"):
        return None
    shown: Any = import_module("IPython.display")
    handle = shown.display(shown.HTML(_draw_progress(doing, 0, 1)), display_id=True)

    def tell(done: int, of: int) -> None:
        handle.update(shown.HTML(_draw_progress(doing, done, of)))

    return tell


def _draw_progress(doing: str, done: int, of: int) -> str:
    share = f"{100 * done / max(of, 1):.0f}%"
    said = f"{escape(doing)} {done:,} of {of:,} ({share})"
    return f'<label>{said} <progress value="{done}" max="{max(of, 1)}"></progress></label>'


def _merge(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in merge_spans(Span(start, end) for start, end in spans)]


def _right(is_number: bool) -> str:
    return ' class="n"' if is_number else ""
