"""Captions (vtt and srt): cues with their times and voices, without tags and without what repeats."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from textmine.reading.transcripts.lines import Line, tell_time

_CLOCK = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,6})?"
_TIMING = re.compile(rf"^[ \t]*({_CLOCK})[ \t]*-{{1,2}}>[ \t]*({_CLOCK})(?:[ \t].*)?$", re.MULTILINE)
_VOICE = re.compile(r"<v(?:\.[^\s>]{0,80})?\s+([^>\n]{1,120})>")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>|<\d[\d:.]{3,20}>|</[a-z]?>|\{\\[^{}\n]{1,60}\}")
_BLOCK = re.compile(r"\n[^\S\n]*\n(?:NOTE|STYLE|REGION)(?=\s|$)[^\n]*(?:\n(?![^\S\n]*\n)[^\n]*)*")
_MUSIC = re.compile(r"[♪♫]+")
_ENOUGH = 3  # words that must agree before two cues are said to overlap


@dataclass(frozen=True)
class _Cue:
    time: str
    speaker: str
    words: tuple[str, ...]  # lines


def read_cues(text: str) -> list[Line]:
    r"""The lines of a caption file; the first of each cue starts and holds the cue's time.

    Cue numbers, names, settings, notes, styles and tags go; entities are read; ``<v Name>`` gives the
    speaker. Where captions roll (each cue repeats the end of the one before), what repeats is taken once.

    >>> lines = read_cues("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Jo>Hi</v>")
    >>> [(line.speaker, line.time, line.text) for line in lines]
    [('Jo', '00:00:01', 'Hi')]
    """
    cues = [part for cue in _split(text) for part in _split_voices(*cue)]
    cues = [cue for cue in cues if cue.words]
    lines: list[Line] = []
    for cue in _unroll(cues):
        for number, row in enumerate(cue.words):
            first = number == 0
            lines.append(
                Line(row, starts=first, speaker=cue.speaker if first else "", time=cue.time if first else "")
            )
    return lines


def _split(text: str) -> list[tuple[str, list[str]]]:
    """Time and lines of each cue; a cue's number or name above its timing is left out."""
    text = _BLOCK.sub("\n\n", "\n\n" + text)
    timings = list(_TIMING.finditer(text))
    cues: list[tuple[str, list[str]]] = []
    for number, timing in enumerate(timings):
        last = number + 1 == len(timings)
        rows = text[timing.end() : len(text) if last else timings[number + 1].start()].split("\n")
        rows = rows[1:] if rows and not rows[0].strip() else rows
        if not last:
            rows = _drop_cue_name(rows)
        cues.append((tell_time(timing[1]), [row.strip() for row in rows if row.strip()]))
    return cues


def _drop_cue_name(rows: list[str]) -> list[str]:
    """Rows without the number or name of the next cue, which stands right above its timing."""
    while rows and rows[-1] == "":  # what is left of the line end before the timing
        rows = rows[:-1]
        break
    if not rows or not rows[-1].strip():
        return rows
    alone = len(rows) == 1 or not rows[-2].strip()
    if (alone and len(rows) > 1) or rows[-1].strip().isdigit():
        return rows[:-1]
    return rows


def _split_voices(time: str, rows: Sequence[str]) -> list[_Cue]:
    """One cue, or one for each voice in it."""
    cues: list[_Cue] = []
    speaker, words = "", list[str]()
    for row in rows:
        pieces = _VOICE.split(row)
        words.append(_clean(pieces[0]))
        for name, said in zip(pieces[1::2], pieces[2::2], strict=True):
            cues.append(_Cue(time, speaker, tuple(word for word in words if word)))
            speaker, words = html.unescape(name).strip(), [_clean(said)]
    cues.append(_Cue(time, speaker, tuple(word for word in words if word)))
    return cues


def _clean(row: str) -> str:
    plain = html.unescape(_TAG.sub("", row))
    return " ".join(_MUSIC.sub(" ", plain).replace("\u200b", "").split())


def _unroll(cues: Sequence[_Cue]) -> list[_Cue]:
    """Cues without the words that they repeat from the cue before, where the file rolls."""
    overlaps = [_overlap(before, after) for before, after in pairwise(cues)]
    if len(overlaps) < 3 or sum(count > 0 for count in overlaps) < 0.4 * len(overlaps):
        return list(cues)
    kept: list[_Cue] = [cues[0]]
    for cue, count in zip(cues[1:], overlaps, strict=True):
        words = " ".join(cue.words).split()[count:]
        if words:
            kept.append(replace(cue, words=(" ".join(words),)))
    return kept


def _overlap(before: _Cue, after: _Cue) -> int:
    """How many words at the front of a cue are the last ones of the cue before, or all of it."""
    first, second = " ".join(before.words).split(), " ".join(after.words).split()
    if after.speaker and before.speaker and after.speaker != before.speaker:
        return 0
    for count in range(min(len(first), len(second), 60), 0, -1):
        if first[-count:] == second[:count] and (count >= _ENOUGH or count in {len(first), len(second)}):
            return count
    return 0
