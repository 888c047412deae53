"""Tables of polars and Arrow come in wherever DataFrames do, and give the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.coding.coder import Coder
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.estimates.differences import estimate_differences
from textmine.estimates.prevalence import estimate_prevalence
from textmine.frames import as_column, as_pandas, as_unit_table, is_foreign


def _to_polars(frame: pd.DataFrame) -> Any:
    return pytest.importorskip("polars", reason="polars is not installed").from_pandas(frame)


KINDS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "arrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
    "polars": _to_polars,
    "polars, lazy": lambda frame: _to_polars(frame).lazy(),
}
TABLE = pd.DataFrame(
    {"id": [1, 2, 3], "said": ["We train", None, "It saves money"], "size": [4.5, None, 2.0]}
)


@pytest.fixture(params=list(KINDS))
def make(request: pytest.FixtureRequest) -> Callable[[pd.DataFrame], Any]:
    return KINDS[request.param]


def test_corpus_is_the_same_from_any_kind_of_table(make: Callable[[pd.DataFrame], Any]) -> None:
    wanted = Corpus.from_frame(TABLE, id="id", text="said")
    met = Corpus.from_frame(make(TABLE), id="id", text="said")
    assert met.fingerprint == wanted.fingerprint and met.texts == ["We train", "", "It saves money"]
    assert met.attributes == ["size"]
    assert Corpus(make(wanted.frame)).fingerprint == wanted.fingerprint


def test_whole_numbers_stay_whole_where_some_are_missing(make: Callable[[pd.DataFrame], Any]) -> None:
    frame = pd.DataFrame({"n": pd.array([7, None], dtype="Int64"), "text": ["a", "b"]})
    assert as_pandas(make(frame))["n"].tolist() == [7, pd.NA]


def test_table_without_unit_ids_is_refused(make: Callable[[pd.DataFrame], Any]) -> None:
    with pytest.raises(InputError, match="unit_id"):
        as_unit_table(make(pd.DataFrame({"money": [1.0]})))


def test_what_is_no_table_is_refused() -> None:
    for thing in ([1, 2], "text", 3, np.zeros((2, 2))):
        assert not is_foreign(thing)
        with pytest.raises(InputError, match="Wanted a table"):
            as_pandas(thing)
    assert as_column(None) is None and as_column([1]) == [1]


def test_coder_learns_and_codes_the_same(make: Callable[[pd.DataFrame], Any]) -> None:
    texts = ["We share training", "Joint training", "It saves money", "Money is saved"] * 6
    frame = pd.DataFrame({"doc_id": [f"u{n}" for n in range(24)], "text": texts})
    labels = pd.DataFrame({"training": [1.0, 1, 0, 0] * 6, "money": [0.0, 0, 1, 1] * 6})
    labels.loc[0, "money"] = np.nan
    wanted = Coder(folds=3).fit(frame, labels)
    met = Coder(folds=3).fit(make(frame), make(labels.assign(unit_id=frame["doc_id"])))
    assert met.codes_ == ["training", "money"]
    coded = met.code(make(frame.assign(region="North")))
    pd.testing.assert_frame_equal(coded.scores, wanted.code(Corpus(frame)).scores)
    assert coded.attributes is not None and set(coded.attributes["region"]) == {"North"}


def test_estimates_are_the_same(make: Callable[[pd.DataFrame], Any]) -> None:
    rng = np.random.default_rng(0)
    units = pd.Index([f"u{n}" for n in range(400)], name="unit_id")
    wave = pd.DataFrame({"money": rng.random(400)}, index=units)
    read = pd.DataFrame({"money": (rng.random(120) < 0.3).astype(float)}, index=units[:120])
    group = np.where(np.arange(400) % 2, "a", "b")
    tables = make(wave.reset_index()), make(read.reset_index())
    column = as_pandas(make(pd.DataFrame({"g": group})))["g"]
    for estimate in (estimate_prevalence, estimate_differences):
        wanted = estimate(wave, read, by={"site": group.tolist()})
        met = estimate(*tables, by={"site": column.tolist()})
        pd.testing.assert_frame_equal(pd.DataFrame(met), pd.DataFrame(wanted))
    arrow = pa.array(group.tolist())
    pd.testing.assert_frame_equal(
        pd.DataFrame(estimate_prevalence(wave, read, by={"site": as_column(pa.chunked_array([arrow]))})),
        pd.DataFrame(estimate_prevalence(wave, read, by={"site": group.tolist()})),
    )


def test_peoples_codings_come_in_as_any_table(make: Callable[[pd.DataFrame], Any]) -> None:
    frame = pd.DataFrame({"unit_id": ["u1", "u2"], "money": [1.0, 0.0]})
    spans = pd.DataFrame({"unit_id": ["u1"], "code": ["money"], "quote": ["saves"], "stance": ["affirms"]})
    coded = CodedDataset.from_labels(
        make(frame), Codebook.from_labels(["money"]), coder="ann", spans=make(spans)
    )
    assert coded.counts() == {"money": 1} and coded.decisions.index.tolist() == ["u1", "u2"]
    assert coded.spans["quote"].tolist() == ["saves"]
    topics = coded.add_attributes(make(pd.DataFrame({"id": ["u2"], "topic": [3]})))
    assert topics.read if topics.attributes is None else topics.attributes["topic"].tolist()[1] == 3
