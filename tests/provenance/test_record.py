"""The provenance record: appended, chained, replayed; what a change by other means looks like."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.provenance import RECORD_COLUMNS, ProvenanceRecord, RunPart

CODES = ["money", "time"]
TEXTS = ["We pool money", "", "No time"]
SCORES = np.array([[0.9, 0.2], [np.nan, np.nan], [0.1, 0.6]])
FACTS = {
    "source": "model",
    "coder_id": "m",
    "model": {"id": "m", "sha256": "0" * 64},
    "codebook": {"id": "b", "version": "1.0.0", "sha256": "1" * 64},
    "thresholds": {"money": 0.5, "time": 0.5},
}


def run_of(units: list[str], texts: list[str], scores: np.ndarray = SCORES) -> RunPart:
    values = np.where(np.isnan(scores), np.nan, (scores >= 0.5).astype(float))
    return RunPart(units, texts, values, scores)


@pytest.fixture
def record(tmp_path: Path) -> ProvenanceRecord:
    """A record of one run on three units."""
    made = ProvenanceRecord(tmp_path)
    made.add_run(CODES, [run_of(["u1", "u2", "u3"], TEXTS)], facts=FACTS, at="2026-03-01")
    return made


def decide(unit: str, code: str, value: float | None, **about: object) -> pd.DataFrame:
    return pd.DataFrame([{"unit_id": unit, "code_id": code, "value": value, "coder_id": "ann", **about}])


def cells(matrix: pd.DataFrame) -> list[list[int | None]]:
    return matrix.astype(object).where(matrix.notna(), None).to_numpy().tolist()


def test_run_replays_to_its_matrix(record: ProvenanceRecord) -> None:
    assert cells(record.replay()) == [[1, 0], [None, None], [0, 1]]


def test_parts_replay_as_one_run(tmp_path: Path) -> None:
    record = ProvenanceRecord(tmp_path)
    parts = [run_of(["u1", "u2"], TEXTS[:2], SCORES[:2]), run_of(["u3"], TEXTS[2:], SCORES[2:])]
    record.add_run(CODES, parts, facts=FACTS)
    assert cells(record.replay()) == [[1, 0], [None, None], [0, 1]]


def test_person_stands_over_the_model_and_earlier_states_stay(record: ProvenanceRecord) -> None:
    record.add_decisions(decide("u3", "money", 1))
    assert cells(record.replay())[2] == [1, 1]
    assert cells(record.replay(until=1))[2] == [0, 1]


def test_person_stands_over_a_later_run_on_the_same_text(record: ProvenanceRecord) -> None:
    record.add_decisions(decide("u3", "money", 1))
    record.add_run(CODES, [run_of(["u3", "u1", "u2"], ["No time", "We pool money", ""])], facts=FACTS)
    assert cells(record.replay().loc[["u3"]]) == [[1, 0]]


def test_decision_on_another_text_does_not_stand(record: ProvenanceRecord) -> None:
    record.add_decisions(decide("u3", "money", 1))
    record.add_run(CODES, [run_of(["u1", "u2", "u3"], ["We pool money", "", "Other words"])], facts=FACTS)
    assert cells(record.replay())[2] == [0, 1]


def test_threshold_moves_the_models_decisions_alone(record: ProvenanceRecord) -> None:
    record.add_decisions(decide("u1", "time", 0))
    record.add_thresholds({"time": 0.1}, reason="more for review")
    assert cells(record.replay()) == [[1, 0], [None, None], [0, 1]]
    record.add_thresholds({"time": 0.7})
    assert cells(record.replay())[2] == [0, 0]


def test_listing_has_the_columns_and_says_what_was_replaced(record: ProvenanceRecord) -> None:
    record.add_decisions(
        decide("u3", "money", 1, sampling_role="audit", coding_prob=0.2, adjudicated_by="lead")
    )
    table = pd.concat(record.list_decisions(units={"u3"}, code="money"), ignore_index=True)
    assert list(table.columns) == RECORD_COLUMNS
    assert table["event"].tolist() == [1, 2] and table["current"].tolist() == [False, True]
    model, person = table.to_dict("records")
    assert (model["calibrated_prob"], model["threshold"], model["band"]) == (0.1, 0.5, "reject")
    assert (model["codebook_sha256"], model["model_sha256"]) == ("1" * 64, "0" * 64)
    assert (person["source"], person["coder_id"], person["supersedes"]) == ("human", "ann", 1)
    assert (person["sampling_role"], person["coding_prob"], person["adjudicated_by"]) == (
        "audit",
        0.2,
        "lead",
    )
    assert model["text_sha256"] == person["text_sha256"] and len(model["text_sha256"]) == 64


def test_current_decisions_are_one_for_each_unit_and_code(record: ProvenanceRecord) -> None:
    record.add_decisions(decide("u3", "money", 1))
    record.add_run(CODES, [run_of(["u1", "u2", "u3"], TEXTS)], facts=FACTS)
    table = pd.concat(record.list_decisions(current=True), ignore_index=True)
    assert len(table) == 6 and not table.duplicated(["unit_id", "code_id"]).any()
    held = table.set_index(["unit_id", "code_id"])["value"]
    assert held["u3", "money"] == 1 and held["u1", "money"] == 1


def test_certificate_sets_bands_and_is_stale_for_another_codebook(record: ProvenanceRecord) -> None:
    record.add_certificate(
        {"certificate_id": "c" * 64, "accept_from": {"money": 0.8}, "codebook_sha256": "1" * 64}
    )
    table = pd.concat(record.list_decisions(units={"u1"}, code="money"), ignore_index=True)
    assert table["band"].tolist() == ["review", "accept"] and not record.check().stale
    other = {**FACTS, "codebook": {"id": "b", "version": "1.1.0", "sha256": "2" * 64}}
    record.add_run(CODES, [run_of(["u1", "u2", "u3"], TEXTS)], facts=other)
    assert record.check().stale == ("certificate cccccccccccc (event 2): made for another codebook",)


@pytest.mark.parametrize("line", [0, 1])
def test_changed_line_is_seen(record: ProvenanceRecord, line: int) -> None:
    record.add_decisions(decide("u3", "money", 1))
    path = record.folder / "events.jsonl"
    lines = path.read_text("utf-8").splitlines()
    lines[line] = lines[line].replace("Z", "X", 1)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(InputError, match=f"line {line + 1}"):
        record.check()


def test_line_taken_out_or_forged_is_seen(record: ProvenanceRecord) -> None:
    record.add_decisions(decide("u3", "money", 1))
    path = record.folder / "events.jsonl"
    first, second = path.read_text("utf-8").splitlines()
    path.write_text(second + "\n", "utf-8")
    with pytest.raises(InputError, match="line 1"):
        record.replay()
    row = json.loads(first)
    path.write_text(json.dumps({**row, "facts": {}}) + "\n" + second + "\n", "utf-8")
    with pytest.raises(InputError, match="line 1"):
        record.replay()


def test_lines_cut_off_are_seen_with_a_hash_noted(record: ProvenanceRecord) -> None:
    record.add_decisions(decide("u3", "money", 1))
    noted = record.check().sha256
    path = record.folder / "events.jsonl"
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    assert record.check().events == {"run": 1}
    with pytest.raises(InputError, match="hash noted"):
        record.check(noted=noted)


def test_changed_block_is_seen(record: ProvenanceRecord) -> None:
    (block,) = record.folder.glob("*.parquet")
    data = bytearray(block.read_bytes())
    data[len(data) // 2] ^= 1
    block.write_bytes(bytes(data))
    with pytest.raises(InputError, match="not the file that was written"):
        record.replay()


def test_no_word_of_a_text_is_kept(record: ProvenanceRecord) -> None:
    record.add_decisions(decide("u3", "money", 1))
    assert not [p for p in record.folder.iterdir() if b"pool" in p.read_bytes()]


def test_unknown_unit_code_or_value_is_refused(record: ProvenanceRecord) -> None:
    for wrong in (decide("u9", "money", 1), decide("u1", "mony", 1), decide("u1", "money", 2)):
        with pytest.raises(InputError):
            record.add_decisions(wrong)
    assert len(record.events()) == 1


def test_purge_takes_units_out_and_keeps_the_chain(record: ProvenanceRecord) -> None:
    record.add_decisions(pd.concat([decide("u3", "money", 1), decide("u1", "time", 1)]))
    head = record.check().sha256
    assert record.purge({"u3"}, tombstone="t1") == 2
    assert cells(record.replay()) == [[1, 1], [None, None]]
    assert record.check(noted=head).events == {"run": 1, "decisions": 1, "withdrawal": 1}
    assert not [p for p in record.folder.iterdir() if b"u3" in p.read_bytes()]
    assert record.purge({"u3"}, tombstone="t1") == 0
