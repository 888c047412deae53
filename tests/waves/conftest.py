"""Synthetic waves whose truth is known: texts of plain themes, scores of a coder that errs, and an audit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from textmine.coding.certificate import CodebookName, ModelName
from textmine.estimates.design import AuditDesign
from textmine.estimates.survey import SurveyWave
from textmine.waves.wave import CodedWave

SAID = {
    "money": ("supplies cost less", "we share the budget", "cover costs fell", "cheaper buying together"),
    "sport": (
        "sports day was joint",
        "pupils swim together",
        "netball teams meet",
        "football pitch is shared",
    ),
    "": ("people were kind", "meetings are on Monday", "the building is old", "nothing has changed much"),
}
MORE = ("this year", "in our town", "as a rule", "since spring", "with the others", "most of the time")
THRESHOLD = {"money": 0.5, "sport": 0.5}
Maker = Callable[..., CodedWave]


@pytest.fixture(scope="session")
def make_wave() -> Maker:
    def make(
        name: str = "old",
        *,
        n: int = 1000,
        money: float = 0.3,
        sport: float = 0.15,
        read: int = 300,
        recall: float = 1.0,
        seed: int = 0,
        texts: bool = True,
        people: str = "",
        model: str = "0",
        book: str = "1",
        definitions: dict[str, str] | None = None,
        **columns: Any,
    ) -> CodedWave:
        rng = np.random.default_rng([seed, sum(map(ord, name))])
        units = pd.Index([f"{name}{k}" for k in range(n)], name="unit_id")
        truth = pd.DataFrame(
            {"money": rng.random(n) < money, "sport": rng.random(n) < sport}, index=units
        ).astype(float)
        seen = truth * (rng.random(truth.shape) < recall)
        place = rng.normal(size=truth.shape) + 3 * seen.to_numpy()
        scores = pd.DataFrame(1 / (1 + np.exp(5.5 - 3 * place)), index=units, columns=truth.columns)
        survey = SurveyWave(
            scores,
            THRESHOLD,
            respondents=[f"{people or name}-{k // 2}" for k in range(n)],
            questions=[f"q{k % 2}" for k in range(n)],
            **columns,
        )
        said = []
        for row in truth.to_numpy():
            kinds = [code for code, there in zip(truth.columns, row, strict=True) if there] or [""]
            parts = [SAID[kind][rng.integers(4)] for kind in kinds]
            said.append(". ".join([*parts, f"{MORE[rng.integers(6)]} {MORE[rng.integers(6)]}"]))
        return CodedWave(
            name,
            survey,
            checked=truth.iloc[np.sort(rng.permutation(n)[:read])] if read else None,
            design=AuditDesign(known=True),
            texts=pd.Series(said, index=units) if texts else None,
            model=ModelName(id="m", sha256=model * 64),
            codebook=CodebookName(id="b", version="1", sha256=book * 64),
            definitions=definitions or {"money": "a", "sport": "b"},
            fingerprint=f"{name}{seed}",
        )

    return make
