"""Topics beside codes: lift, coverage, what is lacking, what nothing shows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.topics.crosswalk import make_crosswalk, measure_lift


def people(**codes) -> CodedDataset:
    frame = pd.DataFrame({name: np.array(values, dtype=float) for name, values in codes.items()})
    frame.index = [f"u{i}" for i in range(len(frame))]
    return CodedDataset(frame, Codebook.from_labels(list(codes)), coder="people")


def test_lift_of_a_table_is_as_worked_out_by_hand() -> None:
    found = measure_lift([[30, 5], [10, 55]])
    assert found.round(4).tolist() == [[2.1429, 0.2381], [0.3846, 1.4103]]
    assert np.isnan(measure_lift([[0, 0], [1, 1]])[0]).all()


def test_lift_of_texts_agrees_with_that_of_the_table() -> None:
    topics = [0] * 35 + [1] * 65
    first = [1] * 30 + [0] * 5 + [1] * 10 + [0] * 55
    found = make_crosswalk(topics, people(a=first, b=[1 - x for x in first])).table
    assert found["lift"].round(4).tolist() == [2.1429, 0.2381, 0.3846, 1.4103]
    assert ((found["lift_low"] < found["lift"]) & (found["lift"] < found["lift_high"])).all()


def test_topic_without_codes_is_lacking_and_code_spread_evenly_is_unshown() -> None:
    topics = [0] * 20 + [1] * 20 + [2] * 20
    found = make_crosswalk(topics, people(a=[1] * 20 + [0] * 40, b=([1] + [0] * 3) * 15))
    assert found.lacking == [1, 2] and found.unshown == ["b"]
    assert found.coverage.set_index("topic")["share"][0] == 1.0


def test_two_topics_of_one_code_are_to_be_merged() -> None:
    topics = [0] * 20 + [1] * 20 + [2] * 80
    found = make_crosswalk(topics, people(a=[1] * 40 + [0] * 80))
    assert found.to_merge == [("a", [0, 1])]


def test_outliers_are_a_row_and_uncoded_texts_are_left_out() -> None:
    coded = people(a=[1, 0, np.nan, 1])
    found = make_crosswalk([-1, 0, 0, 0], coded)
    assert found.n == 3 and found.table["topic"].tolist() == [-1, 0]
    assert found.table.set_index("topic")["count"].to_dict() == {-1: 1, 0: 1}


def test_nothing_in_common_is_told() -> None:
    with pytest.raises(InputError, match="ids of both"):
        make_crosswalk([0], people(a=[1, 0]), ids=["elsewhere"])
    with pytest.raises(InputError, match="1 topics for 2 texts"):
        make_crosswalk([0], people(a=[1, 0]))
