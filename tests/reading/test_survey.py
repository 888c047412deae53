"""Which columns of a survey are what, and the documents that come of it."""

from __future__ import annotations

import csv
import logging
from pathlib import Path

import pytest

from textmine.errors import InputError
from textmine.reading import read_corpus, read_survey
from textmine.reading.profiles import profile_column

OPEN = [
    "We share one trainer now",
    "n/a",
    "It was too far to drive there",
    "none",
    "Nobody had the time",
    "yes",
]
OTHER = ["Time", "Finding cover for lessons", "", "n/a", "The cost of the coach there", "nothing"]


def save(path: Path, columns: dict[str, list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([list(columns), *zip(*columns.values(), strict=True)])
    return path


@pytest.mark.parametrize(
    ("values", "asked", "kind"),
    [
        (OPEN, "q12", "open"),
        (["n/a"] * 30 + OPEN[:1] + OPEN[2:3], "q12", "open"),
        (["Strongly agree", "Agree", "Neither agree nor disagree", "Agree"] * 5, "It saved time", "choice"),
        (["Training;Buying;", "Training;", "Buying;Events;", "Events;"] * 5, "Which did you try?", "choice"),
        (["Training, Buying", "Training", "Buying, Events", "Events"] * 5, "Which did you try?", "choice"),
        (["Primary", "Secondary", "Special"] * 5, "phase", "choice"),
        (["We already share staff with another school", "We do not share at all", "We plan to share"] * 9,
         "Which statement best describes your school?", "choice"),
        ([f"p{n}@example.org" for n in range(9)], "Email", "contact"),
        (["AB1 2CD", "B12 3CD", "ZE3 9XX"], "Postcode", "contact"),
        (["07700 900123", "+44 7700 900456"], "Telephone", "contact"),
        (["01/03/2025 09:00:00", "2025-03-01"], "When?", "date"),
        (["12", "9.5", "£3,000"], "How many?", "number"),
        (["Ann Sample", "Bo Testing", "Cy de Example", "Di Placeholder"], "Your name", "name"),
        (["Hill Top Primary School", "Long Lane Academy", "St Mary's School"], "q2", "name"),
        (["Headteacher", "Deputy", "Bursar", "Governor", "Teacher"], "What is your job title?", "short"),
        (["Trust", "Time", "Money", "Distance", "Staff"], "What got in the way?", "open"),
        (["R_1aB2", "R_9xY8", "R_4"], "code", "code"),
        (["", " ", ""], "Comments", "blank"),
    ],
)  # fmt: skip
def test_kind_of_a_column_is_told_by_its_answers(values: list[str], asked: str, kind: str) -> None:
    assert profile_column(values, asked=asked).kind == kind


def wide(folder: Path, name: str = "w.csv") -> Path:
    return save(folder / name, {
        "Ref": [f"a{n}" for n in range(6)], "Region": ["North", "South"] * 3, "What helped?": OPEN,
        "Satisfied?": ["Very", "Not", "Very", "Quite", "Very", "Not"], "What got in the way?": OTHER,
    })  # fmt: skip


def test_wide_survey_is_a_document_per_respondent_and_question(tmp_path: Path) -> None:
    corpus = read_survey(wide(tmp_path)).corpus
    assert len(corpus) == 12
    assert corpus.ids[:4] == ["a0:q2", "a0:q4", "a1:q2", "a1:q4"]
    assert (corpus[1].text, corpus[1].question, corpus[1].group) == ("Time", "What got in the way?", "a0")
    assert corpus[1].attributes == {"Region": "North", "Satisfied?": "Very"}
    assert corpus.texts[5] == ""


def test_what_was_taken_is_said_with_reasons(tmp_path: Path) -> None:
    said = "\n".join(read_survey(wide(tmp_path)).explain())
    for part in (
        "text: What helped? (varied prose",
        "id: Ref (its name says so",
        "attributes: Region, Satisfied?",
    ):
        assert part in said
    assert not any(answer in said for answer in OPEN if len(answer) > 4)


def test_names_given_override_what_would_be_found(tmp_path: Path) -> None:
    path = wide(tmp_path)
    one = read_survey(path, text="What helped?").corpus
    assert one.ids == [f"a{n}" for n in range(6)]
    assert set(one.questions) == {"What helped?"}
    assert "What got in the way?" in one.attributes
    assert len(read_survey(path, attributes=["What helped?"]).corpus) == 6
    assert read_survey(path, text=["Region", "What helped?"]).corpus.ids[0] == "a0:Region"
    with pytest.raises(InputError, match=r"No column 'nope' in w\.csv.*Choose one with --text"):
        read_survey(path, text="nope")


def test_ids_that_stand_twice_or_lack_are_set_aside_and_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    refs = [f"a{n}" for n in range(38)] + ["a0", ""]
    said = [f"We share the trainer number {n}" for n in range(40)]
    path = save(tmp_path / "w.csv", {"ref": refs, "comment": said})
    reading = read_survey(path)
    assert len(reading.corpus) == 38
    assert [row.reason for row in reading.rejected] == ["the id stands already in row 1", "no id"]
    with caplog.at_level(logging.WARNING):
        assert read_corpus(path).ids == reading.corpus.ids
    assert "2 row(s) of w.csv were set aside" in caplog.text and "trainer" not in caplog.text


def test_respondent_in_several_rows_is_the_group(tmp_path: Path) -> None:
    columns = {"respondent_id": ["r1", "r1", "r2"], "question": ["Why?", "How?", "Why?"], "answer": OPEN[:3]}
    corpus = read_survey(save(tmp_path / "w.csv", columns)).corpus
    assert corpus.ids == ["r1:1", "r1:2", "r2:1"]
    assert corpus.groups == ["r1", "r1", "r2"]
    assert corpus.questions == ["Why?", "How?", "Why?"]


def test_repeated_code_is_no_respondent(tmp_path: Path) -> None:
    columns = {"code": ["x", "y", "x", "y"], "school_id": ["s1", "s1", "s2", "s2"], "comment": OPEN[:4]}
    corpus = read_survey(save(tmp_path / "w.csv", columns)).corpus
    assert corpus.ids == ["R1", "R2", "R3", "R4"]
    assert set(corpus.attributes) == {"code", "school_id"}


def test_choice_between_short_columns_is_asked_for_by_name(tmp_path: Path) -> None:
    towns = ["Leeds", "York", "Hull", "Bath", "Ely", "Wells"]
    jobs = ["Head", "Deputy", "Bursar", "Clerk", "Governor", "Teacher"]
    path = save(tmp_path / "w.csv", {"id": list("123456"), "town": towns, "job": jobs})
    with pytest.raises(InputError, match=r"Perhaps: town, job\. Choose one with --text"):
        read_survey(path)


def test_wave_and_weight_keep_their_meaning(tmp_path: Path) -> None:
    columns = {"id": list("123"), "wave": ["2024"] * 3, "weight": ["1", "0.5", "2"], "comment": OPEN[:3]}
    corpus = read_survey(save(tmp_path / "w.csv", columns)).corpus
    assert (corpus[1].wave, corpus[1].weight) == ("2024", 0.5)


@pytest.mark.parametrize("name", ["caseid", "PID", "RespNum", "idno", "Ref."])
def test_names_of_ids_in_one_word_are_known(tmp_path: Path, name: str) -> None:
    path = save(tmp_path / "w.csv", {name: ["a1", "a2", "a3"], "Why?": OPEN[:1] + OPEN[2:3] + OPEN[4:5]})
    assert read_survey(path).parts.id == name


def test_amounts_paid_are_no_ids(tmp_path: Path) -> None:
    path = save(tmp_path / "w.csv", {"paid": ["10", "12", "14"], "Why?": OPEN[:1] + OPEN[2:3] + OPEN[4:5]})
    assert read_survey(path).parts.id is None


def test_open_question_is_known_where_answers_come_again_and_again() -> None:
    answers = [f"we should plan the {n} things together" for n in range(150)] * 20
    assert profile_column(answers, asked="What is one thing we could improve?").kind == "open"
    options = [f"Plan {n} of the four" for n in range(9)] * 300
    assert profile_column(options, asked="What would you choose?").kind == "choice"
