"""The benchmarks' own rules: who is held out, what is scored, and tables that land where they belong."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from textmine.coding.evaluation import compare
from textmine.corpus import Corpus

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"
PLACE = re.compile(r"<!-- table (\S+) -->\n(.*?)<!-- end -->", re.DOTALL)


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


def test_figures_are_those_of_the_evaluation(load) -> None:
    rng = np.random.default_rng(1)
    truth, given = (rng.random((2, 60, 3)) < 0.4).astype(float)
    groups = [f"r{i % 20}" for i in range(60)]
    figures = pd.DataFrame(load("scoring").rows_of("s", truth, {"a": given, "b": truth}, groups))
    overall = compare(truth, given, given, list("xyz"), [str(i) for i in range(60)], groups).overall
    for row in overall.to_dict("records"):
        name = row["measure"]
        if name not in figures:
            continue
        found = figures.loc[0, [name, f"{name}_low", f"{name}_high"]].tolist()
        assert found == pytest.approx([row["value"], row["low"], row["high"]])
    lead = figures.iloc[2]
    assert lead["method"] == "lead over b"
    assert lead["micro_f1"] == pytest.approx(figures["micro_f1"][0] - 1)
    assert lead["micro_f1_low"] <= lead["micro_f1"] <= lead["micro_f1_high"]


def test_peer_learns_words_and_takes_the_question(load) -> None:
    texts = [f"synthetic {word} answer {i}" for i, word in enumerate(["money", "training"] * 20)]
    frame = pd.DataFrame({"doc_id": map(str, range(40)), "text": texts, "question": ["q1", "q2"] * 20})
    y = pd.DataFrame({"money": [1.0, 0.0] * 20, "never": [0.0] * 40})
    peer = load("baselines").TfidfLogistic(chars=True, question=True).fit(Corpus(frame), y)
    new = pd.DataFrame(
        {"doc_id": ["a", "b"], "text": ["the money", "some training"], "question": ["q1", "new"]}
    )
    assert peer.predict(Corpus(new)).tolist() == [[1.0, 0.0], [0.0, 0.0]]
    assert peer.strength_ in load("baselines").STRENGTHS


def test_pages_hold_the_tables_of_the_results(load) -> None:
    scoring = load("scoring")
    marks = [
        (page, m[1], m[2])
        for page in scoring.DOCS.glob("*.md")
        for m in PLACE.finditer(page.read_text("utf-8"))
    ]
    assert {name for _, name, _ in marks} >= {"accuracy-nhs", "accuracy-school", "speed"}
    for page, name, table in marks:
        written = (scoring.RESULTS / f"{name}.md").read_text(encoding="utf-8")
        assert table.strip() in written, f"{page.name}: run the benchmark that writes {name}"


def test_speed_is_measured_end_to_end(tmp_path: Path) -> None:
    command = [sys.executable, "speed.py", "--rows", "200", "--repeats", "1", "--no-minilm", "--dry"]
    nowhere = {**os.environ, "TEXTMINE_BENCHMARKS": str(tmp_path)}
    done = subprocess.run(command, cwd=FOLDER, env=nowhere, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["rows"] == 200
    assert found["per_second"] == pytest.approx(200 / found["seconds"], rel=0.02)
    assert found["peak_megabytes"] > 50


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
