"""`textmine prevalence`: what it reads and writes, its bases over questions, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from textmine.errors import InputError, InvalidDesign
from textmine.jobs.prevalence import estimate_folder
from textmine.jobs.survey_wave import SurveyColumns

Runs = Callable[..., object]


@pytest.fixture(scope="module")
def coded(study, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A coded folder of the synthetic study, with survey columns, three blanks and a 'n/a'."""
    from textmine.jobs.code import code_files
    from textmine.jobs.labelled import ColumnNames

    folder = tmp_path_factory.mktemp("prevalence")
    rows = []
    for place, row in enumerate(study.rows):
        person = int(row["person"][1:])
        said = "" if place in (10, 11, 12) else "n/a" if place == 13 else row["comment"]
        rows.append(
            [row["id"], row["person"], row["question"], said, "ns"[person % 2], 1 + person % 3, person % 4]
        )
    names = ["id", "person", "question", "comment", "region", "weight", "district"]
    wave = folder / "wave.csv"
    pd.DataFrame(rows, columns=names).to_csv(wave, index=False)
    columns = ColumnNames("comment", "id", "question", "person")
    code_files([wave], str(tiny_model), folder / "coded", columns=columns)
    return folder / "coded"


@pytest.fixture
def checked(study, write_csv: Callable[..., Path], tmp_path: Path) -> Path:
    """Labels of 40 units drawn at random."""
    import numpy as np

    units = np.sort(np.random.default_rng(0).permutation(list(study.truth))[:40])
    rows = [[unit, *study.truth[unit]] for unit in units if unit not in ("010", "011", "012")]
    return write_csv(tmp_path / "checked.csv", ["id", "training", "money"], rows)


def test_shares_are_written_with_what_stands_behind_them(textmine, coded, checked, tmp_path) -> None:
    out = tmp_path / "shares.csv"
    ran = textmine("prevalence", coded, "--checked", checked, "--unit", "answer", "--base", "answered",
                   "--out", out)  # fmt: skip
    assert ran.code == 0 and str(out) in ran.out
    table = pd.read_csv(out, keep_default_na=False)
    assert table["code"].tolist() == ["training", "money"]
    first = ["code", "group", "estimate", "low", "high", "se", "n_coded", "n_read", "naive", "lambda", "gain"]
    assert set(first) <= set(table.columns)
    assert table["n_coded"].tolist() == [69, 69]
    assert (table["low"] <= table["estimate"]).all() and (table["estimate"] <= table["high"]).all()
    assert table["n_non_response"].tolist() == [1, 1]
    assert "a simple random sample is assumed" in table["validity"][0]
    assert "out of fold" in table["validity"][0]
    assert "a simple random sample is assumed" in ran.out


def test_questions_are_not_thrown_together_unless_told(textmine, coded, checked, tmp_path) -> None:
    ran = textmine("prevalence", coded, "--checked", checked, "--json")
    found = json.loads(ran.out)
    assert [row["question"] for row in found["rows"]] == ["q0", "q1"] * 2
    assert any("--unit and --base" in note for note in found["notes"])
    pooled = textmine(
        "prevalence", coded, "--checked", checked, "--json", "--unit", "answer", "--base", "asked"
    )
    rows = json.loads(pooled.out)["rows"]
    assert [row["question"] for row in rows] == ["", ""]
    assert rows[0]["n_base"] == 72 and "asked" in rows[0]["base_in_words"]
    assert isinstance(rows[0]["validity"], list)


def test_bases_have_their_own_numbers(coded, checked) -> None:
    def count(unit: str, base: str) -> int:
        return int(estimate_folder(coded, [checked], unit=unit, base=base).table["n_base"][0])

    assert [count("answer", base) for base in ("asked", "answered", "substantive")] == [72, 69, 68]
    assert count("respondent", "asked") == 36
    assert count("respondent", "answered") == 35  # both answers of one are blank


def test_groups_weights_clusters_and_strata_are_read(textmine, coded, checked, tmp_path) -> None:
    apart = tmp_path / "differences.csv"
    ran = textmine("prevalence", coded, "--checked", checked, "--by", "region", "--weight", "weight",
                   "--cluster", "person", "--strata", "region", "--unit", "answer", "--base", "answered",
                   "--differences", apart, "--json")  # fmt: skip
    found = json.loads(ran.out)
    assert [row["group"] for row in found["rows"]] == ["", "n", "s"] * 2
    assert {row["target"] for row in found["rows"]} == {"superpopulation"}
    table = pd.read_csv(apart)
    assert table[["group", "than"]].to_numpy().tolist() == [["s", "n"]] * 2
    assert table["p_adjusted"].between(0, 1).all()


