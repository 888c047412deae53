"""``textmine evaluate``: a model against people's codes, figures with intervals into a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from textmine.coding.artefact import load_coder
from textmine.coding.evaluation import Evaluation, evaluate_coder
from textmine.files import atomic_text, make_folder, write_json, write_rows
from textmine.jobs.labelled import ColumnNames, read_labelled


def evaluate_model(
    model: str, source: Path, labels: Sequence[Path], out: Path, *, columns: ColumnNames, seed: int = 0
) -> Evaluation:
    """Judge a model on labelled texts; writes ``overall.csv``, ``per_code.csv``, ``predictions.csv`` and
    ``evaluation.json``. Texts that the model was trained on are judged by their out-of-fold scores.
    """  # fmt: skip
    coder = load_coder(model)
    labelled = read_labelled(source, labels, columns=columns, codes=coder.codes_)
    make_folder(out)
    evaluation = evaluate_coder(coder, labelled.corpus, labelled.y, seed=seed)
    _write(evaluation.overall, out / "overall.csv")
    _write(evaluation.per_code, out / "per_code.csv")
    _write(evaluation.predictions, out / "predictions.csv")
    summary = {
        "model": {"id": coder.name_, "sha256": coder.sha256_},
        "corpus_fingerprint": labelled.corpus.fingerprint,
        "texts": len(labelled.corpus),
        "overall": evaluation.overall.to_dict("records"),
    }
    write_json(summary, out / "evaluation.json")
    return evaluation


def _write(frame: pd.DataFrame, path: Path) -> None:
    with atomic_text(path) as handle:
        write_rows([frame.columns], handle)
        write_rows(frame.astype(object).where(frame.notna(), "").itertuples(index=False), handle)
