"""Finding the columns of a table, and making a corpus of it."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.reading import Table, make_corpus, pick_columns, read_corpus

PROSE = ["We share training with them", "Nobody ever replies to us", "Buying paper as one group"]
MORE = ["More time to plan it all", "A person to run all of it", "Cover for the staff who go"]


def table_of(**columns: list[str]) -> Table:
    return Table(pd.DataFrame(columns), [], "wave3.csv", "", "utf-8")


def test_named_text_and_id_are_found() -> None:
    table = table_of(respondent_id=["r1", "r1", "r2"], comment_id=["1", "2", "3"], Comment=["a", "b", "c"])
    picked = pick_columns(table)
    assert (picked.text, picked.id) == ("Comment", "comment_id")


def test_free_text_is_found_by_its_look() -> None:
    table = table_of(id=["1", "2", "3"], region=["London", "North East", "Wales"], q12=PROSE)
    assert pick_columns(table).text == "q12"


def test_much_the_longest_text_is_taken() -> None:
    table = table_of(id=["1", "2", "3"], q12=[text * 4 for text in PROSE], q13=PROSE)
    assert pick_columns(table).text == "q12"


def test_several_texts_are_listed() -> None:
    message = "Two columns of wave3.csv could be the text: q12, q13. Choose one with --text."
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        pick_columns(table_of(id=["1", "2", "3"], q12=PROSE, q13=MORE))
    with pytest.raises(InputError, match="could be the text: comment, answer"):
        pick_columns(table_of(id=["1"], comment=["a"], answer=["b"]))


def test_no_text_is_said_with_the_columns() -> None:
    with pytest.raises(InputError, match=r"looks like free text\. Columns: id, age\. Choose one with --text"):
        pick_columns(table_of(id=["1", "2"], age=["30", "40"]))


def test_column_named_for_another_part_is_not_the_text() -> None:
    table = table_of(id=["1"], comment=["What helped?"], answer=["Time"])
    assert pick_columns(table, question="comment").text == "answer"


@pytest.mark.parametrize("option", ["text", "id", "question", "group", "wave", "weight"])
def test_missing_column_names_its_option(option: str) -> None:
    message = f"No column 'nope' in wave3.csv. Columns: id, comment. Choose one with --{option}."
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        pick_columns(table_of(id=["1"], comment=["a"]), **{option: "nope"})


def test_id_must_tell_rows_apart() -> None:
    with pytest.raises(InputError, match=r"tells its rows apart \(id has empty or repeated values\)"):
        pick_columns(table_of(id=["1", "1"], text=["a", "b"]))
    with pytest.raises(InputError, match=r"\(columns: text\)\. Choose one with --id"):
        pick_columns(table_of(text=["a", "a"]))


def test_column_that_could_be_the_id_is_named_where_none_is_called_so() -> None:
    said = ["We share a minibus now", "It saves the office money", "Nothing has changed for us"]
    with pytest.raises(InputError, match=r"called as ids are .* tell its rows apart: Ref no\., code\.$"):
        pick_columns(table_of(**{"Ref no.": ["01", "02", "03"], "code": ["a", "b", "c"], "text": said}))
    with pytest.raises(InputError, match=r"Two columns of wave3\.csv could be the id: a_id, b_id"):
        pick_columns(table_of(a_id=["1", "2"], b_id=["1", "2"], text=["a", "b"]))


def test_rows_without_an_id_of_their_own_are_set_aside() -> None:
    table = table_of(id=["1", "", "1", "2", "  "], text=["a", "b", "c", "", "e"], region=list("vwxyz"))
    corpus, rejected = make_corpus(table, id="id")
    assert corpus.ids == ["1", "2"]
    assert corpus.texts == ["a", ""]
    assert corpus.attributes == ["region"]
    assert [(r.row, r.id, r.reason) for r in rejected] == [
        (2, "", "no id"),
        (3, "1", "the id stands already in row 1"),
        (5, "  ", "no id"),
    ]


def test_all_rows_without_id_are_an_error() -> None:
    with pytest.raises(InputError, match=r"'id' of wave3\.csv is empty in every row"):
        make_corpus(table_of(id=["", ""], text=["a", "b"]), id="id")


def test_corpus_is_read_with_all_its_parts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "wave3.csv"
    path.write_text("id,who,q,w,year,said,region\n1,r1,why,1.5,2024,n/a,\n1,r1,why,1,2024,x,\n2\n", "utf-8")
    with caplog.at_level(logging.WARNING):
        corpus = read_corpus(path, text="said", id="id", question="q", group="who", wave="year", weight="w")
    document = corpus[0]
    assert (document.doc_id, document.text, document.question, document.group) == ("1", "n/a", "why", "r1")
    assert (document.wave, document.weight, document.attributes) == ("2024", 1.5, {"region": ""})
    assert caplog.messages == [
        "2 row(s) of wave3.csv were set aside; the first is row 2: the id stands already in row 1"
    ]
