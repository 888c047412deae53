"""What `textmine code` writes, held to its contract on a synthetic study."""

from __future__ import annotations

import csv
import hashlib
import json
import socket
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from textmine.coding.artefact import load_coder
from textmine.reading import read_table

CODES = ["training", "money"]
COLUMNS = ("--text", "comment", "--id", "id", "--question", "question")
NASTY = [
    ["007", "q0", 'He said "we train",\nthen left', "=1+1"],
    ["7", "q1", "Money saved 😀 naïve", "+44 20"],
    ["1e5", "q0", "Old\rMac: we train together", " padded "],
    ["x-4", "q1", "", "@ref"],
    ["x;5", "q0", "=SUM(money) we saved money", "NA"],
    ["x6", "q1", " \t ", "1.50"],
    ["x7", "q0", "Joint training days\r\nMoney is pooled", "-3"],
    ["x8", "q0", "n/a", ""],
]


def read_cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))


def read_strings(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@pytest.fixture
def wave(write_csv, tmp_path: Path) -> Path:
    return write_csv(tmp_path / "wave.csv", ["id", "question", "comment", "note"], NASTY)


@pytest.fixture
def coded(textmine, wave: Path, tiny_model: Path, tmp_path: Path) -> Path:
    """The nasty wave, coded."""
    out = tmp_path / "coded"
    assert textmine("code", wave, "--model", tiny_model, *COLUMNS, "--out", out).code == 0
    return out


@pytest.fixture
def code(textmine, tiny_model: Path, tmp_path: Path):
    """Codes a file and gives its folder."""

    def run(*arguments: object, columns: tuple[str, ...] = COLUMNS, stdin: bytes | None = None) -> Path:
        out = tmp_path / "out"
        ran = textmine("code", *arguments, "--model", tiny_model, *columns, "--out", out, stdin=stdin)
        assert ran.code == 0, ran.err
        return out

    return run


# --- the wide table ---------------------------------------------------------------------------------------


def test_wide_holds_every_row_in_order_with_its_columns_unchanged(coded: Path) -> None:
    header, *rows = read_cells(coded / "coded_wide.csv")
    assert header == ["id", "question", "comment", "note", *CODES]
    assert [row[:4] for row in rows] == NASTY
    assert b"\r\n" not in (coded / "coded_wide.csv").read_bytes().split(b"\n")[0]


def test_wide_reads_back_as_it_was_with_textmine_itself(coded: Path, wave: Path) -> None:
    again, before = read_table(coded / "coded_wide.csv"), read_table(wave)
    assert not again.rejected
    pd.testing.assert_frame_equal(again.frame[before.frame.columns], before.frame)


def test_blank_text_is_missing_and_not_zero(coded: Path) -> None:
    wide = read_strings(coded / "coded_wide.csv").set_index("id")
    assert (wide.loc[["x-4", "x6"], CODES] == "").all(axis=None)
    assert wide.drop(["x-4", "x6"])[CODES].isin(["0", "1"]).all(axis=None)
    assert wide.loc["x8", CODES].tolist() == ["0", "0"]  # 'n/a' was read, and says nothing


def test_codes_are_found(coded: Path) -> None:
    wide = read_strings(coded / "coded_wide.csv").set_index("id")
    assert wide.loc["1e5", CODES].tolist() == ["1", "0"]
    assert wide.loc["x7", CODES].tolist() == ["1", "1"]


def test_bands_and_scores_stand_beside_each_code(code, wave: Path) -> None:
    wide = read_strings(code(wave, "--bands", "--scores") / "coded_wide.csv")
    added = [f"{c}{end}" for c in CODES for end in ("", "__band", "__score")]
    assert wide.columns.tolist() == ["id", "question", "comment", "note", *added]
    said = wide[wide["training"] != ""]
    assert said["training__score"].astype(float).between(0, 1).all()
    assert (said.loc[said["training"] == "1", "training__band"] == "review").all()
    assert set(said.loc[said["training"] == "0", "training__band"]) <= {"review", "reject"}
    assert (wide.loc[wide["training"] == "", added] == "").all(axis=None)


def test_wide_in_every_form_holds_the_same(code, wave: Path) -> None:
    out = code(wave, "--format", "csv", "--format", "parquet", "--format", "xlsx")
    table, parquet = read_strings(out / "coded_wide.csv"), pd.read_parquet(out / "coded_wide.parquet")
    assert parquet["training"].dtype == "Int8"
    assert parquet[["id", "question", "comment", "note"]].to_numpy().tolist() == NASTY
    told = parquet[CODES].astype("string").fillna("").to_numpy().tolist()
    assert told == table[CODES].to_numpy().tolist()
    book = read_table(out / "coded_wide.xlsx").frame
    assert book["id"].tolist() == table["id"].tolist()
    assert book[CODES].to_numpy().tolist() == table[CODES].to_numpy().tolist()


def test_only_the_form_asked_for_is_written(code, wave: Path) -> None:
    out = code(wave, "--format", "parquet")
    assert not (out / "coded_wide.csv").exists()
    names = {r["name"] for r in json.loads((out / "datapackage.json").read_text("utf-8"))["resources"]}
    assert names == {"coded_long", "coded_spans", "summary", "review"}


def test_csv_is_verbatim_unless_it_is_to_be_safe_in_excel(code, coded: Path, wave: Path) -> None:
    assert [row[3] for row in read_cells(coded / "coded_wide.csv")[1:]] == [row[3] for row in NASTY]
    safe = read_cells(code(wave, "--excel-safe") / "coded_wide.csv")[1:]
    assert [row[3] for row in safe] == ["'=1+1", "'+44 20", " padded ", "'@ref", "NA", "1.50", "'-3", ""]
    assert safe[4][2] == "'=SUM(money) we saved money"


def test_xlsx_holds_no_formula(code, wave: Path) -> None:
    book = openpyxl.load_workbook(code(wave, "--format", "xlsx") / "coded_wide.xlsx")
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert {cell.value for cell in cells} >= {"'=1+1", "007"}


# --- the other tables -------------------------------------------------------------------------------------


def test_long_has_a_row_for_each_code_that_applies(coded: Path) -> None:
    long, wide = read_strings(coded / "coded_long.csv"), read_strings(coded / "coded_wide.csv")
    assert long.columns.tolist() == (
        [
            "unit_id",
            "code",
            "score",
            "applies",
            "band",
            "stance",
            "start",
            "end",
            "evidence",
            "coder",
            "codebook_version",
        ]
    )
    applies = [(row["id"], c) for _, row in wide.iterrows() for c in CODES if row[c] == "1"]
    given = long[long["applies"] == "1"]
    assert list(zip(given["unit_id"], given["code"], strict=True)) == applies
    assert set(long["applies"]) <= {"0", "1"} and set(long["band"]) == {"review"}  # no certificate
    assert set(long["coder"]) == {"tiny"} and set(long["codebook_version"]) == {"1.0.0"}


@pytest.mark.parametrize("name", ["coded_long", "coded_spans"])
def test_evidence_is_exactly_the_slice_of_the_input(coded: Path, name: str) -> None:
    texts = {row[0]: row[2] for row in NASTY}
    rows = read_cells(coded / f"{name}.csv")
    place = {column: i for i, column in enumerate(rows[0])}
    assert len(rows) > 4
    for row in rows[1:]:
        start, end = int(row[place["start"]]), int(row[place["end"]])
        assert row[place["evidence"]] == texts[row[place["unit_id"]]][start:end] != ""


def test_evidence_is_the_clause_that_carries_the_code(code, write_csv, tmp_path: Path) -> None:
    text = "😀 The building is old. We train together. Meetings are on Monday."
    out = code(write_csv(tmp_path / "one.csv", ["id", "question", "comment"], [["1", "q0", text]]))
    long = read_strings(out / "coded_long.csv")
    (row,) = long[long["applies"] == "1"].to_dict("records")
    assert (row["code"], row["evidence"]) == ("training", "We train together")
    assert text[int(row["start"]) : int(row["end"])] == row["evidence"]


def test_scores_hold_every_coded_unit_and_decide_with_the_thresholds(coded: Path) -> None:
    scores, wide = pd.read_parquet(coded / "scores.parquet"), read_strings(coded / "coded_wide.csv")
    told = wide[wide["training"] != ""]
    assert scores.columns.tolist() == ["unit_id", *CODES]
    assert scores["unit_id"].tolist() == told["id"].tolist()
    assert scores[CODES].stack().between(0, 1).all()
    cuts = json.loads((coded / "provenance.json").read_text("utf-8"))["thresholds"]
    for c in CODES:
        assert (scores[c] >= cuts[c]).astype(int).astype(str).tolist() == told[c].tolist()
    long = read_strings(coded / "coded_long.csv").astype({"score": float})
    by_unit = scores.set_index("unit_id")
    assert all(by_unit.loc[r.unit_id, r.code] == r.score for r in long.itertuples())


def test_summary_counts_what_the_wide_table_holds(code, study) -> None:
    out = code(study.comments, "--group", "person")
    summary, wide = read_strings(out / "summary.csv").set_index("code"), read_strings(out / "coded_wide.csv")
    assert summary.index.tolist() == CODES
    for c in CODES:
        count = (wide[c] == "1").sum()
        people = wide.loc[wide[c] == "1", "person"].nunique()
        assert int(summary.loc[c, "count"]) == count > 0
        assert float(summary.loc[c, "naive_share"]) == pytest.approx(count / 72, abs=5e-5)
        assert summary.loc[c, ["base", "respondents", "respondent_base"]].tolist() == [
            "72",
            str(people),
            "36",
        ]
        assert float(summary.loc[c, "respondent_share"]) == pytest.approx(people / 36, abs=5e-5)
    assert summary["corrected_share"].str.fullmatch(r"not estimable: read \d+ more").all()
    assert set(summary["auto_accepted"]) == {"0"}
    assert (summary["to_review"].astype(int) >= summary["count"].astype(int)).all()
    assert summary["base_in_words"].str.contains("not blank").all()


def test_summary_gives_no_share_of_respondents_unless_they_are_named(coded: Path) -> None:
    assert (read_strings(coded / "summary.csv")[["respondents", "respondent_share"]] == "").all(axis=None)


def test_provenance_names_all_that_made_the_tables(coded: Path, wave: Path, tiny_model: Path) -> None:
    told = json.loads((coded / "provenance.json").read_text("utf-8"))
    coder = load_coder(tiny_model)
    config = hashlib.sha256((tiny_model / "config.json").read_bytes()).hexdigest()
    assert told["model"] == {"id": "tiny", "sha256": config, "tier": "fast"}
    assert told["codebook"] == {"id": "synthetic", "version": "1.0.0", "sha256": coder.codebook_.sha256}
    assert told["inputs"] == [{"file": "wave.csv", "sha256": hashlib.sha256(wave.read_bytes()).hexdigest()}]
    assert told["thresholds"] == dict(zip(CODES, coder.thresholds_.tolist(), strict=True))
    assert {"textmine", "python", "numpy", "pandas"} <= set(told["software"])
    assert told["seconds"] >= 0 and told["certificate"] is None
    assert told["columns"]["text"] == "comment"


def test_counts_add_up(code, write_csv, tmp_path: Path) -> None:
    rows = [*NASTY, ["007", "q0", "again", ""], ["", "q0", "no id", ""]]
    source = write_csv(tmp_path / "more.csv", ["id", "question", "comment", "note"], rows)
    with source.open("a", encoding="utf-8") as handle:
        handle.write("x9,q0\n")
    out = code(source)
    counts = json.loads((out / "provenance.json").read_text("utf-8"))["counts"]
    assert counts.pop("to_review") == len(read_strings(out / "review.csv")) > 0
    assert counts == {
        "read": 8, "empty": 2, "non_response": 1, "coded": 6, "trained_on": 0, "left_out": 0, "rejected": 3,
    }  # fmt: skip
    assert counts["read"] == counts["empty"] + counts["coded"] == len(read_strings(out / "coded_wide.csv"))
    assert counts["read"] + counts["rejected"] == len(rows) + 1


TALK = "Int: What do you share?\n\nR: We share training days for staff.\n\nInt: Why?\n\nR: It saves money.\n"


def test_turns_of_the_interviewer_are_coded_only_if_asked(code, tmp_path: Path) -> None:
    (tmp_path / "t9.txt").write_text(TALK, encoding="utf-8")
    wide = read_strings(code(tmp_path / "t9.txt", columns=()) / "coded_wide.csv")
    assert wide["doc_id"].tolist() == ["t9:1", "t9:2", "t9:3", "t9:4"]
    coded = wide[wide.columns[-1]] != ""
    assert coded.tolist() == [False, True, False, True]
    wide = read_strings(code(tmp_path / "t9.txt", "--with-interviewer", columns=()) / "coded_wide.csv")
    assert (wide[wide.columns[-1]] != "").all()


def test_columns_that_were_found_out_are_told(code, wave: Path) -> None:
    out = code(wave, columns=("--question", "question"))
    told = json.loads((out / "provenance.json").read_text("utf-8"))["columns"]
    assert (told["text"], told["id"], told["question"], told["group"]) == ("comment", "id", "question", None)


def test_data_package_describes_each_table_as_it_is(code, wave: Path) -> None:
    out = code(wave, "--bands", "--scores")
    package = json.loads((out / "datapackage.json").read_text("utf-8"))
    names = [r["name"] for r in package["resources"]]
    assert names == ["coded_wide", "coded_long", "coded_spans", "summary", "review"]
    kinds = {"integer": int, "number": float, "string": str}
    for resource in package["resources"]:
        header, *rows = read_cells(out / resource["path"])
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == header
        for row in rows:
            for field, cell in zip(fields, row, strict=True):
                if cell:
                    value = kinds[field["type"]](cell)
                    allowed = field.get("constraints", {}).get("enum")
                    assert allowed is None or value in allowed
    titles = [field.get("title") for field in package["resources"][0]["schema"]["fields"]]
    assert {"Training", "Money"} <= set(titles)


# --- rows, files and their forms --------------------------------------------------------------------------


def test_row_that_cannot_be_used_is_named_and_none_is_lost(
    code, write_csv, tmp_path: Path, secret: str
) -> None:
    rows = [["a", "q0", "We train"], ["b", "q0", secret], ["a", "q1", secret], [" ", "q0", secret]]
    source = write_csv(tmp_path / "twice.csv", ["id", "question", "comment"], rows)
    with source.open("a", encoding="utf-8") as handle:
        handle.write(f'"c","q0"\n"d","q0","{secret}","{secret}"\n')
    out = code(source)
    wide, rejected = read_strings(out / "coded_wide.csv"), read_strings(out / "rejected.csv")
    assert wide["comment"].tolist() == ["We train", secret]  # the first of two with one id is kept
    assert rejected.columns.tolist() == ["file", "row", "line", "id", "reason"]
    assert rejected[["file", "row", "line", "id"]].to_numpy().tolist() == [
        ["twice.csv", "3", "4", "a"],
        ["twice.csv", "4", "5", " "],
        ["twice.csv", "5", "6", ""],
        ["twice.csv", "6", "7", ""],
    ]
    assert len(wide) + len(rejected) == 6
    assert "2 cells where the header has 3" in rejected["reason"].tolist()
    assert secret not in (out / "rejected.csv").read_text("utf-8")


def test_ids_of_digits_stay_as_they_are(coded: Path) -> None:
    ids = [row[0] for row in NASTY]
    assert read_strings(coded / "coded_wide.csv")["id"].tolist() == ids
    assert set(read_strings(coded / "coded_long.csv")["unit_id"]) <= set(ids)


def test_nothing_to_code_still_writes(code, write_csv, tmp_path: Path) -> None:
    out = code(
        write_csv(tmp_path / "blank.csv", ["id", "question", "comment"], [["1", "q0", ""], ["2", "q0", " "]])
    )
    assert (read_strings(out / "coded_wide.csv")[CODES] == "").all(axis=None)
    assert len(read_strings(out / "coded_long.csv")) == len(pd.read_parquet(out / "scores.parquet")) == 0
    assert read_strings(out / "summary.csv")["base"].tolist() == ["0", "0"]
    counts = json.loads((out / "provenance.json").read_text("utf-8"))["counts"]
    assert (counts["read"], counts["empty"], counts["coded"]) == (2, 2, 0)


TABLE = [["id", "question", "comment"], ["1", "q0", "We train – café"], ["2", "q1", "Money is pooled"]]


def save_table(path: Path, form: str) -> Path:
    """The table above in some form of file."""
    frame = pd.DataFrame(TABLE[1:], columns=TABLE[0])
    text = "".join(",".join(row) + "\n" for row in TABLE)
    encodings = {"utf-8": "utf-8", "bom": "utf-8-sig", "windows-1252": "cp1252", "utf-16": "utf-16"}
    if form in encodings:
        path = path.with_suffix(".csv")
        path.write_bytes(text.encode(encodings[form]))
    elif form in ("semicolon", "tsv"):
        path = path.with_suffix(".tsv" if form == "tsv" else ".csv")
        path.write_bytes(text.replace(",", "\t" if form == "tsv" else ";").encode())
    elif form == "xlsx":
        frame.to_excel(path := path.with_suffix(".xlsx"), index=False)
    elif form == "parquet":
        frame.to_parquet(path := path.with_suffix(".parquet"), index=False)
    else:
        path = path.with_suffix(".jsonl")
        frame.to_json(path, orient="records", lines=True)
    return path


FORMS = ["utf-8", "bom", "windows-1252", "utf-16", "semicolon", "tsv", "xlsx", "parquet", "jsonl"]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_input_gives_the_same_cells(code, tmp_path: Path, form: str) -> None:
    header, *rows = read_cells(code(save_table(tmp_path / "wave", form)) / "coded_wide.csv")
    assert header == [*TABLE[0], *CODES]
    assert rows == [[*TABLE[1], "1", "0"], [*TABLE[2], "0", "1"]]


def test_dash_is_standard_input(code, tmp_path: Path) -> None:
    out = code("-", stdin=save_table(tmp_path / "wave", "utf-8").read_bytes())
    assert len(read_strings(out / "coded_wide.csv")) == 2
    assert json.loads((out / "provenance.json").read_text("utf-8"))["inputs"][0]["file"] == "stdin"


def test_several_files_are_one_wave_in_their_order(code, write_csv, tmp_path: Path) -> None:
    one = write_csv(tmp_path / "one.csv", TABLE[0], TABLE[1:])
    two = write_csv(
        tmp_path / "two.csv", TABLE[0], [["3", "q0", "Joint training"], ["1", "q0", "Seen before"]]
    )
    out = code(two, one)
    assert read_strings(out / "coded_wide.csv")["id"].tolist() == ["3", "1", "2"]
    (twice,) = read_strings(out / "rejected.csv").to_dict("records")
    assert (twice["file"], twice["row"], twice["id"]) == ("one.csv", "1", "1")
    told = json.loads((out / "provenance.json").read_text("utf-8"))["inputs"]
    assert [part["file"] for part in told] == ["two.csv", "one.csv"]


def test_files_of_other_form_are_refused(textmine, write_csv, tiny_model: Path, tmp_path: Path) -> None:
    one = write_csv(tmp_path / "one.csv", TABLE[0], TABLE[1:])
    two = write_csv(tmp_path / "two.csv", ["id", "question", "answer"], TABLE[1:])
    ran = textmine("code", one, two, "--model", tiny_model, *COLUMNS, "--out", tmp_path / "out")
    assert "two.csv has other columns than one.csv" in ran.error
    assert not (tmp_path / "out").exists()


# --- what the model knows ---------------------------------------------------------------------------------


def test_training_units_get_their_out_of_fold_score_and_are_counted(code, study, tiny_model: Path) -> None:
    out = code(study.comments)
    coder = load_coder(tiny_model)
    frame = pd.DataFrame(study.rows)
    scores = pd.read_parquet(out / "scores.parquet")
    texts, questions = frame["comment"].tolist(), frame["question"].tolist()
    kept = [coder.memory_.scores[coder.memory_.key(t, q)] for t, q in zip(texts, questions, strict=True)]
    assert scores["unit_id"].tolist() == frame["id"].tolist()
    assert np.array_equal(scores[CODES].to_numpy(), np.array(kept))
    in_sample = coder.predict_proba(frame.rename(columns={"comment": "text"})[["text", "question"]])
    assert (scores[CODES].to_numpy() != in_sample).mean() > 0.9
    assert json.loads((out / "provenance.json").read_text("utf-8"))["counts"]["trained_on"] == 72


def test_the_same_text_asked_something_else_is_no_training_unit(
    code, write_csv, study, tmp_path: Path
) -> None:
    row = study.rows[4]
    other = next(r["question"] for r in study.rows if r["question"] != row["question"])
    new = write_csv(tmp_path / "new.csv", ["id", "question", "comment"], [["1", other, row["comment"]]])
    counts = json.loads((code(new) / "provenance.json").read_text("utf-8"))["counts"]
    assert counts["trained_on"] == 0


@pytest.mark.parametrize("question", ["", "a question never met"])
def test_a_training_text_is_known_again_when_its_question_is_not(
    code, write_csv, study, tmp_path: Path, question: str
) -> None:
    text = study.rows[4]["comment"]
    new = write_csv(tmp_path / "new.csv", ["id", "question", "comment"], [["1", question, text]])
    counts = json.loads((code(new) / "provenance.json").read_text("utf-8"))["counts"]
    assert counts["trained_on"] == 1


def test_question_not_met_in_training_is_coded_and_noted(
    textmine, write_csv, tiny_model: Path, tmp_path
) -> None:
    rows = [["1", "q7", "We train together"], ["2", "q0", "Money is pooled"]]
    source = write_csv(tmp_path / "new.csv", ["id", "question", "comment"], rows)
    ran = textmine("code", source, "--model", tiny_model, *COLUMNS, "--out", tmp_path / "out")
    assert "1 question(s) were not met in training" in ran.out
    wide = read_strings(tmp_path / "out" / "coded_wide.csv")
    assert wide[CODES].to_numpy().tolist() == [["1", "0"], ["0", "1"]]


def test_without_a_question_column_the_texts_are_coded_and_that_is_noted(
    textmine, wave: Path, tiny_model: Path, tmp_path: Path
) -> None:
    ran = textmine("code", wave, "--model", tiny_model, *COLUMNS[:4], "--out", tmp_path / "out")
    assert "no question column was named (--question)" in ran.out
    assert "1" in read_strings(tmp_path / "out" / "coded_wide.csv")["training"].tolist()


def test_no_network_is_used(code, wave: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert (code(wave) / "provenance.json").exists()


# --- what is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["training", "training__score", "money__band"])
def test_input_column_named_like_one_to_be_written_is_refused(
    textmine, write_csv, tiny_model: Path, tmp_path: Path, secret: str, column: str
) -> None:
    source = write_csv(tmp_path / "wave.csv", ["id", "comment", column], [["1", secret, "0"]])
    options = ("--text", "comment", "--id", "id", "--scores", "--bands", "--out", tmp_path / "out")
    ran = textmine("code", source, "--model", tiny_model, *options)
    assert column in ran.error and "Rename or take out" in ran.error
    assert not (tmp_path / "out").exists()


def test_input_column_named_like_a_score_is_no_matter_where_none_is_written(
    code, write_csv, tmp_path: Path
) -> None:
    header = ["id", "question", "comment", "training__score"]
    source = write_csv(tmp_path / "wave.csv", header, [["1", "q0", "We train", "old"]])
    assert read_strings(code(source) / "coded_wide.csv")["training__score"].tolist() == ["old"]


def test_out_that_takes_no_files_is_told_before_the_work(
    textmine, wave: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textmine.jobs.code.code_corpus", lambda *_, **__: pytest.fail("coded in vain"))
    taken = tmp_path / "taken"
    taken.write_text("a file")
    for out in (taken, taken / "below"):
        ran = textmine("code", wave, "--model", tiny_model, *COLUMNS, "--out", out)
        assert f"Cannot write to the folder {out} (" in ran.error and "--out" in ran.error
    assert taken.read_text() == "a file"


def test_folder_without_the_right_to_write_is_told(
    textmine, wave: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("textmine.files.tempfile.TemporaryFile", refuse)
    ran = textmine("code", wave, "--model", tiny_model, *COLUMNS, "--out", tmp_path / "out")
    assert "(Permission denied)" in ran.error


def test_stdin_without_a_byte_is_told(textmine, tiny_model: Path, tmp_path: Path) -> None:
    ran = textmine("code", "-", "--model", tiny_model, "--out", tmp_path / "out", stdin=b"")
    assert ran.error.startswith("stdin is empty")
