"""Figures of faithfulness: means over codes given, by code, with intervals by respondent; and held out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.coding.coder import Coder
from textmine.coding.comparison import ALL_CODES
from textmine.coding.evaluation import cross_validate
from textmine.coding.evidence_probes import NOT_RIGHT, PROBE_COLUMNS
from textmine.coding.faithfulness import (
    EvidenceProbe,
    measure_faithfulness,
    say_faithfulness,
    summarise_probes,
)
from textmine.corpus import Corpus


def make_probes(rows: list[dict]) -> pd.DataFrame:
    usual = {"left_out": "", "words": 10, "evidence_words": 4, "comprehensiveness": 0.5, "sufficiency": 0.0}
    return pd.DataFrame([usual | row for row in rows], columns=PROBE_COLUMNS)


def test_means_are_over_codes_given_by_code_and_all_together() -> None:
    probes = make_probes([
        {"group": "a", "code": "x", "comprehensiveness": 0.2, "falls": 1.0, "random_falls": 0.5},
        {"group": "b", "code": "x", "comprehensiveness": 0.4, "falls": 0.0, "random_falls": 0.0},
        {"group": "b", "code": "y", "comprehensiveness": 0.9, "evidence_words": 9, "overlap": 1.0},
        {"group": "c", "code": "y", "left_out": NOT_RIGHT},
    ])  # fmt: skip
    found = summarise_probes(probes, ["x", "y", "z"])
    table = found.table.set_index("code")
    assert table.index.tolist() == [ALL_CODES, "x", "y", "z"]
    assert table["n"].tolist() == [3, 2, 1, 0]
    assert table["n_respondents"].tolist() == [2, 2, 1, 0]
    assert table["n_deleted"].tolist() == [2, 2, 0, 0]
    assert table["n_longer"].tolist() == [1, 0, 1, 0]
    assert table["n_quoted"].tolist() == [1, 0, 1, 0]
    assert table["comprehensiveness"].tolist()[:3] == pytest.approx([0.5, 0.3, 0.9])
    assert table["falls"].tolist()[:2] == [0.5, 0.5]
    assert table["random_falls"].tolist()[:2] == [0.25, 0.25]
    assert table.loc[ALL_CODES, "evidence_share"] == pytest.approx((0.4 + 0.4 + 0.9) / 3, abs=1e-4)
    assert table.loc["z"].drop(["n", "n_respondents", "n_deleted", "n_longer", "n_quoted"]).isna().all()
    assert found.left_out == {NOT_RIGHT: 1}


def test_intervals_are_by_respondent() -> None:
    rng = np.random.default_rng(0)
    values = rng.random(40)
    apart = make_probes(
        [{"group": f"r{i}", "code": "x", "comprehensiveness": v} for i, v in enumerate(values)]
    )
    thrice = pd.concat([apart] * 3, ignore_index=True)
    alone = thrice.assign(group=[f"r{i}" for i in range(120)])
    rows = [summarise_probes(p, ["x"]).table.iloc[0] for p in (apart, thrice, alone)]
    spans = [row["comprehensiveness_high"] - row["comprehensiveness_low"] for row in rows]
    assert spans[1] == pytest.approx(spans[0], abs=1e-3)  # the same people, each thrice: no surer
    assert spans[2] < 0.75 * spans[0]
    assert all(row["comprehensiveness_low"] < values.mean() < row["comprehensiveness_high"] for row in rows)


def test_a_share_of_one_from_few_people_is_not_certain() -> None:
    probes = make_probes([{"group": f"r{i}", "code": "x", "falls": 1.0} for i in range(3)])
    row = summarise_probes(probes, ["x"]).table.iloc[0]
    assert row["falls"] == 1.0
    assert row["falls_low"] == pytest.approx(0.4385, abs=1e-3)  # Wilson, 3 of 3


def test_nothing_given_leaves_every_figure_empty() -> None:
    found = summarise_probes(make_probes([]), ["x"])
    assert found.table["n"].tolist() == [0, 0]
    assert found.table[["falls", "overlap", "sufficiency"]].isna().all(axis=None)
    assert say_faithfulness(found) == []


def test_it_is_said_in_words_what_was_found() -> None:
    row = {"code": "x", "falls": 1.0, "random_falls": 0.25, "overlap": 1.0, "random_overlap": 0.5}
    row |= {"token_f1": 0.625, "token_precision": 1.0, "token_recall": 0.5, "same_stretch": 0.0}
    said = say_faithfulness(
        summarise_probes(make_probes([row | {"group": f"r{i}"} for i in range(9)]), ["x"])
    )
    assert len(said) == 2
    assert said[0].startswith("Without their evidence 100% (70% to 100%) of 9 codes are no longer given")
    assert "a random stretch of as many words 25%" in said[0]
    assert "in 100% (70% to 100%) of 9 codes, a random stretch in 50%" in said[1]
    assert "token F1 0.62" in said[1]


def test_evidence_of_a_coder_is_measured(coder: Coder, answers: pd.DataFrame, given: pd.DataFrame) -> None:
    corpus = Corpus(answers.drop(columns="chosen"))
    coded = coder.code(corpus)
    found = measure_faithfulness(coder, corpus, coded, truth=given, quotes=None, seed=3)
    right = ((coded.decisions.to_numpy() == 1) & (given.to_numpy() == 1)).sum()
    table = found.table.iloc[0]
    assert table["n"] + sum(n for why, n in found.left_out.items() if why != NOT_RIGHT) == right
    assert table["comprehensiveness"] > table["random_comprehensiveness"] > 0
    assert found.table["n"].iloc[1:].sum() == table["n"]
    again = measure_faithfulness(coder, corpus, coded, truth=given, seed=3)
    pd.testing.assert_frame_equal(found.table, again.table)


def test_cross_validation_shows_each_text_once_to_a_coder_that_has_not_seen_it(
    answers: pd.DataFrame, given: pd.DataFrame
) -> None:
    corpus = Corpus(answers.drop(columns="chosen"))
    quotes = pd.DataFrame({"row": range(60), "code": "training", "quote": answers["text"]})
    probe = EvidenceProbe(corpus, given, quotes=quotes, seed=1)
    seen: list[int] = []

    def watch(trained: Coder, test: np.ndarray) -> None:
        texts = [corpus.texts[i] for i in test]
        known = trained.out_of_fold(texts, [corpus.questions[i] for i in test])[0]
        assert len(known) == 0
        seen.extend(test.tolist())
        probe(trained, test)

    judged = cross_validate(Coder(folds=2), corpus, given, folds=3, watch=watch)
    found = probe.finish()
    assert sorted(seen) == list(range(60))
    told = judged.predictions
    right = told[(told["applies"] == 1) & (told["truth"] == 1)]
    probed = found.probes[found.probes["left_out"] != NOT_RIGHT]
    assert {(u, c) for u, c in zip(right["unit_id"], right["code"], strict=True)} == {
        (u, c) for u, c in zip(probed["unit_id"], probed["code"], strict=True)
    }
    table = found.table.set_index("code")
    assert table["n_quoted"].to_dict() == {
        code: (n if code in (ALL_CODES, "training") else 0)
        for code, n in (table["n"] * 0 + table.loc["training", "n"]).items()
    }
    assert table.loc["training", "overlap"] == 1.0
