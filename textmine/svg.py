"""The pieces that every figure is drawn with, as svg text: one look, one way to save."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from textmine.files import atomic_path, atomic_text

INK, FAINT, GRID = "#1f2933", "#6b7785", "#d9dee4"
#: Told apart by the colour-blind too.
COLOURS = ("#0b6e99", "#c2570c", "#5b7f2b", "#7a4ea3")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FONT = "font-family='system-ui, Segoe UI, Helvetica, Arial, DejaVu Sans, sans-serif'"


def draw_text(
    x: float,
    y: float,
    words: str,
    size: float,
    fill: str = INK,
    *,
    anchor: str = "start",
    weight: str = "normal",
    title: str = "",
) -> str:
    """Words at a place in pixels; ``title`` is shown where the pointer rests.

    >>> draw_text(1, 2, "a < b", 11)[-16:]
    '>a &lt; b</text>'
    """
    hover = f"<title>{escape(title)}</title>" if title else ""
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' fill='{fill}' text-anchor='{anchor}' "
        f"font-weight='{weight}'>{escape(words)}{hover}</text>"
    )


def draw_line(
    x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1, *, dash: bool = False
) -> str:
    """A straight line between two places in pixels."""
    dashes = " stroke-dasharray='5 4'" if dash else ""
    return (
        f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' stroke='{colour}' "
        f"stroke-width='{width}'{dashes}/>"
    )


def frame_svg(width: float, height: float, title: str, body: Sequence[str]) -> str:
    """A whole figure of its parts; ``title`` is read to those who do not see it.

    Control codes in words from data, which no svg can hold, become a mark.

    >>> frame_svg(20, 10, "Shares", []).count("aria-label='Shares'")
    1
    """
    head = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width:.0f} {height:.0f}' "
        f"width='{width:.0f}' height='{height:.0f}' role='img' aria-label='{escape(title)}' {_FONT}>"
    )
    whole = "\n".join([head, "<rect width='100%' height='100%' fill='#ffffff'/>", *body, "</svg>", ""])
    return mark_controls(whole)


def mark_controls(svg: str) -> str:
    r"""The text with a mark in place of each control code, which no svg can hold.

    >>> mark_controls("money\x1b")
    'money�'
    """
    return _NO_XML.sub("\ufffd", svg)


def shorten(words: str, most: int) -> str:
    """The words, or their first ``most - 1`` characters and an ellipsis.

    >>> shorten("divisions between schools", 10)
    'divisions…'
    """
    return words if len(words) <= most else f"{words[: most - 1]}…"


def render_png(svg: str) -> bytes:
    """The figure as a picture, twice its size."""
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=2))


def write_figure(svg: str, stem: Path) -> list[Path]:
    """The figure as ``stem.html``, which needs nothing else, and ``stem.png``; gives both paths."""
    page, picture = stem.with_suffix(".html"), stem.with_suffix(".png")
    head = "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>textmine</title></head><body>"
    with atomic_text(page) as handle:
        handle.write(f"{head}\n{svg}</body></html>\n")
    with atomic_path(picture) as temporary:
        temporary.write_bytes(render_png(svg))
    return [page, picture]
