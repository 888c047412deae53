"""Reading a coded folder back: scores as they were, and a word where the folder is not whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.exchange.coded_folder import write_coded_folder
from textmine.exchange.scored_wave import read_scored_wave
from textmine.provenance import ProvenanceRecord

PROVENANCE: dict[str, Any] = {
    "model": {"id": "m", "sha256": "a" * 64, "tier": "fast"},
    "codebook": {"id": "b", "version": "1", "sha256": "b" * 64},
    "thresholds": {"money": 0.5, "time": 0.5},
    "corpus_fingerprint": "f" * 64,
}


@pytest.fixture
def folder(tmp_path: Path, coded: CodedDataset, source: pd.DataFrame) -> Path:
    write_coded_folder(coded, source, tmp_path, provenance=PROVENANCE)
    return tmp_path


def test_scores_and_names_come_back_as_they_were(folder: Path, coded: CodedDataset) -> None:
    wave = read_scored_wave(folder)
    assert coded.scores is not None
    pd.testing.assert_frame_equal(wave.scores, coded.scores[coded.is_coded])
    assert wave.scores.index.tolist() == ["01", "03", "04"]
    assert wave.thresholds == {"money": 0.5, "time": 0.5}
    assert (wave.model.id, wave.codebook.version, wave.fingerprint) == ("m", "1", "f" * 64)
    assert wave.names["money"] == "Money, saved"
    (folder / "summary.csv").unlink()
    assert read_scored_wave(folder).names == {}


@pytest.mark.parametrize("name", ["scores.parquet", "provenance.json"])
def test_folder_without_scores_or_provenance_is_told(folder: Path, name: str) -> None:
    (folder / name).write_text("broken", encoding="utf-8")
    with pytest.raises(InputError, match=f"{name} in .* cannot be read"):
        read_scored_wave(folder)
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"holds no {name}"):
        read_scored_wave(folder)


def test_a_file_in_the_place_of_a_folder_is_told(folder: Path) -> None:
    with pytest.raises(InputError, match=r"scores\.parquet holds no provenance"):
        read_scored_wave(folder / "scores.parquet")
    with pytest.raises(InputError, match="holds no record of a run"):
        ProvenanceRecord(folder / "scores.parquet").state()


@pytest.mark.parametrize("without", ["model", "codebook", "thresholds", "corpus_fingerprint"])
def test_provenance_that_does_not_name_what_made_it_is_told(folder: Path, without: str) -> None:
    said = {name: value for name, value in PROVENANCE.items() if name != without}
    (folder / "provenance.json").write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(InputError, match="does not name the model, the codebook and the thresholds"):
        read_scored_wave(folder)


def test_provenance_of_another_run_is_told(folder: Path) -> None:
    said = {**PROVENANCE, "thresholds": {"money": 0.5}}
    (folder / "provenance.json").write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(InputError, match="name other codes"):
        read_scored_wave(folder)
