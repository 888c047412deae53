"""Traps in transcripts: colons in speech, stamps everywhere, headers that look like labels, odd captions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from textmine.reading.transcripts import read_transcript

Turns = list[tuple[str, str]]

#: Name, ending, encoding, the file, and the turns that are in it.
CASES: list[tuple[str, str, str, str, Turns]] = [
    (
        "tiny",
        ".txt",
        "utf-8",
        "Interviewer: How are things?\nJane: Fine, thanks.\n",
        [
            ("Interviewer", "How are things?"),
            ("Jane", "Fine, thanks."),
        ],
    ),
    (
        "names only tiny",
        ".txt",
        "utf-8",
        "Dana: How are things?\n\nJane: Fine, thanks.\n",
        [
            ("Dana", "How are things?"),
            ("Jane", "Fine, thanks."),
        ],
    ),
    (
        "recurring colon",
        ".txt",
        "utf-8",
        "INT: Why?\n"
        "\n"
        "MR BOND: We had three things. Money\n"
        "Ofsted: they came. And then again\n"
        "Ofsted: they went.\n"
        "\n"
        "INT: OK.\n"
        "\n"
        "MR BOND: Yes.\n"
        "\n"
        "INT: So?\n"
        "\n"
        "MR BOND: No.\n",
        [
            ("INT", "Why?"),
            ("MR BOND", "We had three things. Money Ofsted: they came. And then again Ofsted: they went."),
            ("INT", "OK."),
            ("MR BOND", "Yes."),
            ("INT", "So?"),
            ("MR BOND", "No."),
        ],
    ),
    (
        "dense unfinished",
        ".txt",
        "utf-8",
        "INT: So when you\nR1: Sorry, can I\nINT: Of course\nR2: It was\nmine.\n",
        [
            ("INT", "So when you"),
            ("R1", "Sorry, can I"),
            ("INT", "Of course"),
            ("R2", "It was mine."),
        ],
    ),
    (
        "hanging",
        ".txt",
        "utf-8",
        "INT:\tWhy is\n\tit so?\n\nHT:\tBecause\n\tof me.\n\nINT:\tOh?\n\nHT:\tYes.\n",
        [
            ("INT", "Why is it so?"),
            ("HT", "Because of me."),
            ("INT", "Oh?"),
            ("HT", "Yes."),
        ],
    ),
    (
        "tabs",
        ".txt",
        "utf-8",
        "JS\tWhy is it?\nPM\tBecause.\nJS\tOh?\nPM\tYes.\n",
        [
            ("JS", "Why is it?"),
            ("PM", "Because."),
            ("JS", "Oh?"),
            ("PM", "Yes."),
        ],
    ),
    (
        "own line",
        ".txt",
        "utf-8",
        "Interviewer:\n"
        "Why is it?\n"
        "\n"
        "Participant 4:\n"
        "Because.\n"
        "Money.\n"
        "\n"
        "Interviewer:\n"
        "Oh?\n"
        "\n"
        "Participant 4:\n"
        "Yes.\n",
        [
            ("Interviewer", "Why is it?"),
            ("Participant 4", "Because. Money."),
            ("Interviewer", "Oh?"),
            ("Participant 4", "Yes."),
        ],
    ),
    (
        "caps alone",
        ".txt",
        "utf-8",
        "JANE SMITH\nWhy is it?\n\nTOM\nBecause.\n\nJANE SMITH\nOh?\n\nTOM\nYes.\n",
        [
            ("JANE SMITH", "Why is it?"),
            ("TOM", "Because."),
            ("JANE SMITH", "Oh?"),
            ("TOM", "Yes."),
        ],
    ),
    (
        "header colon",
        ".txt",
        "utf-8",
        "Interview: 07            Page 1\n"
        "\n"
        "INT: Why did\n"
        "\n"
        "Interview: 07            Page 2\n"
        "\n"
        "you go there at\n"
        "all?\n"
        "\n"
        "HT: Because we\n"
        "\n"
        "Interview: 07            Page 3\n"
        "\n"
        "had to. I was\n"
        "\n"
        "INT: Mm.\n"
        "\n"
        "Interview: 07            Page 4\n"
        "\n"
        "HT: Yes.\n"
        "\n",
        [
            ("INT", "Why did you go there at all?"),
            ("HT", "Because we had to. I was"),
            ("INT", "Mm."),
            ("HT", "Yes."),
        ],
    ),
    (
        "lone numbers",
        ".txt",
        "utf-8",
        "INT: Why?\n"
        "\n"
        "HT: tea wall school hill school door door door shoe rain\n"
        "coat school door bus rain rain wall bus milk door\n"
        "hill milk coat wall school lamp bus bus bus shoe\n"
        "book bus rain shoe coat rain milk bus book coat\n"
        "door door book coat lamp coat shoe coat door hill\n"
        "bus rain book shoe school tea shoe milk hill school\n"
        "milk lamp milk milk book rain book shoe coat hill\n"
        "hill wall door book rain wall bus door coat milk\n"
        "rain rain shoe tea lamp book milk shoe milk lamp\n"
        "school door shoe book school tea book rain lamp door\n"
        "\n"
        "1\n"
        "\n"
        "milk bus door bus hill milk wall wall wall rain\n"
        "shoe tea tea book coat bus coat book book coat\n"
        "rain book lamp wall lamp door hill shoe book wall\n"
        "milk bus rain milk book tea book book coat rain\n"
        "bus door lamp wall book coat book rain door lamp\n"
        "rain lamp bus book book wall wall lamp door wall\n"
        "bus coat shoe tea book wall tea school book hill\n"
        "bus shoe school school bus door bus hill coat hill\n"
        "school wall tea lamp hill school tea tea hill book\n"
        "tea shoe hill shoe milk hill door milk lamp door\n"
        "2\n"
        "door school bus hill rain lamp rain coat hill school\n"
        "hill milk book coat wall rain bus coat bus rain\n"
        "tea bus milk tea door milk book shoe rain book\n"
        "coat shoe milk book door coat book shoe bus rain\n"
        "shoe wall lamp shoe shoe rain bus milk hill tea\n"
        "coat bus hill school school hill hill milk tea rain\n"
        "wall hill tea bus book bus wall coat wall door\n"
        "tea milk wall book bus rain coat lamp school coat\n"
        "wall shoe rain wall coat door school shoe rain hill\n"
        "book door bus lamp wall rain hill bus tea coat\n"
        "\n"
        "3\n"
        "\n"
        "end.\n"
        "\n"
        "INT: Mm.\n"
        "\n"
        "HT: 12\n"
        "\n"
        "INT: Oh?\n",
        [
            ("INT", "Why?"),
            (
                "HT",
                "tea wall school hill school door door door shoe rain coat school door bus rain rain w"
                "all bus milk door hill milk coat wall school lamp bus bus bus shoe book bus rain shoe"
                " coat rain milk bus book coat door door book coat lamp coat shoe coat door hill bus r"
                "ain book shoe school tea shoe milk hill school milk lamp milk milk book rain book sho"
                "e coat hill hill wall door book rain wall bus door coat milk rain rain shoe tea lamp "
                "book milk shoe milk lamp school door shoe book school tea book rain lamp door milk bu"
                "s door bus hill milk wall wall wall rain shoe tea tea book coat bus coat book book co"
                "at rain book lamp wall lamp door hill shoe book wall milk bus rain milk book tea book"
                " book coat rain bus door lamp wall book coat book rain door lamp rain lamp bus book b"
                "ook wall wall lamp door wall bus coat shoe tea book wall tea school book hill bus sho"
                "e school school bus door bus hill coat hill school wall tea lamp hill school tea tea "
                "hill book tea shoe hill shoe milk hill door milk lamp door door school bus hill rain "
                "lamp rain coat hill school hill milk book coat wall rain bus coat bus rain tea bus mi"
                "lk tea door milk book shoe rain book coat shoe milk book door coat book shoe bus rain"
                " shoe wall lamp shoe shoe rain bus milk hill tea coat bus hill school school hill hil"
                "l milk tea rain wall hill tea bus book bus wall coat wall door tea milk wall book bus"
                " rain coat lamp school coat wall shoe rain wall coat door school shoe rain hill book "
                "door bus lamp wall rain hill bus tea coat end.",
            ),
            ("INT", "Mm."),
            ("HT", "12"),
            ("INT", "Oh?"),
        ],
    ),
    (
        "ff word",
        ".txt",
        "utf-8",
        "INT: It is\x0cnot so?\n\nHT: No.\n\nINT: Why?\n\nHT: So.\n",
        [
            ("INT", "It is not so?"),
            ("HT", "No."),
            ("INT", "Why?"),
            ("HT", "So."),
        ],
    ),
    (
        "own stamps",
        ".txt",
        "utf-8",
        "[00:00:00]\n"
        "INT: Why?\n"
        "HT: We went\n"
        "[00:00:30]\n"
        "to town at 10:30 and\n"
        "[00:01:00]\n"
        "back.\n"
        "INT: OK\n"
        "HT: Yes\n",
        [
            ("INT", "Why?"),
            ("HT", "We went to town at 10:30 and back."),
            ("INT", "OK"),
            ("HT", "Yes"),
        ],
    ),
    (
        "stamp bare front",
        ".txt",
        "utf-8",
        "00:00:01 INT: Why?\n00:00:04 HT: So.\n00:00:09 INT: And?\n00:00:12 HT: Yes.\n",
        [
            ("INT", "Why?"),
            ("HT", "So."),
            ("INT", "And?"),
            ("HT", "Yes."),
        ],
    ),
    (
        "stamp ms end",
        ".txt",
        "utf-8",
        "INT [00:00:01.5]: Why?\nHT [00:00:04.2]: So.\nINT [00:00:09.9]: And?\n",
        [
            ("INT", "Why?"),
            ("HT", "So."),
            ("INT", "And?"),
        ],
    ),
    (
        "stamp no colon",
        ".txt",
        "utf-8",
        "[00:00:01] INT  Why is it?\n[00:00:04] HT  So it is.\n[00:00:09] INT  And?\n[00:00:12] HT  Yes.\n",
        [
            ("INT", "Why is it?"),
            ("HT", "So it is."),
            ("INT", "And?"),
            ("HT", "Yes."),
        ],
    ),
    (
        "nonascii",
        ".txt",
        "utf-8",
        "Интервьюер: Почему?\nЁлка: Потому.\nИнтервьюер: Да?\nЁлка: Это.\n",
        [
            ("Интервьюер", "Почему?"),
            ("Ёлка", "Потому."),
            ("Интервьюер", "Да?"),
            ("Ёлка", "Это."),
        ],
    ),
    (
        "underscore",
        ".txt",
        "utf-8",
        "SPEAKER_00: Why is it so?\n"
        "SPEAKER_01: Because we share everything.\n"
        "SPEAKER_00: And?\n"
        "SPEAKER_01: Yes.\n",
        [
            ("SPEAKER_00", "Why is it so?"),
            ("SPEAKER_01", "Because we share everything."),
            ("SPEAKER_00", "And?"),
            ("SPEAKER_01", "Yes."),
        ],
    ),
    (
        "bracket label",
        ".txt",
        "utf-8",
        "[Interviewer]: Why?\n[P1]: So.\n[Interviewer]: And?\n[P1]: Yes.\n",
        [
            ("Interviewer", "Why?"),
            ("P1", "So."),
            ("Interviewer", "And?"),
            ("P1", "Yes."),
        ],
    ),
    (
        "paren label",
        ".txt",
        "utf-8",
        "Interviewer (DK): Why?\nP1 (female, 34): So.\nInterviewer (DK): And?\nP1 (female, 34): Yes.\n",
        [
            ("Interviewer (DK)", "Why?"),
            ("P1 (female, 34)", "So."),
            ("Interviewer (DK)", "And?"),
            ("P1 (female, 34)", "Yes."),
        ],
    ),
    (
        "questions numbered",
        ".txt",
        "utf-8",
        "Q1: Why?\nA1: So.\nQ2: And?\nA2: Yes.\nQ3: Oh?\nA3: No.\n",
        [
            ("Q1", "Why?"),
            ("A1", "So."),
            ("Q2", "And?"),
            ("A2", "Yes."),
            ("Q3", "Oh?"),
            ("A3", "No."),
        ],
    ),
    (
        "focus",
        ".txt",
        "utf-8",
        "Moderator: Who starts?\n"
        "\n"
        "F1: Me.\n"
        "\n"
        "M2: No, me.\n"
        "\n"
        "F1: OK, but one thing.\n"
        "\n"
        "Moderator: Go on?\n"
        "\n"
        "Several: [laughter]\n"
        "\n"
        "M2: Right.\n",
        [
            ("Moderator", "Who starts?"),
            ("F1", "Me."),
            ("M2", "No, me."),
            ("F1", "OK, but one thing."),
            ("Moderator", "Go on?"),
            ("Several", "[laughter]"),
            ("M2", "Right."),
        ],
    ),
    (
        "email url",
        ".txt",
        "utf-8",
        "INT: Where?\n"
        "\n"
        "HT: See\n"
        "http://example.org/a: it is\n"
        "Mail: me@example.org there.\n"
        "\n"
        "INT: OK.\n"
        "\n"
        "HT: Bye.\n",
        [
            ("INT", "Where?"),
            ("HT", "See http://example.org/a: it is Mail: me@example.org there."),
            ("INT", "OK."),
            ("HT", "Bye."),
        ],
    ),
    (
        "quote speech",
        ".txt",
        "utf-8",
        'INT: Why?\n\nHT: She said\n\n"Stop: now."\n\nand I did.\n\nINT: OK.\n\nHT: Bye.\n',
        [
            ("INT", "Why?"),
            ("HT", 'She said "Stop: now." and I did.'),
            ("INT", "OK."),
            ("HT", "Bye."),
        ],
    ),
    (
        "case change",
        ".txt",
        "utf-8",
        "Interviewer: Why?\n\nHelen: So.\n\nINTERVIEWER: And?\n\nHELEN: Yes.\n",
        [
            ("Interviewer", "Why?"),
            ("Helen", "So."),
            ("Interviewer", "And?"),
            ("Helen", "Yes."),
        ],
    ),
    (
        "srt tight",
        ".srt",
        "utf-8",
        "1\n"
        "00:00:01,000 --> 00:00:02,000\n"
        "SPEAKER 1: Why\n"
        "2\n"
        "00:00:02,000 --> 00:00:03,000\n"
        "is it?\n"
        "3\n"
        "00:00:03,000 --> 00:00:04,000\n"
        "SPEAKER 2: Because\n"
        "\n"
        "of 4\n"
        "\n"
        "4\n"
        "00:00:04,000 --> 00:00:05,000\n"
        "SPEAKER 1: And?\n",
        [
            ("SPEAKER 1", "Why is it?"),
            ("SPEAKER 2", "Because of 4"),
            ("SPEAKER 1", "And?"),
        ],
    ),
    (
        "srt cr",
        ".srt",
        "utf-8",
        "1\r00:00:01,000 --> 00:00:02,000\rANA: Why?\r\r2\r00:00:02,000 --> 00:00:03,000\rBO: So.\r\r3\r00:0"
        "0:03,000 --> 00:00:04,000\rANA: And?\r",
        [
            ("ANA", "Why?"),
            ("BO", "So."),
            ("ANA", "And?"),
        ],
    ),
    (
        "srt utf16",
        ".srt",
        "utf-16",
        "1\r\n"
        "00:00:01,000 --> 00:00:02,000\r\n"
        "ANA: Why?\r\n"
        "\r\n"
        "2\r\n"
        "00:00:02,000 --> 00:00:03,000\r\n"
        "BO: Sö.\r\n"
        "\r\n"
        "3\r\n"
        "00:00:03,000 --> 00:00:04,000\r\n"
        "ANA: And?\r\n",
        [
            ("ANA", "Why?"),
            ("BO", "Sö."),
            ("ANA", "And?"),
        ],
    ),
    (
        "srt hyphens",
        ".srt",
        "utf-8",
        "1\n"
        "00:00:01,000 --> 00:00:02,000\n"
        "ANA: Is it well-\n"
        "known? He was go-\n"
        "\n"
        "2\n"
        "00:00:02,000 --> 00:00:03,000\n"
        "BO: No.\n"
        "\n"
        "3\n"
        "00:00:03,000 --> 00:00:04,000\n"
        "ANA: And?\n",
        [
            ("ANA", "Is it well-known? He was go-"),
            ("BO", "No."),
            ("ANA", "And?"),
        ],
    ),
    (
        "vtt chevrons",
        ".vtt",
        "utf-8",
        "WEBVTT\n"
        "\n"
        "00:01.000 --> 00:02.000\n"
        ">> ANA: Why is it?\n"
        "\n"
        "00:02.000 --> 00:03.000\n"
        ">> BO: So it\n"
        "\n"
        "00:03.000 --> 00:04.000\n"
        "is.\n"
        "\n"
        "00:04.000 --> 00:05.000\n"
        ">> ANA: Oh?\n",
        [
            ("ANA", "Why is it?"),
            ("BO", "So it is."),
            ("ANA", "Oh?"),
        ],
    ),
    (
        "vtt short voice",
        ".vtt",
        "utf-8",
        "WEBVTT - title\n"
        "\n"
        "intro\n"
        "00:00:01.000 --> 00:00:02.000 line:0\n"
        "<v.first.loud Dana K>Why is it?\n"
        "\n"
        "00:00:02.000 --> 00:00:03.000\n"
        "<v Pat>A &nbsp;b &#39;c&#39;\n"
        "\n"
        "00:00:03.000 --> 00:00:04.000\n"
        "goes on\n",
        [
            ("Dana K", "Why is it?"),
            ("Pat", "A b 'c' goes on"),
        ],
    ),
    (
        "vtt bracket names",
        ".vtt",
        "utf-8",
        "WEBVTT\n"
        "\n"
        "00:00:01.000 --> 00:00:02.000\n"
        "[Dana Kell] Why is it?\n"
        "\n"
        "00:00:02.000 --> 00:00:03.000\n"
        "[Pat Moss] So.\n"
        "\n"
        "00:00:03.000 --> 00:00:04.000\n"
        "[Dana Kell] And?\n"
        "\n"
        "00:00:04.000 --> 00:00:05.000\n"
        "[Pat Moss] Yes.\n",
        [
            ("Dana Kell", "Why is it?"),
            ("Pat Moss", "So."),
            ("Dana Kell", "And?"),
            ("Pat Moss", "Yes."),
        ],
    ),
    (
        "otter srt-ish",
        ".srt",
        "utf-8",
        "1\n00:00:01,000 --> 00:00:02,000\nSpeaker 1  Why is it?\n\n",
        [
            ("", "Speaker 1 Why is it?"),
        ],
    ),
    (
        "md plain",
        ".md",
        "utf-8",
        "---\n"
        "title: Talk\n"
        "date: 3 May\n"
        "---\n"
        "\n"
        "Interviewer: Why?\n"
        "\n"
        "P3: It is *very* so. (laughs)\n"
        "\n"
        "*[pause]*\n"
        "\n"
        "And so.\n"
        "\n"
        "Interviewer: Oh?\n"
        "\n"
        "P3: Yes.\n"
        "\n"
        "*End of recording 13:27*\n",
        [
            ("Interviewer", "Why?"),
            ("P3", "It is very so. (laughs) [pause] And so."),
            ("Interviewer", "Oh?"),
            ("P3", "Yes."),
        ],
    ),
    (
        "md stamps",
        ".md",
        "utf-8",
        "**[00:00:01] Dana:** Why?\n"
        "\n"
        "**[00:00:04] Pat:** So.\n"
        "\n"
        "**[00:00:09] Dana:** And?\n"
        "\n"
        "**[00:00:14] Pat:** Yes.\n",
        [
            ("Dana", "Why?"),
            ("Pat", "So."),
            ("Dana", "And?"),
            ("Pat", "Yes."),
        ],
    ),
    (
        "md bullets",
        ".md",
        "utf-8",
        "- **Dana:** Why?\n- **Pat:** So\n  it is.\n- **Dana:** And?\n- **Pat:** Yes.\n",
        [
            ("Dana", "Why?"),
            ("Pat", "So it is."),
            ("Dana", "And?"),
            ("Pat", "Yes."),
        ],
    ),
    (
        "md tight",
        ".md",
        "utf-8",
        "**Dana** (00:01)\nWhy?\n\n**Pat** (00:03)\nSo it is.\n\n**Dana** (00:05)\nAnd?\n",
        [
            ("Dana", "Why?"),
            ("Pat", "So it is."),
            ("Dana", "And?"),
        ],
    ),
    (
        "md emphasised start",
        ".md",
        "utf-8",
        "**Int** Why?\n\n**P3** So.\n\n**Never** again, I said.\n\n**Int** And?\n\n**P3** Yes.\n",
        [
            ("Int", "Why?"),
            ("P3", "So. Never again, I said."),
            ("Int", "And?"),
            ("P3", "Yes."),
        ],
    ),
    (
        "md italics labels",
        ".md",
        "utf-8",
        "*Dana:* Why?\n\n*Pat:* So.\n\n*Dana:* And?\n",
        [
            ("Dana", "Why?"),
            ("Pat", "So."),
            ("Dana", "And?"),
        ],
    ),
    (
        "pseudonym bracket start",
        ".txt",
        "utf-8",
        "Int: Why?\n"
        "\n"
        "R: [SCHOOL A] is ours.\n"
        "\n"
        "[SCHOOL B] is not.\n"
        "\n"
        "[Laughs] Well.\n"
        "\n"
        "Int: OK.\n"
        "\n"
        "R: Yes.\n",
        [
            ("Int", "Why?"),
            ("R", "[SCHOOL A] is ours. [SCHOOL B] is not. [Laughs] Well."),
            ("Int", "OK."),
            ("R", "Yes."),
        ],
    ),
    (
        "header name page",
        ".txt",
        "utf-8",
        "INT: Why one\n"
        "\n"
        "HT: Because of one and\n"
        "\n"
        "\x0cDraft transcript\n"
        "Confidential 1\n"
        "\n"
        "more of one.\n"
        "\n"
        "INT: Why two\n"
        "\n"
        "HT: Because of two and\n"
        "\n"
        "\x0cDraft transcript\n"
        "Confidential 2\n"
        "\n"
        "more of two.\n"
        "\n"
        "INT: Why three\n"
        "\n"
        "HT: Because of three and\n"
        "\n"
        "\x0cDraft transcript\n"
        "Confidential 3\n"
        "\n"
        "more of three.\n"
        "\n"
        "INT: Why four\n"
        "\n"
        "HT: Because of four and\n"
        "\n"
        "\x0cDraft transcript\n"
        "Confidential 4\n"
        "\n"
        "more of four.\n"
        "\n",
        [
            ("INT", "Why one"),
            ("HT", "Because of one and more of one."),
            ("INT", "Why two"),
            ("HT", "Because of two and more of two."),
            ("INT", "Why three"),
            ("HT", "Because of three and more of three."),
            ("INT", "Why four"),
            ("HT", "Because of four and more of four."),
        ],
    ),
    (
        "roman",
        ".txt",
        "utf-8",
        "INT: Why\n\nii\n\x0cgo?\n\nHT: So.\n\niii\n\x0cINT: Oh?\n\nHT: Yes.\n",
        [
            ("INT", "Why go?"),
            ("HT", "So."),
            ("INT", "Oh?"),
            ("HT", "Yes."),
        ],
    ),
    (
        "yes lines at page edge",
        ".txt",
        "utf-8",
        "INT: So?\n"
        "\n"
        "HT: Yes.\n"
        "\x0cINT: And?\n"
        "\n"
        "HT: Yes.\n"
        "\x0cINT: Oh?\n"
        "\n"
        "HT: Yes.\n"
        "\x0cINT: End?\n"
        "\n"
        "HT: No.\n",
        [
            ("INT", "So?"),
            ("HT", "Yes."),
            ("INT", "And?"),
            ("HT", "Yes."),
            ("INT", "Oh?"),
            ("HT", "Yes."),
            ("INT", "End?"),
            ("HT", "No."),
        ],
    ),
    (
        "dashes label",
        ".txt",
        "utf-8",
        "Int - Why is it?\nR - So.\nInt - And?\nR - It is - well - so.\nInt - Oh?\nR - Yes\n",
        [
            ("Int", "Why is it?"),
            ("R", "So."),
            ("Int", "And?"),
            ("R", "It is - well - so."),
            ("Int", "Oh?"),
            ("R", "Yes"),
        ],
    ),
    (
        "typo label",
        ".txt",
        "utf-8",
        "Interviewer: Why?\n\nRespondent: So.\n\nInterveiwer: And?\n\nRespondent: Yes.\n",
        [
            ("Interviewer", "Why?"),
            ("Respondent", "So."),
            ("Interveiwer", "And?"),
            ("Respondent", "Yes."),
        ],
    ),
    (
        "title facts",
        ".txt",
        "utf-8",
        "Transcript of interview 7\n"
        "Conducted by: Dana Kell\n"
        "Interviewee: P7\n"
        "Role: Head\n"
        "School: Low Farm\n"
        "Interview date: 3 May 2024\n"
        "\n"
        "DK: Shall we start?\n"
        "\n"
        "P7: Yes.\n"
        "\n"
        "DK: How did it go?\n"
        "\n"
        "P7: Well.\n",
        [
            ("DK", "Shall we start?"),
            ("P7", "Yes."),
            ("DK", "How did it go?"),
            ("P7", "Well."),
        ],
    ),
    (
        "preamble para",
        ".txt",
        "utf-8",
        "This is a conversation between a researcher and a head. It took place in her office: a sma"
        "ll one. Names are changed.\n"
        "\n"
        "INT: Why?\n"
        "\n"
        "HT: So.\n"
        "\n"
        "INT: Oh?\n"
        "\n"
        "HT: Yes.\n",
        [
            ("INT", "Why?"),
            ("HT", "So."),
            ("INT", "Oh?"),
            ("HT", "Yes."),
        ],
    ),
    (
        "wrapped label para",
        ".txt",
        "utf-8",
        "DR JONES: We went\n"
        "to the\n"
        "\n"
        "sea: it was cold. MR\n"
        "SMITH: was there.\n"
        "\n"
        "INT: OK?\n"
        "\n"
        "DR JONES: Yes.\n"
        "\n"
        "INT: And?\n",
        [
            ("DR JONES", "We went to the sea: it was cold. MR SMITH: was there."),
            ("INT", "OK?"),
            ("DR JONES", "Yes."),
            ("INT", "And?"),
        ],
    ),
]


@pytest.mark.parametrize(
    ("ending", "encoding", "text", "turns"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_trap(ending: str, encoding: str, text: str, turns: Turns, write: Callable[..., Path]) -> None:
    frame = read_transcript(write(text, f"t9{ending}", encoding)).frame
    assert list(zip(frame["speaker"], frame["text"], strict=True)) == turns


FOUR = [("Dana", "Why is it?"), ("Pat", "So it is."), ("Dana", "And?"), ("Pat", "Yes.")]


def read_docx(make: SimpleNamespace, folder: Path, body: str) -> Turns:
    frame = read_transcript(make.docx(folder / "t9.docx", body)).frame
    return list(zip(frame["speaker"], frame["text"], strict=True))


def test_docx_with_names_on_lines_of_their_own(make: SimpleNamespace, tmp_path: Path) -> None:
    body = "".join(make.para(make.bold(name)) + make.para(make.run(text)) for name, text in FOUR)
    assert read_docx(make, tmp_path, body) == FOUR


def test_docx_questions_wholly_bold(make: SimpleNamespace, tmp_path: Path) -> None:
    looks = [make.bold, make.run] * 2
    body = "".join(make.para(look(f"{name}: {text}")) for look, (name, text) in zip(looks, FOUR, strict=True))
    assert read_docx(make, tmp_path, body) == FOUR


def test_docx_without_labels_is_told_by_bold_questions(make: SimpleNamespace, tmp_path: Path) -> None:
    looks = [make.bold, make.run] * 2
    body = "".join(make.para(look(text)) for look, (_, text) in zip(looks, FOUR, strict=True))
    told = ["Interviewer", "Participant"] * 2
    assert read_docx(make, tmp_path, body) == [
        (name, text) for name, (_, text) in zip(told, FOUR, strict=True)
    ]


def test_docx_italic_paragraph_is_a_note(make: SimpleNamespace, tmp_path: Path) -> None:
    para, run, bold = make.para, make.run, make.bold
    body = para(bold("Dana:"), run(" Why?")) + para(run("The phone rings.", "<w:i/>"))
    body += para(bold("Pat:"), run(" So.")) + para(run("A long pause.", "<w:i/>")) + para(run("And so."))
    body += para(bold("Dana:"), run(" And?"))
    frame = read_transcript(make.docx(tmp_path / "t9.docx", body)).frame
    assert frame["text"].tolist() == ["Why?", "So. A long pause. And so.", "And?"]
    assert frame["notes"].tolist() == ["", "4-17", ""]


def test_docx_tables_one_below_the_other_and_numbered_rows(make: SimpleNamespace, tmp_path: Path) -> None:
    rows = [tuple(make.para(make.run(cell)) for cell in row) for row in FOUR]
    body = make.table(*rows[:2]) + make.para() + make.table(*rows[2:])
    assert read_docx(make, tmp_path, body) == FOUR
    numbered = [(make.para(make.run(str(number))), *row) for number, row in enumerate(rows, 1)]
    assert read_docx(make, tmp_path, make.table(*numbered)) == FOUR


def test_docx_all_in_one_row_of_a_table(make: SimpleNamespace, tmp_path: Path) -> None:
    names = "".join(make.para(make.run(name)) for name, _ in FOUR)
    words = "".join(make.para(make.run(text)) for _, text in FOUR)
    assert read_docx(make, tmp_path, make.table((names, words))) == FOUR