def test_chances_of_being_drawn_are_heeded(coded, study, write_csv, tmp_path) -> None:
    units = [unit for unit in study.truth if unit not in ("010", "011", "012")][::2]
    rows = [[unit, *study.truth[unit], 0.5] for unit in units]
    path = write_csv(tmp_path / "drawn.csv", ["id", "training", "money", "p"], rows)
    report = estimate_folder(coded, [path], probability="p", unit="answer", base="answered")
    assert "assumed" not in report.table["validity"][0]
    rows[3][3] = ""
    blank = write_csv(tmp_path / "blank.csv", ["id", "training", "money", "p"], rows)
    with pytest.raises(InvalidDesign, match=r"blank\.csv, row 4"):
        estimate_folder(coded, [blank], probability="p")
    rows[3][3] = 0
    zero = write_csv(tmp_path / "zero.csv", ["id", "training", "money", "p"], rows)
    with pytest.raises(InvalidDesign, match="no chance"):
        estimate_folder(coded, [zero], probability="p")


def test_units_that_a_model_chose_are_refused_and_nothing_is_written(
    textmine, coded, study, write_csv, tmp_path
) -> None:
    rows = [[unit, *codes, "active"] for unit, codes in list(study.truth.items())[20:40]]
    path = write_csv(tmp_path / "active.csv", ["id", "training", "money", "sampling_role"], rows)
    out = tmp_path / "shares.csv"
    said = textmine("prevalence", coded, "--checked", path, "--out", out).error
    assert "not drawn at random" in said and "Leave out" in said
    assert not out.exists()


def test_stances_of_long_labels_stand_beside_the_share(coded, study, tmp_path) -> None:
    lines = []
    for place, (unit, codes) in enumerate(study.truth.items()):
        given = [code for code, is_so in zip(("training", "money"), codes, strict=True) if is_so]
        lines += [{"id": unit, "code": c, "stance": "denies" if place % 3 == 0 else "affirms"} for c in given]
        lines += [] if given else [{"id": unit, "code": "none", "stance": ""}]
    path = tmp_path / "long.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    row = estimate_folder(coded, [path], unit="answer", base="answered").table.iloc[0]
    assert row["affirms"] > row["denies"] > 0
    assert row["affirms"] + row["denies"] == pytest.approx(row["estimate"], abs=0.01)


def test_readers_of_a_part_are_told_apart(textmine, coded, checked, study, write_csv, tmp_path) -> None:
    units = pd.read_csv(checked, dtype=str)["id"]
    for name, shift in (("ann", 0), ("bob", 1)):
        rows = [[unit, study.truth[unit][0] * (1 - shift), study.truth[unit][1]] for unit in units[::2]]
        write_csv(tmp_path / f"{name}.csv", ["id", "training", "money"], rows)
    ran = textmine("prevalence", coded, "--checked", checked, "--unit", "answer", "--base", "answered",
                   "--reader", f"ann={tmp_path / 'ann.csv'}", "--reader", f"bob={tmp_path / 'bob.csv'}",
                   "--json")  # fmt: skip
    found = json.loads(ran.out)
    assert found["rows"][0]["reader_bob"] < found["rows"][0]["reader_ann"]
    assert any("leave out that other readers" in note for note in found["notes"])
    assert "NAME=FILE" in textmine("prevalence", coded, "--checked", checked, "--reader", "x.csv").error


def test_coders_who_differ_are_to_be_adjudicated_first(textmine, coded, write_csv, tmp_path) -> None:
    rows = [["020", "money", "ann"], ["020", "none", "bob"], ["021", "money", "ann"]]
    path = write_csv(tmp_path / "both.csv", ["id", "code", "coder"], rows)
    said = textmine("prevalence", coded, "--checked", path).error
    assert "1 units were read by several coders who differ" in said and "--reader" in said


@pytest.mark.parametrize("option", ["by", "weight", "cluster", "strata", "respondent"])
def test_column_that_is_not_there_is_named(coded, checked, option: str) -> None:
    columns = SurveyColumns(**{option: ("shire",) if option == "by" else "shire"})
    with pytest.raises(InputError, match=rf"'shire'.*district.*--{option}"):
        estimate_folder(coded, [checked], columns=columns)


def test_weights_that_are_no_numbers_are_counted(coded, checked) -> None:
    with pytest.raises(InputError, match=r"row 1, column 'region': .* 72 of 72 cells are not"):
        estimate_folder(coded, [checked], columns=SurveyColumns(weight="region"))


