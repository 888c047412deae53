"""The page of an evaluation: whole, without scripts, names shown as they are."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from textmine.coding.evaluation import Evaluation, compare
from textmine.coding.evidence_probes import PROBE_COLUMNS
from textmine.coding.faithfulness import summarise_probes
from textmine.coding.mistakes import count_confusions
from textmine.coding.second_coder import compare_with_people
from textmine.coding.subgroups import measure_subgroups
from textmine.jobs.evaluation_page import write_page

ODD = "<b>odd</b> & more"
VOID = {"meta", "br"}


class Reader(HTMLParser):
    """Gathers the words and checks that what is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.words = ""

    def handle_starttag(self, tag, attrs) -> None:
        self.seen.add(tag)
        self.seen |= {f"{name}=" for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        self.words += f" {data}"


@pytest.fixture(scope="module")
def judged() -> Evaluation:
    rng = np.random.default_rng(0)
    truth, applies = (rng.random((2, 120, 2)) < 0.4).astype(float)
    names = [f"u{i}" for i in range(120)]
    return compare(truth, rng.random((120, 2)), applies, [ODD, "d"], names, names)


def read(judged: Evaluation, **more) -> Reader:
    counts = {"texts": 120, "respondents": 120, "texts_trained_on": 0}
    page = write_page(
        ODD,
        judged,
        counts=counts,
        notes=[f"A note on {ODD}."],
        reliability="",
        confusion=count_confusions(judged.comparison),
        files={"a.csv": "a table"},
        **more,
    )
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def test_page_shows_every_code_with_its_figures(judged: Evaluation) -> None:
    page = read(judged)
    assert page.words.count(ODD) > 3
    for row in judged.per_code.to_dict("records"):
        assert f"{row['f1']:.2f} ({row['f1_low']:.2f} to {row['f1_high']:.2f})" in page.words
    assert "second human" not in page.words and "Subgroups" not in page.words


def test_page_fetches_nothing_and_runs_nothing(judged: Evaluation) -> None:
    assert not {"script", "link", "img", "iframe", "src=", "href=", "onclick="} & read(judged).seen


def test_page_shows_what_deleting_evidence_does(judged: Evaluation) -> None:
    probes = pd.DataFrame(
        [
            {"group": f"r{i}", "code": ODD, "left_out": "", "words": 8, "evidence_words": 2, "falls": 1.0}
            | {"random_falls": 0.25, "comprehensiveness": 0.5, "sufficiency": 0.125}
            for i in range(9)
        ],
        columns=PROBE_COLUMNS,
    )
    page = read(judged, evidence=summarise_probes(probes, [ODD, "d"]))
    assert "Without their evidence 100% (70% to 100%) of 9 codes" in page.words
    assert "0.50 (0.50 to 0.50)" in page.words and "0.12 (0.12 to 0.12)" in page.words
    empty = read(judged, evidence=summarise_probes(probes[:0], [ODD, "d"]))
    assert "evidence" not in empty.words


def test_page_shows_agreement_and_subgroups_if_there_are_any(judged: Evaluation) -> None:
    comparison = judged.comparison
    second = pd.DataFrame(comparison.truth, index=list(comparison.ids), columns=list(comparison.codes))
    page = read(
        judged,
        agreement=compare_with_people(comparison, {"second": second}),
        subgroups=measure_subgroups(comparison, {ODD: ["one", "two"] * 60}),
    )
    assert "machine with second" in page.words and "below a second coder" in page.words
    assert "two" in page.words and "svg" in page.seen
    assert "holds after correction" in page.words
