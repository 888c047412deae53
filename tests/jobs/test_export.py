"""``textmine export`` and ``textmine import``: there and back, other programs' forms, errors in a line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

COLUMNS = ("--text", "comment", "--id", "id", "--question", "question", "--group", "person")


@pytest.fixture
def coded(textmine, tiny_model: Path, study, tmp_path: Path) -> Path:
    ran = textmine("code", study.comments, *COLUMNS, "--model", tiny_model, "--out", tmp_path / "coded")
    assert ran.code == 0, ran.err
    return tmp_path / "coded"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def documents(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").split("\n")
    return {row["doc_id"]: row["text"] for row in map(json.loads, filter(None, lines))}


@pytest.mark.parametrize("dialect", ["standard", "nvivo", "maxqda", "atlasti"])
@pytest.mark.parametrize("layout", ["question", "respondent", "unit"])
def test_coded_folder_goes_out_and_comes_back(
    textmine, coded: Path, study, tmp_path: Path, dialect: str, layout: str
) -> None:
    to, back = tmp_path / "x.qdpx", tmp_path / "back"
    ran = textmine("export", coded, "--to", to, "--dialect", dialect, "--layout", layout, "--json")
    assert ran.code == 0, ran.err
    said = json.loads(ran.out)
    assert textmine("import", to, "--out", back, "--against", coded).code == 0
    codings = rows(back / "codings.csv")
    assert len(codings) == said["counts"]["codings"] > 0
    given = {(r["unit_id"], r["code"]) for r in rows(coded / "coded_long.csv") if r["applies"] == "1"}
    assert {(r["doc_id"], r["code"]) for r in codings} == given
    texts = documents(back / "documents.jsonl")
    assert texts == {row["id"]: row["comment"] for row in study.rows if row["comment"].strip()}
    assert all(texts[r["doc_id"]][int(r["start"]) : int(r["end"])] == r["quote"] for r in codings)
    assert {r["source"] for r in codings} == {"model"} and rows(back / "decisions.csv") == []


def test_second_export_is_the_same_file(textmine, coded: Path, tmp_path: Path) -> None:
    ends = ("qdpx", "qdc", "sav", "xlsx", "csv", "parquet", "jsonl", "json")
    for name in ("a", "b"):
        for end in ends:
            assert textmine("export", coded, "--to", tmp_path / f"{name}.{end}").code == 0
    for end in ends:
        one, two = ((tmp_path / f"{name}.{end}").read_bytes() for name in ("a", "b"))
        assert one == two.replace(b"b_", b"a_") if end == "json" else one == two, end


def test_imported_project_can_be_exported_again(textmine, coded: Path, tmp_path: Path) -> None:
    textmine("export", coded, "--to", tmp_path / "x.qdpx")
    textmine("import", tmp_path / "x.qdpx", "--out", tmp_path / "one")
    assert textmine("export", tmp_path / "one", "--to", tmp_path / "y.qdpx", "--dialect", "nvivo").code == 0
    assert textmine("import", tmp_path / "y.qdpx", "--out", tmp_path / "two").code == 0
    keep = ("doc_id", "code", "start", "end", "quote", "coder", "source", "guid")
    first, second = (
        [tuple(r[k] for k in keep) for r in rows(tmp_path / name / "codings.csv")] for name in ("one", "two")
    )
    assert sorted(first) == sorted(second)


def test_losses_are_listed_beside_the_file_and_told(textmine, coded: Path, tmp_path: Path) -> None:
    ran = textmine("export", coded, "--to", tmp_path / "x.qdpx")
    listed = rows(tmp_path / "x_losses.csv")
    assert "scores of codings" in {row["what"] for row in listed} and "Note: scores of codings" in ran.out


def test_codebook_goes_out_and_comes_back_with_its_ids(textmine, coded: Path, study, tmp_path: Path) -> None:
    assert textmine("export", coded, "--to", tmp_path / "b.qdc", "--codebook", study.codebook).code == 0
    ran = textmine("import", tmp_path / "b.qdc", "--out", tmp_path / "back")
    assert ran.code == 0 and "2 codes" in ran.out
    checked = textmine("codebook", "check", tmp_path / "back" / "codebook.yaml")
    assert checked.code == 0, checked.out
    words = (tmp_path / "back" / "codebook.yaml").read_text(encoding="utf-8")
    assert "id: training" in words and "Knowledge or skill is shared." in words


def test_sav_holds_the_decisions(textmine, coded: Path, tmp_path: Path) -> None:
    import pyreadstat

    assert textmine("export", coded, "--to", tmp_path / "o.sav", "--scores").code == 0
    frame, about = pyreadstat.read_sav(str(tmp_path / "o.sav"), user_missing=True)
    wide = pd.read_csv(coded / "coded_wide.csv", dtype=str, keep_default_na=False)
    assert frame["money"].tolist() == [float(cell or 9) for cell in wide["money"]]
    assert about.mr_sets["themes"]["variable_list"] == ["training", "money"]
    assert (tmp_path / "o.sps").read_text(encoding="utf-8").startswith("* Encoding: UTF-8.\nGET FILE='o.sav'")


def test_parquet_for_r_has_whole_numbers_and_a_script(textmine, coded: Path, tmp_path: Path) -> None:
    assert textmine("export", coded, "--to", tmp_path / "o.parquet").code == 0
    frame = pd.read_parquet(tmp_path / "o.parquet")
    wide = pd.read_csv(coded / "coded_wide.csv", dtype=str, keep_default_na=False)
    assert str(frame["money"].dtype) == "Int8" and frame["money"].sum() == (wide["money"] == "1").sum()
    script = (tmp_path / "o.R").read_text(encoding="utf-8")
    assert 'read_parquet("o.parquet")' in script and '"money" = "Money"' in script


def test_workbook_has_comments_codes_summary_and_codebook(textmine, coded: Path, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    ran = textmine("export", coded, "--to", tmp_path / "o.xlsx")
    assert ran.code == 0, ran.err
    book = load_workbook(tmp_path / "o.xlsx")
    assert book.sheetnames == ["summary", "comments", "codes", "codebook", "notes"]
    wide, long = rows(coded / "coded_wide.csv"), rows(coded / "coded_long.csv")
    assert (book["comments"].max_row, book["codes"].max_row) == (len(wide) + 1, len(long) + 1)
    assert len(book["summary"]._charts) == 1


@pytest.mark.parametrize("end", ["csv", "parquet", "jsonl", "sav", "json"])
def test_summary_lies_beside_every_table(textmine, coded: Path, tmp_path: Path, end: str) -> None:
    assert textmine("export", coded, "--to", tmp_path / f"o.{end}").code == 0
    assert rows(tmp_path / "o_summary.csv") == rows(coded / "summary.csv")


def test_corrected_shares_come_from_prevalence_in_the_folder(textmine, coded: Path, tmp_path: Path) -> None:
    units = rows(coded / "coded_wide.csv")
    labels = tmp_path / "read.csv"
    lines = [
        f"{row['id']},{row['money'] or 0},{row['training'] or 0}" for row in units if row["comment"].strip()
    ]
    labels.write_text("id,money,training\n" + "\n".join(lines) + "\n", encoding="utf-8")
    options = ("--unit", "answer", "--base", "answered", "--out", coded / "prevalence.csv")
    ran = textmine("prevalence", coded, "--checked", labels, *options)
    assert ran.code == 0, ran.err
    assert textmine("export", coded, "--to", tmp_path / "o.csv").code == 0
    figures = {row["code"]: row for row in rows(coded / "prevalence.csv")}
    for row in rows(tmp_path / "o_summary.csv"):
        assert float(row["corrected_share"]) == pytest.approx(
            float(figures[row["code"]]["estimate"]), abs=5e-5
        )
        assert row["n_read"] == figures[row["code"]]["n_read"]


def test_file_of_the_folder_itself_is_not_written_over(textmine, coded: Path) -> None:
    before = (coded / "summary.csv").read_bytes()
    ran = textmine("export", coded, "--to", coded / "summary.csv")
    assert ran.code == 1 and "is a file of the coded folder itself" in ran.err
    assert (coded / "summary.csv").read_bytes() == before


def test_peoples_codings_go_beside_the_models(textmine, coded: Path, study, tmp_path: Path) -> None:
    unit = next(row for row in study.rows if row["comment"].strip())
    labels = tmp_path / "labels.csv"
    labels.write_text(
        f"id,code,quote,coder\n{unit['id']},money,{unit['comment'].split()[0]},ann\n", encoding="utf-8"
    )
    ran = textmine("export", coded, "--to", tmp_path / "x.qdpx", "--labels", labels, "--reviewed-only")
    assert ran.code == 0, ran.err
    textmine("import", tmp_path / "x.qdpx", "--out", tmp_path / "back")
    people = [row for row in rows(tmp_path / "back" / "codings.csv") if row["source"] == "human"]
    assert [(row["doc_id"], row["code"], row["coder"]) for row in people] == [(unit["id"], "money", "ann")]
    assert {row["doc_id"] for row in rows(tmp_path / "back" / "codings.csv")} == {unit["id"]}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("export", "CODED", "--to", "x.docx"),
            "ends in .qdpx, .qdc, .sav, .xlsx, .csv, .parquet, .jsonl, .json",
        ),
        (("export", "gone", "--to", "x.qdpx"), "No folder gone"),
        (("export", "CODED", "--to", "x.qdpx", "--dialect", "word"), "No dialect 'word'"),
        (("export", "CODED", "--to", "x.qdpx", "--layout", "page"), "No layout 'page'"),
        (("export", "CODED", "--to", "x.qdpx", "--attribute", "site"), "No column 'site'"),
        (("import", "gone.qdpx", "--out", "o"), "No file gone.qdpx"),
        (("import", "gone.docx", "--out", "o"), "no .qdpx or .qdc file"),
        (("import", "gone.qdc", "--out", "o", "--dialect", "nvivo"), "holds no codings"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_errors_are_told_in_a_line(
    textmine, coded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = textmine(*(str(coded) if word == "CODED" else word for word in arguments))
    assert ran.code == 1 and said in ran.err and ran.err.count("\n") == 1
    assert not list(tmp_path.glob("x.*"))


def test_no_respondents_word_is_shown(
    textmine, tiny_model: Path, write_csv, tmp_path: Path, secret: str
) -> None:
    wave = write_csv(
        tmp_path / "wave.csv", ["id", "comment"], [["1", f"We train {secret} money"], ["2", f"{secret}"]]
    )
    textmine("code", wave, "--text", "comment", "--id", "id", "--model", tiny_model, "--out", tmp_path / "c")
    told = ""
    for end in ("qdpx", "sav", "parquet", "xlsx", "csv", "json"):
        ran = textmine("export", tmp_path / "c", "--to", tmp_path / f"x.{end}")
        told += ran.out + ran.err
    ran = textmine("import", tmp_path / "x.qdpx", "--out", tmp_path / "back", "--json")
    assert ran.code == 0 and secret not in told + ran.out + ran.err
