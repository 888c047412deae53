"""Texts joined with people's labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from textmine.errors import InputError
from textmine.jobs.labelled import ColumnNames, LabelledCorpus, read_labelled

TEXTS = [
    ["1", "a", "We train"],
    ["2", "a", "Money is pooled"],
    ["3", "b", "Nothing"],
    ["4", "b", "More training"],
]
HEADER = ["id", "person", "comment"]


@pytest.fixture
def join(write_csv, tmp_path: Path):
    """Joins the four texts with label files given as rows under a header."""

    def run(
        *files: list[list[str]], only: Sequence[list[list[str]]] = (), **options: object
    ) -> LabelledCorpus:
        source = write_csv(tmp_path / "texts.csv", HEADER, TEXTS)
        paths = [write_csv(tmp_path / f"l{i}.csv", f[0], f[1:]) for i, f in enumerate([*files, *only])]
        columns = ColumnNames("comment", "id", None, "person")
        cut = len(files)
        return read_labelled(source, paths[:cut], columns=columns, learn_only=paths[cut:], **options)

    return run


def values(found: LabelledCorpus) -> dict[str, list[float | None]]:
    rows = found.y.to_numpy().tolist()
    return {
        i: [None if np.isnan(v) else v for v in row] for i, row in zip(found.corpus.ids, rows, strict=True)
    }


def test_labels_meet_texts_by_id_in_the_order_of_the_texts(join) -> None:
    found = join([["id", "t", "m"], ["4", "1", "0"], ["1", "1", "0"], ["9", "0", "1"]])
    assert values(found) == {"1": [1, 0], "4": [1, 0]}
    assert found.corpus.texts == ["We train", "More training"]
    assert found.corpus.groups == ["a", "b"]
    assert (found.unlabelled, found.unmatched) == (2, 1)
    assert not found.learn_only.any()


def test_empty_cell_is_not_coded_and_a_row_of_them_is_no_labelled_text(join) -> None:
    found = join([["id", "t", "m"], ["1", "1", ""], ["2", "", ""], ["3", "0", "0"]])
    assert values(found) == {"1": [1, None], "3": [0, 0]}
    assert found.unlabelled == 2


def test_several_files_add_up(join) -> None:
    found = join([["id", "t", "m"], ["1", "1", ""]], [["id", "t", "m"], ["1", "", "0"], ["2", "0", "1"]])
    assert values(found) == {"1": [1, 0], "2": [0, 1]}


def test_texts_of_train_only_files_are_marked_unless_they_are_scored_too(join) -> None:
    scored = [["id", "code"], ["1", "t"], ["2", "none"]]
    only = [["id", "code"], ["2", "t"], ["3", "m"], ["4", "t"]]
    found = join(scored, only=[only], codes=["t", "m"])
    assert dict(zip(found.corpus.ids, found.learn_only.tolist(), strict=True)) == {
        "1": False, "2": False, "3": True, "4": True
    }  # fmt: skip
    assert values(found) == {"1": [1, 0], "2": [0, 0], "3": [0, 1], "4": [1, 0]}


def test_quotes_are_placed_at_their_text(join) -> None:
    labels = [["id", "code", "quote"], ["4", "t", "More  training"], ["9", "t", "gone"], ["1", "t", ""]]
    found = join(labels)
    assert found.quotes[["row", "code"]].to_numpy().tolist() == [[1, "t"]]
    assert found.quotes["quote"].tolist() == ["More training"]


def test_id_column_that_was_found_out_is_that_of_the_labels_too(write_csv, tmp_path: Path) -> None:
    source = write_csv(
        tmp_path / "texts.csv", ["response_id", "comment"], [["r1", "We train"], ["r2", "Rain"]]
    )
    labels = write_csv(tmp_path / "labels.csv", ["response_id", "t"], [["r1", "1"], ["r2", "0"]])
    assert values(read_labelled(source, [labels], columns=ColumnNames())) == {"r1": [1], "r2": [0]}


def test_turns_of_transcripts_are_met_by_their_ids(write_csv, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "turns.csv", ["id", "text"], [["t1:4", "We train"], ["t1:6", "Rain"]])
    rows = [["t1", "4", "t"], ["t1", "6", "none"]]
    labels = write_csv(tmp_path / "labels.csv", ["transcript", "turn", "code"], rows)
    assert values(read_labelled(source, [labels], columns=ColumnNames())) == {"t1:4": [1], "t1:6": [0]}


def test_labels_that_meet_no_text_are_refused(join, secret: str) -> None:
    with pytest.raises(
        InputError, match=r"None of the 2 labelled units stands in texts\.csv.*--id"
    ) as caught:
        join([["id", "code", "quote"], ["x", "t", secret], ["y", "none", ""]])
    assert secret not in str(caught.value)


def test_rows_of_the_texts_that_could_not_be_used_are_kept(write_csv, tmp_path: Path) -> None:
    source = write_csv(tmp_path / "texts.csv", HEADER, [*TEXTS, ["1", "c", "Again"]])
    labels = write_csv(tmp_path / "labels.csv", ["id", "t"], [["1", "1"], ["2", "0"]])
    found = read_labelled(source, [labels], columns=ColumnNames("comment", "id"))
    assert [(r.row, r.id) for r in found.rejected] == [(5, "1")]


def test_stances_of_codes_come_with_the_labels(join) -> None:
    found = join([["id", "code", "stance"], ["2", "m", "Denies"], ["1", "t", "affirms"], ["4", "t", ""]])
    assert found.stances.to_dict("records") == [
        {"row": 0, "code": "t", "stance": "affirms"},
        {"row": 1, "code": "m", "stance": "denies"},
    ]


def test_affirmed_by_one_and_denied_by_another_is_mixed(join) -> None:
    found = join([["id", "code", "stance"], ["2", "m", "denies"], ["2", "m", "affirms"]])
    assert found.stances["stance"].tolist() == ["mixed"]


def test_unsure_is_no_stance(join) -> None:
    assert join([["id", "code", "stance"], ["2", "m", "unsure"]]).stances.empty


def test_scored_labels_stance_stands_against_one_learned_from_only(join) -> None:
    scored = [["id", "code", "stance"], ["2", "m", "denies"]]
    assert join(scored, only=[[scored[0], ["2", "m", "affirms"]]]).stances["stance"].tolist() == ["denies"]


def test_word_that_is_no_stance_is_refused_without_showing_it(join) -> None:
    with pytest.raises(InputError, match="1 stance\\(s\\) are none of affirms, denies, mixed") as told:
        join([["id", "code", "stance"], ["2", "m", "Quillfeather"]])
    assert "Quillfeather" not in str(told.value)


def test_labels_without_stances_give_none(join) -> None:
    assert join([["id", "t"], ["1", "1"], ["2", "0"]]).stances.empty
