"""Does the certificate still hold? The accepted bands of an old certificate, tried on units of a new wave."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from textmine.coding.certificate import Certificate, check_fresh
from textmine.coding.exact_tests import audit_band, bound_precision, minimum_correct, minimum_sample
from textmine.coding.sample_design import are_equal
from textmine.errors import InvalidDesign
from textmine.waves.wave import CodedWave

#: Error allowed, over all codes together, of calling a certificate broken that holds.
BROKEN_LEVEL = 0.05
COLUMNS = [
    "code",
    "threshold",
    "promised",
    "read",
    "right",
    "precision_low",
    "p_broken",
    "verdict",
    "in_words",
]


def recertify(certificate: Certificate, wave: CodedWave) -> pd.DataFrame:
    """Whether what a certificate promises of each code is borne out by units of another wave.

    The thresholds were fixed before the wave was met, so the units of ``wave.checked`` at or above one are an
    audit of the band, by the exact binomial test. ``verdict``: 'holds' where the promise is proved anew with
    the certificate's confidence, 'broken' where the promised precision is refuted (5% over all codes, Holm),
    else 'not shown', and then how many units of the band to read. Raises ``InputError`` where the wave was
    coded by another model or codebook, ``InvalidDesign`` where nobody read of it or with unequal chances.

    >>> import pandas as pd
    >>> from textmine.coding.certifying import Checked, ScoredWave, certify_coded
    >>> from textmine.coding.certificate import CodebookName, ModelName
    >>> from textmine.estimates.survey import SurveyWave
    >>> units = pd.Index([f"u{i}" for i in range(400)])
    >>> scores = pd.DataFrame({"money": np.linspace(1, 0, 400)}, index=units)
    >>> model, book = ModelName(id="m", sha256="0" * 64), CodebookName(id="b", sha256="1" * 64)
    >>> wave = ScoredWave(scores, {"money": 0.5}, model, book, fingerprint="f")
    >>> certificate = certify_coded(wave, Checked((scores[::2] > 0.4).astype(float)))
    >>> later = scores.set_axis([f"v{i}" for i in range(400)])
    >>> read = (later[::2] > 0.4).astype(float)
    >>> new = CodedWave("2025", SurveyWave(later), checked=read, model=model, codebook=book)
    >>> recertify(certificate, new)["verdict"].tolist()
    ['holds']
    """
    from scipy.stats import binom

    from textmine.coding.intervals import adjust_holm

    if wave.checked is None:
        raise InvalidDesign(
            f"Nobody read units of wave {wave.name}, so no certificate can be tried on it. Give labels of "
            "units drawn at random: --checked-new."
        )
    if wave.model is not None and wave.codebook is not None:
        check_fresh(certificate, model=wave.model.sha256, codebook=wave.codebook.sha256)
    chances = None if wave.design is None else wave.design.probability
    rows: list[dict[str, Any]] = []
    for promise in (p for p in certificate.codes if p.threshold is not None and p.code in wave.codes):
        scores = wave.survey.scores[promise.code]
        known = promise.code in wave.checked
        read = wave.checked[promise.code].dropna() if known else pd.Series(dtype=float)
        inside = scores.reindex(read.index) >= promise.threshold
        labels = read[inside.to_numpy()]
        if chances is not None and not are_equal(chances.reindex(labels.index)):
            raise InvalidDesign(
                f"The units read in the band of {promise.code} were drawn with unequal chances. Draw a "
                f"simple random sample of the band: textmine certify --draw --band {promise.code}."
            )
        right, n = int(labels.sum()), len(labels)
        at = float(promise.threshold or 0.0)
        cut = audit_band(
            labels.to_numpy(), threshold=at, precision=certificate.precision, delta=certificate.delta
        )
        p = float(binom.cdf(right, n, certificate.precision)) if n else 1.0
        rows.append(
            {
                "code": promise.code,
                "threshold": at,
                "promised": certificate.precision,
                "read": n,
                "right": right,
                "precision_low": bound_precision(right, n, 1 - certificate.delta) if n else 0.0,
                "p_broken": p,
                "verdict": "holds" if cut is not None else "not shown",
            }
        )
    table = pd.DataFrame(rows, columns=[c for c in COLUMNS if c != "in_words"])
    if len(table):
        broken = np.array(adjust_holm(table["p_broken"].tolist())) < BROKEN_LEVEL
        table["verdict"] = np.where(broken, "broken", table["verdict"])
    table["in_words"] = [_tell(row, certificate) for row in table.to_dict("records")]
    return table


def _tell(row: dict[Any, Any], certificate: Certificate) -> str:
    met = f"{row['right']} of {row['read']} read in the band right"
    if row["verdict"] == "holds":
        return (
            f"{met}: precision >= {certificate.precision:g} with {certificate.confidence:.0%} confidence in "
            "this wave too"
        )
    if row["verdict"] == "broken":
        return f"{met}: below the {certificate.precision:g} that was promised. Send the code to review"
    least = minimum_sample(certificate.precision, certificate.delta)
    needed = least if row["right"] == row["read"] else _size_needed(row, certificate)
    more = f"read {max(needed - row['read'], 1)} more of the band" if needed else "read more of the band"
    return f"{met}: too few to tell either way; {more}"


def _size_needed(row: dict[Any, Any], certificate: Certificate) -> int:
    """How many units prove the promise with as many wrong as were met; 0 where 2,000 would not."""
    wrong = row["read"] - row["right"]
    for n in range(row["read"] + 1, 2001):
        least = minimum_correct(n, certificate.precision, certificate.delta)
        if least is not None and least <= n - wrong:
            return n
    return 0
