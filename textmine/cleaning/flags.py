"""Flags of texts: blank, no answer, a pointer elsewhere, a repeat. A flag never deletes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from textmine.cleaning.keys import normalise_text
from textmine.cleaning.non_response import is_non_response, refers_elsewhere


def flag_texts(texts: Sequence[str], questions: Sequence[str] | None = None) -> pd.DataFrame:
    """A row a text: ``empty``, ``non_response``, ``refers_elsewhere`` (bool) and ``duplicate_of`` (int).

    ``refers_elsewhere`` is an answer that points to another one ('as above'); if it says nothing more it is a
    non-response too. ``duplicate_of`` is the position of the first text that is the same after normalising,
    to the same question, or -1; blank texts repeat nothing. ``questions`` is the question of each text, by
    which 'nothing' is an answer or not (see ``is_non_response``). Raises ``ValueError`` if there are more
    or fewer of them than texts.

    >>> flag_texts(["Joint bids", "as above", "joint  bids"])["duplicate_of"].tolist()
    [-1, -1, 0]
    """
    texts = list(texts)
    asked = list(questions) if questions is not None else [""] * len(texts)
    keys = [normalise_text(text) for text in texts]
    first: dict[tuple[str, str], int] = {}
    places = [first.setdefault(pair, i) for i, pair in enumerate(zip(keys, asked, strict=True))]
    # Equal keys to equal questions have equal flags: work them out once, at the first.
    flags = [
        (is_non_response(texts[i], asked[i]), refers_elsewhere(texts[i])) if i == place else (False, False)
        for i, place in enumerate(places)
    ]
    return pd.DataFrame(
        {
            "empty": [not key for key in keys],
            "non_response": [flags[place][0] for place in places],
            "refers_elsewhere": [flags[place][1] for place in places],
            "duplicate_of": [
                place if place != i and key else -1
                for i, (place, key) in enumerate(zip(places, keys, strict=True))
            ],
        }
    )
