"""What `textmine evaluate` writes, and what it judges by."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textmine.coding.artefact import load_coder
from textmine.jobs.evaluate import FILES

#: Files that stand there only if subgroups, or further coders, were asked for.
BY = {"subgroups.csv", "subgroup_differences.csv"}
SECOND = {"agreement.csv", "agreement_differences.csv"}

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
    assert overall["measure"].tolist() == [
        "micro_f1", "macro_f1", "samples_f1", "macro_average_precision", "mean_calibration_error"
    ]  # fmt: skip
    assert overall["value"].tolist()[:4] == [1.0, 1.0, 1.0, 1.0]
    assert per_code["code"].tolist() == ["training", "money"]
    assert per_code[["n", "n_human", "n_coder"]].to_numpy().tolist() == [[4, 1, 1], [4, 1, 1]]
    for measure in ("precision", "recall", "f1"):
        assert (per_code[f"{measure}_low"] <= per_code[measure]).all()
    predictions = pd.read_csv(out / "predictions.csv")
    assert predictions.columns.tolist() == ["unit_id", "code", "truth", "probability", "applies"]
    assert len(predictions) == 8
    told = json.loads((out / "evaluation.json").read_text("utf-8"))
    assert told["model"] == {"id": "tiny", "sha256": load_coder(tiny_model).sha256_}
    assert told["texts"] == 4 and len(told["overall"]) == 5


def test_evidence_is_probed_where_the_code_was_rightly_given(evaluate) -> None:
    labels = [["id", "code", "quote"], ["n1", "training", "train WITH"], ["n2", "none", ""]]
    ran, out = evaluate(labels)
    table = pd.read_csv(out / "evidence.csv").set_index("code")
    units = pd.read_csv(out / "evidence_units.csv", keep_default_na=False)
    assert table["n"].to_dict() == {"(all codes)": 1, "training": 1, "money": 0}
    assert table.loc["training", ["n_quoted", "overlap", "token_recall"]].tolist() == [1, 1, 1]
    assert table.loc["training", "comprehensiveness"] > 0
    assert np.isnan(table.loc["money", "falls"])
    assert units[["unit_id", "code", "left_out"]].to_numpy().tolist() == [
        ["n1", "training", ""], ["n2", "money", "people did not give it"]
    ]  # fmt: skip
    told = json.loads((out / "evaluation.json").read_text("utf-8"))
    assert told["evidence"][1]["token_recall"] == 1
    assert told["evidence_left_out"] == {"people did not give it": 1}
    assert "shares words with what people quoted in 100%" in ran.out
    for path in out.iterdir():
        assert "with the others" not in path.read_text("utf-8")


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
    assert files[0] == files[1]
    assert sorted(files[0]) == sorted(set(FILES) - BY - SECOND)


# --- subgroups --------------------------------------------------------------------------------------------


@pytest.fixture
def judge_study(textmine, study, tiny_model: Path, tmp_path: Path, write_csv):
    """Judges the tiny model on its own study, in which a column says the region."""

    def run(*options: object):
        rows = [[*row.values(), "north" if n % 3 else "south"] for n, row in enumerate(study.rows)]
        source = write_csv(tmp_path / "comments.csv", [*study.rows[0], "region"], rows)
        out = tmp_path / "judged"
        ran = textmine(
            "evaluate", tiny_model, source, *COLUMNS, "--labels", study.wide, "--out", out, *options
        )
        return ran, out

    return run


def test_subgroups_of_any_column_are_compared(judge_study) -> None:
    ran, out = judge_study("--by", "region", "--by", "question")
    assert ran.code == 0, ran.err
    table = pd.read_csv(out / "subgroups.csv")
    assert table[["by", "group"]].drop_duplicates().to_numpy().tolist() == [
        ["region", "north"], ["region", "south"], ["question", "q0"], ["question", "q1"]
    ]  # fmt: skip
    pooled = table[table["code"] == "(all codes)"].set_index("group")
    assert pooled.loc[["north", "south"], "n"].tolist() == [48, 24]
    assert pd.read_csv(out / "subgroup_differences.csv")["by"].unique().tolist() == ["region", "question"]
    assert "subgroups" in ran.out
    assert "Subgroups" in (out / "evaluation.html").read_text("utf-8")


def test_column_that_is_not_there_or_no_group_is_refused(judge_study) -> None:
    ran, out = judge_study("--by", "county")
    assert "'county'" in ran.error and "region" in ran.error and "--by" in ran.error
    assert not out.exists()
    for name in ("id", "comment"):
        assert "to form subgroups by" in judge_study("--by", name)[0].error
    assert "36 different values" in judge_study("--by", "person")[0].error


# --- a second coder ---------------------------------------------------------------------------------------


def test_second_coders_are_set_beside_the_machine(judge_study, study, tmp_path: Path, write_csv) -> None:
    units = list(study.truth.items())
    files = []
    for k in (1, 2):
        rows = [[u, *((1 - c, 1 - d) if n % 9 == k else (c, d))] for n, (u, (c, d)) in enumerate(units)]
        files += ["--second-coder", write_csv(tmp_path / f"coder_{k}.csv", ["id", "training", "money"], rows)]
    ran, out = judge_study(*files)
    assert ran.code == 0, ran.err
    pairs = pd.read_csv(out / "agreement.csv")
    names = pairs[pairs["kind"] == "human-human"][["first", "second"]].drop_duplicates().to_numpy().tolist()
    assert names == [["coder_1", "coder_2"]]
    differences = pd.read_csv(out / "agreement_differences.csv").set_index("code")
    assert differences["human_human"].between(0.4, 0.7).all()
    assert "Agreement (alpha, mean over codes)" in ran.out
    told = json.loads((out / "evaluation.json").read_text("utf-8"))
    assert [row["code"] for row in told["agreement"]] == differences.index.tolist()


def test_two_files_of_one_name_are_two_coders(judge_study, study, tmp_path: Path) -> None:
    copy = tmp_path / "other" / study.long.name
    copy.parent.mkdir()
    copy.write_bytes(study.long.read_bytes())
    _, out = judge_study("--second-coder", study.long, "--second-coder", copy)
    pairs = pd.read_csv(out / "agreement.csv")
    assert {"long", "long (2)"} <= set(pairs["second"])


def test_id_column_that_was_found_out_serves_the_second_coder_too(
    textmine, study, tiny_model: Path, tmp_path: Path, write_csv
) -> None:
    rows = [[row["id"], row["comment"]] for row in study.rows]
    source = write_csv(tmp_path / "c.csv", ["answer_id", "comment"], rows)
    codings = [[unit, *codes] for unit, codes in study.truth.items()]
    given = write_csv(tmp_path / "l.csv", ["answer_id", "training", "money"], codings)
    files = ("--labels", given, "--second-coder", given, "--out", tmp_path / "out")
    ran = textmine("evaluate", tiny_model, source, *files)
    assert ran.code == 0, ran.err
    assert (tmp_path / "out" / "agreement.csv").exists()


def test_second_coder_of_other_texts_is_refused(judge_study, tmp_path: Path, write_csv) -> None:
    other = write_csv(tmp_path / "other.csv", ["id", "code"], [["x1", "training"], ["x2", "none"]])
    ran, out = judge_study("--second-coder", other)
    assert "other.csv codes none of the 72 labelled texts" in ran.error
    assert not out.exists()


# --- the folder -------------------------------------------------------------------------------------------


def test_every_file_is_told_of_and_none_is_left_from_before(judge_study, study) -> None:
    _, out = judge_study("--by", "region", "--second-coder", study.long)
    assert {path.name for path in out.iterdir()} == set(FILES)
    assert set(json.loads((out / "evaluation.json").read_text("utf-8"))["files"]) == set(FILES)
    ran, out = judge_study()
    assert {path.name for path in out.iterdir()} == set(FILES) - BY - SECOND
    assert all(name in ran.out for name in set(FILES) - BY - SECOND)


def test_no_file_holds_a_respondents_words(judge_study, study, secret: str) -> None:
    _, out = judge_study("--by", "region", "--second-coder", study.long)
    for path in out.iterdir():
        text = path.read_text("utf-8")
        assert secret not in text
        assert not [row["comment"] for row in study.rows if row["comment"] in text], path.name


def test_texts_trained_on_are_counted(judge_study) -> None:
    ran, out = judge_study()
    told = json.loads((out / "evaluation.json").read_text("utf-8"))
    assert (told["texts"], told["respondents"], told["texts_trained_on"]) == (72, 36, 72)
    assert "trained on 72 of the 72" in ran.out


def test_unknown_figures_are_null_in_json_and_empty_in_csv(evaluate) -> None:
    ran, out = evaluate([["id", "training", "money"], ["n1", 1, ""], ["n2", 0, ""]], "--json")
    assert "NaN" not in ran.out and "NaN" not in (out / "evaluation.json").read_text("utf-8")
    assert pd.read_csv(out / "per_code.csv").set_index("code").loc["money"].drop(
        ["n", "n_human", "n_coder"]
    ).isna().all()  # fmt: skip
