"""Pairs of themes grow with the square of the codes: of many the commonest are compared, and that is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from textmine.jobs.report import write_report
from textmine.report import themes


def pairs_of(path: Path) -> tuple[set[tuple[str, str]], str]:
    summary = json.loads(path.read_text(encoding="utf-8"))
    section = next(part for part in summary["sections"] if part["name"] == "together")
    rows = section["tables"][0]["rows"]
    return {(row["one"], row["other"]) for row in rows}, " ".join(section["notes"])


@pytest.fixture
def coded(tmp_path: Path, write_csv: Callable[..., Path], textmine) -> Path:
    """Five codes by rules; 'a' is the commonest, 'e' the rarest."""
    codes = "".join(f"  - {{id: {c}, name: {c.upper()}, definition: d, rules: [say{c}]}}\n" for c in "abcde")
    (tmp_path / "rules.yaml").write_text(f"id: r\nversion: 1.0.0\ncodes:\n{codes}", encoding="utf-8")
    rows = [[n, " ".join(f"say{c}" for k, c in enumerate("abcde") if n % (k + 1) == 0)] for n in range(120)]
    table = write_csv(tmp_path / "w.csv", ["id", "comment"], rows)
    given = ("--rules", tmp_path / "rules.yaml", "--text", "comment", "--id", "id")
    assert textmine("code", table, *given, "--out", tmp_path / "coded").code == 0
    return tmp_path / "coded"


def test_few_themes_are_all_compared(coded: Path, tmp_path: Path) -> None:
    write_report(coded, tmp_path / "r.html")
    pairs, notes = pairs_of(tmp_path / "r.json")
    assert pairs == set(combinations("ABCDE", 2)) and "not." not in notes


def test_of_many_themes_the_commonest_are_compared_and_the_rest_told(
    coded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(themes, "MOST_PAIRED", 3)
    write_report(coded, tmp_path / "r.html")
    pairs, notes = pairs_of(tmp_path / "r.json")
    assert pairs == set(combinations("ABC", 2))
    assert "Only the 3 commonest themes are compared, 2 are not." in notes
