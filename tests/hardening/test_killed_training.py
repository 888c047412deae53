"""kill -9 while the accurate tier is trained: what is left is no model, and training again ends the same."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from textmine.coding.artefact import load_coder
from textmine.errors import ModelError
from textmine.jobs.labelled import ColumnNames
from textmine.jobs.train import Training, train_model

#: A process is killed before each of these steps in the folder of the model, one after another.
STEPS = (1, 2, 3, 4, 6, 9, 13, 18, 24, 32, 45, 60, 90)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="kills of Linux")
def test_accurate_training_killed_again_and_again_ends_as_an_undisturbed_one(
    study, tiny_encoder: Path, tmp_path: Path, kill_at, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textmine.coding.accurate.FEW_TEXTS", 1)
    columns = ColumnNames("comment", "id", "question", "person")
    training = Training("accurate", encoder=str(tiny_encoder), epochs=1, folds=2, device="cpu", threads=1)

    def train(out: Path) -> None:
        train_model(
            study.comments, [study.long], out, columns=columns, codebook=study.codebook, training=training
        )

    killed, taken = tmp_path / "killed" / "model", 0
    for step in STEPS:
        if not kill_at(step, killed, lambda: train(killed), "open"):
            break
        taken += 1
        with pytest.raises(ModelError):
            load_coder(killed)
    train(killed)
    whole = tmp_path / "whole" / "model"
    train(whole)
    files = {path.relative_to(whole) for path in whole.rglob("*") if path.is_file()}
    assert taken >= 8 and files == {p.relative_to(killed) for p in killed.rglob("*") if p.is_file()}
    assert all((whole / name).read_bytes() == (killed / name).read_bytes() for name in files)
