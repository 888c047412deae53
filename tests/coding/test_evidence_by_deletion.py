"""Evidence by deletion: with a coder whose right answers are plain to see."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from textmine.coding.clauses import Unit
from textmine.coding.evidence import Stretches
from textmine.coding.evidence_by_deletion import MOST_TAKEN, find_evidence_by_deletion
from textmine.coding.scorer import Scored
from textmine.coding.tokens import TypeIndex

WORDS = ("money", "staff")


def count_words(texts: Sequence[str], questions: Sequence[str]) -> npt.NDArray[np.float64]:
    """How often each of the two words stands in each text: no sum over shares, so far as is known."""
    return np.array([[float(text.lower().count(word)) for word in WORDS] for text in texts])


def find(texts: list[str], repaired: list[str] | None = None, unit: Unit = Unit.clause) -> Stretches:
    """The evidence of two codes that ask for one word each, after a fast coder that has no idea."""
    repaired = repaired or texts
    index = TypeIndex()
    batch = index.tokenise(repaired)
    scores = count_words(repaired, [""] * len(texts))
    nothing = np.zeros((len(batch.types), 2), np.float32)
    scored = Scored(scores, np.zeros((0, 2), np.float32), np.zeros(0, np.int64), batch, index, nothing)
    asked = [""] * len(texts)
    cuts = np.ones(2)
    return find_evidence_by_deletion(
        count_words, scored, scores >= cuts, cuts, texts, repaired, asked, unit=unit
    )


def quotes(texts: list[str], found: Stretches) -> list[tuple[int, int, str]]:
    """Text, code and words of each stretch."""
    rows = zip(
        found.text.tolist(), found.code.tolist(), found.start.tolist(), found.end.tolist(), strict=True
    )
    return [(text, code, texts[text][start:end]) for text, code, start, end in rows]


def test_piece_without_which_the_code_falls_is_shown() -> None:
    texts = ["It is old, we share staff, and that helps.", "nothing", "Cheap; it saves money: good"]
    found = quotes(texts, find(texts))
    assert found == [(0, 1, "we share staff"), (2, 0, "it saves money")]


def test_pieces_are_added_until_the_code_falls() -> None:
    texts = ["money, rain, money, sun, money"]
    assert [quote for *_, quote in quotes(texts, find(texts))] == ["money"] * 3


def test_no_more_pieces_are_taken_than_allowed() -> None:
    texts = [", rain, ".join(["money"] * (MOST_TAKEN + 3))]
    assert len(find(texts)) == MOST_TAKEN


def test_neighbouring_pieces_are_one_stretch() -> None:
    texts = ["rain, money, money, sun"]
    assert quotes(texts, find(texts)) == [(0, 0, "money, money")]


def test_offsets_are_those_of_the_text_as_read() -> None:
    texts, repaired = ["  Rain \r\n here,   it saves   money"], ["Rain here, it saves money"]
    assert quotes(texts, find(texts, repaired)) == [(0, 0, "it saves   money")]


@pytest.mark.parametrize(
    ("unit", "wanted"), [(Unit.word, "money"), (Unit.sentence, "It saves money, they say.")]
)
def test_pieces_may_be_words_or_sentences(unit: Unit, wanted: str) -> None:
    texts = ["Hello. It saves money, they say. Bye."]
    assert quotes(texts, find(texts, unit=unit)) == [(0, 0, wanted)]


def test_text_of_one_piece_shows_it() -> None:
    assert quotes(["money!"], find(["money!"])) == [(0, 0, "money!")]


def test_nothing_is_scored_where_nothing_applies() -> None:
    assert len(find(["rain", ""])) == 0
