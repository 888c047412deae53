"""Making a certificate: a coded wave, what people found in a sample of it, and the tests code by code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coded import REVIEW_SHARE
from textmine.coding.certificate import (
    Certificate,
    CodebookName,
    CodePromise,
    Method,
    ModelName,
    Sample,
    Wave,
)
from textmine.coding.exact_tests import (
    Cut,
    Sequence,
    audit_band,
    bound_elusion,
    bound_precision,
    certify_sequence,
    minimum_correct,
    minimum_sample,
    reject_sequence,
)
from textmine.coding.sample_design import are_equal, looks_random, read_chances, thin_strata
from textmine.errors import InputError, InvalidDesign
from textmine.files import sha256_of

#: What a stratified sample is called of which each unit was kept with the same chance.
THINNED = "stratified, thinned to equal chances"
#: Confidence of the upper bound on what the rejected pile holds.
ELUSION_CONFIDENCE = 0.95


@dataclass(frozen=True, eq=False)
class ScoredWave:
    """A coded wave as a certificate needs it: scores (units x codes, NaN where not coded) and names.

    ``thresholds`` are those from which the codes apply, ``names`` what people call the codes. Read one from a
    coded folder with ``read_scored_wave``. ``model`` and ``codebook`` are their ids and hashes,
    ``fingerprint`` is the corpus's.

    >>> scores = pd.DataFrame({"money": [0.9, 0.2]}, index=["u1", "u2"])
    >>> model, book = ModelName(id="m", sha256="0" * 64), CodebookName(id="b", sha256="1" * 64)
    >>> ScoredWave(scores, {"money": 0.5}, model, book, fingerprint="f").thresholds["money"]
    0.5
    """

    scores: pd.DataFrame
    thresholds: Mapping[str, float]
    model: ModelName
    codebook: CodebookName
    fingerprint: str
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Checked:
    """What people found: ``labels`` (units x codes of 1, 0 and NaN) of units drawn at random.

    ``probability`` is each unit's chance of having been drawn, where it is known; without it a simple random
    sample is assumed. ``bands`` names codes with a threshold fixed in advance; ``band_labels`` holds, by
    code, labels of units drawn at random from that band alone, where those of ``labels`` are too few.
    ``stated`` tells that it is known how the units were drawn. ``strata`` names the stratum of each unit
    drawn, read or not: with it a sample of unequal chances can be thinned to an equal one.

    >>> labels = pd.DataFrame({"money": [1.0, 0.0]}, index=["u1", "u2"])
    >>> Checked(labels, bands={"money": 0.8}).bands
    {'money': 0.8}
    """

    labels: pd.DataFrame
    probability: pd.Series | None = None
    bands: Mapping[str, float] = field(default_factory=dict)
    band_labels: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    stated: bool = False
    strata: pd.Series | None = None


@dataclass(frozen=True)
class Promise:
    """What is to be promised: ``precision`` with ``confidence``, each code by itself or all ``together``.

    ``reject_miss`` asks for the highest cut below which at most that share of the units carries a code;
    without it a code is rejected below half of its threshold, whatever that pile holds. ``likely_first``
    starts each sequence of thresholds where it is the likeliest to pass, see ``certify_sequence``.

    >>> Promise(precision=0.95).confidence
    0.9
    """

    precision: float = 0.9
    confidence: float = 0.9
    together: bool = False
    reject_miss: float | None = None
    likely_first: bool = False


def certify_coded(
    wave: ScoredWave,
    checked: Checked,
    *,
    promise: Promise | None = None,
    date: str = "",
    files: tuple[str, ...] = (),
    band_files: Mapping[str, str] | None = None,
    id: str = "unit_id",
) -> Certificate:
    """The certificate of a coded wave by a random sample of it that people read.

    A code named in ``checked.bands`` is tested at its threshold by what was read inside the band; any other
    by a fixed sequence of thresholds, none of them below that from which it applies. With ``together`` the
    error is divided by the number of codes. ``files``, ``band_files`` and ``id`` say where the sample stands,
    for whoever reads the certificate. Raises ``InvalidDesign`` where the sample cannot bear the promise
    (chances of being drawn that are missing, 0 or unequal; scores unlike the wave's), and ``InputError``
    where no unit read was coded or a code is unknown. Of a stratified sample (``checked.strata``) each unit
    is kept with the same chance, see ``thin_strata``, and the rest tells nothing.

    ``date`` (2026-11-14) is written into the certificate.

    >>> units = pd.Index([f"u{i}" for i in range(400)])
    >>> scores = pd.DataFrame({"money": np.linspace(1, 0, 400)}, index=units)
    >>> model, book = ModelName(id="m", sha256="0" * 64), CodebookName(id="b", sha256="1" * 64)
    >>> wave = ScoredWave(scores, {"money": 0.5}, model, book, fingerprint="f")
    >>> found = certify_coded(wave, Checked((scores[::2] > 0.4).astype(float)))
    >>> found.codes[0].read, found.codes[0].accepted, found.codes[0].to_review
    (100, 200, 100)
    """
    promise = promise or Promise()
    codes = [str(code) for code in wave.scores.columns]
    _check_codes(checked, codes)
    labels = _of_wave(checked.labels, wave, "The checked file")
    chances, whole = read_chances(checked.probability, labels), checked
    thinned = None if chances is None else thin_strata(checked.strata, checked.probability, labels.index)
    if thinned is not None and not checked.bands:
        labels, chances = labels.loc[thinned], None
        checked = replace(checked, labels=labels, probability=None)
    at_random = looks_random(wave.scores, labels.index)
    if not checked.bands and not at_random:
        raise InvalidDesign(
            "The units checked are no random sample of the wave: their scores lie elsewhere than the scores "
            "of the rest. Draw units at random over the whole wave, or fix a band in advance (--band)."
        )
    if not checked.bands and not are_equal(chances):
        raise InvalidDesign(
            "The units checked were drawn with unequal chances; a fixed sequence needs equal ones. Draw a "
            "simple random sample, name each unit's stratum (column stratum, as textmine prevalence --plan "
            "writes it), or fix a band inside which the chances are equal (--band)."
        )
    delta = (1 - promise.confidence) / (len(codes) if promise.together else 1)
    minimum_sample(promise.precision, delta)  # refuses what is no share
    plain = at_random and are_equal(chances)
    made = [_certify_code(code, wave, checked, labels, chances, promise, delta, plain) for code in codes]
    return Certificate(
        precision=promise.precision,
        confidence=promise.confidence,
        together=promise.together,
        delta=delta,
        likely_first=promise.likely_first,
        elusion_confidence=ELUSION_CONFIDENCE,
        date=date,
        model=wave.model,
        codebook=wave.codebook,
        sample=Sample(
            sha256=hash_sample(whole, codes),
            units=len(labels),
            design=_name_design(checked, plain) if thinned is None or checked.bands else THINNED,
            files=files,
            band_files=dict(band_files or {}),
            id=id,
        ),
        wave=Wave(fingerprint=wave.fingerprint, units=int(wave.scores.notna().any(axis=1).sum())),
        codes=tuple(made),
    )


def _name_design(checked: Checked, plain: bool) -> str:
    if not plain:
        return "drawn inside bands"
    return "random" if checked.stated else "taken for random"


def hash_sample(checked: Checked, codes: list[str]) -> str:
    """The sha256 of a calibration sample: its unit ids with their labels, in whatever order they came.

    >>> one = pd.DataFrame({"money": [1.0, 0.0]}, index=["a", "b"])
    >>> hash_sample(Checked(one), ["money"]) == hash_sample(Checked(one[::-1]), ["money"])
    True
    """
    return sha256_of(
        {
            "random": _rows(checked.labels.reindex(columns=codes)),
            "bands": {
                code: _rows(part.reindex(columns=[code])) for code, part in checked.band_labels.items()
            },
        }
    )


def draw_units(
    scores: pd.DataFrame, n: int, *, code: str | None = None, threshold: float = 0.0, seed: int = 0
) -> list[str]:
    """``n`` units drawn at random, each with the same chance: of all coded, or of a code's band.

    Fewer where there are no more. The same scores and seed give the same units, in the wave's order. Raises
    ``InputError`` for an unknown code and for n below 1.

    >>> scores = pd.DataFrame({"money": [0.9, 0.8, 0.1]}, index=["a", "b", "c"])
    >>> draw_units(scores, 5, code="money", threshold=0.5)
    ['a', 'b']
    """
    if n < 1:
        raise InputError(f"{n} units to draw met. Give a number of 1 or more.")
    if code is not None and code not in scores.columns:
        raise InputError(f"No code {code!r}. Codes: {', '.join(map(str, scores.columns))}.")
    inside = scores.notna().any(axis=1) if code is None else scores[code] >= threshold
    places = np.flatnonzero(inside.to_numpy())
    drawn = np.sort(np.random.default_rng(seed).permutation(places)[:n])
    return [str(unit) for unit in scores.index[drawn]]


def _certify_code(
    code: str,
    wave: ScoredWave,
    checked: Checked,
    labels: pd.DataFrame,
    chances: pd.Series | None,
    promise: Promise,
    delta: float,
    plain: bool,
) -> CodePromise:
    scores, applies_from = wave.scores[code].dropna(), float(wave.thresholds.get(code, 0.5))
    read = (
        _read_scores(scores, labels[code]) if code in labels else _read_scores(scores, pd.Series(dtype=float))
    )
    if code in checked.bands:
        method: Method = "band_audit"
        cut, met, reason = _audit(code, scores, applies_from, checked, read, chances, promise, delta, plain)
    elif plain:
        method = "fixed_sequence"
        found = certify_sequence(
            *read,
            precision=promise.precision,
            delta=delta,
            lowest=applies_from,
            likely_first=promise.likely_first,
        )
        cut, (met, reason) = found.loosest, _why_not(found, read, applies_from, promise.precision, delta)
    else:
        method, cut, met = "none", None, (0, 0)
        reason = "the sample was drawn inside a band, which says nothing of this code"
    reject_below, missed = _reject(read, applies_from, promise.reject_miss, plain)
    accepted = 0 if cut is None else int((scores >= cut.threshold).sum())
    rejected = int((scores < reject_below).sum())
    right, of = (met[0], met[1]) if cut is None else (cut.right, cut.read)
    return CodePromise(
        code=code,
        name=wave.names.get(code, ""),
        method="none" if cut is None else method,
        reason=reason if cut is None else "",
        threshold=None if cut is None else cut.threshold,
        read=of,
        right=right,
        precision_low=round(bound_precision(right, of, 1 - delta), 6) if of else 0.0,
        accepted=accepted,
        to_review=len(scores) - accepted - rejected,
        rejected=rejected,
        reject_below=reject_below,
        rejected_read=missed[1],
        rejected_hits=missed[0],
        elusion=round(bound_elusion(*missed, ELUSION_CONFIDENCE), 6) if missed[1] else 1.0,
    )


def _why_not(
    found: Sequence, read: Any, lowest: float, precision: float, delta: float
) -> tuple[tuple[int, int], str]:
    """Right and read of the cut that failed, and in words why nothing was certified."""
    needed = minimum_sample(precision, delta)
    if found.failed is None:
        score, true = read
        above, hits = int((score >= lowest).sum()), int(true[score >= lowest].sum())
        return (hits, above), f"{above} read where it applies, {needed} needed: audit a band, --band"
    failed = found.failed
    least = minimum_correct(failed.read, precision, delta)
    said = f"{failed.right} of the {failed.read} with the highest scores right, {least} needed"
    return (failed.right, failed.read), said


def _audit(
    code: str,
    scores: pd.Series,
    applies_from: float,
    checked: Checked,
    read: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
    chances: pd.Series | None,
    promise: Promise,
    delta: float,
    plain: bool,
) -> tuple[Cut | None, tuple[int, int], str]:
    """The audited band; never below the score from which the code applies, for no other score gives it."""
    threshold = max(float(checked.bands[code]), applies_from)
    inside = scores[scores >= threshold]
    if code in checked.band_labels:
        labels = _in_wave(checked.band_labels[code].reindex(columns=[code]), scores)[code].dropna()
        outside = int((~labels.index.isin(scores.index[scores >= float(checked.bands[code])])).sum())
        if outside:
            raise InvalidDesign(
                f"{outside} of the units read for the band of {code} lie outside it. Read units drawn at "
                f"random from those with a score of {checked.bands[code]:g} or more."
            )
        labels = labels[labels.index.isin(inside.index)]
        even = True  # drawn for this band alone
    else:
        labels = checked.labels[code].dropna() if code in checked.labels else pd.Series(dtype=float)
        labels = labels[labels.index.isin(inside.index)]
        even = chances is None or are_equal(chances.reindex(labels.index))
        strata = checked.strata  # a stratum's units outside the band were not lost: they are of no concern
        strata = None if strata is None else strata[strata.index.isin(inside.index)]
        if not even and (kept := thin_strata(strata, checked.probability, labels.index)) is not None:
            labels, even = labels.loc[kept], True
    if not even:
        raise InvalidDesign(
            f"The units read inside the band of {code} were drawn with unequal chances. Draw a simple random "
            "sample of the band."
        )
    if (not plain or code in checked.band_labels) and not looks_random(inside.to_frame(), labels.index):
        raise InvalidDesign(
            f"The units read inside the band of {code} are no random sample of it: their scores lie "
            "elsewhere than those of the rest. Draw units at random from the whole band."
        )
    met = (int(labels.sum()), len(labels))
    cut = audit_band(labels.to_numpy(), threshold=threshold, precision=promise.precision, delta=delta)
    least = minimum_correct(met[1], promise.precision, delta)
    needed = f"{minimum_sample(promise.precision, delta)} read" if least is None else f"{least} right"
    return cut, met, f"{met[0]} of {met[1]} read inside the band right, at least {needed} needed"


def _reject(
    read: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
    applies_from: float,
    miss: float | None,
    plain: bool,
) -> tuple[float, tuple[int, int]]:
    """The score below which units are rejected, and (hits, read) among those of the sample."""
    if miss is not None:
        cut = None
        if plain:
            delta = 1 - ELUSION_CONFIDENCE
            cut = reject_sequence(*read, miss=miss, delta=delta, highest=applies_from)
        return (0.0, (0, 0)) if cut is None else (cut.threshold, (cut.right, cut.read))
    floor = REVIEW_SHARE * applies_from
    score, true = read
    below = score < floor
    return floor, ((int(true[below].sum()), int(below.sum())) if plain else (0, 0))


def _read_scores(
    scores: pd.Series, labels: pd.Series
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Scores and labels of the units that have both."""
    known = labels.dropna()
    known = known[known.index.isin(scores.index)]
    return scores.loc[known.index].to_numpy(dtype=np.float64), known.to_numpy(dtype=np.float64)


def _of_wave(labels: pd.DataFrame, wave: ScoredWave, what: str) -> pd.DataFrame:
    found = _in_wave(labels, wave.scores[wave.scores.notna().any(axis=1)])
    if not len(found):
        raise InputError(
            f"{what} holds {len(labels)} units, none of which was coded in this wave. Check that its ids are "
            "the unit ids of the coded folder (--id)."
        )
    return found


def _in_wave(labels: pd.DataFrame, scored: pd.DataFrame | pd.Series) -> pd.DataFrame:
    return labels[labels.index.isin(scored.index) & labels.notna().any(axis=1)]


def _check_codes(checked: Checked, codes: list[str]) -> None:
    met = [*map(str, checked.labels.columns), *checked.bands, *checked.band_labels]
    unknown = [code for code in dict.fromkeys(met) if code not in codes]
    if unknown:
        raise InputError(f"No code {', '.join(unknown)} in the coded wave. Codes: {', '.join(codes)}.")
    loose = [code for code in checked.band_labels if code not in checked.bands]
    if loose:
        raise InputError(f"Units read inside the band of {', '.join(loose)}, but no threshold: give --band.")
    wrong = [code for code, at in checked.bands.items() if not 0 <= at <= 1]
    if wrong:
        raise InputError(
            f"The band of {', '.join(wrong)} begins outside 0 to 1. Give a score: --band CODE=0.8."
        )


def _rows(labels: pd.DataFrame) -> list[list[Any]]:
    values = labels.astype(object).where(labels.notna(), None)
    rows = [[str(unit), *row] for unit, row in zip(values.index, values.to_numpy().tolist(), strict=True)]
    return sorted(rows, key=lambda row: row[0])
