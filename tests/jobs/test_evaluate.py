"""What `textmine evaluate` writes, and what it judges by."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from textmine.coding.artefact import load_coder

COLUMNS = ("--text", "comment", "--id", "id", "--question", "question", "--group", "person")
FRESH = [
    ["n1", "q0", "x1", "We train with the others"],
    ["n2", "q0", "x2", "Money is pooled as a rule"],
    ["n3", "q1", "x3", "Nothing much, the building is old"],
    ["n4", "q1", "x4", ""],
]


@pytest.fixture
def evaluate(textmine, write_csv, tiny_model: Path, tmp_path: Path):
    """Judges the tiny model on four fresh texts by labels given as rows under a header."""

    def run(labels: list[list[object]], *options: object):
        source = write_csv(tmp_path / "fresh.csv", ["id", "question", "person", "comment"], FRESH)
        given = write_csv(tmp_path / "labels.csv", labels[0], labels[1:])
        out = tmp_path / "out"
        ran = textmine("evaluate", tiny_model, source, *COLUMNS, "--labels", given, "--out", out, *options)
        return ran, out

    return run


WIDE = [["id", "training", "money"], ["n1", 1, 0], ["n2", 0, 1], ["n3", 0, 0], ["n4", 0, 0]]


def test_folder_holds_the_figures_and_what_they_rest_on(evaluate, tiny_model: Path) -> None:
    ran, out = evaluate(WIDE)
    assert ran.code == 0, ran.err
    overall, per_code = pd.read_csv(out / "overall.csv"), pd.read_csv(out / "per_code.csv")
    assert overall.columns.tolist() == ["measure", "value", "low", "high"]
    assert overall["measure"].tolist() == ["micro_f1", "macro_f1", "samples_f1"]
    assert overall["value"].tolist() == [1.0, 1.0, 1.0]
    assert per_code["code"].tolist() == ["training", "money"]
    assert per_code[["n", "n_human", "n_coder"]].to_numpy().tolist() == [[4, 1, 1], [4, 1, 1]]
    for measure in ("precision", "recall", "f1"):
        assert (per_code[f"{measure}_low"] <= per_code[measure]).all()
    predictions = pd.read_csv(out / "predictions.csv")
    assert predictions.columns.tolist() == ["unit_id", "code", "truth", "probability", "applies"]
    assert len(predictions) == 8
    told = json.loads((out / "evaluation.json").read_text("utf-8"))
    assert told["model"] == {"id": "tiny", "sha256": load_coder(tiny_model).sha256_}
    assert told["texts"] == 4 and len(told["overall"]) == 3


def test_terminal_and_json_say_the_same(evaluate) -> None:
    shown, out = evaluate(WIDE)
    assert "micro F1" in shown.out and str(out) in shown.out
    told = json.loads(evaluate(WIDE, "--json")[0].out)
    assert told["overall"][0]["measure"] == "micro_f1"
    assert evaluate(WIDE, "--quiet")[0].out == ""


def test_wrong_codes_cost(evaluate) -> None:
    _, out = evaluate([["id", "training", "money"], ["n1", 0, 1], ["n2", 0, 1], ["n3", 1, 0]])
    found = pd.read_csv(out / "per_code.csv").set_index("code")
    assert found.loc["training", ["precision", "recall", "f1"]].tolist() == [0, 0, 0]
    assert found.loc["money", ["precision", "recall"]].tolist() == [1, 0.5]


def test_cell_that_is_not_coded_is_left_out(evaluate) -> None:
    _, out = evaluate([["id", "training", "money"], ["n1", 1, ""], ["n2", "", 1], ["n3", 0, 0]])
    assert pd.read_csv(out / "per_code.csv")["n"].tolist() == [2, 2]


def test_long_labels_say_no_to_every_code_of_the_model_that_they_do_not_name(evaluate) -> None:
    _, out = evaluate([["id", "code"], ["n1", "training"], ["n2", "none"], ["n3", "none"]])
    found = pd.read_csv(out / "per_code.csv").set_index("code")
    assert found["n"].tolist() == [3, 3]
    assert found.loc["money", ["n_human", "n_coder", "precision"]].tolist() == [0, 1, 0]


def test_training_texts_are_judged_by_their_out_of_fold_scores(
    textmine, study, tiny_model: Path, tmp_path
) -> None:
    columns = (*COLUMNS, "--labels", study.wide, "--out", tmp_path / "out")
    assert textmine("evaluate", tiny_model, study.comments, *columns).code == 0
    found = pd.read_csv(tmp_path / "out" / "predictions.csv", dtype={"unit_id": str})
    memory = load_coder(tiny_model).memory_
    row = study.rows[10]
    kept = memory.scores[memory.key(row["comment"], row["question"])]
    assert found.loc[found["unit_id"] == row["id"], "probability"].tolist() == kept.tolist()


@pytest.mark.parametrize(
    "labels", [[["id", "training", "rain"], ["n1", 1, 0]], [["id", "code"], ["n1", "rain"], ["n2", "none"]]]
)
def test_label_that_the_model_lacks_is_refused(evaluate, labels) -> None:
    ran, out = evaluate(labels)
    assert "labels.csv" in ran.error and "rain" in ran.error and "training, money" in ran.error
    assert not out.exists()


def test_same_command_gives_the_same_bytes(evaluate) -> None:
    files = []
    for _ in range(2):
        _, out = evaluate(WIDE)
        files.append({path.name: path.read_bytes() for path in out.iterdir()})
    assert files[0] == files[1] and len(files[0]) == 4
