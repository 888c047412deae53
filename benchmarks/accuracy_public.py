"""The tables of public data with published figures: the ANES open questions, and phase 1 of the NHS comments.

Both keep the split that came with the data, so that figures can stand beside published ones. Choices that the
measures call for (a rule per text, one code a text) are learned from training texts alone.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from judging import Judged, Keeper, Task
from public import ANES_PUBLISHED, PHASE1_PUBLISHED, read_anes, read_nhs_phase1
from scoring import SINGLE_MEASURES, add_speed, rounded, rows_of, rows_of_single, write_results

from textmine.coding.decisions import learn_single_rule, learn_text_rule

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Makers = dict[str, Callable[[], Any]]

PER_TEXT = ", per text"
LIKELIEST = ", likeliest code"


def measure_anes(folder: Path, makers: Makers, keeper: Keeper, note: str) -> None:
    """Sets 3, 4 and 5 with their given files; writes ``accuracy-anes``."""
    rows = []
    for number, published in ANES_PUBLISHED.items():
        split = read_anes(folder, number)
        task, truth, learned = Task.of(split.learn, split.test), split.test.y.to_numpy(), split.learn.y
        judged = {name: keeper.judge(name, make, task) for name, make in makers.items()}
        given: dict[str, Floats] = {}
        for name, one in judged.items():
            given[name] = one.applies
            if (chosen := choose_per_text(one, learned.to_numpy())) is not None:
                given[name + PER_TEXT] = chosen
        setting = f"set {number} (published {published:.2f})"
        found = [r for r in rows_of(setting, truth, given, split.test.corpus.groups) if _is_method(r)]
        rows += _with_speed(found, judged, PER_TEXT)
        print(
            f"ANES set {number}: {len(task.learn)} texts to learn from, {len(task.test)} to code", flush=True
        )
    table = pd.DataFrame(rows)
    notes = [
        "The published figure is samples F1 (Card & Smith 2015; their split is not stated). Most respondents "
        "of a test file wrote in its training file too. Figures: value (95% interval, 1,000 bootstrap "
        "samples of respondents).",
        "'Per text': one threshold for all codes and, where that helped, the likeliest code for a text "
        "that would have none; both chosen for samples F1 on probabilities of training texts held out while "
        "learning. Without these words: each method's own thresholds.",
        note,
        "",
        "Made by `python benchmarks/accuracy.py anes`.",
    ]
    shown = rounded(table, ("samples_f1", "micro_f1", "macro_f1"))
    write_results("accuracy-anes", table, shown=shown, title="Accuracy on ANES open questions", notes=notes)


def measure_phase1(folder: Path, makers: Makers, keeper: Keeper, note: str) -> None:
    """One code a text by the published split; writes ``accuracy-phase1``."""
    split = read_nhs_phase1(folder)
    task, codes = Task.of(split.learn, split.test), split.test.codes
    truth, learned = (part.y.to_numpy().argmax(axis=1) for part in (split.test, split.learn))
    judged = {name: keeper.judge(name, make, task) for name, make in makers.items()}
    given: dict[str, Ints] = {}
    for name, one in judged.items():
        leaning = choose_one_code(one, learned)
        if leaning is not None:
            given[name] = leaning
        given[name + LIKELIEST] = np.asarray(one.probabilities.argmax(axis=1), dtype=np.int64)
    rows = rows_of_single("published split", truth, given, len(codes))
    table = pd.DataFrame(_with_speed(rows, judged, LIKELIEST))
    published = ", ".join(f"{n.replace('_', ' ')} {v:.3f}" for n, v in PHASE1_PUBLISHED.items())
    seen = set(zip(task.learn.texts, task.learn.questions, strict=True))
    twice = np.mean([pair in seen for pair in zip(task.test.texts, task.test.questions, strict=True)])
    notes = [
        f"Published, on this split: {published}. {twice:.0%} of the test texts stand word for word, with "
        "their question, in the training part, which flatters everyone. Figures: value (95% interval, 1,000 "
        "bootstrap samples of texts).",
        "Without 'likeliest code', a text gets the code with the highest probability / share to the power of "
        "a lean between 0 and 1, chosen for macro F1 on probabilities of training texts that were held out "
        "while learning.",
        note,
        "",
        "Made by `python benchmarks/accuracy.py phase1`.",
    ]
    shown = rounded(table, SINGLE_MEASURES)
    write_results("accuracy-phase1", table, shown=shown, title="Accuracy on NHS phase 1", notes=notes)


def choose_per_text(judged: Judged, learned: Floats) -> Floats | None:
    """Decisions (texts, codes) by the rule learned on held-out probabilities; None where there are none."""
    known = ~np.isnan(judged.held_out).any(axis=1)
    if not known.any():
        return None
    rule = learn_text_rule(judged.held_out[known], learned[known])
    return rule.choose(judged.probabilities).astype(float)


def choose_one_code(judged: Judged, learned: Ints) -> Ints | None:
    """Each text's code by the rule learned on held-out probabilities; None where there are none."""
    known = ~np.isnan(judged.held_out).any(axis=1)
    if not known.any():
        return None
    return learn_single_rule(judged.held_out[known], learned[known]).choose(judged.probabilities)


def _is_method(row: dict[str, object]) -> bool:
    return not str(row["method"]).startswith("lead over")


def _with_speed(
    rows: list[dict[str, object]], judged: dict[str, Judged], ending: str
) -> list[dict[str, object]]:
    whole = judged | {name + ending: one for name, one in judged.items()}
    learning = {name: one.learning for name, one in whole.items()}
    return add_speed(rows, learning, {name: one.a_second for name, one in whole.items()})
