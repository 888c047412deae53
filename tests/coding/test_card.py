"""The model card: names each code with its figures, says what it rests on, quotes nobody."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from textmine.coding.card import write_card
from textmine.coding.coder import Coder
from textmine.coding.evaluation import Evaluation, cross_validate
from textmine.coding.faithfulness import Faithfulness, measure_faithfulness
from textmine.coding.second_coder import MEAN, compare_with_people
from textmine.coding.subgroups import measure_subgroups
from textmine.coding.tokens import fold, token_spans
from textmine.corpus import Corpus
from textmine.locations import find_model


@pytest.fixture(scope="module")
def judged(answers: pd.DataFrame, given: pd.DataFrame) -> Evaluation:
    return cross_validate(Coder(folds=2), Corpus(answers.drop(columns="chosen")), given, folds=3)


@pytest.fixture(scope="module")
def card(coder: Coder, judged: Evaluation) -> str:
    return write_card(coder, "synthetic", judged, folds=3, learn_only=7)


def test_card_has_a_row_with_figures_for_each_code(card: str, coder: Coder, judged: Evaluation) -> None:
    for k, row in enumerate(judged.per_code.to_dict("records")):
        (line,) = re.findall(rf"^\| {row['code']} \|.*$", card, re.MULTILINE)
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[1:3] == [str(coder.n_positives_[k]), str(row["n_human"])]
        assert cells[5] == f"{row['f1']:.2f} ({row['f1_low']:.2f} to {row['f1_high']:.2f})"
        ranked = [row[f"average_precision{end}"] for end in ("", "_low", "_high")]
        assert cells[6] == "{:.2f} ({:.2f} to {:.2f})".format(*ranked)
        assert cells[8] == f"{row['calibration_error']:.3f} ({row['calibration_error_by_chance']:.3f})"
        assert float(cells[7]) == pytest.approx(coder.thresholds_[k], abs=5e-4)


def test_card_says_what_it_rests_on(card: str, coder: Coder) -> None:
    for wanted in (
        "60 texts by 20 respondents",
        "7 of them learned from and never scored",
        coder.fingerprint_[:12],
        coder.codebook_.sha256[:12],
        "Cross-validated in 3 folds by respondent on 60 texts",
        "at least 3 respondents",
        "not for",
    ):
        assert wanted in card


def test_card_has_the_overall_figures(card: str, judged: Evaluation) -> None:
    for name, row in zip(
        ("micro F1", "macro F1", "samples F1", "average precision", "calibration error"),
        judged.overall.to_dict("records"),
        strict=True,
    ):
        assert re.search(rf"^\| {name}[^|]*\| {row['value']:.3f} \|", card, re.MULTILINE)


def test_card_tells_what_random_rows_would_have_shown(coder: Coder, judged: Evaluation, card: str) -> None:
    said = write_card(coder, "synthetic", judged, folds=3, random_rows=judged)
    line = (
        f"Splitting rows at random would have shown micro F1 {judged.drawn['micro_f1'][0]:.3f}: do not report"
    )
    assert line in said and "at random" not in card


def test_card_holds_agreement_subgroups_and_learning_curve_if_given(
    coder: Coder, judged: Evaluation, answers: pd.DataFrame, given: pd.DataFrame
) -> None:
    second = given.set_axis(answers["doc_id"].tolist(), axis=0)
    agreement = compare_with_people(judged.comparison, {"second": second})
    subgroups = measure_subgroups(judged.comparison, {"which|one": answers["question"].tolist()})
    curve = {"respondents": 5.0, "texts": 15.0, "measure": "micro_f1", "value": 0.5, "low": 0.4, "high": 0.6}
    learning = pd.DataFrame([curve | {"gain": 0.1, "gain_low": 0.0, "gain_high": 0.2, "note": ""}])
    said = write_card(
        coder, "m", judged, folds=3, agreement=agreement, subgroups=subgroups, learning=learning
    )
    mean = agreement.differences.set_index("code").loc[MEAN]
    assert f"| {mean['machine_human']:.2f} | 1.00 |" in said
    assert f"As good as a second coder? Over all codes: {mean['verdict']}." in said
    assert said.count("| which/one | Question") == 3
    assert "| 15 | 5 | micro F1 | 0.50 (0.40 to 0.60) | 0.10 (0.00 to 0.20) |" in said


@pytest.fixture(scope="module")
def evidence(coder: Coder, answers: pd.DataFrame, given: pd.DataFrame) -> Faithfulness:
    corpus = Corpus(answers.drop(columns="chosen"))
    return measure_faithfulness(coder, corpus, coder.code(corpus), truth=given)


def test_card_tells_how_faithful_its_evidence_is(
    coder: Coder, judged: Evaluation, evidence: Faithfulness
) -> None:
    said = write_card(coder, "m", judged, folds=3, evidence=evidence)
    whole = evidence.table.iloc[0]
    assert f"Measured on {whole['n']} codes that the coders of the folds above gave rightly" in said
    for code in ("all codes", *(f"`{c}`" for c in coder.codes_)):
        (line,) = re.findall(rf"^\| {code} \| .*$", said.split("## Evidence")[1], re.MULTILINE)
        assert line.count("|") == 11
    cells = re.findall(r"^\| all codes \| (.*) \|$", said, re.MULTILINE)[0].split(" | ")
    assert cells[0] == str(whole["n"])
    for name, cell in zip(
        ("comprehensiveness", "sufficiency", "falls", "random_falls"), cells[1:5], strict=True
    ):
        assert cell == f"{whole[name]:.2f} ({whole[f'{name}_low']:.2f} to {whole[f'{name}_high']:.2f})"
    assert cells[6:] == ["-", "-", "0"]  # nobody quoted anything
    seen = write_card(coder, "m", judged, folds=3, evidence=evidence, evidence_held_out=False)
    assert "in texts that it learned from" in seen and "not learned from" not in seen


def test_card_of_another_kind_of_coder_says_what_it_is(coder: Coder, judged: Evaluation) -> None:
    said = write_card(coder, "m", judged, folds=3, about="It dreams.", holds="It keeps nothing.")
    assert "It dreams." in said and "It keeps nothing." in said and "fast tier" not in said


def test_card_quotes_no_respondent(card: str, answers: pd.DataFrame, private_names: list[str]) -> None:
    low = " ".join(fold(card).split())
    assert not [name for name in private_names if name.lower() in low]
    for text in answers["text"]:
        words = [span.slice(fold(text)) for span, _ in token_spans(text)]
        assert not [i for i in range(len(words) - 2) if " ".join(words[i : i + 3]) in low]


def test_shipped_card_names_every_code() -> None:
    from textmine.coding.artefact import load_coder

    card = (find_model("school-collaboration") / "card.md").read_text("utf-8")
    assert all(f"| {code} |" in card for code in load_coder("school-collaboration").codes_)
