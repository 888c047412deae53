"""``textmine clean``: what it writes, what it keeps apart, and the same bytes whatever the processes."""

from __future__ import annotations

import csv
import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from textmine.cleaning import clean_text
from textmine.jobs import clean as job
from textmine.jobs.clean import ADDED, CleanPaths, clean_file
from textmine.jobs.labelled import ColumnNames
from textmine.reading import chunks

BARRIER = "What, if anything, gets in the way?"
ROWS = [
    ["r1", BARRIER, "It\u00e2\u20ac\u2122s  the money", "north"],
    ["r2", BARRIER, "n/a", "south"],
    ["r3", BARRIER, "", "south"],
    ["r4", BARRIER, "it’s the MONEY", ""],
    ["r5", BARRIER, "See above.\r\nAnd Quillfeather too", "west"],
    ["r6", BARRIER, "They arenÕt listening, please call me back on the usual number", "west"],
]
HEADER = ["id", "question", "comment", "region"]
COLUMNS = ["--text", "comment", "--id", "id", "--question", "question"]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture
def wave(tmp_path: Path, write_csv: Callable[..., Path]) -> Path:
    return write_csv(tmp_path / "wave.csv", HEADER, ROWS)


def test_input_columns_are_unchanged_and_the_flags_follow(textmine: Any, wave: Path, tmp_path: Path) -> None:
    out = tmp_path / "clean.csv"
    ran = textmine("clean", wave, *COLUMNS, "--out", out)
    assert ran.code == 0, ran.err
    found = rows_of(out)
    assert list(found[0]) == [*HEADER, *ADDED]
    assert [[row[name] for name in HEADER] for row in found] == ROWS
    assert [row["clean_text"] for row in found] == [clean_text(row[2]).text for row in ROWS]
    assert [row["empty"] for row in found] == ["0", "0", "1", "0", "0", "0"]
    assert [row["non_response"] for row in found] == ["0", "1", "0", "0", "0", "0"]
    assert [row["duplicate_of"] for row in found] == ["", "", "", "r1", "", ""]
    assert found[4]["refers_elsewhere"] == "1"
    assert "6 texts read, 3 repaired, 0 rows set aside." in ran.out


def test_report_counts_and_audit_leads_back(textmine: Any, wave: Path, tmp_path: Path) -> None:
    audit, report = tmp_path / "audit.csv", tmp_path / "report.json"
    options = ("--audit", audit, "--report", report, "--out", tmp_path / "clean.jsonl")
    assert textmine("clean", wave, *COLUMNS, *options).code == 0
    told = json.loads(report.read_text("utf-8"))
    assert told["rows"] == {"read": 6, "cleaned": 6, "rejected": 0}
    assert told["changed"] == 3
    assert told["rules"]["mac_roman"] == {"texts": 1, "changes": 1}
    assert told["flags"]["empty"] == 1
    raw = {row[0]: row[2] for row in ROWS}
    rows = rows_of(audit)
    assert {row["id"] for row in rows} == {"r1", "r5", "r6"}
    for row in rows:
        assert raw[row["id"]][int(row["start"]) : int(row["end"])] == row["before"]


def test_rows_without_an_id_of_their_own_are_named(textmine: Any, tmp_path: Path) -> None:
    source = tmp_path / "wave.csv"
    source.write_text("id,comment\n1,a\n1,b\n,c\n2,d,e\n3,f\n", encoding="utf-8")
    ran = textmine("clean", source, "--text", "comment", "--id", "id", "--out", tmp_path / "out.csv")
    assert ran.code == 0, ran.err
    assert [row["id"] for row in rows_of(tmp_path / "out.csv")] == ["1", "3"]
    aside = rows_of(tmp_path / "out.rejected.csv")
    assert [(row["row"], row["line"], row["reason"]) for row in aside] == [
        ("2", "3", "the id stands already in an earlier row"),
        ("3", "4", "no id"),
        ("4", "5", "3 cells where the header has 2"),
    ]


