"""Quotes of people: where they stand in the text as read, and how far two stretches cover the same words."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.cleaning import clean_text, repair_text
from textmine.coding.deletion import find_words
from textmine.coding.tokens import fold
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.spans import Span, find_quote

#: What stands in a quote for words that were left out.
_LEFT_OUT = re.compile(r"\[?(?:\.{3,}|…)\]?")
#: With this share of shared words among all words of both, two stretches count as the same.
SAME_STRETCH = 0.5


def locate_quotes(corpus: Corpus, quotes: pd.DataFrame) -> pd.DataFrame:
    """The stretches that quotes stand for: ``unit_id, code, start, end``, code points of the texts as read.

    ``quotes`` has ``code``, ``quote``, and ``unit_id`` or ``row`` (the position in the corpus); ``start`` and
    ``end``, where it has them and they are not -1, are taken as they are. Else a quote is found by its words,
    whatever their case, marks and damage, the first time that they stand in the text; a quote with an
    ellipsis is several stretches. A quote that is not found has one row, with -1. Units that the corpus
    lacks are left out. Raises ``InputError`` where a column is missing.

    >>> corpus = Corpus(pd.DataFrame({"doc_id": ["u"], "text": ["It cost Â£90 - cheap, and fun"]}))
    >>> quotes = pd.DataFrame({"unit_id": "u", "code": "money", "quote": ["cost £90 ... fun", "dear"]})
    >>> locate_quotes(corpus, quotes)[["start", "end"]].values.tolist()
    [[3, 12], [26, 29], [-1, -1]]
    """
    missing = {"code", "quote"} - set(quotes.columns)
    if missing or not {"unit_id", "row"} & set(quotes.columns):
        raise InputError("Quotes want the columns code, quote and unit_id (or row); some were not found.")
    ids = corpus.ids
    units = quotes["unit_id"] if "unit_id" in quotes else [ids[row] for row in quotes["row"]]
    place = {unit: i for i, unit in enumerate(ids)}
    texts, rows = corpus.texts, []
    known = {"start", "end"} <= set(quotes.columns)
    starts = quotes["start"].tolist() if known else [-1] * len(quotes)
    ends = quotes["end"].tolist() if known else [-1] * len(quotes)
    said = zip(units, quotes["code"], quotes["quote"], starts, ends, strict=True)
    for unit, code, quote, start, end in said:
        if unit not in place:
            continue
        found = [Span(start, end)] if start >= 0 else find_stretches(str(quote), texts[place[unit]])
        rows += [(unit, code, span.start, span.end) for span in found] or [(unit, code, -1, -1)]
    return pd.DataFrame(rows, columns=["unit_id", "code", "start", "end"])


def number_rows(corpus: Corpus, said: pd.DataFrame | None, what: str = "quote") -> pd.DataFrame | None:
    """Quotes (or stances, by ``what``) with ``row``, their text's position in the corpus, by ``unit_id``.

    Those that have ``row`` are given back as they are, and so is None. Blank ones, and units that the corpus
    lacks, are left out. Raises ``InputError`` where a column is missing, or no unit is in the corpus.

    >>> corpus = Corpus(pd.DataFrame({"doc_id": ["a", "b"], "text": ["We train", "It saves money"]}))
    >>> quotes = pd.DataFrame({"unit_id": ["b", "c"], "code": "money", "quote": ["saves", "dear"]})
    >>> number_rows(corpus, quotes)[["row", "quote"]].values.tolist()
    [[1, 'saves']]
    """
    if said is None or "row" in said:
        return said
    if missing := {"unit_id", "code", what} - set(said.columns):
        raise InputError(
            f"A table of {what}s wants the columns code, {what} and unit_id (or row); "
            f"{', '.join(sorted(missing))} was not found."
        )
    place = {unit: number for number, unit in enumerate(corpus.ids)}
    known = said["unit_id"].astype(str).isin(place)
    if len(said) and not known.any():
        raise InputError(f"No unit of the {what}s is among the texts. Give texts and {what}s the same ids.")
    kept = said[known & said[what].fillna("").astype(str).str.strip().ne("")]
    return kept.assign(row=kept["unit_id"].astype(str).map(place).astype(int))


def find_stretches(quote: str, text: str) -> list[Span]:
    """Where a quote's words stand in a text as read; none where any part of the quote is not found.

    >>> find_stretches("share gladly", "We do SHARE, gladly.")
    [Span(start=6, end=19)]
    """
    repaired = repair_text(text)
    spans = find_words(repaired)
    words = [fold(span.slice(repaired)) for span in spans]
    found: list[Span] = []
    here = 0
    for part in _LEFT_OUT.split(repair_text(quote)):
        wanted = [fold(span.slice(part)) for span in find_words(part)]
        if not wanted:
            continue
        starts = range(here, len(words) - len(wanted) + 1)
        start = next((i for i in starts if words[i : i + len(wanted)] == wanted), None)
        if start is None:  # it may begin or end within a word
            whole = find_quote(quote.strip(), text)
            return [] if whole is None else [whole]
        here = start + len(wanted)
        found.append(Span(spans[start].start, spans[here - 1].end))
    if repaired == text:
        return found
    way_back = clean_text(text).map
    return [way_back.to_raw(span) for span in found]


def compare_words(
    found: npt.NDArray[np.bool_] | Sequence[bool], quoted: npt.NDArray[np.bool_] | Sequence[bool]
) -> dict[str, float]:
    """How far two sets of words agree, given as masks over the words of one text.

    ``overlap``: 1 where they share a word; ``token_precision``: the share of ``found`` that was quoted;
    ``token_recall``: the share of the quoted that was found; ``token_f1``: their harmonic mean (DeYoung et
    al. 2020); ``same_stretch``: 1 where the shared words are half or more of all words of both.

    >>> compare_words([True, True, False, False], [False, True, True, False])["token_f1"]
    0.5
    """
    a, b = np.asarray(found, dtype=bool), np.asarray(quoted, dtype=bool)
    shared, either = int((a & b).sum()), int((a | b).sum())
    return {
        "overlap": float(shared > 0),
        "token_precision": shared / max(int(a.sum()), 1),
        "token_recall": shared / max(int(b.sum()), 1),
        "token_f1": 2 * shared / max(int(a.sum() + b.sum()), 1),
        "same_stretch": float(shared >= SAME_STRETCH * either and either > 0),
    }
