"""Flags of texts: blank, no answer, a pointer elsewhere, a repeat, a language, an alert. None deletes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from textmine.cleaning.contact import asks_for_contact
from textmine.cleaning.duplicates import DuplicateFinder
from textmine.cleaning.gibberish import may_be_gibberish
from textmine.cleaning.harm import may_tell_of_harm
from textmine.cleaning.keys import plain_words
from textmine.cleaning.language import ENGLISH, language_of
from textmine.cleaning.non_response import is_no_answer
from textmine.cleaning.pointers import may_refer_elsewhere

#: The columns of ``flag_each``: those of ``flag_texts`` less the two of repeats.
ROW_FLAGS = (
    "empty",
    "non_response",
    "refers_elsewhere",
    "language",
    "gibberish",
    "wants_contact",
    "possible_harm",
)
FLAGS = (*ROW_FLAGS[:3], "duplicate_of", "near_duplicate_of", *ROW_FLAGS[3:])


def flag_texts(texts: Sequence[str], questions: Sequence[str] | None = None) -> pd.DataFrame:
    """A row a text: what ``flag_each`` says of it, and ``duplicate_of`` and ``near_duplicate_of`` (int).

    These two are the position of an earlier text to the same question that is the same after normalising, or
    nearly so (see ``DuplicateFinder``), or -1; blank texts repeat nothing. ``questions`` is the question of
    each text, by which 'nothing' is an answer or not (see ``is_non_response``). Raises ``ValueError`` if
    there are more or fewer of them than texts.

    >>> flag_texts(["Joint bids", "as above", "joint  bids"])["duplicate_of"].tolist()
    [-1, -1, 0]
    """
    texts = list(texts)
    asked = list(questions) if questions is not None else [""] * len(texts)
    flags = flag_each(texts, asked)
    finder = DuplicateFinder()
    flags["duplicate_of"], flags["near_duplicate_of"] = finder.find_positions(texts, asked)
    return flags[list(FLAGS)]


def flag_each(texts: Sequence[str], questions: Sequence[str] | None = None) -> pd.DataFrame:
    """A row a text, told from that text and its question alone, so that chunks can be flagged apart.

    ``empty``, ``non_response`` (see ``is_non_response``), ``refers_elsewhere`` (an answer that points to
    another:
    'as above'; one that says nothing more is a non-response too), ``gibberish`` (keys struck at random),
    ``wants_contact`` (asks to be contacted) and ``possible_harm`` (may tell of harm or risk) are bool;
    ``language`` is an ISO 639-1 code, '' where the text is too short to tell. Arguments as in ``flag_texts``.

    >>> flag_each(["as above"])["refers_elsewhere"].tolist()
    [True]
    """
    asked = list(questions) if questions is not None else [""] * len(texts)
    place: dict[tuple[str, str], int] = {}
    rows = [place.setdefault(pair, len(place)) for pair in zip(texts, asked, strict=True)]
    pairs = list(place)
    parts = [_flag_part(pairs[i : i + _PART]) for i in range(0, len(pairs), _PART)]
    flags = {}
    for name in ROW_FLAGS:
        kind = object if name == "language" else bool
        different = np.array([value for part in parts for value in part[name]], dtype=kind)
        flags[name] = different[np.array(rows, dtype=np.int64)]
    return pd.DataFrame(flags)


_PART = 512  # texts that go through one flag after the other together: few enough to stay at hand


def _flag_part(pairs: Sequence[tuple[str, str]]) -> dict[str, Sequence[object]]:
    """The flags of some texts with their questions. A text's words are told apart once, for all flags."""
    texts = [text for text, _ in pairs]
    words = [plain_words(text) for text in texts]
    said = [" ".join(some) for some in words]
    english = [len(ENGLISH.intersection(some)) for some in words]
    empty = [not text or text.isspace() for text in texts]
    return {
        "empty": empty,
        "non_response": [
            not blank and is_no_answer(text, some, question)
            for (text, question), some, blank in zip(pairs, words, empty, strict=True)
        ],
        "refers_elsewhere": list(map(may_refer_elsewhere, texts, words)),
        "language": list(map(language_of, texts, words, english)),
        "gibberish": [
            not known and may_be_gibberish(text, some)
            for text, some, known in zip(texts, words, english, strict=True)
        ],
        "wants_contact": list(map(asks_for_contact, said)),
        "possible_harm": list(map(may_tell_of_harm, words, said)),
    }
