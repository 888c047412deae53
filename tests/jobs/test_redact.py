"""``textmine redact`` from file to files: nothing it prints or logs holds a respondent's word."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture
def survey(write_csv, tmp_path: Path, secret: str) -> Path:
    rows = [
        ["1", f"Ask Mrs {secret}, 01632 960123", "N"],
        ["2", "=more time\nplease", "S"],
        ["3", f"{secret} left", "N"],
    ]
    return write_csv(tmp_path / "survey.csv", ["id", "comment", "region"], rows)


@pytest.fixture
def redact(textmine, survey: Path, tmp_path: Path):
    def run(*arguments: object):
        columns = ("--text", "comment", "--id", "id")
        files = ("--out", tmp_path / "out.csv", "--log", tmp_path / "log.csv")
        return textmine("redact", survey, *columns, *files, *arguments)

    return run


def test_output_and_log_keep_the_contract(redact, survey: Path, tmp_path: Path, secret: str) -> None:
    ran = redact()
    assert ran.code == 0, ran.err
    out, log = read(tmp_path / "out.csv"), read(tmp_path / "log.csv")
    assert list(out[0]) == ["id", "comment", "region", "redacted_text"]
    assert [row["comment"] for row in out] == [row["comment"] for row in read(survey)]
    assert [row["redacted_text"] for row in out] == [
        "Ask Mrs [PERSON], [PHONE]",
        "=more time\nplease",
        "[PERSON] left",
    ]
    assert list(log[0]) == ["id", "start", "end", "kind", "replacement"]
    assert [(row["id"], row["kind"]) for row in log] == [("1", "person"), ("1", "phone"), ("3", "person")]
    comment = out[0]["comment"]
    assert comment[int(log[0]["start"]) : int(log[0]["end"])] == secret
    assert secret not in (tmp_path / "log.csv").read_text(encoding="utf-8")
    assert "still holds the raw column" in ran.out and "anonym" not in ran.out


def test_other_columns_are_redacted_in_their_place_if_asked(
    textmine, write_csv, tmp_path: Path, secret: str
) -> None:
    turns = [
        ["t9:1", "Int", f"How long were you head, Mrs {secret}?", ""],
        ["t9:2", secret, "Nine years.", "aside"],
    ]
    source = write_csv(tmp_path / "turns.csv", ["doc_id", "speaker", "question", "text"], turns)
    out, log = tmp_path / "out.csv", tmp_path / "log.csv"
    ran = textmine(
        "redact", source, "--text", "text", "--id", "doc_id", "--also", "speaker", "--also", "question",
        "--out", out, "--log", log,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert [(row["speaker"], row["question"]) for row in read(out)] == [
        ("Int", "How long were you head, Mrs [PERSON]?"),
        ("[PERSON]", "Nine years."),
    ]
    assert secret not in out.read_text(encoding="utf-8") and read(log) == []
    ran = textmine(
        "redact", source, "--text", "text", "--id", "doc_id", "--also", "x", "--out", out, "--log", log
    )
    assert ran.code == 1 and "--also" in ran.err


def test_raw_text_can_be_left_out(redact, tmp_path: Path, secret: str) -> None:
    assert redact("--drop-text", "--quiet").out == ""
    assert secret not in (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_pseudonyms_follow_from_a_key_that_is_made_and_kept(redact, tmp_path: Path, secret: str) -> None:
    key = tmp_path / "keys" / "study.key"
    options = ("--mode", "pseudonym", "--key-file", key)
    assert redact(*options).code == 0
    first = read(tmp_path / "out.csv")
    assert redact(*options).code == 0
    assert read(tmp_path / "out.csv") == first
    made = first[0]["redacted_text"].split()[2].rstrip(",")
    assert first[2]["redacted_text"] == f"{made} left"
    if os.name == "posix":
        assert key.stat().st_mode & 0o777 == 0o600


def test_codes_review_decisions_and_sample_go_round(redact, write_csv, tmp_path: Path, secret: str) -> None:
    codes = write_csv(
        tmp_path / "codes.csv",
        ["unit_id", "code", "start", "end", "evidence"],
        [["3", "leaving", "0", str(len(secret) + 5), f"{secret} left"]],
    )
    review, originals = tmp_path / "review.csv", tmp_path / "originals.csv"
    checked = write_csv(tmp_path / "checked.csv", ["id", "start", "end"], [["1", "8", "12"], ["2", "", ""]])
    ran = redact(
        "--codes", codes, "--codes-out", tmp_path / "moved.csv", "--review", review, "--checked", checked,
        "--log-originals", originals, "--json",
    )  # fmt: skip
    told = json.loads(ran.out)
    assert told["found"] == {"person": 2, "phone": 1} or told["found"] == {"phone": 1, "person": 2}
    assert told["missed"]["texts"] == 2 and told["missed"]["missed"] == 0
    assert read(tmp_path / "moved.csv")[0]["evidence"] == "[PERSON] left"
    assert [row["original"] for row in read(originals)] == [secret, "01632 960123", secret]
    rows = read(review)
    decided = [
        [r["id"], r["start"], r["end"], r["kind"], "undo" if r["id"] == "3" else "accept"] for r in rows
    ]
    decisions = write_csv(tmp_path / "decisions.csv", ["id", "start", "end", "kind", "decision"], decided)
    assert redact("--decisions", decisions).code == 0
    assert [row["id"] for row in read(tmp_path / "log.csv")] == ["1", "1"]


def test_lists_of_terms_are_read(redact, tmp_path: Path, secret: str) -> None:
    (tmp_path / "allow.txt").write_text(f"# keep\n{secret}\n", encoding="utf-8")
    (tmp_path / "deny.txt").write_text("place: please\n", encoding="utf-8")
    assert redact("--allow", tmp_path / "allow.txt", "--deny", tmp_path / "deny.txt").code == 0
    assert [row["kind"] for row in read(tmp_path / "log.csv")] == ["phone", "place"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--mode", "pseudonym"), "--key-file"),
        (("--mode", "blur"), "Choose among: placeholder"),
        (("--kinds", "email,shoe"), "No kind shoe"),
        (("--codes", "x.csv"), "--codes-out"),
        (("--allow", "nowhere.txt"), "No file nowhere.txt"),
        (("--review", "page.txt"), ".html or .csv"),
        (("--engine", "none"), "Choose spacy or presidio"),
    ],
)
def test_what_will_not_do_is_told_in_one_line(redact, options: tuple[str, ...], message: str) -> None:
    assert message in redact(*options).error


def test_input_is_never_written_over(textmine, survey: Path, tmp_path: Path) -> None:
    before = survey.read_bytes()
    ran = textmine(
        "redact", survey, "--text", "comment", "--id", "id", "--out", survey, "--log", tmp_path / "l.csv"
    )
    assert "the same" in ran.error
    assert survey.read_bytes() == before


def test_rows_without_an_id_are_set_aside_and_told(textmine, write_csv, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "s.csv", ["id", "comment"], [["1", "Mrs Patel"], ["", "lost"], ["1", "again"]]
    )
    out = tmp_path / "o.csv"
    ran = textmine(
        "redact", path, "--text", "comment", "--id", "id", "--out", out, "--log", tmp_path / "l.csv"
    )
    assert len(read(out)) == 1
    assert "2 row(s) were set aside" in ran.out


def test_file_that_is_read_is_never_written_over(textmine, survey: Path, tmp_path: Path) -> None:
    codes = tmp_path / "codes.csv"
    codes.write_text("unit_id,code,start,end,quote\n", encoding="utf-8")
    options = ("--codes", codes, "--codes-out", tmp_path / "c.csv", "--log", tmp_path / "l.csv")
    ran = textmine("redact", survey, "--text", "comment", "--id", "id", "--out", codes, *options)
    assert "the same" in ran.error
    assert codes.read_text(encoding="utf-8") == "unit_id,code,start,end,quote\n"


def test_transcript_is_sent_to_read_first(textmine, tmp_path: Path) -> None:
    talk = tmp_path / "talk.docx"
    talk.write_bytes(b"PK")
    ran = textmine("redact", talk, "--out", tmp_path / "o.csv", "--log", tmp_path / "l.csv")
    assert "textmine read talk.docx" in ran.error