def test_folder_that_is_none_is_an_error(checked, tmp_path) -> None:
    with pytest.raises(InputError, match=r"provenance\.json"):
        estimate_folder(tmp_path, [checked])


def test_same_input_gives_the_same_bytes(coded, checked, tmp_path) -> None:
    for name in ("one.csv", "two.csv"):
        estimate_folder(coded, [checked], tmp_path / name, columns=SurveyColumns(by=("region",)))
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_plan_draws_units_that_the_command_takes_back(textmine, coded, study, write_csv, tmp_path) -> None:
    out = tmp_path / "to-read.csv"
    ran = textmine("prevalence", coded, "--plan", out, "--read", 30, "--seconds-per-unit", 60)
    assert "Read 30 units, about 30 minutes" in ran.out and str(out) in ran.out
    drawn = pd.read_csv(out, dtype=str)
    assert list(drawn.columns) == ["unit_id", "probability", "stratum", "sampling_role"]
    assert len(drawn) == 30
    drawn["training"] = [study.truth[unit][0] for unit in drawn["unit_id"]]
    drawn["money"] = [study.truth[unit][1] for unit in drawn["unit_id"]]
    drawn.to_csv(tmp_path / "read.csv", index=False)
    report = estimate_folder(coded, [tmp_path / "read.csv"], unit="answer", base="answered")
    assert report.table["n_read"].tolist() == [30, 30]
    assert "assumed" not in report.table["validity"][0]


def test_no_checked_file_is_an_error(textmine, coded) -> None:
    assert "--checked" in textmine("prevalence", coded).error


def test_fairness_and_figures_are_written_by_group(textmine, coded, checked, tmp_path) -> None:
    ran = textmine("prevalence", coded, "--checked", checked, "--unit", "answer", "--base", "answered",
                   "--by", "region", "--fairness", tmp_path / "fair.csv", "--figure",
                   tmp_path / "fig")  # fmt: skip
    assert ran.code == 0, ran.error
    fair = pd.read_csv(tmp_path / "fair.csv", keep_default_na=False)
    assert set(fair["measure"]) == {"precision", "recall"} and set(fair["group"]) == {"n", "s"}
    assert set(fair["code"]) == {"(all codes)", "training", "money"}
    gaps = pd.read_csv(tmp_path / "fair-gaps.csv", keep_default_na=False)
    assert gaps[["group", "than"]].drop_duplicates().to_numpy().tolist() == [["s", "n"]]
    ends = ("", "-region", "-region-differences", "-region-precision", "-region-recall")
    for end in ends:
        assert (tmp_path / f"fig{end}.png").read_bytes()[:4] == b"\x89PNG"
        assert "<svg" in (tmp_path / f"fig{end}.html").read_text("utf-8")


def test_fairness_wants_groups(textmine, coded, checked, tmp_path) -> None:
    ran = textmine("prevalence", coded, "--checked", checked, "--fairness", tmp_path / "fair.csv")
    assert ran.code == 1 and "Name a column of groups with --by" in ran.error


def test_texts_are_no_groups_and_are_never_shown(textmine, coded, checked) -> None:
    ran = textmine("prevalence", coded, "--checked", checked, "--unit", "answer", "--base", "answered",
                   "--by", "comment")  # fmt: skip
    assert ran.code == 1 and "holds what people wrote" in ran.error
    assert "train together" not in ran.out + ran.err


def test_ids_are_no_groups(textmine, coded, checked) -> None:
    ran = textmine("prevalence", coded, "--checked", checked, "--unit", "answer", "--base", "answered",
                   "--by", "id")  # fmt: skip
    assert ran.code == 1 and "Traceback" not in ran.err
    assert "'id' has 69 different values in 69 rows" in ran.err and "--by" in ran.err


def test_many_groups_are_compared_only_where_asked(coded, checked, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("textmine.jobs.prevalence._MOST_COMPARED", 3)
    columns = SurveyColumns(by=("region", "district"))
    drawn = tmp_path / "shares"
    unasked = estimate_folder(coded, [checked], columns=columns, unit="answer", base="answered", figure=drawn)
    assert set(unasked.differences["by"]) == {"region"} and set(unasked.table["by"]) == {"", *columns.by}
    assert [note for note in unasked.notes if "two by two" in note] == [
        "district: 4 groups are compared two by two only with --differences FILE."
    ]
    assert not list(tmp_path.glob("*district-differences*")) and list(tmp_path.glob("*region-differences*"))
    out = tmp_path / "differences.csv"
    asked = estimate_folder(
        coded, [checked], columns=columns, unit="answer", base="answered", differences=out
    )
    assert set(asked.differences["by"]) == set(columns.by) and not any("two" in n for n in asked.notes)
