"""Transcripts as other typists set them: names alone on a line, boxed names, tables, wrapped place names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from textmine.reading.transcripts import Transcript, read_transcript
from textmine.reading.transcripts.lines import read_rows
from textmine.reading.transcripts.notes import is_event

TALK = [
    ("Why did it start?", "With a bus. One thing: it was cold."),
    ("Was it?", "It was."),
    ("And then?", "[laughs] It stopped. 2016: that was the year."),
    ("OK.", "Is that it?"),
]


def said(transcript: Transcript) -> list[tuple[str, str]]:
    """Speaker and words of each turn."""
    frame = transcript.frame
    return list(zip(frame["speaker"], frame["text"], strict=True))


def turns_of(first: str, second: str) -> list[tuple[str, str]]:
    return [turn for asked, told in TALK for turn in ((first, asked), (second, told))]


@pytest.mark.parametrize(("first", "second"), [("Interviewer 1", "Respondent A"), ("Priya", "Daniel Moss")])
def test_names_alone_on_a_paragraph_are_labels(first: str, second: str, write: Callable[..., Path]) -> None:
    text = "\n\n".join(part for turn in turns_of(first, second) for part in turn)
    assert said(read_transcript(write(f"Interview 4\n\n{text}\n"))) == turns_of(first, second)


def test_short_answers_alone_on_a_paragraph_are_no_labels(write: Callable[..., Path]) -> None:
    parts = [
        "Which phase?",
        "Primary",
        "Who decides?",
        "Governors",
        "Who pays?",
        "Governors",
        "Phase?",
        "Primary",
    ]
    assert said(read_transcript(write("\n\n".join(parts)))) == [("", " ".join(parts))]


@pytest.mark.parametrize("form", ["[{}] {}", "<b>[{}]</b> {}", "[{}]: {}", ">> {}: {}"])
def test_boxed_speakers_of_captions_are_labels(form: str, write: Callable[..., Path]) -> None:
    cues = [
        f"{n}\n00:00:{n:02},000 --> 00:00:{n + 1:02},000\n{form.format(*turn)}"
        for n, turn in enumerate(turns_of("SPEAKER 1", "SPEAKER 2"), 1)
    ]
    assert said(read_transcript(write("\n\n".join(cues), "t9.srt"))) == turns_of("SPEAKER 1", "SPEAKER 2")


def test_boxed_names_that_were_taken_out_are_no_labels(write: Callable[..., Path]) -> None:
    placed = "".join(f"[TEACHER A] {said}.\n\n" for said in ("came too", "left", "rang"))
    text = f"Int: Who?\n\nR: Me.\n\n{placed}Int: So?\n\nR: No.\n"
    speakers = [speaker for speaker, _ in said(read_transcript(write(text)))]
    assert speakers == ["Int", "R", "Int", "R"]


def test_column_headed_speaker_holds_speakers_whatever_they_look_like() -> None:
    rows = [["Time", "Speaker", "Transcript"], ["00:01", "LT", "Why?"], ["00:02", "deputy head", "Time."]]
    rows += [["00:03", "", "And money."], ["00:04", "LT", "So?"], ["00:05", "deputy head", "Yes."]]
    assert [line.speaker for line in read_rows(rows)] == ["LT", "deputy head", "", "LT", "deputy head"]


def test_what_meeting_software_says_of_itself_is_left_out(make: SimpleNamespace, tmp_path: Path) -> None:
    body = make.para(make.bold("Ada Stone") + make.run(" started transcription"))
    for number, (speaker, text) in enumerate(turns_of("Ada Stone", "Kit Marlow")):
        body += make.para(make.bold(speaker) + make.run(f"   0:{number:02}")) + make.para(make.run(text))
    body += make.para(make.bold("Ada Stone") + make.run(" stopped transcription"))
    path = make.docx(tmp_path / "t9.docx", body)
    assert said(read_transcript(path)) == turns_of("Ada Stone", "Kit Marlow")
    assert not is_event("Then Ada stopped recording the calls")


def test_interviewer_named_by_one_letter_above_the_speech_is_a_fact(write: Callable[..., Path]) -> None:
    text = "Interviewer:  I\nParticipant:  P (bursar)\nDate:  11 May\n\nI: Why?\nP: Time.\nI: So?\nP: Yes.\n"
    transcript = read_transcript(write(text))
    assert said(transcript) == [("I", "Why?"), ("P", "Time."), ("I", "So?"), ("P", "Yes.")]
    assert transcript.frame["case_participant"][0] == "P (bursar)"


def test_place_name_wrapped_at_its_hyphen_keeps_it(write: Callable[..., Path]) -> None:
    met = "We met at St Osgyth-\nby-the-Water and at Great Ossing-\nwick."
    text = f"I: Where was that, then?\nP: {met}\nI: OK?\nP: Yes.\n"
    told = said(read_transcript(write(text)))[1][1]
    assert told == "We met at St Osgyth-by-the-Water and at Great Ossingwick."


def test_elected_again_keeps_its_hyphen_over_a_wrap(write: Callable[..., Path]) -> None:
    text = "I: When?\nP: It is a re-\nelection, and the commit-\ntee met.\nI: OK?\nP: Yes.\n"
    assert said(read_transcript(write(text)))[1][1] == "It is a re-election, and the committee met."


def test_label_may_be_a_role_and_a_place(write: Callable[..., Path]) -> None:
    text = "".join(f"{speaker}: {told}\n\n" for speaker, told in turns_of("Lee", "Headteacher, School B"))
    assert said(read_transcript(write(text))) == turns_of("Lee", "Headteacher, School B")


def test_head_of_the_second_of_two_pages_is_left_out(write: Callable[..., Path]) -> None:
    text = (
        "Int: Why?\n\nR: It was a bus, a small\n\n          Page 1 of 2\n"
        "\fBus study        Interview 4 - Head\n\n"
        "one with a ramp.\n\nInt: So?\n\nR: Yes.\n"
    )
    assert said(read_transcript(write(text)))[1] == ("R", "It was a bus, a small one with a ramp.")
