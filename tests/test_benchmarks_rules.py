"""The example of rules that ships with the school corpus, and the counts of the benchmark that runs it."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import numpy as np
import pytest

from textmine.codebook import Codebook
from textmine.coding.coder import Coder
from textmine.coding.rules import RuleCoder, RuleSet

ROOT = Path(__file__).resolve().parents[1]
SCHOOL = ROOT / "corpora" / "school-collaboration"


def test_the_example_has_the_codes_of_its_codebook() -> None:
    coder = RuleCoder.from_file(SCHOOL / "rules.yaml")
    assert coder.codes_ == Codebook.load(SCHOOL / "codebook.yaml").ids
    assert all(coder.has_rule(code) for code in coder.codes_)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The council runs our forum.", "local_authority_role"),
        ("Sharing a business manager saves us money.", "financial_benefit"),
        ("Ofsted should recognise partnership work.", "policy_alignment"),
        ("Joint training with three primaries.", "expertise_sharing"),
    ],
)
def test_the_example_codes_what_it_should(text: str, code: str) -> None:
    coder = RuleCoder.from_file(SCHOOL / "rules.yaml")
    assert coder.predict([text])[0][coder.codes_.index(code)] == 1


def test_the_form_shown_in_the_docs_is_read() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    coder = RuleCoder(RuleSet.loads(block, "docs/rules.md"))
    assert coder.codes_ == ["money", "trust", "structure"]
    assert coder.predict(["A MAT", "a mat", "housing costs", "costs rose", "cost of living"]).tolist() == [
        [0, 1, 1],
        [0, 0, 0],
        [0, 0, 0],
        [1, 0, 0],
        [0, 0, 0],
    ]


def test_blend_shown_in_the_docs_runs() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    block = next(b for b in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "fit_blend" in b)
    themes = {"money": "It saves money.", "trust": "We trust each other."}
    texts = [f"{sentence} Answer {i}." for i in range(12) for sentence in themes.values()]
    y = np.array([[1.0, 0.0], [0.0, 1.0]] * 12)
    found = {
        "coder": Coder(folds=3).fit(texts, y, codes=list(themes)),
        "rules": RuleCoder(
            RuleSet.loads("codes: [{id: money, rules: [money]}, {id: trust, rules: [trust]}]")
        ),
        "corpus": texts,
        "wave": ["No money is left.", "Trust matters."],
        "y": y,
    }
    exec(block, found)
    assert (found["probabilities"] >= found["thresholds"]).tolist() == [[True, False], [False, True]]


def test_counts_of_the_benchmark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    rules = importlib.import_module("rules")
    truth, given = np.array([[1.0], [1], [0], [0]]), np.array([[1.0], [0], [1], [0]])
    row = rules.count_codes(truth, {rules.ALONE: given, rules.FAST: truth, rules.BLENDED: truth}, ["a"]).iloc[
        0
    ]
    assert (row["texts"], row["rules: precision"], row["rules: recall"], row["rules: F1"]) == (
        2,
        0.5,
        0.5,
        0.5,
    )
    assert row["fast tier: F1"] == 1
