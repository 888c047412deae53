"""The truth marked by hand: every mark lies where it says, and its README states the counts."""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TRUTH = ROOT / "benchmarks" / "truth"
STUDY = ROOT / "corpora" / "school-collaboration"
SHARED = Path(os.environ.get("TEXTMINE_BENCHMARKS") or ROOT.parent / "shared" / "benchmarks")
NHS = SHARED / "nhs-feedback" / "comments.csv"
QUESTIONS = {
    "q_benefit": "school, gained",
    "q_barrier": "school, in the way",
    "q_support": "school, would help",
    "q_other": "school, anything else",
    "FFT Why?": "NHS, FFT Why?",
    "How could we improve?": "NHS, How could we improve?",
    "What could we do better?": "NHS, What could we do better?",
    "What was good?": "NHS, What was good?",
}
NHS_LONG_QUESTION = "NHS, 111: satisfied or dissatisfied"


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_texts() -> dict[str, str]:
    texts = {row["comment_id"]: row["text"] for row in read_rows(STUDY / "comments.csv")}
    for path in sorted((STUDY / "turns").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            turn = json.loads(line)
            texts[f"{path.stem}:{turn['turn']}"] = turn["text"]
    return texts


SPANS = ["names_comments", "names_transcripts", "places_comments", "places_transcripts"]


@pytest.mark.parametrize("name", SPANS)
def test_every_marked_span_is_the_text_at_its_offsets_and_none_overlap(name: str) -> None:
    texts, last = read_texts(), ("", 0)
    for row in read_rows(TRUTH / f"{name}.csv"):
        unit = row.get("comment_id") or row["doc_id"]
        start, end = int(row["start"]), int(row["end"])
        assert texts[unit][start:end] == row["text"], (name, unit, start)
        assert unit != last[0] or start >= last[1], (name, unit, start)
        assert row.get("kind", "place") in {"school", "trust", "place", "organisation"}
        last = (unit, end)


@pytest.mark.parametrize("name", SPANS)
def test_the_readme_states_how_many_spans_are_marked(name: str) -> None:
    rows = read_rows(TRUTH / f"{name}.csv")
    line = next(
        line
        for line in (TRUTH / "README.md").read_text(encoding="utf-8").splitlines()
        if f"`{name}.csv`" in line
    )
    units = len({row.get("comment_id") or row["doc_id"] for row in rows})
    assert f"{len(rows)} " in line and f" {units} " in line
    for kind, count in Counter(row["kind"] for row in rows if "kind" in row).items():
        assert f"{count} {kind}" in line


def test_every_school_comment_has_one_non_response_mark() -> None:
    marks = read_rows(TRUTH / "non_response_school.csv")
    assert [row["comment_id"] for row in marks] == [
        row["comment_id"] for row in read_rows(STUDY / "comments.csv")
    ]
    assert {row[column] for row in marks for column in ("non_response", "borderline")} == {"0", "1"}


@pytest.mark.parametrize(
    ("name", "marks", "non_response", "borderline"),
    [("non_response_school", 2700, 211, 65), ("non_response_nhs", 5974, 1226, 255)],
)
def test_the_non_response_counts_are_those_of_the_readme(
    name: str, marks: int, non_response: int, borderline: int
) -> None:
    rows = read_rows(TRUTH / f"{name}.csv")
    found = (
        len(rows),
        sum(row["non_response"] == "1" for row in rows),
        sum(row["borderline"] == "1" for row in rows),
    )
    assert found == (marks, non_response, borderline)
    stated = f"{marks:,} marks, {non_response:,} non-responses, {borderline} borderline"
    assert stated in (TRUTH / "README.md").read_text(encoding="utf-8")


def test_the_nhs_marks_hold_no_text_of_other_people() -> None:
    rows = read_rows(TRUTH / "non_response_nhs.csv")
    assert set(rows[0]) == {"Comment ID", "non_response", "borderline", "non_response_as_asked"}
    assert len({row["Comment ID"] for row in rows}) == len(rows)
    assert sum(row["non_response"] != row["non_response_as_asked"] for row in rows) == 160


def check_by_question(marks: list[dict[str, str]], question_of: dict[str, str], unit: str) -> None:
    """Each question's line of the README states what is counted from the marks."""
    lines = (TRUTH / "README.md").read_text(encoding="utf-8").splitlines()
    counts: dict[str, Counter[tuple[str, str]]] = {}
    for row in marks:
        name = QUESTIONS.get(question_of[row[unit]], NHS_LONG_QUESTION)
        counts.setdefault(name, Counter())[row["non_response"], row["borderline"]] += 1
    for name, found in counts.items():
        cells = (found.total(), found["1", "0"] + found["1", "1"], found["1", "1"], found["0", "1"])
        assert f"| {name} | " + " | ".join(f"{cell:,}" for cell in cells) + " |" in lines


def test_the_readme_states_the_school_counts_by_question() -> None:
    questions = {row["comment_id"]: row["question"] for row in read_rows(STUDY / "comments.csv")}
    check_by_question(read_rows(TRUTH / "non_response_school.csv"), questions, "comment_id")


def test_the_readme_states_the_nhs_counts_by_question_and_no_empty_answer_is_marked() -> None:
    if not NHS.is_file():
        pytest.skip("the benchmark data is not beside this checkout (set TEXTMINE_BENCHMARKS)")
    answers = {row["Comment ID"]: row for row in read_rows(NHS)}
    marks = read_rows(TRUTH / "non_response_nhs.csv")
    assert {row["Comment ID"] for row in marks} == {
        i for i, row in answers.items() if row["FFT answer"].strip()
    }
    check_by_question(marks, {i: row["FFT question"] for i, row in answers.items()}, "Comment ID")
    silent = [row for row in marks if answers[row["Comment ID"]]["FFT answer"] == "Did not answer"]
    assert len(silent) == 952
    assert all(row["non_response"] == "1" for row in silent)


def test_every_error_sorted_by_cause_is_of_a_known_comment_and_code() -> None:
    rows, units = read_rows(TRUTH / "error_causes.csv"), set(read_texts())
    assert len(rows) == len({(row["unit_id"], row["code"]) for row in rows}) == 100
    assert {row["unit_id"] for row in rows} <= units
    assert {row["kind"] for row in rows} == {"missed", "wrongly given"}
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert all(f"- **{row['cause']}**:" in page for row in rows)
