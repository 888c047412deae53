"""The stance head: what it learns, how sure it is, that it is honest, and that it survives being saved."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textmine.coded import STANCES
from textmine.coding.artefact import load_coder, save_coder
from textmine.coding.calibrated import CalibratedCoder
from textmine.coding.coder import Coder
from textmine.coding.stance import StanceHead
from textmine.coding.stance_features import Claims, claims_from_texts, claims_from_tokens
from textmine.coding.stance_learning import claims_of, find_heaviest, keep_one_stance
from textmine.corpus import Corpus
from textmine.errors import InputError, ModelError

_GAINS = ["It saved us money", "The money goes further", "Cheaper for all of us", "We gained money by it"]
_DENIALS = [
    "It never saved any money",
    "No money was gained",
    "Not cheaper at all",
    "Nothing was saved by it",
]
_TAILS = ["this year", "in our town", "with the others", "as a rule", "since spring", "last term"]


def make_survey(n: int = 96) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Synthetic comments, their codes (money, training) and the stance of money."""
    texts, stances = [], []
    for i in range(n):
        denied = i % 3 == 0
        said = (_DENIALS if denied else _GAINS)[i // 3 % 4]
        texts.append(f"We met {_TAILS[i % 6]} {_TAILS[i // 6 % 6]}. {said} number {i}. Good people.")
        stances.append("denies" if denied else "affirms")
    people = [f"r{i // 2}" for i in range(n)]
    frame = pd.DataFrame(
        {"doc_id": [f"u{i}" for i in range(n)], "text": texts, "question": "q", "group": people}
    )
    codes = pd.DataFrame({"money": np.ones(n), "training": [float(i % 5 == 0) for i in range(n)]})
    codes.loc[n - 6 :, "money"] = 0.0
    rows = range(n - 6)
    return frame, codes, pd.DataFrame({"row": rows, "code": "money", "stance": stances[: n - 6]})


@pytest.fixture(scope="module")
def survey() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    return make_survey()


@pytest.fixture(scope="module")
def stanced(survey: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]) -> Coder:
    frame, codes, stances = survey
    return Coder(folds=3).fit(Corpus(frame), codes, stances=stances)


def claims_on(texts: list[str], *, n_codes: int = 2) -> Claims:
    whole = np.tile(np.eye(n_codes)[0], (len(texts), 1))
    return claims_from_texts(
        texts, ["q"] * len(texts), range(len(texts)), [0] * len(texts), evidence=None, given=whole
    )


def test_denial_is_likelier_of_new_words_that_deny(stanced: Coder) -> None:
    assert stanced.stance_ is not None
    told = stanced.stance_.predict_proba(claims_on(["Never saved money", "It saved money"]))
    assert told[0, 1] > told[1, 1] + 0.2


def test_probabilities_of_the_three_stances_sum_to_one(stanced: Coder) -> None:
    assert stanced.stance_ is not None
    told = stanced.stance_.predict_proba(claims_on(["Money", "No money", "Something else"]))
    assert told.sum(axis=1) == pytest.approx(1, abs=3e-6)
    assert (told >= 0).all()


def test_unsure_is_told_only_inside_the_band(stanced: Coder) -> None:
    head = stanced.stance_
    assert head is not None
    low, high = head.unsure_band_
    middle = (low + high) / 2
    told = head.decide(np.array([[1 - low / 2, low / 2, 0], [1 - middle, middle, 0], [0.0, 1.0, 0]]))
    assert told.tolist() == ["affirms", "unsure", "denies"]


def test_without_unsure_every_claim_gets_a_stance(stanced: Coder) -> None:
    assert stanced.stance_ is not None
    told = stanced.stance_.decide(np.random.default_rng(0).dirichlet([1, 1, 1], 50), unsure=False)
    assert set(told) <= set(STANCES)


def test_coding_writes_a_stance_where_it_was_learned(
    stanced: Coder, survey: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
) -> None:
    long = stanced.code(Corpus(survey[0])).long()
    money = long[long["code"] == "money"]
    assert len(money) > 60
    assert set(money["stance"]) <= {*STANCES, "unsure"}
    assert {"affirms", "denies"} <= set(money["stance"])


def test_coder_without_stances_writes_none(survey: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]) -> None:
    frame, codes, _ = survey
    coder = Coder(folds=3).fit(Corpus(frame), codes)
    assert coder.stance_ is None
    assert set(coder.code(Corpus(frame)).long()["stance"]) == {""}


def test_training_text_gets_its_out_of_fold_stance(
    stanced: Coder, survey: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
) -> None:
    head = stanced.stance_
    assert head is not None
    long = stanced.code(Corpus(survey[0])).long().set_index(["unit_id", "code"])
    kept = head.decide(head.held_out_)
    pairs = [(f"u{row}", kept[i]) for i, row in enumerate(head.judged_["row"])]
    shown = [(u, s) for u, s in pairs if (u, "money") in long.index]
    assert len(shown) > 60
    assert all(long.loc[(unit, "money"), "stance"] == stance for unit, stance in shown)


