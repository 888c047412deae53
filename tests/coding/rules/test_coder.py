"""The coder of rules: a coded dataset with every hit as evidence, in offsets of the text as read."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.coded import SPAN_COLUMNS, CodedDataset
from textmine.coding.rules import RuleCoder, RuleSet
from textmine.corpus import Corpus
from textmine.errors import InputError

RULES = """\
id: demo
version: 1.0.0
negation: {then: THEN}
codes:
  - id: money
    rules: ['NEAR(money, sav*, 5)', cost*]
  - {id: travel, rules: ['bus*', 'minibus hire']}
  - {id: late, parent: travel, rules: ['late bus*']}
  - {id: empty}
"""


def make(then: str = "drop") -> RuleCoder:
    return RuleCoder(RuleSet.loads(RULES.replace("THEN", then)))


def corpus_of(*texts: str | None) -> Corpus:
    frame = pd.DataFrame({"id": [f"u{i}" for i in range(len(texts))], "text": list(texts)})
    return Corpus.from_frame(frame, id="id", text="text")


def code(*texts: str | None, then: str = "drop") -> CodedDataset:
    return make(then).code(corpus_of(*texts))


def test_all_hits_are_spans_of_the_text_as_read() -> None:
    text = "  We&nbsp;saved so much money… The late bu\u00adses, the co\u0301st &amp; 😀 costs "
    coded = code(text)
    spans = coded.spans
    assert [text[a:b] for a, b in zip(spans["start"], spans["end"], strict=True)] == spans["quote"].tolist()
    assert list(zip(spans["code"], spans["quote"], strict=True)) == [
        ("money", "saved so much money"),
        ("money", "costs"),
        ("travel", "late bu\u00adses"),
        ("late", "late bu\u00adses"),
    ]
    assert list(spans.columns) == SPAN_COLUMNS


def test_blank_is_not_coded_and_neither_is_a_code_without_rules() -> None:
    coded = code("nothing here", "", None, "&nbsp;", " \n")
    assert coded.decisions["money"].tolist()[0] == 0
    assert coded.decisions.iloc[1:].isna().all().all()
    assert coded.decisions["empty"].isna().all()


def test_left_out_units_are_not_coded() -> None:
    corpus = corpus_of("costs", "costs")
    coded = make().code(corpus, leave_out=np.array([True, False]))
    assert coded.is_coded.tolist() == [False, True]


def test_a_code_takes_the_hits_below_it_and_overlaps_are_one_span() -> None:
    coded = code("the late buses")
    travel = coded.spans[coded.spans["code"] == "travel"]
    assert travel["quote"].tolist() == ["late buses"]


@pytest.mark.parametrize(
    ("then", "applies", "stance"), [("drop", 0, None), ("denies", 1, "denies"), ("keep", 1, "")]
)
def test_what_becomes_of_a_negated_hit(then: str, applies: int, stance: str | None) -> None:
    coded = code("It never cut our costs", then=then)
    assert coded.decisions.loc["u0", "money"] == applies
    assert coded.spans["stance"].tolist() == ([] if stance is None else [stance])


def test_affirmed_and_denied_in_one_text_is_mixed() -> None:
    assert set(code("No cost to us. Costs to others", then="denies").spans["stance"]) == {"mixed"}
    assert set(code("Costs to others", then="denies").spans["stance"]) == {"affirms"}


def test_hits_say_which_rule_and_what_became_of_them() -> None:
    hits = make().find_hits(corpus_of("no cost, costs", "minibus hire"))
    assert hits[["unit_id", "code", "rule", "quote", "outcome"]].values.tolist() == [
        ["u0", "money", 2, "cost", "negated"],
        ["u0", "money", 2, "costs", "counted"],
        ["u1", "travel", 2, "minibus hire", "counted"],
    ]


def test_counts_are_features() -> None:
    assert make().decision_function(["costs, costs", "x", ""]).tolist() == [[2, 0, 0, 0], [0] * 4, [0] * 4]


def test_nothing_is_accepted_without_a_certificate() -> None:
    bands = code("costs", "x").bands["money"].tolist()
    assert bands == ["review", "reject"]


def test_a_text_is_coded_alike_whatever_stands_beside_it() -> None:
    texts = ["saved money", "costs", "", "a bus"] * 3
    together = code(*texts).decisions.to_numpy()
    alone = np.vstack([code(text).decisions.to_numpy() for text in texts])
    np.testing.assert_array_equal(together, alone)


def test_coder_is_named_by_its_rules() -> None:
    assert make().name_ == make().name_
    assert make().name_.startswith("rules ")
    assert make().name_ != make("keep").name_


def test_long_view_has_the_evidence_and_the_coder() -> None:
    row = code("It costs us").long().iloc[0]
    assert (row["code"], row["evidence"], row["codebook_version"]) == ("money", "costs", "1.0.0")
    assert row["coder"].startswith("rules ")


def test_an_unknown_form_is_told(tmp_path) -> None:
    with pytest.raises(InputError, match="Forms: textmine, quanteda"):
        RuleCoder.from_file(tmp_path / "x.yaml", form="liwc")
