"""The learning curve of a model in training, beside its card: what more coded texts would bring."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.coding.figures import draw_learning_curve
from textmine.coding.learning_curve import SIZES, trace_learning_curve
from textmine.files import atomic_text, write_rows
from textmine.jobs.labelled import LabelledCorpus


def write_learning_curve(
    coder: Any,
    labelled: LabelledCorpus,
    folder: Path,
    *,
    sizes: tuple[float, ...] = SIZES,
    folds: int = 5,
    seed: int = 0,
    progress: Callable[[str], None] = lambda step: None,
    **fit_options: Any,
) -> pd.DataFrame:
    """Trace the curve of an unfitted coder and write ``learning_curve.csv`` and ``.svg``; gives the table.

    It fits the coder once a fold and size. ``fit_options`` go to ``fit``; sizes as in
    ``trace_learning_curve``.
    """
    table = trace_learning_curve(
        coder,
        labelled.corpus,
        labelled.y,
        sizes=sizes,
        folds=folds,
        seed=seed,
        learn_only=labelled.learn_only,
        quotes=labelled.quotes,
        progress=progress,
        **fit_options,
    )
    with atomic_text(folder / "learning_curve.csv") as handle:
        write_rows([table.columns], handle)
        write_rows(table.astype(object).where(table.notna(), "").itertuples(index=False), handle)
    with atomic_text(folder / "learning_curve.svg") as handle:
        handle.write(draw_learning_curve(table))
    return table
