"""The benchmarks' own rules: who is held out, what is scored, and tables that land where they belong."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(FOLDER))

    def one(name: str) -> ModuleType:
        sys.modules.pop(name, None)
        return importlib.import_module(name)

    return one


def test_a_respondent_is_held_out_by_name_alone(load) -> None:
    held = load("protocols").is_held_out([f"NEAS r{i}" for i in range(400)] * 2)
    assert held[:400].tolist() == held[400:].tolist()
    assert 0.1 < held.mean() < 0.3


def test_bootstrap_begins_with_the_figures_themselves(load) -> None:
    truth = np.array([[1.0, 0], [1, 1], [0, 0]])
    given = np.array([[1.0, 0], [0, 1], [0, 0]])
    drawn = load("scoring").bootstrap_f1(truth, given, ["a", "b", "b"])
    assert drawn[0] == pytest.approx([0.8, (2 / 3 + 1) / 2, (1 + 2 / 3 + 1) / 3])
    assert len(drawn) > 500


def test_varied_school_comments_repeat_less_than_a_third(load) -> None:
    comments, protocols = load("comments"), load("protocols")
    corpus = protocols.read_study()[0].corpus
    varied, asked = comments.vary_comments(corpus.texts, corpus.questions, 5000, seed=0)
    assert len(varied) == len(asked) == 5000
    assert set(asked) == set(corpus.questions)
    assert comments.share_of_repeats(varied, asked) <= 0.3


def test_a_table_is_put_between_its_marks_and_nowhere_else(load, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- table x -->\nold\n<!-- end -->\nb\n", encoding="utf-8")
    table = load("scoring").to_markdown(pd.DataFrame({"n": [1]}))
    load("scoring").fill_place(page, "x", table)
    load("scoring").fill_place(page, "y", "never")
    text = page.read_text(encoding="utf-8")
    assert "old" not in text
    assert "never" not in text
    assert text.startswith("a\n<!-- table x -->")
    assert text.endswith("<!-- end -->\nb\n")


def test_the_nhs_protocol_leaves_what_its_readme_says(load) -> None:
    protocols = load("protocols")
    folder = protocols.find_benchmarks()
    if folder is None:
        pytest.skip("the benchmark data is not beside this checkout (set TEXTMINE_BENCHMARKS)")
    chosen = protocols.choose_nhs(protocols.read_nhs(folder))
    learn, test = protocols.split_nhs(chosen)
    assert len(chosen.codes) == 22
    assert not set(learn.frame["respondent"]) & set(test.frame["respondent"])
    assert not set(protocols.text_keys(learn.frame["text"])) & set(protocols.text_keys(test.frame["text"]))
