"""One function from a frame to a coded frame: the same for a row in whatever frame it comes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textmine.coding.artefact import load_coder
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.reading import Columns
from textmine.scale.code_frame import CodingPlan, code_frame, code_part

TEXTS = ["We train together", "It saves money. We train", "", "n/a", "We train together", " Â£5 saved "]


@pytest.fixture
def frame() -> pd.DataFrame:
    ids = [f"u{i}" for i in range(len(TEXTS))]
    return pd.DataFrame({"id": ids, "asked": ["q0", "q1"] * 3, "said": TEXTS}, index=[5, 3, 8, 1, 0, 2])


def run(frame: pd.DataFrame, model: Path, **more: bool) -> pd.DataFrame:
    return code_frame(frame, str(model), text="said", id="id", question="asked", **more)


def test_rows_are_those_of_a_coder(frame: pd.DataFrame, tiny_model: Path) -> None:
    coded = run(frame, tiny_model)
    whole = load_coder(tiny_model).code(Corpus.from_frame(frame, id="id", text="said", question="asked"))
    assert coded.columns.tolist() == [*frame.columns, *whole.codes, "evidence"]
    pd.testing.assert_frame_equal(coded[frame.columns], frame)
    for code in whole.codes:
        assert coded[code].dtype == "Int8"
        assert coded[code].astype(float).tolist() == pytest.approx(
            whole.decisions[code].tolist(), nan_ok=True
        )
    rows = [
        dict(found) | {"unit_id": unit}
        for unit, all_ in zip(coded["id"], coded["evidence"], strict=True)
        for found in all_
    ]
    pd.testing.assert_frame_equal(pd.DataFrame(rows)[whole.long().columns], whole.long(), check_dtype=False)


def test_row_is_coded_alike_in_any_frame(frame: pd.DataFrame, tiny_model: Path) -> None:
    whole = run(frame, tiny_model, bands=True, scores=True)
    parts = [
        run(frame.iloc[i : i + 1], tiny_model, bands=True, scores=True) for i in reversed(range(len(frame)))
    ]
    pd.testing.assert_frame_equal(pd.concat(parts[::-1]), whole)


def test_frame_without_rows_has_the_same_columns(frame: pd.DataFrame, tiny_model: Path) -> None:
    none, some = run(frame.iloc[:0], tiny_model), run(frame, tiny_model)
    assert none.columns.tolist() == some.columns.tolist()
    assert none.dtypes.tolist() == some.dtypes.tolist()


def test_column_named_like_a_code_is_refused(frame: pd.DataFrame, tiny_model: Path) -> None:
    with pytest.raises(InputError, match="training"):
        run(frame.assign(training="1"), tiny_model)


def test_plan_changes_with_what_decides_the_tables_and_not_with_where_the_model_lies() -> None:
    plan = CodingPlan("here/model", Columns("said", "id"), model_sha256="a")
    assert plan.sha256 == CodingPlan("there/model", Columns("said", "id"), model_sha256="a").sha256
    assert plan.sha256 != CodingPlan("here/model", Columns("said", "id"), model_sha256="b").sha256
    assert (
        plan.sha256
        != CodingPlan("here/model", Columns("said", "id"), model_sha256="a", evidence="word").sha256
    )


def test_missing_cells_and_numbers_are_taken_and_given_back_as_they_are(tiny_model: Path) -> None:
    frame = pd.DataFrame({"id": [1, 2], "said": ["We train together", None], "asked": ["q0", np.nan]})
    coded = run(frame, tiny_model)
    pd.testing.assert_frame_equal(coded[frame.columns], frame)
    assert coded["training"].tolist() == [1, pd.NA]


def test_column_that_is_missing_is_named(frame: pd.DataFrame, tiny_model: Path) -> None:
    with pytest.raises(InputError, match=r"No column 'said' in the frame\. Columns: id, asked\."):
        run(frame.drop(columns="said"), tiny_model)


def test_threads_of_one_process_code_as_one_alone(tiny_model: Path) -> None:
    frames = [
        pd.DataFrame(
            {
                "id": [f"u{n}-{i}" for i in range(300)],
                "asked": "q0",
                "said": [f"We train word{(7 * i + n) % 900} and save money" for i in range(300)],
            }
        )
        for n in range(8)
    ]
    alone = [run(frame, tiny_model, scores=True) for frame in frames]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda frame: run(frame, tiny_model, scores=True), frames))
    for one, other in zip(alone, together, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_dataset_of_a_part_knows_what_a_corpus_knows(frame: pd.DataFrame, tiny_model: Path) -> None:
    source = frame.assign(person="p1", text=["x"] * len(frame)).reset_index(drop=True)
    named = {"text": "said", "id": "id", "question": "asked", "group": "person"}
    part = code_part(source, load_coder(tiny_model), CodingPlan(str(tiny_model), Columns(**named)))
    corpus = Corpus.from_frame(source, **named)
    assert part.coded.attributes is not None and part.coded.texts is not None
    pd.testing.assert_frame_equal(
        part.coded.attributes.sort_index(axis=1), corpus.facts.sort_index(axis=1), check_index_type=False
    )
    assert part.coded.texts.tolist() == corpus.texts
