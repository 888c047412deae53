"""The record of a coded folder: written by coding, added to, replayed byte for byte, checked."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.files import sha256_of_file
from textmine.jobs.record import add_to_record, check_record, list_record, replay_record

COLUMNS = ("--text", "comment", "--id", "id", "--question", "question", "--group", "person")


@pytest.fixture
def coded(study, tiny_model: Path, textmine, tmp_path: Path) -> Path:
    """The synthetic study coded by the tiny model."""
    out = tmp_path / "coded"
    ran = textmine("code", study.comments, *COLUMNS, "--model", tiny_model, "--out", out)
    assert ran.code == 0, ran.err
    return out


def test_record_replays_to_the_wide_table_byte_for_byte(coded: Path, tmp_path: Path) -> None:
    replay_record(coded, tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (coded / "coded_wide.csv").read_bytes()
    assert check_record(coded).standing.units == 72


@pytest.mark.parametrize(
    "forms", [("--format", "csv", "--bands", "--scores"), ("--format", "parquet"), ("--excel-safe",)]
)
def test_table_in_any_form_is_what_the_record_replays_to(
    write_csv, tiny_model: Path, textmine, tmp_path: Path, forms: tuple[str, ...]
) -> None:
    rows = [
        ["1", 'We "train", together\r\nthis year'],
        ["2", "  "],
        ["3", "=money\rpooled"],
        ["4", "caf\u00e9 \U0001f600"],
    ]
    write_csv(tmp_path / "odd.csv", ["id", "comment"], rows)
    given = ("--text", "comment", "--id", "id", "--model", tiny_model, "--out", tmp_path / "coded")
    assert textmine("code", tmp_path / "odd.csv", *given, *forms).code == 0
    assert textmine("record", "check", tmp_path / "coded").code == 0
    if "parquet" not in forms:
        replay_record(tmp_path / "coded", tmp_path / "again.csv")
        wide = (tmp_path / "coded" / "coded_wide.csv").read_bytes()
        assert (tmp_path / "again.csv").read_bytes() == wide


def test_log_of_a_redaction_is_named_by_its_decisions(coded: Path, study, tmp_path: Path, write_csv) -> None:
    unit = str(study.rows[0]["id"])
    header = ["id", "start", "end", "kind", "replacement"]
    log = write_csv(tmp_path / "log.csv", header, [[unit, "0", "3", "person", "[name removed]"]])
    add_to_record(coded, redaction_log=log)
    list_record(coded, tmp_path / "all.csv")
    listed = pd.read_csv(tmp_path / "all.csv", dtype=str)
    assert set(listed["redaction_log_id"]) == {sha256_of_file(log)}
    replay_record(coded, tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (coded / "coded_wide.csv").read_bytes()
    assert check_record(coded).standing.events["redaction"] == 1
    other = write_csv(tmp_path / "other.csv", header, [["elsewhere", "0", "3", "person", "x"]])
    with pytest.raises(InputError, match="names no text"):
        add_to_record(coded, redaction_log=other)
    with pytest.raises(InputError, match="lacks"):
        add_to_record(coded, redaction_log=study.comments)


def test_provenance_names_the_record(coded: Path) -> None:
    said = json.loads((coded / "provenance.json").read_text("utf-8"))["record"]
    assert check_record(coded, noted=said["sha256"]).standing.sha256 == said["sha256"]


def test_changed_cell_is_seen(coded: Path) -> None:
    wide = coded / "coded_wide.csv"
    lines = wide.read_text("utf-8").splitlines(keepends=True)
    lines[5] = lines[5].rstrip("\n")[:-1] + ("0" if lines[5].rstrip("\n").endswith("1") else "1") + "\n"
    wide.write_text("".join(lines), "utf-8")
    with pytest.raises(InputError, match="is not what the record replays to"):
        check_record(coded)


def test_labels_of_people_go_in_and_the_run_stays(coded: Path, study, tmp_path: Path) -> None:
    assert add_to_record(coded, labels=[study.wide], coder="ann", reason="settled") == [2]
    replay_record(coded, tmp_path / "now.csv")
    now = pd.read_csv(tmp_path / "now.csv", dtype=str).set_index("id")
    assert {unit: [int(row["training"]), int(row["money"])] for unit, row in now.iterrows()} == study.truth
    replay_record(coded, tmp_path / "first.csv", until=1)
    assert (tmp_path / "first.csv").read_bytes() == (coded / "coded_wide.csv").read_bytes()
    assert check_record(coded).standing.by_people == 144


def test_coding_again_keeps_what_people_decided(coded: Path, study, tiny_model: Path, textmine) -> None:
    add_to_record(coded, labels=[study.wide], coder="ann")
    assert textmine("code", study.comments, *COLUMNS, "--model", tiny_model, "--out", coded).code == 0
    report = check_record(coded)
    assert report.standing.events == {"run": 2, "decisions": 1} and report.standing.by_people == 144


def test_edits_from_another_program_go_in_with_their_authors(coded: Path, tmp_path: Path, textmine) -> None:
    rows = "unit_id,code,applies,change,start,end,quote,coder\n000,money,0,removed,-1,-1,,ben\n"
    (tmp_path / "decisions.csv").write_text(rows, "utf-8")
    assert textmine("record", "add", coded, "--labels", tmp_path / "decisions.csv").code == 0
    assert list_record(coded, tmp_path / "h.jsonl", units=["000"], code="money") == 2
    model, person = [json.loads(line) for line in (tmp_path / "h.jsonl").read_text("utf-8").splitlines()]
    assert (person["source"], person["coder_id"], person["value"], person["supersedes"]) == (
        "human",
        "ben",
        0,
        1,
    )
    assert model["source"] == "model" and not model["current"] and person["current"]


def test_coders_who_differ_are_refused(coded: Path, tmp_path: Path) -> None:
    rows = "id,code,coder\n000,money,ann\n000,none,ben\n"
    (tmp_path / "both.csv").write_text(rows, "utf-8")
    with pytest.raises(InputError, match=r"differ on \d+ decision"):
        add_to_record(coded, labels=[tmp_path / "both.csv"])


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_listing_is_written_in_each_form(coded: Path, tmp_path: Path, textmine, form: str) -> None:
    out = tmp_path / f"all.{form}"
    ran = textmine("record", "list", coded, "--out", out, "--current")
    assert ran.code == 0 and "144 decisions" in ran.out
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "jsonl": lambda p: pd.read_json(p, lines=True)}
    assert len(read[form](out)) == 144


def test_thresholds_from_the_command_line(coded: Path, tmp_path: Path, textmine) -> None:
    assert textmine("record", "add", coded, "--threshold", "money=0").code == 0
    assert textmine("record", "replay", coded, "--out", tmp_path / "now.csv").code == 0
    assert pd.read_csv(tmp_path / "now.csv")["money"].eq(1).all()
    assert textmine("record", "add", coded, "--threshold", "money").code == 2
    assert (
        "No scores of code(s) monney" in textmine("record", "add", coded, "--threshold", "monney=0.1").error
    )
