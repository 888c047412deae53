"""kill -9 while the accurate tier is trained: what is left is no model, and training again ends the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from textmine.coding.artefact import load_coder
from textmine.errors import ModelError

ROOT = Path(__file__).resolve().parents[2]
#: A process is killed before each of these steps in the folder of the model, one after another.
STEPS = (1, 2, 3, 4, 6, 9, 13, 18, 24, 32, 45, 60, 90)

# In a process of its own: torch does not outlive a fork. The first argument is the step, 0 for none.
TRAIN = """
import sys
from pathlib import Path
from tests.conftest import die_before
from textmine.coding import tuned_encoder
from textmine.jobs.labelled import ColumnNames
from textmine.jobs.train import Training, train_model

step, out, comments, labels, codebook, encoder = sys.argv[1:]
tuned_encoder.FEW_TEXTS = 1
if int(step):
    die_before(int(step), Path(out), "open")
train_model(
    Path(comments), [Path(labels)], Path(out), columns=ColumnNames("comment", "id", "question", "person"),
    codebook=Path(codebook),
    training=Training("accurate", encoder=encoder, epochs=1, folds=2, device="cpu", threads=1),
)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="kills of Linux")
def test_accurate_training_killed_again_and_again_ends_as_an_undisturbed_one(
    study, tiny_encoder: Path, tmp_path: Path
) -> None:
    def train(out: Path, step: int = 0) -> bool:
        """Whether it came to its end."""
        told = [str(step), out, study.comments, study.long, study.codebook, tiny_encoder]
        done = subprocess.run(
            [sys.executable, "-c", TRAIN, *map(str, told)],
            cwd=ROOT,
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
            capture_output=True,
            timeout=300,
        )
        assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()[-2000:]
        return done.returncode == 0

    killed, taken = tmp_path / "killed" / "model", 0
    for step in STEPS:
        if train(killed, step):
            break
        taken += 1
        with pytest.raises(ModelError):
            load_coder(killed)
    assert train(killed)
    whole = tmp_path / "whole" / "model"
    assert train(whole)
    files = {path.relative_to(whole) for path in whole.rglob("*") if path.is_file()}
    assert taken >= 8 and files == {p.relative_to(killed) for p in killed.rglob("*") if p.is_file()}
    assert all((whole / name).read_bytes() == (killed / name).read_bytes() for name in files)
