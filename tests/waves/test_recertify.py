"""Does the certificate still hold: holds, broken, or not shown, by units of the band in the new wave."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from textmine.coding.certificate import Certificate, CodebookName, CodePromise, ModelName, Sample, Wave
from textmine.errors import InputError, InvalidDesign
from textmine.estimates.design import AuditDesign
from textmine.waves.recertify import recertify


@pytest.fixture
def certificate() -> Certificate:
    promise = CodePromise(
        code="money", method="fixed_sequence", threshold=0.5, read=40, right=40, precision_low=0.94,
        accepted=300, to_review=20, rejected=680, reject_below=0.25, rejected_read=60, rejected_hits=0,
        elusion=0.05,
    )  # fmt: skip
    return Certificate(
        precision=0.9,
        confidence=0.9,
        delta=0.1,
        elusion_confidence=0.95,
        model=ModelName(id="m", sha256="0" * 64),
        codebook=CodebookName(id="b", version="1", sha256="1" * 64),
        sample=Sample(sha256="2" * 64, units=100, design="random"),
        wave=Wave(fingerprint="f", units=1000),
        codes=(promise,),
    )


def with_right(wave, share: float, n: int):
    """The wave with so many units of the band read, a share of which carry the code."""
    band = wave.survey.scores.index[wave.survey.scores["money"] >= 0.5][:n]
    labels = (np.arange(len(band)) < round(share * len(band))).astype(float)
    return replace(wave, checked=pd.DataFrame({"money": labels}, index=band))


@pytest.mark.parametrize(
    ("share", "n", "verdict", "words"),
    [
        (1.0, 60, "holds", "in this wave too"),
        (0.6, 60, "broken", "to review"),
        (1.0, 10, "not shown", "read 12"),
    ],
)
def test_verdict_follows_from_the_units_read(make_wave, certificate, share, n, verdict, words) -> None:
    row = recertify(certificate, with_right(make_wave("new"), share, n)).iloc[0]
    assert (row["verdict"], row["read"]) == (verdict, n) and words in row["in_words"]


def test_few_wrong_ones_ask_for_more_reading(make_wave, certificate) -> None:
    row = recertify(certificate, with_right(make_wave("new"), 0.9, 20)).iloc[0]
    assert (
        row["verdict"] == "not shown" and "read 32 more" in row["in_words"]
    )  # 50 of 52, as methods say 49 of 50


def test_other_model_is_stale_and_unread_wave_is_refused(make_wave, certificate) -> None:
    with pytest.raises(InputError, match="stale"):
        recertify(certificate, make_wave("new", model="9"))
    with pytest.raises(InvalidDesign, match="--checked-new"):
        recertify(certificate, make_wave("new", read=0))


def test_unequal_chances_are_refused(make_wave, certificate) -> None:
    wave = with_right(make_wave("new"), 1.0, 40)
    chances = pd.Series(np.linspace(0.1, 0.9, 40), index=wave.checked.index)
    with pytest.raises(InvalidDesign, match="unequal chances"):
        recertify(certificate, replace(wave, design=AuditDesign(probability=chances)))