def test_stance_survives_saving_and_loading(
    stanced: Coder, survey: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], tmp_path: Path
) -> None:
    again: CalibratedCoder = load_coder(save_coder(stanced, tmp_path / "m"))
    new = survey[0].assign(text=[f"{t} Anew" for t in survey[0]["text"]])
    assert (
        again.code(Corpus(new)).long()["stance"].tolist()
        == stanced.code(Corpus(new)).long()["stance"].tolist()
    )
    first = {p.name: p.read_bytes() for p in (tmp_path / "m").iterdir()}
    save_coder(stanced, tmp_path / "n")
    assert first["stance.safetensors"] == (tmp_path / "n" / "stance.safetensors").read_bytes()
    assert first["stance.json"] == (tmp_path / "n" / "stance.json").read_bytes()


def test_damaged_stance_file_is_named_in_one_line(stanced: Coder, tmp_path: Path) -> None:
    folder = save_coder(stanced, tmp_path / "m")
    path = folder / "stance.json"
    path.write_text(path.read_text("utf-8").replace('"codes": 2', '"codes": 3'), "utf-8")
    with pytest.raises(ModelError, match=r"stance\.json is not the file that was saved"):
        load_coder(folder)


def test_saving_without_stance_takes_an_earlier_one_away(
    stanced: Coder, survey: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame], tmp_path: Path
) -> None:
    save_coder(stanced, tmp_path / "m")
    frame, codes, _ = survey
    save_coder(Coder(folds=3).fit(Corpus(frame), codes), tmp_path / "m")
    assert not (tmp_path / "m" / "stance.json").exists()
    assert load_coder(tmp_path / "m").stance_ is None


def test_looking_up_tokens_scores_as_the_kernel_does(stanced: Coder) -> None:
    head = stanced.stance_
    assert head is not None
    texts = ["It saved money. Not cheaper at all.", "Nothing"]
    scored = stanced.score_repaired(texts, ["q", "q"])[1]
    applies = np.array([[True, True], [True, False]])
    assert scored.tokens is not None
    assert scored.index is not None
    by_token = claims_from_tokens(scored.index, scored.tokens, ["q", "q"], applies, find_heaviest(scored))
    text, code = np.nonzero(applies)
    by_text = claims_of(scored, texts, ["q", "q"], text, code, given=applies)
    found, wanted = head.decision_function(by_token), head.decision_function(by_text)
    assert found == pytest.approx(wanted, abs=1e-5)
    explicit = np.zeros_like(found)
    for part, spans in enumerate((by_text.whole, by_text.part)):
        terms, static = head._feature_maker.words(by_text, spans)
        idf = head.vocabulary_.term_idf
        for i, k in enumerate(code):
            weights = head.weights_.words[k, part] / idf[:, None]
            explicit[i] += (terms[i] @ weights).ravel()
            explicit[i] += static[i] @ head.weights_.static[k, part] / np.sqrt(2)
    rest = head._feature_maker.common(by_text) @ head.weights_.common + head.weights_.constant
    rest += np.einsum("cp,cps->cs", head._feature_maker.company(by_text), head.weights_.company[code])
    assert found == pytest.approx(explicit + rest, abs=1e-4)


def test_dense_features_are_learned_from_and_then_wanted() -> None:
    rng = np.random.default_rng(2)
    texts = [f"word {i} here" for i in range(80)]
    denied = rng.random(80) < 0.4
    dense = np.where(denied, 1.0, -1.0)[:, None] + rng.normal(0, 0.1, (80, 1))
    stances = np.where(denied, "denies", "affirms").tolist()
    claims = claims_on(texts, n_codes=1)
    head = StanceHead(folds=3, unsure=0).fit(claims, stances, texts, range(80), n_codes=1, dense=dense)
    assert (head.judged_["decided"] == stances).mean() > 0.9
    with pytest.raises(InputError, match="Dense features have the shape"):
        head.predict(claims)


def test_too_few_denials_are_nothing_to_learn_from() -> None:
    texts = [f"text {i}" for i in range(30)]
    stances = ["denies"] * 4 + ["affirms"] * 26
    with pytest.raises(InputError, match="4 of them denies or mixed: too few"):
        StanceHead(folds=3).fit(claims_on(texts, n_codes=1), stances, texts, range(30), n_codes=1)


def test_unknown_stance_is_refused_without_showing_it() -> None:
    texts = [f"text {i}" for i in range(30)]
    with pytest.raises(InputError, match="one of affirms, denies, mixed") as told:
        StanceHead().fit(claims_on(texts, n_codes=1), ["Quillfeather"] * 30, texts, range(30), n_codes=1)
    assert "Quillfeather" not in str(told.value)


def test_stance_of_a_code_not_given_is_left_out() -> None:
    given = pd.DataFrame({"row": [0, 1], "code": ["a", "a"], "stance": ["affirms", "denies"]})
    kept = keep_one_stance(given, pd.DataFrame({"a": [1.0, 0.0]}))
    assert kept["row"].tolist() == [0]


def test_no_stance_at_all_gives_an_empty_table() -> None:
    kept = keep_one_stance(pd.DataFrame(columns=["row", "code", "stance"]), pd.DataFrame({"a": [1.0]}))
    assert kept.columns.tolist() == ["row", "code", "stance"]
    assert kept.empty
