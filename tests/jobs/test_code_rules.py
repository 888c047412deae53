"""Coding files by rules: the same folder as a model's, with the rules' hash in its provenance."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from textmine.coding.certifying import Promise
from textmine.errors import CodebookError, InputError
from textmine.jobs.certify import certify_folder
from textmine.jobs.code_rules import code_with_rules
from textmine.jobs.labelled import ColumnNames

RULES = """\
id: demo
codes:
  - {id: training, rules: ['train*', 'learn* from']}
  - {id: money, rules: ['NEAR(money, sav* | pool*, 4)']}
  - {id: later}
"""
COLUMNS = ColumnNames("comment", "id", "question", "person")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    return path


def test_the_folder_is_that_of_a_model(study, rules: Path, tmp_path: Path) -> None:
    report = code_with_rules([study.comments], rules, tmp_path / "out", columns=COLUMNS)
    wide = pd.read_csv(tmp_path / "out" / "coded_wide.csv", dtype={"id": str})
    truth = pd.DataFrame.from_dict(study.truth, orient="index", columns=["training", "money"])
    assert wide["id"].tolist() == list(study.truth)
    assert (wide["training"].to_numpy() == truth["training"].to_numpy()).all()
    assert wide["later"].isna().all()
    long = pd.read_csv(tmp_path / "out" / "coded_long.csv", dtype={"unit_id": str})
    texts = {row["id"]: row["comment"] for row in study.rows}
    assert (long["evidence"] == [texts[r.unit_id][r.start : r.end] for r in long.itertuples()]).all()
    assert set(long["band"]) == {"review"}
    assert report.counts.coded == len(study.rows)
    assert any("no rule" in note for note in report.notes)


def test_provenance_names_the_rules_by_hash(study, rules: Path, tmp_path: Path) -> None:
    code_with_rules([study.comments], rules, tmp_path / "out", columns=COLUMNS)
    model = json.loads((tmp_path / "out" / "provenance.json").read_text(encoding="utf-8"))["model"]
    assert model["tier"] == "rules"
    assert model["id"] == f"rules {model['sha256'][:8]}"


def test_the_same_rules_give_the_same_tables(study, rules: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        code_with_rules([study.comments], rules, tmp_path / name, columns=COLUMNS)
    for table in ("coded_wide.csv", "coded_long.csv", "coded_spans.csv", "summary.csv"):
        assert (tmp_path / "a" / table).read_bytes() == (tmp_path / "b" / table).read_bytes()


def test_nothing_is_written_where_the_rules_are_wrong(study, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("codes: [{id: a, rules: ['(']}]", encoding="utf-8")
    with pytest.raises(CodebookError, match=r"bad.yaml: code 'a', rule 1"):
        code_with_rules([study.comments], tmp_path / "bad.yaml", tmp_path / "out", columns=COLUMNS)
    assert not (tmp_path / "out").exists()


def test_rules_that_people_found_right_can_be_certified(study, rules: Path, tmp_path: Path) -> None:
    rules.write_text(RULES.replace("  - {id: later}\n", ""), encoding="utf-8")
    code_with_rules([study.comments], rules, tmp_path / "out", columns=COLUMNS)
    promise = Promise(precision=0.8, confidence=0.9)
    made = certify_folder(tmp_path / "out", [study.wide], tmp_path / "cert.json", promise=promise, id="id")
    assert "training" in made.certificate.accept_from
    again = code_with_rules(
        [study.comments], rules, tmp_path / "again", columns=COLUMNS, certificate=tmp_path / "cert.json"
    )
    assert again.coded.bands["training"].tolist().count("accept") == again.coded.counts()["training"]
    rules.write_text(RULES.replace("train*", "trai*"), encoding="utf-8")
    with pytest.raises(InputError):  # other rules: the certificate is stale
        code_with_rules(
            [study.comments], rules, tmp_path / "third", columns=COLUMNS, certificate=tmp_path / "cert.json"
        )
