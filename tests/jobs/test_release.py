"""``textmine release``: what of a coded folder goes out, and what earlier releases forbid."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

COLUMNS = ("--text", "comment", "--id", "id", "--question", "question", "--group", "person")
DAY = ("--date", "2026-11-14")


@pytest.fixture
def coded(textmine, tiny_model: Path, study, tmp_path: Path, write_csv) -> Path:
    """The synthetic study with a column of sites, one of them small, coded."""
    rows = [[*row.values(), site_of(row["person"])] for row in study.rows]
    wave = write_csv(tmp_path / "wave.csv", [*study.rows[0], "site"], rows)
    ran = textmine(
        "code", wave, *COLUMNS, "--model", tiny_model, "--out", tmp_path / "coded", "--evidence", "sentence"
    )
    assert ran.code == 0, ran.err
    return tmp_path / "coded"


def site_of(person: str) -> str:
    number = int(person[1:])
    return "west" if number < 3 else "north" if number < 16 else "south"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def leave_out(coded: Path, to: Path, person: str) -> Path:
    """The coded folder as if a person had not answered."""
    shutil.copytree(coded, to)
    gone = {row["id"] for row in rows_of(coded / "coded_wide.csv") if row["person"] == person}
    for name, key in (("coded_wide", "id"), ("coded_long", "unit_id"), ("coded_spans", "unit_id")):
        rows = rows_of(coded / f"{name}.csv")
        with (to / f"{name}.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(rows[0]))
            writer.writeheader()
            writer.writerows(row for row in rows if row[key] not in gone)
    return to


def test_tables_hold_to_the_rule_and_what_is_private_lies_apart(
    textmine, coded: Path, tmp_path: Path
) -> None:
    ran = textmine("release", coded, "--by", "site", "--out", tmp_path / "one", *DAY, "--json")
    assert ran.code == 0, ran.err
    rows = rows_of(tmp_path / "one" / "public" / "tables.csv")
    assert list(rows[0]) == ["question", "by", "group", "code", "name", "n", "count", "share"]
    west = [row for row in rows if row["group"] == "west"]
    assert west and all(row["n"] == row["count"] == row["share"] == "*" for row in west)
    shown = [int(row["count"]) for row in rows if row["count"] != "*"]
    assert shown and all(n == 0 or n >= 5 for n in shown)
    assert {row["n"] for row in rows if not row["group"]} == {"36"}
    about = json.loads((tmp_path / "one" / "public" / "about.json").read_text(encoding="utf-8"))
    assert about["rule"] == "simple5" and "respondents" in about["base"]
    assert sorted(p.name for p in (tmp_path / "one" / "public").iterdir()) == ["about.json", "tables.csv"]
    assert rows_of(tmp_path / "one" / "private" / "hidden.csv")


def test_same_release_again_is_the_same_and_no_second_one(textmine, coded: Path, tmp_path: Path) -> None:
    out, ledger = tmp_path / "one", tmp_path / "release_ledger.jsonl"
    textmine("release", coded, "--by", "site", "--out", out, *DAY)
    first = (out / "public" / "tables.csv").read_bytes(), ledger.read_bytes()
    assert textmine("release", coded, "--by", "site", "--out", out, *DAY).code == 0
    assert ((out / "public" / "tables.csv").read_bytes(), ledger.read_bytes()) == first


def test_differencing_attack_between_two_releases_is_refused(textmine, coded: Path, tmp_path: Path) -> None:
    assert textmine("release", coded, "--out", tmp_path / "one", *DAY).code == 0
    fewer = leave_out(coded, tmp_path / "fewer", "p10")
    ran = textmine("release", fewer, "--out", tmp_path / "two", *DAY)
    assert "could be worked out by comparing this with what went out before (one)" in ran.error
    assert not (tmp_path / "two" / "public").exists()
    found = rows_of(tmp_path / "two" / "private" / "differencing.csv")
    assert {row["people"] for row in found} == {"1"} and {row["release"] for row in found} == {"one"}
    ran = textmine("release", fewer, "--out", tmp_path / "two", "--hide-differences", *DAY)
    assert ran.code == 0, ran.err
    given_away = {(row["question"], row["code"]) for row in found}
    rows = rows_of(tmp_path / "two" / "public" / "tables.csv")
    assert all(row["count"] == "*" for row in rows if (row["question"], row["code"]) in given_away)


def test_other_figures_need_another_name(textmine, coded: Path, tmp_path: Path) -> None:
    textmine("release", coded, "--out", tmp_path / "one", *DAY)
    error = textmine("release", coded, "--by", "site", "--out", tmp_path / "one", *DAY).error
    assert "release 'one' with other figures" in error and "--name" in error


def test_quotes_go_out_when_a_person_has_signed_them(textmine, coded: Path, tmp_path: Path) -> None:
    out = tmp_path / "one"
    common = ("release", coded, "--out", out, "--quotes", "2", "--attribute", "site", *DAY)
    assert textmine(*common).code == 0
    sheet = out / "private" / "quotes_review.csv"
    rows = rows_of(sheet)
    assert rows and not (out / "public" / "quotes.csv").exists()
    for row in rows:
        row["release"] = "yes"
    rows[0]["release"] = "no"
    with sheet.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert "is not signed" in textmine(*common, "--review", sheet).error
    assert "holds a reviewer's decisions" in textmine(*common).error
    ran = textmine(*common, "--review", sheet, "--sign", "A. Reader")
    assert ran.code == 0, ran.err
    released = rows_of(out / "public" / "quotes.csv")
    assert [row["quote"] for row in released] == [row["quote"] for row in rows[1:]]
    assert "west" not in {row["site"] for row in released}
    sheet.write_text(sheet.read_text(encoding="utf-8").replace("no,", "yes,"), encoding="utf-8")
    assert "changed after it was signed" in textmine(*common, "--review", sheet).error


def test_corrected_shares_go_beside_shown_counts_only(textmine, coded: Path, study, tmp_path: Path) -> None:
    shares = tmp_path / "shares.csv"
    ran = textmine("prevalence", coded, "--checked", study.wide, "--by", "site", "--out", shares)
    assert ran.code == 0, ran.err
    ran = textmine("release", coded, "--by", "site", "--prevalence", shares, "--out", tmp_path / "one", *DAY)
    assert ran.code == 0, ran.err
    rows = rows_of(tmp_path / "one" / "public" / "tables.csv")
    assert {row["estimate"] for row in rows if row["group"] == "west"} == {"*"}
    assert all(0 <= float(row["estimate"]) <= 1 for row in rows if row["share"] != "*")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--rule", "house"), "No disclosure rule 'house'"),
        (("--by", "town"), "No column 'town'"),
        (("--respondent", "who"), "No column 'who'"),
        (("--quotes", "1", "--attribute", "town"), "No column 'town'"),
        (("--sign", "A. Reader"), "--sign needs the sheet"),
        (("--review", "x.csv"), "--review needs --quotes"),
        (("--by", "comment"), "'comment' tells who somebody is or what they said"),
        (("--by", "person"), "'person' tells who"),
        (("--quotes", "1", "--attribute", "id"), "'id' tells who"),
    ],
    ids=str,
)
def test_errors_are_told_in_a_line(textmine, coded: Path, tmp_path: Path, arguments, said: str) -> None:
    ran = textmine("release", coded, "--out", tmp_path / "one", "--name", "n", *DAY, *arguments)
    assert said in ran.error
    assert not (tmp_path / "one" / "public").exists()


def test_groups_that_overlap_are_refused(textmine, tiny_model: Path, study, tmp_path: Path) -> None:
    few = (*COLUMNS[:4], *COLUMNS[6:])
    textmine("code", study.comments, *few, "--model", tiny_model, "--out", tmp_path / "coded")
    error = textmine("release", tmp_path / "coded", "--by", "question", "--out", tmp_path / "one", *DAY).error
    assert "36 respondent(s) have more than one value of 'question'" in error


def test_texts_without_respondents_are_taken_for_people(
    textmine, tiny_model: Path, study, tmp_path: Path
) -> None:
    few = COLUMNS[:4]
    textmine("code", study.comments, *few, "--model", tiny_model, "--out", tmp_path / "coded")
    ran = textmine("release", tmp_path / "coded", "--out", tmp_path / "one", *DAY)
    assert ran.code == 0 and "each text is taken for a person" in ran.out
    rows = rows_of(tmp_path / "one" / "public" / "tables.csv")
    assert {row["n"] for row in rows} == {"72"}
