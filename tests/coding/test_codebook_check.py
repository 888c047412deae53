"""The check of a codebook's meaning finds overlaps, missing limits and codes without a hit."""

from __future__ import annotations

import pandas as pd
import pytest

from textmine.codebook import Code, Codebook
from textmine.coding.codebook_check import check_codebook, count_hits
from textmine.corpus import Corpus


def corpus_of(*texts: str) -> Corpus:
    return Corpus(pd.DataFrame({"doc_id": [str(n) for n in range(len(texts))], "text": list(texts)}))


def book_of(*codes: Code) -> Codebook:
    return Codebook(id="b", version="1", codes=codes)


def pairs_of(codebook: Codebook) -> list[tuple[str, str]]:
    return [(pair.first, pair.second) for pair in check_codebook(codebook).overlaps]


COPY = Code("late", definition="Waiting times, queues and delays before being seen.")
REWORDED = Code("queue", definition="Delays before being seen, waiting times and queues.")
OTHER = Code("food", definition="Meals, their temperature and choice.", exclude=("drinks",))


def test_definitions_in_the_same_words_overlap() -> None:
    assert pairs_of(book_of(COPY, REWORDED, OTHER)) == [("late", "queue")]


def test_shared_keyword_or_include_note_overlaps_whatever_its_case() -> None:
    first = Code("a", definition="Money.", keywords=("Cost",), include=("bulk buying",))
    second = Code("b", definition="Distance.", keywords=("cost ",), include=("bulk buying",))
    (pair,) = check_codebook(book_of(first, second)).overlaps
    assert pair.shared == ("Cost", "bulk buying") and pair.cosine < 0.9


def test_shared_example_is_told_without_its_words() -> None:
    said = "My own private words"
    first, second = (
        Code(n, definition=d, examples=(said,)) for n, d in (("a", "Money."), ("b", "Distance."))
    )
    report = check_codebook(book_of(first, second))
    assert [pair.same_examples for pair in report.overlaps] == [1]
    assert "private" not in str(report.as_dict()) + " ".join(report.warnings)


def test_parent_does_not_overlap_with_its_children() -> None:
    parent = Code("p", definition=COPY.definition, keywords=("queue",))
    child = Code("c", definition=COPY.definition, keywords=("queue",), parent="p")
    assert pairs_of(book_of(parent, child)) == []


def test_bare_labels_are_neither_compared_nor_asked_for_limits() -> None:
    report = check_codebook(Codebook.from_labels(["Staff", "Staff manner"]))
    assert not report.overlaps and not report.without_exclude


def test_missing_exclude_notes_are_warned_of_once() -> None:
    report = check_codebook(book_of(COPY, OTHER))
    assert report.without_exclude == ["late"]
    assert sum("exclude" in line for line in (*report.warnings, *report.notes)) == 1


def test_code_without_a_hit_is_named() -> None:
    texts = corpus_of("The meals were cold", "MEALS!", "They queued")
    report = check_codebook(book_of(COPY, OTHER, Code("parking", definition="The car park.")), texts)
    assert report.hits == {"late": 1, "food": 2, "parking": 0}
    assert report.without_hit == ["parking"]
    assert any("'parking' has no hit in 3 texts" in line for line in report.warnings)


def test_without_a_corpus_no_hits_are_counted() -> None:
    report = check_codebook(book_of(OTHER))
    assert report.hits is None and report.without_hit == []


@pytest.mark.parametrize(
    ("keyword", "text", "hit"),
    [
        ("business manager", "Our business managers share", 1),
        ("business manager", "the manager of a business", 0),
        ("meal*", "mealtimes", 1),
        ("car par*", "no car parking", 1),
        ("meal", "mealy", 0),
        ("queue", "They QUEUED.", 1),
        ("LA", "the la said", 1),
        ("LA", "lap", 0),
        ("soup", "", 0),
    ],
)
def test_keywords_are_whole_words_in_any_form(keyword: str, text: str, hit: int) -> None:
    code = Code("k9", definition="Something.", keywords=(keyword,))
    assert count_hits(book_of(code), corpus_of(text)) == {"k9": hit}


def test_word_that_another_code_has_too_is_no_hit() -> None:
    first = Code("a1", definition="Savings for schools.")
    second = Code("b2", definition="Distance of schools.")
    assert count_hits(book_of(first, second), corpus_of("schools", "savings")) == {"a1": 1, "b2": 0}


def test_codebook_that_breaks_its_form_is_told_all_at_once() -> None:
    report = check_codebook(book_of(COPY, REWORDED, Code("x"), Code("x", definition="Twice.")))
    assert len(report.problems) >= 2 and report.overlaps and report.without_exclude


def test_empty_codebook_and_empty_corpus_are_borne() -> None:
    report = check_codebook(Codebook(), corpus_of())
    assert report.problems and report.closest == [] and report.hits == {}
