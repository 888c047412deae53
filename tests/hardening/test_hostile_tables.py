"""Tables made to break or to mislead, taken through the commands as a user would."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

HTML = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)>"
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    '=HYPERLINK("http://x")',
    "=cmd|' /C calc'!A0",
]
CELLS = {
    "html": HTML,
    "nul": "We train\x00 together",
    "marks": "\ufeffWe train \ufeff together\u202e gnitirw\u2028\u2029\x85",
    "escapes": "\x1b]0;owned\x07 We \x1b[31m save \x08\x08 money \x7f",
    "templates": "{{7*7}} ${7*7} {% raw %} %s%n {0} \\u0041 _x0041_ &lt;b&gt; <!-- --> ]]>",
    "emoji": "👩‍🏫" * 50 + "e\u0301" * 50,
    "zalgo": "t" + "\u0301" * 2_000,
    "space": " \u00a0\u200b\u3000" * 500,
    "quotes": '"";,\t|\'"' * 20 + "\r\n\n\r" * 5,
    "private": "\ue000\uf8ff\U0010ffff\ufffe\uffff",
    "markdown": "[x](javascript:alert(1)) ![y](http://evil.example/z.png) # `a` | b |\n- c\n***",
    "xml": "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>&b;",
    **{f"formula{n}": text for n, text in enumerate(FORMULAS)},
}
IDS = ["1e308", "../../../outside", "..\\..\\outside", "/etc/outside", "C:outside", "=1+1", HTML, "a" * 5_000, "x\ny",
       "\u202e1", "nul", "con.txt", "none", "é", "e\u0301", " 7", "7 ", "07", "-0", "NaN", "true", "\x1b[2J"]  # fmt: skip


@pytest.fixture
def hostile(tmp_path: Path, write_csv: Callable[..., Path]) -> Path:
    """A table whose cells, ids, questions and column names are all made to harm."""
    rows = [[f"{n}", cell, HTML, "=1+1"] for n, cell in enumerate(CELLS.values(), 1)]
    rows += [[name, f"We train together and save money {n}", "../q", HTML] for n, name in enumerate(IDS)]
    return write_csv(tmp_path / "wave.csv", ["id", "comment", "question", "<b>=region</b>"], rows)


def test_hostile_table_goes_the_whole_way_and_no_text_becomes_code(
    hostile: Path, tmp_path: Path, attempt, coded_with, list_files
) -> None:
    out = tmp_path / "in" / "here"
    out.mkdir(parents=True)
    names = ("--text", "comment", "--id", "id")
    for command in (
        (
            "read",
            hostile,
            "--text",
            "comment",
            "--id",
            "id",
            "--question",
            "question",
            "--out",
            out / "docs.jsonl",
        ),
        ("clean", hostile, *names, "--out", out / "clean.csv", "--audit", out / "audit.csv"),
        (
            "redact",
            hostile,
            *names,
            "--out",
            out / "safe.csv",
            "--log",
            out / "log.csv",
            "--review",
            out / "r.html",
        ),
    ):
        assert attempt(*command) == "", command
    coded = coded_with(
        hostile, out / "coded", "--question", "question", "--format", "csv", "--format", "xlsx"
    )
    for name in ("p.qdpx", "p.qdc", "p.sav", "p.xlsx", "p.csv", "p.parquet", "p.jsonl", "datapackage.json"):
        place = out / "export" / name
        assert attempt("export", coded, "--to", place, "--include-identifiers", "--excel-safe") == "", name
    for name in ("report.html", "report.docx", "report.md"):
        assert attempt("report", coded, "--out", out / name) == "", name
    strange = {
        path for path in list_files(tmp_path) if not path.startswith("in/here/") and path != "wave.csv"
    }
    assert not strange
    for page in out.rglob("*.html"):
        words = page.read_text(encoding="utf-8")
        assert "<script>alert(1)" not in words and "<img src=x" not in words and "<svg/onload" not in words, (
            page
        )
    for page in out.rglob("*.md"):
        words = page.read_text(encoding="utf-8")
        assert "<script>alert(1)" not in words and "](javascript:" not in words, page
    assert_no_formula(out)
    rows = pd.read_csv(coded / "coded_wide.csv", dtype=str, keep_default_na=False)
    assert len(rows) == len(CELLS) + len(IDS)


def assert_no_formula(folder: Path) -> None:
    """No cell of any workbook is a formula, and no cell of a guarded csv begins like one."""
    for book in folder.rglob("*.xlsx"):
        with zipfile.ZipFile(book) as parts:
            sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
            assert sheets
            for name in sheets:
                assert b"<f>" not in parts.read(name) and b"<f " not in parts.read(name), book
    guarded = pd.read_csv(folder / "export" / "p.csv", dtype=str, keep_default_na=False)
    for column in guarded:
        assert not str(column).startswith(("=", "+", "@"))
        assert not guarded[column].str.match(r"[=+@\t\r]|-[^0-9.]").any(), column


@pytest.mark.parametrize("ids", [["1e308", "1e308"], ["", ""], ["\x00", "\x00\x00"]])
def test_ids_that_are_none_are_set_aside_and_named(
    ids: list[str], tmp_path: Path, attempt, write_csv
) -> None:
    table = write_csv(
        tmp_path / "w.csv", ["id", "comment"], [[ids[0], "We train"], [ids[1], "It saves money"], ["3", "So"]]
    )
    told = attempt("read", table, "--text", "comment", "--id", "id", "--out", tmp_path / "docs.csv")
    assert told or (tmp_path / "docs.csv").is_file()
    if not told:
        kept = pd.read_csv(tmp_path / "docs.csv", dtype=str, keep_default_na=False)
        aside = tmp_path / "docs_rejected.csv"
        lost = pd.read_csv(aside, dtype=str) if aside.is_file() else []
        assert len(kept) + len(lost) == 3


def test_bytes_that_are_no_text_are_read_or_refused(tmp_path: Path, attempt) -> None:
    good = b"id,comment\n1,We train together\n2,It saves money\n"
    for n, bad in enumerate(
        [
            good.replace(b"train", b"\xed\xa0\x80train\xed\xb0\x80"),
            good.replace(b"train", b"tr\x00ain"),
            good.replace(b"2,It", b"\xef\xbb\xbf2,\xef\xbb\xbfIt"),
            b"\xef\xbb\xbf\xef\xbb\xbf" + good,
            good.decode().encode("utf-16")[:-1],
            good.decode().encode("utf-32"),
            good + b"\x1a",
            good.replace(b"\n", b"\r"),
            good.replace(b"\n", b"\n\r"),
            good + b'3,"an open quote\n4,x\n',
            b"\x00" * 5_000,
            b"\xff" * 5_000,
            b"id,comment\n" + b"," * 50_000,
        ]
    ):
        table = tmp_path / f"t{n}.csv"
        table.write_bytes(bad)
        names = ("--text", "comment", "--id", "id")
        attempt("read", table, *names, "--out", tmp_path / f"d{n}.jsonl")
        attempt("clean", table, *names, "--out", tmp_path / f"c{n}.csv")
        attempt(
            "redact",
            table,
            *names,
            "--no-names",
            "--out",
            tmp_path / f"r{n}.csv",
            "--log",
            tmp_path / f"l{n}.csv",
        )


def test_table_of_ten_thousand_columns_is_read_or_refused(tmp_path: Path, attempt) -> None:
    table = tmp_path / "broad.csv"
    broad = ",".join(f"q{n}" for n in range(10_000))
    table.write_text(
        f"id,comment,{broad}\n" + ("1,We train together," + "," * 9_999 + "\n") * 3, encoding="utf-8"
    )
    for command in (("read", "--out", tmp_path / "d.jsonl"), ("clean", "--out", tmp_path / "c.csv")):
        attempt(command[0], table, "--text", "comment", "--id", "id", *command[1:])


def test_json_of_huge_numbers_and_half_characters_is_read_or_refused(tmp_path: Path, attempt) -> None:
    rows = [
        '{"id": 1e308, "comment": "We train"}',
        '{"id": 1e999, "comment": "We \\ud800 save"}',
        '{"id": -0.0, "comment": null}',
        '{"id": ' + "9" * 4_000 + ', "comment": "It takes time"}',
        '{"id": NaN, "comment": ["a", {"b": 1}]}',
        '{"id": 5, "comment": "x", "__proto__": {"a": 1}, "": ""}',
    ]
    table = tmp_path / "t.jsonl"
    table.write_text("\n".join(rows), encoding="utf-8")
    told = attempt("read", table, "--text", "comment", "--id", "id", "--out", tmp_path / "d.jsonl")
    if not told:
        lines = (tmp_path / "d.jsonl").read_text(encoding="utf-8").splitlines()
        assert all(isinstance(json.loads(line), dict) for line in lines)
    table.write_text('{"id": ' + "9" * 5_000 + ', "comment": "It takes time"}', encoding="utf-8")
    assert attempt("read", table, "--text", "comment", "--id", "id", "--out", tmp_path / "e.jsonl")


@pytest.mark.slow
def test_single_comment_of_ten_megabytes_is_coded(tmp_path: Path, attempt, coded_with, write_csv) -> None:
    long = "We train together and it saves money. " * 270_000
    table = write_csv(tmp_path / "w.csv", ["id", "comment"], [["1", long], ["2", "It saves money"]])
    names = ("--text", "comment", "--id", "id")
    assert attempt("read", table, *names, "--out", tmp_path / "d.jsonl") == ""
    coded_with(table, tmp_path / "coded")
    assert attempt("clean", table, *names, "--out", tmp_path / "c.csv") == ""
    assert attempt("export", tmp_path / "coded", "--to", tmp_path / "x.xlsx") == ""
    assert attempt("report", tmp_path / "coded", "--out", tmp_path / "r.html") == ""
