"""The shipped study hangs together: units, quotes, codes, counts, and what its datasheet says of them."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from textmine.codebook import Codebook

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpora" / "school-collaboration"
ANNOTATIONS = ROOT / "annotations" / "school-collaboration"
COMMENT_FILES = ["adjudicated", *(f"coder_{n}" for n in range(1, 9))]
TURN_FILES = ["adjudicated-transcripts", "coder_9", "coder_10"]
LINES = {
    "adjudicated": 1222,
    "coder_1": 1178,
    "coder_2": 1174,
    "coder_3": 389,
    "coder_4": 399,
    "coder_5": 402,
    "coder_6": 391,
    "coder_7": 375,
    "coder_8": 392,
    "adjudicated-transcripts": 157,
    "coder_9": 175,
    "coder_10": 166,
}


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def codes_by_unit(name: str) -> dict[str, set[str]]:
    units: dict[str, set[str]] = defaultdict(set)
    for line in read_lines(ANNOTATIONS / f"{name}.jsonl"):
        units[line["unit_id"]].add(line["code"])
    return units


@pytest.fixture(scope="module")
def comments() -> list[dict[str, str]]:
    return read_rows(CORPUS / "comments.csv")


@pytest.fixture(scope="module")
def turns() -> dict[str, dict[str, Any]]:
    files = sorted((CORPUS / "turns").glob("*.jsonl"))
    return {f"{file.stem}:{turn['turn']}": turn for file in files for turn in read_lines(file)}


@pytest.fixture(scope="module")
def texts(comments: list[dict[str, str]], turns: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {row["comment_id"]: row["text"] for row in comments} | {id: t["text"] for id, t in turns.items()}


@pytest.mark.parametrize("name", ["codebook.yaml", "codebook-1.0.0.yaml"])
def test_codebooks_have_no_problem(name: str) -> None:
    codebook = Codebook.load(CORPUS / name)
    assert codebook.check() == codebook.notes() == []
    assert len(codebook.ids) == 10
    assert [code.id for code in codebook.codes if code.core] == codebook.ids[:4]


def test_codebook_versions_differ_in_meaning_but_not_in_codes() -> None:
    old, new = Codebook.load(CORPUS / "codebook-1.0.0.yaml"), Codebook.load(CORPUS / "codebook.yaml")
    assert (old.version, new.version) == ("1.0.0", "1.1.0")
    assert old.ids == new.ids
    assert old.sha256 != new.sha256


def test_comments_are_those_of_the_datasheet(comments: list[dict[str, str]]) -> None:
    assert len({row["comment_id"] for row in comments}) == len(comments) == 2700
    assert len({row["respondent_id"] for row in comments}) == 1431
    assert Counter(row["wave"] for row in comments) == {"2024": 1200, "2025": 1500}
    assert Counter(row["question"] for row in comments) == {
        "q_benefit": 996,
        "q_barrier": 959,
        "q_support": 487,
        "q_other": 258,
    }
    assert all(row["text"].strip() for row in comments)


def test_a_respondent_has_one_wave_one_weight_and_one_set_of_attributes(
    comments: list[dict[str, str]],
) -> None:
    known = defaultdict(set)
    for row in comments:
        facts = ("wave", "school_type", "phase", "region", "role", "weight")
        known[row["respondent_id"]].add(tuple(row[fact] for fact in facts))
    assert {len(facts) for facts in known.values()} == {1}


@pytest.mark.parametrize("wave", ["2024", "2025"])
def test_weights_have_mean_one_in_each_wave(comments: list[dict[str, str]], wave: str) -> None:
    weights = [float(row["weight"]) for row in comments if row["wave"] == wave]
    assert sum(weights) / len(weights) == pytest.approx(1, abs=1e-4)


def test_turns_are_those_of_the_datasheet(turns: dict[str, dict[str, Any]]) -> None:
    assert len(turns) == 233
    assert Counter(id.split(":")[0] for id, turn in turns.items() if turn["role"] == "participant") == {
        "t1": 24,
        "t3": 21,
        "t4": 27,
        "t6": 28,
        "t7": 16,
    }


def test_nothing_but_the_listed_files_stands_among_the_annotations() -> None:
    assert {file.stem for file in ANNOTATIONS.glob("*.jsonl")} == set(LINES)


@pytest.mark.parametrize("name", LINES)
def test_lines_hold_known_units_codes_and_keys(name: str, texts: dict[str, str]) -> None:
    lines = read_lines(ANNOTATIONS / f"{name}.jsonl")
    codes = {*Codebook.load(CORPUS / "codebook.yaml").ids, "none"}
    assert len(lines) == LINES[name]
    assert {line["unit_id"] for line in lines} <= set(texts)
    assert {line["code"] for line in lines} <= codes
    assert {key for line in lines for key in line} <= {
        "unit_id",
        "code",
        "quote",
        "coder",
        "source",
        "stance",
    }
    assert all(value for line in lines for value in line.values())
    assert {line.get("coder", name) for line in lines} == {name}
    assert {line.get("stance", "affirms") for line in lines} <= {"affirms", "denies", "mixed"}


@pytest.mark.parametrize("name", LINES)
def test_every_code_given_has_a_quote_that_stands_in_its_text(name: str, texts: dict[str, str]) -> None:
    for line in read_lines(ANNOTATIONS / f"{name}.jsonl"):
        if line["code"] == "none":
            assert "quote" not in line and "stance" not in line
        else:
            assert line["quote"] in texts[line["unit_id"]], f"{name}: {line['unit_id']}, {line['code']}"


@pytest.mark.parametrize("name", LINES)
def test_no_unit_is_both_empty_and_coded(name: str) -> None:
    units = codes_by_unit(name)
    assert [unit for unit, codes in units.items() if "none" in codes and len(codes) > 1] == []


@pytest.mark.parametrize("name", COMMENT_FILES)
def test_a_code_stands_once_in_a_comment(name: str) -> None:
    pairs = Counter((line["unit_id"], line["code"]) for line in read_lines(ANNOTATIONS / f"{name}.jsonl"))
    assert max(pairs.values()) == 1


def test_every_comment_is_read_by_the_coders_the_datasheet_names(comments: list[dict[str, str]]) -> None:
    twice = {row["comment_id"] for row in comments if row["comment_id"].startswith("c")}
    assert len(twice) == 900
    for name in ("adjudicated", "coder_1", "coder_2"):
        assert set(codes_by_unit(name)) == twice
    singles = [set(codes_by_unit(f"coder_{n}")) for n in range(3, 9)]
    assert [len(units) for units in singles] == [300] * 6
    assert set.union(*singles) == {row["comment_id"] for row in comments} - twice


@pytest.mark.parametrize("name", TURN_FILES)
def test_every_participant_turn_is_read(name: str, turns: dict[str, dict[str, Any]]) -> None:
    assert set(codes_by_unit(name)) == {id for id, turn in turns.items() if turn["role"] == "participant"}


def test_agreed_set_follows_the_adjudication_log() -> None:
    agreed = codes_by_unit("adjudicated")
    log = read_rows(ANNOTATIONS / "adjudication-log.csv")
    assert Counter(row["decision"] for row in log) == {"keep": 131, "drop": 30}
    assert all((row["code"] in agreed[row["comment_id"]]) == (row["decision"] == "keep") for row in log)


def test_agreed_lines_are_those_both_coders_gave() -> None:
    first, second = codes_by_unit("coder_1"), codes_by_unit("coder_2")
    for line in read_lines(ANNOTATIONS / "adjudicated.jsonl"):
        if line["source"] == "agreed":
            assert line["code"] in first[line["unit_id"]] & second[line["unit_id"]]


@pytest.mark.parametrize(
    ("one", "other", "wanted"), [("coder_1", "coder_2", 0.915), ("coder_9", "coder_10", 0.92)]
)
def test_micro_f1_of_two_coders_is_that_of_the_datasheet(one: str, other: str, wanted: float) -> None:
    first = {(u, c) for u, codes in codes_by_unit(one).items() for c in codes - {"none"}}
    second = {(u, c) for u, codes in codes_by_unit(other).items() for c in codes - {"none"}}
    assert 2 * len(first & second) / (len(first) + len(second)) == pytest.approx(wanted, abs=0.002)


def test_alphas_and_counts_of_the_datasheet_are_those_of_the_files() -> None:
    first, second, agreed = (codes_by_unit(name) for name in ("coder_1", "coder_2", "adjudicated"))
    singles = Counter(c for n in range(3, 9) for codes in codes_by_unit(f"coder_{n}").values() for c in codes)
    sheet = (CORPUS / "datasheet.md").read_text(encoding="utf-8")
    for code in Codebook.load(CORPUS / "codebook.yaml").codes:
        given = [code.id in coder[unit] for coder in (first, second) for unit in agreed]
        ones, n = sum(given), len(given)
        observed = sum((code.id in first[unit]) != (code.id in second[unit]) for unit in agreed) / len(agreed)
        alpha = 1 - observed * n * (n - 1) / (2 * ones * (n - ones))
        count = sum(code.id in codes for codes in agreed.values())
        core = " (core)" if code.core else ""
        row = f"| `{code.id}`{core} | {alpha:.2f} | {count} | {singles[code.id]} |"
        assert row.replace("0.", ".") in sheet


def test_no_page_of_the_study_points_outside_the_project() -> None:
    pages = [*CORPUS.rglob("*.md"), *CORPUS.glob("*.yaml"), *ANNOTATIONS.glob("*.md")]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "../shared" not in text, page.name