@pytest.fixture
def harmful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts that hold 'RISK' count as possible disclosures."""
    real = job.flag_each
    monkeypatch.setattr(
        job, "flag_each", lambda texts, asked=None: real(texts, asked).assign(
            possible_harm=["RISK" in text for text in texts]
        ),
    )  # fmt: skip


@pytest.mark.usefixtures("harmful")
def test_possible_disclosures_are_in_the_list_of_alerts_alone(
    textmine: Any, tmp_path: Path, write_csv: Callable[..., Path]
) -> None:
    source = write_csv(tmp_path / "wave.csv", ["id", "comment"], [["q7", "a RISK"], ["q8", "fine"]])
    out, report, alerts = (tmp_path / name for name in ("out.csv", "report.json", "alerts.csv"))
    command = ("clean", source, "--text", "comment", "--id", "id", "--out", out, "--report", report)
    ran = textmine(*command)
    assert "1 text(s) may tell of harm" in ran.out.replace("\n", " ")
    assert "--alerts" in ran.out
    assert "q7" not in ran.out + ran.err
    assert "possible_harm" not in out.read_text("utf-8")
    assert json.loads(report.read_text("utf-8"))["flags"]["possible_harm"] == 1
    assert "q7" not in report.read_text("utf-8")
    ran = textmine(*command, "--alerts", alerts, "--owner", "study lead")
    assert [(row["id"], row["owner"], row["date_closed"]) for row in rows_of(alerts)] == [
        ("q7", "study lead", "")
    ]
    assert "q7" not in ran.out + ran.err
    if sys.platform != "win32":
        assert stat.S_IMODE(alerts.stat().st_mode) == 0o600


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_result_is_the_same_in_chunks_of_any_size(
    tmp_path: Path, wave: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    columns = ColumnNames("comment", "id", "question")
    clean_file(wave, CleanPaths(tmp_path / f"one.{ending}"), columns=columns)
    monkeypatch.setattr(chunks, "WHOLE", -1)
    monkeypatch.setattr(job, "read_chunks", lambda path: chunks.read_chunks(path, rows=2))
    clean_file(wave, CleanPaths(tmp_path / f"two.{ending}"), columns=columns)
    if ending == "parquet":
        import pandas as pd

        one, two = (pd.read_parquet(tmp_path / f"{name}.parquet") for name in ("one", "two"))
        pd.testing.assert_frame_equal(one, two)
    else:
        assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()


@pytest.mark.slow
def test_result_is_the_same_in_several_processes(
    tmp_path: Path, wave: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "ROWS", 1)
    monkeypatch.setattr(job, "read_chunks", lambda path: chunks.read_chunks(path, rows=2))
    columns, written = ColumnNames("comment", "id", "question"), []
    for processes in (1, 2):
        paths = CleanPaths(tmp_path / f"{processes}.csv", tmp_path / f"{processes}.audit.csv")
        clean_file(wave, paths, columns=columns, processes=processes)
        assert paths.audit is not None
        written.append((paths.out.read_bytes(), paths.audit.read_bytes()))
    assert written[0] == written[1]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--out", "clean.docx"), "End it in .csv"),
        (("--out", "wave.csv"), "the same"),
        (("--out", "a.csv", "--audit", "a.csv"), "the same"),
        (("--out", "a.csv", "--step", "polish"), "No step of cleaning is called 'polish'"),
        (("--out", "a.csv", "--text", "remark"), "No column 'remark'"),
    ],
)
def test_users_errors_are_one_line(
    textmine: Any, wave: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], problem: str
) -> None:
    monkeypatch.chdir(wave.parent)
    before = sorted(path.name for path in wave.parent.iterdir())
    chosen = [] if "--text" in options else ["--text", "comment"]
    assert problem in textmine("clean", wave.name, "--id", "id", *chosen, *options).error
    assert sorted(path.name for path in wave.parent.iterdir()) == before


def test_column_named_like_a_result_is_refused(textmine: Any, tmp_path: Path) -> None:
    source = tmp_path / "wave.csv"
    source.write_text("id,comment,language\n1,a,en\n", encoding="utf-8")
    command = ("clean", source, "--text", "comment", "--id", "id", "--out", tmp_path / "out.csv")
    assert "'language'" in textmine(*command).error


def test_chosen_steps_are_done_in_their_order(textmine: Any, wave: Path, tmp_path: Path) -> None:
    out = tmp_path / "clean.csv"
    options = ("--step", "mojibake", "--step", "quotes", "--out", out)
    assert textmine("clean", wave, *COLUMNS, *options).code == 0
    assert rows_of(out)[0]["clean_text"] == "It's  the money"
