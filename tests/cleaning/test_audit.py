"""What a cleaning leaves on paper: counts that add up, and a list of alerts that only its owner reads."""

from __future__ import annotations

import csv
import datetime as dt
import os
import stat
from pathlib import Path

import pytest

from textmine.cleaning import clean_text
from textmine.cleaning.audit import CleaningCounts, audit_rows, write_alerts
from textmine.errors import InputError

DAY = dt.date(2025, 3, 1)


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))


def test_counts_are_of_texts_and_of_changes() -> None:
    counts = CleaningCounts(texts=3)
    for text in ("a  b  c", "fine", "d &amp; e  f"):
        counts.note(clean_text(text))
    found = counts.to_dict()
    assert (found["texts"], found["changed"]) == (3, 2)
    assert found["rules"] == {"mojibake": {"texts": 1, "changes": 1}, "spaces": {"texts": 2, "changes": 3}}


def test_audit_row_leads_to_the_raw_words() -> None:
    raw = "caf\u00c3\u00a9  bar"
    rows = audit_rows("r1", clean_text(raw))
    assert rows == [("r1", "mojibake", 3, 5, "\u00c3\u00a9", "é"), ("r1", "spaces", 6, 7, " ", "")]
    assert all(raw[start:end] == before for _, _, start, end, before, _ in rows)


def test_alerts_keep_what_people_put_in(tmp_path: Path) -> None:
    path = tmp_path / "alerts.csv"
    assert write_alerts(["r1", "r2", "r1"], path, owner="lead", today=DAY) == 2
    rows = rows_of(path)
    assert rows == [
        ["id", "owner", "date_raised", "date_closed"],
        ["r1", "lead", "2025-03-01", ""],
        ["r2", "lead", "2025-03-01", ""],
    ]
    path.write_text(
        path.read_text("utf-8").replace("r1,lead,2025-03-01,", "r1,lead,2025-03-01,2025-03-02"), "utf-8"
    )
    assert write_alerts(["r1", "r3"], path, today=dt.date(2025, 4, 1)) == 1
    assert rows_of(path)[1:] == [
        ["r1", "lead", "2025-03-01", "2025-03-02"],
        ["r2", "lead", "2025-03-01", ""],
        ["r3", "", "2025-04-01", ""],
    ]


@pytest.mark.skipif(os.name != "posix", reason="this system has no modes of files")
def test_alerts_are_for_the_owner_of_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "alerts.csv"
    path.write_text("id,owner,date_raised,date_closed\n", encoding="utf-8")
    path.chmod(0o644)
    write_alerts(["r1"], path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["alerts.csv"]


def test_other_files_are_not_taken_for_alerts(tmp_path: Path) -> None:
    path = tmp_path / "comments.csv"
    path.write_text("id,comment\n1,a\n", encoding="utf-8")
    with pytest.raises(InputError, match="no list of alerts"):
        write_alerts(["r1"], path)
    assert path.read_text("utf-8") == "id,comment\n1,a\n"
