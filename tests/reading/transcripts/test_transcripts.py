"""Transcripts of every kind that typists and meeting software leave, read into turns."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from textmine.errors import InputError
from textmine.reading.transcripts import Transcript, read_transcript


def said(transcript: Transcript) -> list[tuple[str, str]]:
    """Speaker and words of each turn."""
    frame = transcript.frame
    return list(zip(frame["speaker"], frame["text"], strict=True))


#: Name, ending, encoding, the file, and the turns that are in it.
CASES: list[tuple[str, str, str, str, list[tuple[str, str]]]] = [
    (
        "letters",
        ".txt",
        "utf-8",
        "Q: How did it start?\nA: With a bus. We\nshared it.\nQ: And then?\nA: Two things: cost and time.\n",
        [
            ("Q", "How did it start?"),
            ("A", "With a bus. We shared it."),
            ("Q", "And then?"),
            ("A", "Two things: cost and time."),
        ],
    ),
    (
        "letters with a stop",
        ".txt",
        "utf-8",
        "Q. How did it start?\n"
        "A. With a bus. We\n"
        "shared it.\n"
        "\n"
        "Q. And then?\n"
        "A. Two things: cost and time.\n"
        "Q. Ok?\n"
        "A. Yes.\n",
        [
            ("Q", "How did it start?"),
            ("A", "With a bus. We shared it."),
            ("Q", "And then?"),
            ("A", "Two things: cost and time."),
            ("Q", "Ok?"),
            ("A", "Yes."),
        ],
    ),
    (
        "numbered participants",
        ".txt",
        "utf-8",
        "I: Hello\nP1: Hi there.\nI: What is it?\nP2: We did it.\nP1: No, we did.\n",
        [
            ("I", "Hello"),
            ("P1", "Hi there."),
            ("I", "What is it?"),
            ("P2", "We did it."),
            ("P1", "No, we did."),
        ],
    ),
    (
        "initials and a title",
        ".txt",
        "utf-8",
        "JS: How many schools are there?\n"
        "Dr Smith: Four.\n"
        "JS: And pupils?\n"
        "Dr Smith: One thing: it changes.\n",
        [
            ("JS", "How many schools are there?"),
            ("Dr Smith", "Four."),
            ("JS", "And pupils?"),
            ("Dr Smith", "One thing: it changes."),
        ],
    ),
    (
        "colon in speech",
        ".txt",
        "utf-8",
        "Interviewer: So?\n"
        "\n"
        "Jane: It was good.\n"
        "\n"
        "One thing: the money went.\n"
        "\n"
        "One thing: the staff too.\n"
        "\n"
        "Interviewer: Right?\n"
        "\n"
        "Jane: Yes.\n",
        [
            ("Interviewer", "So?"),
            ("Jane", "It was good. One thing: the money went. One thing: the staff too."),
            ("Interviewer", "Right?"),
            ("Jane", "Yes."),
        ],
    ),
    (
        "stamp behind the name",
        ".txt",
        "utf-8",
        "Interviewer 1 [00:01:02]: So?\n"
        "Zoë O’Hara [00:01:10]: It was good.\n"
        "Interviewer 1 [00:02:02]: Why?\n"
        "Zoë O’Hara [00:02:10]: Because.\n",
        [
            ("Interviewer 1", "So?"),
            ("Zoë O’Hara", "It was good."),
            ("Interviewer 1", "Why?"),
            ("Zoë O’Hara", "Because."),
        ],
    ),
    (
        "stamp before the name",
        ".txt",
        "utf-8",
        "(00:12) Ana: So?\n(00:15) Bo: It was.\n(00:22) Ana: Why?\n(00:29) Bo: Because.\n",
        [("Ana", "So?"), ("Bo", "It was."), ("Ana", "Why?"), ("Bo", "Because.")],
    ),
    (
        "capitals and a stamp",
        ".txt",
        "utf-8",
        "MARY ANN (00:12:01): So?\nTOM (00:12:05): It was\nNASA: they said no.\nMARY ANN (00:12:09): Why?\n",
        [("MARY ANN", "So?"), ("TOM", "It was NASA: they said no."), ("MARY ANN", "Why?")],
    ),
    (
        "Otter",
        ".txt",
        "utf-8",
        "Speaker 1  0:03  \n"
        "Thanks for coming. Could you start?\n"
        "\n"
        "Speaker 2  0:09  \n"
        "Yes. We share.\n"
        "\n"
        "And more.\n"
        "\n"
        "Speaker 1  1:03  \n"
        "How?\n"
        "\n"
        "Transcribed by https://otter.ai\n",
        [
            ("Speaker 1", "Thanks for coming. Could you start?"),
            ("Speaker 2", "Yes. We share. And more."),
            ("Speaker 1", "How?"),
        ],
    ),
    (
        "Teams",
        ".txt",
        "utf-8",
        "Dana Kell   0:12\n"
        "What is it?\n"
        "Pat Moss   0:14\n"
        "A bus.\n"
        "It goes.\n"
        "Dana Kell   0:20\n"
        "Why?\n"
        "Pat Moss   0:24\n"
        "Rain.\n",
        [
            ("Dana Kell", "What is it?"),
            ("Pat Moss", "A bus. It goes."),
            ("Dana Kell", "Why?"),
            ("Pat Moss", "Rain."),
        ],
    ),
    (
        "Teams of old",
        ".txt",
        "utf-8",
        "0:0:0.0 --> 0:0:2.80\n"
        "Dana Kell\n"
        "What is it?\n"
        "\n"
        "0:0:3.0 --> 0:0:4.80\n"
        "Pat Moss\n"
        "A bus.\n"
        "\n"
        "0:0:5.0 --> 0:0:6.80\n"
        "Dana Kell\n"
        "Why?\n"
        "0:0:7.0 --> 0:0:8.80\n"
        "Pat Moss\n"
        "Rain.\n",
        [("Dana Kell", "What is it?"), ("Pat Moss", "A bus."), ("Dana Kell", "Why?"), ("Pat Moss", "Rain.")],
    ),
    (
        "Rev",
        ".txt",
        "utf-8",
        "Interviewer: (00:03)\nWhat is it?\n\nPat: (00:05)\nA bus.\n\nInterviewer: (00:08)\nWhy?\n",
        [("Interviewer", "What is it?"), ("Pat", "A bus."), ("Interviewer", "Why?")],
    ),
    (
        "Happy Scribe",
        ".txt",
        "utf-8",
        "[00:00:01.20] - Speaker 1\n"
        "What is it?\n"
        "\n"
        "[00:00:04.00] - Speaker 2\n"
        "A bus.\n"
        "\n"
        "[00:00:08.00] - Speaker 1\n"
        "Why?\n",
        [("Speaker 1", "What is it?"), ("Speaker 2", "A bus."), ("Speaker 1", "Why?")],
    ),
    (
        "Zoom captions saved",
        ".txt",
        "utf-8",
        "[Dana Kell] 10:02:33\nWhat is it?\n\n[Pat Moss] 10:02:39\nA bus.\n\n[Dana Kell] 10:03:33\nWhy?\n",
        [("Dana Kell", "What is it?"), ("Pat Moss", "A bus."), ("Dana Kell", "Why?")],
    ),
    (
        "Zoom captions",
        ".vtt",
        "utf-8",
        "WEBVTT\r\n"
        "\r\n"
        "1\r\n"
        "00:00:01.000 --> 00:00:03.000\r\n"
        "Dana Kell: What is it?\r\n"
        "\r\n"
        "2\r\n"
        "00:00:03.000 --> 00:00:05.000\r\n"
        "Pat Moss: A bus. It\r\n"
        "\r\n"
        "3\r\n"
        "00:00:05.000 --> 00:00:07.000\r\n"
        "Pat Moss: goes by: ours.\r\n"
        "\r\n"
        "4\r\n"
        "00:00:07.000 --> 00:00:09.000\r\n"
        "Dana Kell: Why?\r\n",
        [("Dana Kell", "What is it?"), ("Pat Moss", "A bus. It goes by: ours."), ("Dana Kell", "Why?")],
    ),
    (
        "voice tags",
        ".vtt",
        "utf-8",
        "WEBVTT\n"
        "\n"
        "NOTE made by\n"
        "software: yes\n"
        "\n"
        "STYLE\n"
        "::cue { color: red }\n"
        "\n"
        "a1b2/12-0\n"
        "00:00:01.000 --> 00:00:03.000 align:start position:0%\n"
        "<v Dana Kell>What &amp; why is it?</v>\n"
        "\n"
        "a1b2/13-0\n"
        "00:00:03.000 --> 00:00:05.000\n"
        "<v Pat Moss>A <i>bus</i>. It</v>\n"
        "\n"
        "a1b2/13-1\n"
        "00:00:05.000 --> 00:00:07.000\n"
        "<v Pat Moss>goes &lt;far&gt; well-\n"
        "known.</v>\n"
        "\n"
        "a1b2/14-0\n"
        "00:00:07.000 --> 00:00:09.000\n"
        "<v Dana Kell>Why?</v> <v Pat Moss>Rain.</v>\n",
        [
            ("Dana Kell", "What & why is it?"),
            ("Pat Moss", "A bus. It goes <far> well-known."),
            ("Dana Kell", "Why?"),
            ("Pat Moss", "Rain."),
        ],
    ),
    (
        "rolling captions",
        ".vtt",
        "utf-8",
        "WEBVTT\n"
        "Kind: captions\n"
        "Language: en\n"
        "\n"
        "00:00:00.000 --> 00:00:02.000 align:start position:0%\n"
        " \n"
        "so<00:00:00.500><c> we</c><c> started</c>\n"
        "\n"
        "00:00:02.000 --> 00:00:02.010 align:start position:0%\n"
        "so we started\n"
        " \n"
        "\n"
        "00:00:02.010 --> 00:00:04.000 align:start position:0%\n"
        "so we started\n"
        "with<00:00:02.500><c> a</c><c> bus</c>\n"
        "\n"
        "00:00:04.000 --> 00:00:04.010 align:start position:0%\n"
        "with a bus\n"
        " \n"
        "\n"
        "00:00:04.010 --> 00:00:06.000 align:start position:0%\n"
        "with a bus\n"
        "and it went\n",
        [("", "so we started with a bus and it went")],
    ),
    (
        "words said twice",
        ".srt",
        "utf-8",
        "1\n"
        "00:00:01,000 --> 00:00:02,000\n"
        "ANA: No.\n"
        "\n"
        "2\n"
        "00:00:02,000 --> 00:00:03,000\n"
        "No.\n"
        "\n"
        "3\n"
        "00:00:03,000 --> 00:00:04,000\n"
        "BO: Why not, though?\n"
        "\n"
        "4\n"
        "00:00:04,000 --> 00:00:05,000\n"
        "ANA: Cost.\n"
        "\n"
        "5\n"
        "00:00:05,000 --> 00:00:06,000\n"
        "BO: OK\n",
        [("ANA", "No. No."), ("BO", "Why not, though?"), ("ANA", "Cost."), ("BO", "OK")],
    ),
    (
        "srt without numbers",
        ".srt",
        "utf-8",
        "\ufeff00:00:01,000 --> 00:00:02,000\r\n"
        "- Ana: Hello there.\r\n"
        "- Bo: Hi. There\r\n"
        "are 12\r\n"
        "\r\n"
        "00:00:03,000 --> 00:00:04,000\r\n"
        '<font color="red">Ana:</font> {\\an8}How many?\r\n'
        "\r\n"
        "00:00:04,000 --> 00:00:05,000\r\n"
        "Bo: 12\r\n"
        "\r\n",
        [("Ana", "Hello there."), ("Bo", "Hi. There are 12"), ("Ana", "How many?"), ("Bo", "12")],
    ),
    (
        "bold with a colon",
        ".md",
        "utf-8",
        "# Interview\n"
        "\n"
        "Date: 3 May\n"
        "\n"
        "**Interviewer:** Why?\n"
        "\n"
        "**P3:** *Because* it \\[is\\].\n"
        "\n"
        "> [door]\n"
        "\n"
        "**Interviewer:** So?\n"
        "\n"
        "**P3**: Yes. **Very** much.\n",
        [
            ("Interviewer", "Why?"),
            ("P3", "Because it [is]."),
            ("Interviewer", "So?"),
            ("P3", "Yes. Very much."),
        ],
    ),
    (
        "headings",
        ".md",
        "utf-8",
        "# Talk\n"
        "\n"
        "### Dana Kell\n"
        "\n"
        "Why is it?\n"
        "\n"
        "### Pat Moss\n"
        "\n"
        "Because.\n"
        "It is.\n"
        "\n"
        "### Dana Kell\n"
        "\n"
        "So?\n"
        "\n"
        "### Pat Moss\n"
        "\n"
        "Yes.\n",
        [
            ("Dana Kell", "Why is it?"),
            ("Pat Moss", "Because. It is."),
            ("Dana Kell", "So?"),
            ("Pat Moss", "Yes."),
        ],
    ),
    (
        "markdown table",
        ".md",
        "utf-8",
        "| Speaker | Text |\n|---|---|\n| Int | Why? |\n| R | Because: cost. |\n| Int | So? |\n",
        [("Int", "Why?"), ("R", "Because: cost."), ("Int", "So?")],
    ),
    (
        "facts that look like labels",
        ".txt",
        "utf-8",
        "Date: 3 May\n"
        "Interviewer: DK\n"
        "Participant: Head of school\n"
        "\n"
        "Interviewer: Thanks. Why is it so?\n"
        "Participant: Because it is.\n"
        "Interviewer: So?\n"
        "Participant: Yes.\n",
        [
            ("Interviewer", "Thanks. Why is it so?"),
            ("Participant", "Because it is."),
            ("Interviewer", "So?"),
            ("Participant", "Yes."),
        ],
    ),
    (
        "page furniture",
        ".txt",
        "utf-8",
        "INT: Why was\n"
        "\n"
        "- 1 -\n"
        "\x0c"
        "Case 7: Draft\n"
        "it so?\n"
        "\n"
        "RES: Because of the long\n"
        "run we had with-\n"
        "\n"
        "- 2 -\n"
        "\x0c"
        "Case 7: Draft\n"
        "out end.\n"
        "\n"
        "INT: And\n"
        "\n"
        "- 3 -\n"
        "\x0c"
        "Case 7: Draft\n"
        "you?\n",
        [
            ("INT", "Why was it so?"),
            ("RES", "Because of the long run we had without end."),
            ("INT", "And you?"),
        ],
    ),
    (
        "line numbers",
        ".txt",
        "utf-8",
        "  1  Int: Why was\n"
        "  2  it so?\n"
        "  3  \n"
        "  4  R: Because of\n"
        "  5  the bus.\n"
        "  6  It went\n"
        "  7  away.\n"
        "  8  Int: OK.\n"
        "  9  R: Yes, well-\n"
        " 10  known it is",
        [
            ("Int", "Why was it so?"),
            ("R", "Because of the bus. It went away."),
            ("Int", "OK."),
            ("R", "Yes, well-known it is"),
        ],
    ),
    (
        "dense lines",
        ".txt",
        "utf-8",
        "Anna: We met at the\n"
        "station and then\n"
        "Ofsted: that was it, came.\n"
        "Ben: What did\n"
        "they say?\n"
        "Anna: Nothing\n"
        "Ben: Really?\n"
        "Anna: Yes.\n",
        [
            ("Anna", "We met at the station and then Ofsted: that was it, came."),
            ("Ben", "What did they say?"),
            ("Anna", "Nothing"),
            ("Ben", "Really?"),
            ("Anna", "Yes."),
        ],
    ),
    (
        "voice met once",
        ".txt",
        "utf-8",
        "Anna: We met.\n"
        "\n"
        "Ben: What did they say?\n"
        "\n"
        "Tom: Sorry, is this taken?\n"
        "\n"
        "Anna: Nothing\n"
        "\n"
        "Ben: Really?\n"
        "\n"
        "Anna: Yes.\n",
        [
            ("Anna", "We met."),
            ("Ben", "What did they say?"),
            ("Tom", "Sorry, is this taken?"),
            ("Anna", "Nothing"),
            ("Ben", "Really?"),
            ("Anna", "Yes."),
        ],
    ),
    (
        "UTF-16",
        ".txt",
        "utf-16",
        "Q: Café?\nA: Oui.\nQ: So?\n",
        [("Q", "Café?"), ("A", "Oui."), ("Q", "So?")],
    ),
    (
        "windows-1252",
        ".txt",
        "cp1252",
        "Q: Café – “so”?\nA: Oui.\nQ: So?\n",
        [("Q", "Café – “so”?"), ("A", "Oui."), ("Q", "So?")],
    ),
    (
        "f4 stamps",
        ".txt",
        "utf-8",
        "I: Wie so? #00:00:10-5#\n"
        "B: Because we did. #00:00:20-1#\n"
        "I: So? #00:00:22-0#\n"
        "B: Yes. #00:00:30-0#\n",
        [("I", "Wie so?"), ("B", "Because we did."), ("I", "So?"), ("B", "Yes.")],
    ),
    (
        "notes",
        ".txt",
        "utf-8",
        "Int: (laughs) Why?\n"
        "R: We [SCHOOL A] did (the old one) ((coughs)) it. [inaudible 00:12]\n"
        "Int: [overlapping] Mm.\n"
        "R: Yes.\n",
        [
            ("Int", "(laughs) Why?"),
            ("R", "We [SCHOOL A] did (the old one) ((coughs)) it. [inaudible 00:12]"),
            ("Int", "[overlapping] Mm."),
            ("R", "Yes."),
        ],
    ),
]


@pytest.mark.parametrize(
    ("ending", "encoding", "text", "turns"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_turns_of(
    ending: str, encoding: str, text: str, turns: list[tuple[str, str]], write: Callable[..., Path]
) -> None:
    assert said(read_transcript(write(text, f"t9{ending}", encoding))) == turns


@pytest.mark.parametrize(
    ("labels", "roles"),
    [
        ("Q A", "interviewer participant"),
        ("I P1", "interviewer participant"),
        ("Int R", "interviewer participant"),
        ("Moderator P2", "interviewer participant"),
        ("R P1", "interviewer participant"),
        ("Interveiwer Anna", "interviewer participant"),
        ("Anna Respondent", "interviewer participant"),
    ],
)
def test_label_tells_the_role(labels: str, roles: str, write: Callable[..., Path]) -> None:
    first, second = labels.split()
    text = f"{first}: We start.\n\n{second}: Why so?\n\n{first}: It is time.\n\n{second}: Is it?\n"
    frame = read_transcript(write(text)).frame
    assert frame["role"].tolist() == roles.split() * 2


def test_who_asks_is_guessed_and_can_be_named(write: Callable[..., Path]) -> None:
    talk = "SPEAKER 1: What do you do?\n\nSPEAKER 2: I run the office, and the kitchen, and more.\n\n"
    path = write(talk * 4)
    guessed, named = read_transcript(path), read_transcript(path, interviewer=["speaker 2"])
    assert guessed.frame["role"].tolist() == ["interviewer", "participant"] * 4
    assert named.frame["role"].tolist() == ["participant", "interviewer"] * 4
    assert any("guess" in note for note in guessed.notes)


def test_unknown_interviewer_names_the_speakers(write: Callable[..., Path]) -> None:
    path = write("Int: Why?\n\nR: So.\n\nInt: And?\n\nR: Yes.\n")
    with pytest.raises(InputError, match=r"No speaker 'Jo' .*Speakers: Int, R\."):
        read_transcript(path, interviewer=["Jo"])


def test_columns_questions_times_and_notes(write: Callable[..., Path]) -> None:
    text = (
        "Participant: Head of a school\nDate: 3 May\n\n"
        "[00:01:02] Int: Why is it?\n\n[00:01:09] R: [sighs] It is so. (pause) At 10:30, (02:55) say.\n\n"
        "[1:02:00] Int: And?\n\n[1:02:03] R: [SCHOOL A] shut.\n\n[END]\n\nTranscribed by: A typist\n"
    )
    frame = read_transcript(write(text)).frame
    row = frame.iloc[1]
    assert row["doc_id"] == "t9:2" and row["turn"] == 2 and row["question"] == "Why is it?"
    assert row["text"] == "[sighs] It is so. (pause) At 10:30, say."
    assert [row["text"][slice(*map(int, span.split("-")))] for span in row["notes"].split()] == [
        "[sighs]",
        "(pause)",
    ]
    assert frame["time"].tolist() == ["00:01:02", "00:01:09", "01:02:00", "01:02:03"]
    assert frame["notes"].tolist()[3] == "" and frame["text"].tolist()[3] == "[SCHOOL A] shut."
    assert set(frame["case_participant"]) == {"Head of a school"} and set(frame["case_date"]) == {"3 May"}
    assert frame["question"].tolist()[0] == ""


def test_note_on_its_own_line_stays_only_inside_a_turn(write: Callable[..., Path]) -> None:
    text = "Int: Why?\n\n[door]\n\nR: So.\n\n[pause]\n\nAnd so.\n\nInt: Mm.\n\nR: Yes.\n"
    assert said(read_transcript(write(text)))[:2] == [("Int", "Why?"), ("R", "So. [pause] And so.")]


def test_hyphens_at_line_ends(write: Callable[..., Path]) -> None:
    text = (
        "Int: Is Withern-\nholt a well-\nknown, long-\nterm case of pro-\ngramme "
        "co-\noperation in 2015-\n16?\n\n"
        "R: The pre-\nand post-war every-\nbody thing's a half-term, and a half-\nterm more.\n\n"
        "Int: I was go-\n\nR: Yes.\n"
    )
    assert said(read_transcript(write(text))) == [
        ("Int", "Is Withernholt a well-known, long-term case of programme cooperation in 2015-16?"),
        ("R", "The pre- and post-war everybody thing's a half-term, and a half-term more."),
        ("Int", "I was go-"),
        ("R", "Yes."),
    ]


def test_notes_never_hold_what_was_said(write: Callable[..., Path]) -> None:
    transcript = read_transcript(
        write("Int: Why marmalade?\n\nR: Marmalade [laughs].\n\nInt: Mm.\n\nR: Yes.\n")
    )
    assert transcript.notes and "armalade" not in " ".join(transcript.notes)


def test_prose_without_speakers_is_one_turn_and_says_so(write: Callable[..., Path]) -> None:
    transcript = read_transcript(write("We met at ten. It was late.\n\nThe bus came.\n"))
    assert said(transcript) == [("", "We met at ten. It was late. The bus came.")]
    assert "no labels found" in transcript.notes[0]


TWO = [("Dana", "Why?"), ("Pat", "Because. It is."), ("Dana", "So?"), ("Pat", "Yes.")]


def test_docx_with_bold_names(make: SimpleNamespace, tmp_path: Path) -> None:
    para, run, bold = make.para, make.run, make.bold
    body = para(run("Interview 1", "<w:i/>")) + para(bold("Dana"), run(" Why?"))
    body += para(bold("Pat"), run("\tBecause.")) + para(run("It is."))
    body += para(bold("Da"), bold("na"), run(" So?")) + para(bold("Pat"), run(" Yes."))
    assert said(read_transcript(make.docx(tmp_path / "t.docx", body))) == TWO


def test_docx_with_names_and_colons_and_soft_breaks(make: SimpleNamespace, tmp_path: Path) -> None:
    body = make.para(make.run("Dana: Why?\nPat:\tBecause.\nIt is.")) + make.para(make.run("Dana:So?"))
    body += make.para(make.run("Pat : Yes."))
    assert said(read_transcript(make.docx(tmp_path / "t.docx", body))) == TWO


def test_docx_of_teams(make: SimpleNamespace, tmp_path: Path) -> None:
    turns = [("Dana", "Why?"), ("Pat", "Because.\nIt is."), ("Dana", "So?"), ("Pat", "Yes.")]
    paragraphs = (
        make.para(make.bold(name), make.run(f"   0:1{n}\n{text}")) for n, (name, text) in enumerate(turns)
    )
    frame = read_transcript(make.docx(tmp_path / "t.docx", "".join(paragraphs))).frame
    assert list(zip(frame["speaker"], frame["text"], strict=True)) == TWO
    assert frame["time"].tolist() == ["00:00:10", "00:00:11", "00:00:12", "00:00:13"]


@pytest.mark.parametrize("columns", ["name text", "time name text", "time label"])
@pytest.mark.parametrize("head", [True, False])
def test_docx_with_a_table(columns: str, head: bool, make: SimpleNamespace, tmp_path: Path) -> None:
    rows = [("Speaker", "Text")] if head and columns == "name text" else []
    rows += [("Dana", "Why?"), ("Pat", "Because."), ("", "It is."), ("Dana", "So?"), ("Pat", "Yes.")]
    cells = []
    for number, (name, text) in enumerate(rows):
        speech = f"{name}: {text}" if columns == "time label" and name else text
        row = {"name": name, "text": text, "time": f"00:0{number}:00", "label": speech}
        cells.append(tuple(make.para(make.run(row[key])) for key in columns.split()))
    path = make.docx(tmp_path / "t.docx", make.para(make.run("Interview")) + make.table(*cells))
    assert said(read_transcript(path)) == TWO


def test_docx_facts_in_a_table_are_no_turns(make: SimpleNamespace, tmp_path: Path) -> None:
    facts = [("Date", "3 May"), ("Participant", "Head"), ("Interviewer", "DK")]
    body = make.table(*[tuple(make.para(make.run(cell)) for cell in row) for row in facts])
    for line in ("Interviewer: Why is it?", "Participant: So.", "Interviewer: And?", "Participant: Yes."):
        body += make.para(make.run(line))
    frame = read_transcript(make.docx(tmp_path / "t.docx", body)).frame
    assert frame["text"].tolist() == ["Why is it?", "So.", "And?", "Yes."]
    assert frame.loc[0, "case_date"] == "3 May"


def test_docx_changes_accepted_comments_and_hidden_text_out(make: SimpleNamespace, tmp_path: Path) -> None:
    para, run = make.para, make.run
    body = para(
        run("Int: Why"), f"<w:ins>{run(' not')}</w:ins>",
        "<w:del><w:r><w:delText> ever</w:delText></w:r></w:del>", run("?"),
    )  # fmt: skip
    body += f'<w:p><w:pPr><w:rPr><w:del w:id="3"/></w:rPr></w:pPr>{run("R: Because ")}</w:p>' + para(
        run("we did.")
    )
    body += para(run("Int: So?"), "<w:r><w:commentReference/></w:r>")
    body += para(
        run("R: It"),
        "<w:moveFrom><w:r><w:t> gone</w:t></w:r></w:moveFrom>",
        run(" is."),
        run("x", "<w:vanish/>"),
    )
    path = make.docx(
        tmp_path / "t.docx", body, parts={"word/comments.xml": "<c>no</c>", "word/footer1.xml": "<f>no</f>"}
    )
    expected = [("Int", "Why not?"), ("R", "Because we did."), ("Int", "So?"), ("R", "It is.")]
    assert said(read_transcript(path)) == expected


def test_odt(make: SimpleNamespace, tmp_path: Path) -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>Gone</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes><text:h>Interview</text:h>"
        '<text:p><text:span text:style-name="T1">Dana</text:span><text:s/>Why?</text:p>'
        '<text:p><text:span text:style-name="T1">Pat</text:span><text:tab/>Because.<text:line-break/>It is'
        "<office:annotation><text:p>no</text:p></office:annotation>.</text:p>"
        '<text:p><text:span text:style-name="T1">Dana</text:span> So?</text:p>'
        '<text:p><text:span text:style-name="T1">Pat</text:span> Yes.</text:p>'
    )
    style = '<style:style style:name="T1"><style:text-properties fo:font-weight="bold"/></style:style>'
    assert said(read_transcript(make.odt(tmp_path / "t.odt", body, styles=style))) == TWO


def test_pdf(make: SimpleNamespace, tmp_path: Path) -> None:
    path = make.pdf(
        tmp_path / "t.pdf",
        "Interview 3\nInt: Why at Withern-\nholt?\nR: It was a bus (a small one) and\nPage 1 of 2",
        "Interview 3\nit went. Two things: cost, time.\nInt: OK?\nR: Yes.\nPage 2 of 2",
    )
    assert said(read_transcript(path)) == [
        ("Int", "Why at Withernholt?"),
        ("R", "It was a bus (a small one) and it went. Two things: cost, time."),
        ("Int", "OK?"),
        ("R", "Yes."),
    ]


CORPUS = Path(__file__).resolve().parents[3] / "corpora" / "school-collaboration"


@pytest.mark.parametrize("name", ["t1.docx", "t3.txt", "t4.txt", "t6.srt", "t7.md"])
def test_shipped_transcript_is_read_as_its_reference(name: str) -> None:
    lines = (CORPUS / "turns" / f"{name[:2]}.jsonl").read_text(encoding="utf-8").splitlines()
    wanted = [json.loads(line) for line in lines]
    frame = read_transcript(CORPUS / "transcripts" / name).frame
    for column in ("speaker", "role", "turn", "text"):
        assert frame[column].tolist() == [turn[column] for turn in wanted]
