"""The sections on what stands beside the themes: topics that nobody defined, and an earlier wave."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from textmine.errors import InputError
from textmine.reading import read_table
from textmine.report.blocks import make_section, make_table
from textmine.report.material import Material
from textmine.report.plots import Plot
from textmine.report.protecting import protect_report

#: A word of a topic is shown if so many respondents wrote it.
FEWEST_WRITERS = 10
#: Themes named beside a topic.
_NAMED = 3
_WORD = re.compile(r"\w+")
_NONE = "-1"


def describe_topics(material: Material) -> dict[str, Any] | None:
    """Topics with their size, stability and words, and the themes that are frequent in them; None without."""
    if material.topics is None:
        return None
    topics = list(material.topics["topics"])
    said = _count_writers(material, [word for topic in topics for word in topic["words"]])
    themes = _find_themes(material)
    rows, left_out = [], 0
    for topic in topics:
        words = [word for word in topic["words"] if said.get(word, 0) >= FEWEST_WRITERS]
        left_out += len(topic["words"]) - len(words)
        rows.append(
            {
                "topic": f"{topic['id']}: {', '.join(words[:3])}" if words else str(topic["id"]),
                "size": topic["size"],
                "stability": topic["stability"],
                "report": topic["report"],
                "words": ", ".join(words),
                "themes": themes.get(str(topic["id"]), ""),
                "figure": material.figure("topic", str(topic["id"])),
            }
        )
    columns = {
        "topic": ("topic", "text"),
        "size": ("texts", "count"),
        "stability": ("stability", "number"),
        "report": ("fit to report", "text"),
        "words": ("words", "text"),
        "themes": ("themes frequent in it", "text"),
        "figure": ("figure", "id"),
    }
    notes = [
        "A topic is a group of texts that a machine found alike; nobody defined it. Behind a theme "
        "stands how "
        "many times as frequent it is in the topic as in all. A topic without a theme may be what the "
        "codebook "
        "misses.",
    ]
    if left_out:
        notes.append(f"{left_out} words are left out: fewer than {FEWEST_WRITERS} respondents wrote them.")
    table = make_table("topics", "Topics", columns, rows)
    return make_section("topics", "Topics beside the themes", tables=[table], notes=notes)


def describe_waves(material: Material) -> tuple[dict[str, Any] | None, list[Plot]]:
    """What changed since an earlier wave, as ``textmine waves`` found it; None without."""
    if material.waves is None:
        return None, []
    from textmine.waves.figures import draw_changes

    codes, names = material.waves["codes"], material.waves["names"]
    rows = []
    for row in codes.to_dict("records"):
        parts = [str(row[key]) for key in ("code", "question", "by", "group")]
        rows.append(
            {
                **row,
                "name": material.names.get(str(row["code"]), str(row["code"])),
                "figure": material.figure("wave", *parts),
            }
        )
    columns = {
        "name": ("theme", "text"),
        "question": ("question", "text"),
        "group": ("group", "text"),
        "before": (names[0], "share"),
        "after": (names[1], "share"),
        "change": ("change", "share"),
        "low": ("95% from", "share"),
        "high": ("to", "share"),
        "changed": ("found", "text"),
        "detectable": ("would have been found from", "share"),
        "figure": ("figure", "id"),
    }
    title = f"What changed from {names[0]} to {names[1]}"
    alt = f"{title}: {len(rows)} figures. They stand in the table below."
    shown = codes.assign(code=[row["name"] for row in rows])
    plot = Plot("changes", title, alt, draw_changes(shown, *names))
    notes = [
        "A change that was not found may be there: the last column but one says how large it would have "
        "had to be."
    ]
    return make_section(
        "changes",
        title,
        tables=[make_table("changes", "Changes of the themes", columns, rows)],
        figures=[plot.name],
        notes=notes,
    ), [plot]


def read_topics(folder: Path) -> dict[str, Any]:
    """What ``textmine topics --out`` wrote: the topics, and each text's topic.

    Raises ``InputError`` where the folder lacks either.
    """
    path = folder / "topics.json"
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        topics = [
            {key: topic[key] for key in ("id", "words", "size", "stability", "report")}
            for topic in said["topics"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            f"{folder} holds no topics.json to read. Give what textmine topics --out wrote."
        ) from None
    frame = read_table(folder / "assignments.csv").frame
    pairs = zip(frame["id"].astype(str), frame["topic"].astype(str), strict=True)
    return {"topics": topics, "assigned": dict(pairs), "fingerprint": said.get("fingerprint")}


def read_waves(folder: Path) -> dict[str, Any]:
    """What ``textmine waves --out`` wrote of the codes. Raises ``InputError`` where the folder lacks it."""
    path = folder / "codes.csv"
    if not path.is_file():
        raise InputError(f"{folder} holds no codes.csv. Give what textmine waves --out wrote.")
    frame = read_table(path).frame
    numbers = [name for name in ("before", "after", "change", "low", "high", "detectable") if name in frame]
    needed = {"code", "question", "by", "group", "changed"}
    if not needed <= set(frame.columns) or len(numbers) < 6:
        raise InputError(f"{path} is no table of changes. Give what textmine waves --out wrote.")
    frame[numbers] = frame[numbers].apply(pd.to_numeric, errors="coerce")
    return {"codes": frame, "names": ("before", "now")}


def _count_writers(material: Material, words: Sequence[str]) -> dict[str, int]:
    """How many respondents wrote each word (or words in a row)."""
    wanted = {word: f" {' '.join(_WORD.findall(word.casefold()))} " for word in dict.fromkeys(words)}
    writers: dict[str, set[str]] = {word: set() for word in wanted}
    for text, owner in zip(material.read.column("text"), material.owners, strict=True):
        line = f" {' '.join(_WORD.findall(text.casefold()))} "
        for word, form in wanted.items():
            if len(writers[word]) < FEWEST_WRITERS and form in line:
                writers[word].add(owner)
    return {word: len(found) for word, found in writers.items()}


def _find_themes(material: Material) -> dict[str, str]:
    """By topic the themes that are frequent in it, with how many times as frequent, as may be shown."""
    assert material.topics is not None
    assigned = material.topics["assigned"]
    units = [str(unit) for unit in material.read.coded.decisions.index]
    topics = [assigned.get(unit, _NONE) for unit in units]
    if all(topic == _NONE for topic in topics):
        return {}
    cells = protect_report(
        material.read.coded,
        list(material.owners),
        [""] * len(units),
        {"topic": topics},
        material.rule,
        several=("topic",),
    )
    # A respondent counts once in each topic, in it and in the whole that it is held beside.
    pairs = [f"{topic}\x1f{owner}" for topic, owner in zip(topics, material.owners, strict=True)]
    given = material.given.groupby(np.array(pairs, dtype=object)).max().mean()
    found: dict[str, list[tuple[float, str]]] = {}
    for (_, by, topic, code), cell in cells.items():
        overall = float(given[code])
        if by != "topic" or cell.hidden or not isinstance(cell.share, float) or not overall:
            continue
        found.setdefault(topic, []).append((cell.share / overall, material.names[code]))
    return {
        topic: ", ".join(
            f"{name} (x{lift:.1f})" for lift, name in sorted(lifts, reverse=True)[:_NAMED] if lift > 1
        )
        for topic, lifts in found.items()
    }
