"""Documents and the corpus: columns by name, respondents, fingerprint, and nothing changed in passing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.corpus import Corpus, Document
from textmine.errors import InputError


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "nr": [7, 8, 9],
            "said": ["Joint training", None, "Ça 😀"],
            "asked": ["q1", "q2", None],
            "who": ["ann", "ann", None],
            "w": ["1.5", "0", "2"],
            "region": ["N", "S", "N"],
        }
    )


@pytest.fixture
def corpus(table: pd.DataFrame) -> Corpus:
    return Corpus.from_frame(table, id="nr", text="said", question="asked", group="who", weight="w")


def test_named_columns_become_fields_and_the_rest_attributes(corpus: Corpus) -> None:
    first = Document("7", "Joint training", "q1", "ann", weight=1.5, attributes={"region": "N"})
    assert corpus[0] == first
    assert corpus.ids == ["7", "8", "9"]
    assert corpus.texts == ["Joint training", "", "Ça 😀"]
    assert corpus.attributes == ["region"]
    assert [document.weight for document in corpus] == [1.5, 0.0, 2.0]
    assert len(corpus) == 3


def test_missing_question_is_empty_and_unknown_respondent_is_one_of_his_own(corpus: Corpus) -> None:
    assert corpus.questions == ["q1", "q2", ""]
    assert corpus.groups[:2] == ["ann", "ann"]
    assert corpus.groups[2] not in ("", "ann")
    assert Corpus(corpus.frame[["doc_id", "text"]]).groups == corpus.ids


@pytest.mark.parametrize("column", [[np.nan, np.nan, np.nan], [None] * 3, [1.0, np.nan, 2.0]])
@pytest.mark.parametrize("field", ["text", "question", "group"])
def test_column_of_numbers_with_gaps_is_read_as_text(
    table: pd.DataFrame, field: str, column: list[float]
) -> None:
    names = {"id": "nr", "text": "said", field: "odd"}
    found = Corpus.from_frame(table.assign(odd=column), **names)
    read = {"text": found.texts, "question": found.questions, "group": found.groups}[field]
    assert [r for r, value in zip(read, column, strict=True) if not pd.isna(value)] == [
        str(v) for v in column if not pd.isna(v)
    ]
    assert not any("nan" in r.casefold() or "none" in r.casefold() for r in read)


def test_table_is_left_as_it_was(table: pd.DataFrame) -> None:
    before = table.copy()
    Corpus.from_frame(table, id="nr", text="said", weight="w")
    pd.testing.assert_frame_equal(table, before)


def test_selection_keeps_documents_in_the_order_asked_for(corpus: Corpus) -> None:
    assert corpus.select([2, 0]).ids == ["9", "7"]
    assert corpus.select(np.array([False, True, False])).ids == ["8"]
    assert corpus.select(np.array([], dtype=int)).ids == []


def test_fingerprint_is_of_ids_questions_and_texts_in_order(table: pd.DataFrame, corpus: Corpus) -> None:
    def fingerprint(frame: pd.DataFrame) -> str:
        return Corpus.from_frame(frame, id="nr", text="said", question="asked").fingerprint

    assert fingerprint(table) == corpus.fingerprint
    assert fingerprint(table.assign(region="E", w="1")) == corpus.fingerprint
    assert fingerprint(table[::-1]) != corpus.fingerprint
    moved = table.assign(said=["Joint", None, "Ça 😀"], asked=["training q1", "q2", None])
    assert fingerprint(moved) != corpus.fingerprint


def test_id_that_stands_twice_is_refused_without_showing_texts(table: pd.DataFrame) -> None:
    with pytest.raises(InputError, match=r"1 document id\(s\) stand more than once") as caught:
        Corpus.from_frame(table.assign(nr=[1, 1, 2]), id="nr", text="said")
    assert "training" not in str(caught.value)


def test_unknown_column_is_told_with_those_there_are(table: pd.DataFrame) -> None:
    with pytest.raises(InputError, match=r"No column 'comment'\. Columns: nr, said, asked, who, w, region"):
        Corpus.from_frame(table, id="nr", text="comment")
    with pytest.raises(InputError, match="needs the columns doc_id and text; text not found"):
        Corpus(pd.DataFrame({"doc_id": ["1"]}))


@pytest.mark.parametrize("weight", ["heavy", "-1", ""])
def test_weight_must_be_a_number_of_nought_or_more(table: pd.DataFrame, weight: str) -> None:
    with pytest.raises(InputError, match=r"Column 'w', row 2: a weight must be .* \(1 such rows\)"):
        Corpus.from_frame(table.assign(w=["1", weight, "2"]), id="nr", text="said", weight="w")
