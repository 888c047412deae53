"""Making certificates: what is certified, what is refused, what is promised of each code and of all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from textmine.coding.certificate import Certificate, CodebookName, ModelName
from textmine.coding.certifying import (
    Checked,
    Promise,
    ScoredWave,
    certify_coded,
    draw_units,
    hash_sample,
)
from textmine.coding.exact_tests import bound_elusion
from textmine.coding.sample_design import thin_strata
from textmine.errors import InputError, InvalidDesign

N = 2000
UNITS = pd.Index([f"u{i}" for i in range(N)], name="unit_id")
RANDOM = UNITS[np.random.default_rng(5).permutation(N)[:500]]


@pytest.fixture(scope="module")
def wave() -> ScoredWave:
    """Two codes: 'sure' is right wherever it applies, 'loose' in half of the cases."""
    scores = np.random.default_rng(1).random((N, 2)).round(4)
    scores[:3] = np.nan  # three blank texts
    frame = pd.DataFrame(scores, index=UNITS, columns=["sure", "loose"])
    model, book = ModelName(id="m", sha256="a" * 64), CodebookName(id="b", sha256="b" * 64)
    return ScoredWave(frame, {"sure": 0.6, "loose": 0.6}, model, book, "f" * 64, {"sure": "Sure code"})


@pytest.fixture(scope="module")
def truth(wave: ScoredWave) -> pd.DataFrame:
    given = (wave.scores >= 0.5).astype(float)
    given["loose"] = given["loose"] * (np.arange(N) % 2)
    return given


def certify(wave: ScoredWave, labels: pd.DataFrame, **options: Any) -> Certificate:
    parts = {name: options.pop(name) for name in ("probability", "bands", "band_labels") if name in options}
    promise = Promise(**options)
    return certify_coded(wave, Checked(labels, **parts), promise=promise)


def test_code_that_is_right_is_accepted_and_one_that_is_not_goes_to_review(
    wave: ScoredWave, truth: pd.DataFrame
) -> None:
    certificate = certify(wave, truth.loc[RANDOM])
    sure, loose = certificate.codes
    applies = int((wave.scores["sure"] >= 0.6).sum())
    assert (sure.method, sure.threshold, sure.accepted) == ("fixed_sequence", 0.6, applies)
    assert sure.right == sure.read == (wave.scores.loc[RANDOM, "sure"] >= 0.6).sum()
    assert (loose.method, loose.threshold, loose.accepted) == ("none", None, 0)
    assert "of the 22 with the highest scores right, 22 needed" in loose.reason
    for promise in certificate.codes:
        assert promise.accepted + promise.to_review + promise.rejected == N - 3 == certificate.wave.units
        assert promise.reject_below == 0.3


def test_start_of_the_sequences_is_named_in_the_certificate(wave: ScoredWave, truth: pd.DataFrame) -> None:
    certificate = certify(wave, truth.loc[RANDOM], likely_first=True)
    assert certificate.likely_first and certificate.accept_from == {"sure": 0.6}


def test_pile_that_is_rejected_is_audited_by_the_same_sample(wave: ScoredWave, truth: pd.DataFrame) -> None:
    missed = truth.copy()
    low = wave.scores.index[wave.scores["sure"] < 0.3].intersection(RANDOM)
    missed.loc[low[:2], "sure"] = 1.0
    sure = certify(wave, missed.loc[RANDOM]).codes[0]
    assert (sure.rejected_read, sure.rejected_hits) == (len(low), 2)
    assert sure.elusion == pytest.approx(bound_elusion(2, len(low)), abs=1e-6)


def test_reject_miss_rejects_only_what_is_shown_to_hold_little(wave: ScoredWave, truth: pd.DataFrame) -> None:
    sure = certify(wave, truth.loc[RANDOM], reject_miss=0.02).codes[0]
    assert 0.3 < sure.reject_below <= 0.6
    assert sure.elusion <= 0.02
    strict = certify(wave, truth.loc[RANDOM], reject_miss=0.001).codes[0]
    assert (strict.reject_below, strict.rejected, strict.elusion) == (0.0, 0, 1.0)  # 500 cannot show it


def test_all_codes_together_need_more(wave: ScoredWave, truth: pd.DataFrame) -> None:
    apart, together = (certify(wave, truth.loc[RANDOM], together=both) for both in (False, True))
    assert apart.delta == pytest.approx(0.1) and together.delta == pytest.approx(0.05)
    assert together.codes[0].precision_low < apart.codes[0].precision_low
    assert "29 with the highest scores right, 29 needed" in together.codes[1].reason


def test_band_fixed_in_advance_certifies_where_the_sequence_cannot(
    wave: ScoredWave, truth: pd.DataFrame
) -> None:
    inside = draw_units(wave.scores, 30, code="sure", threshold=0.9, seed=2)
    certificate = certify(wave, truth.loc[inside], bands={"sure": 0.9})
    sure, loose = certificate.codes
    assert (sure.method, sure.threshold, sure.read, sure.right) == ("band_audit", 0.9, 30, 30)
    assert sure.accepted == (wave.scores["sure"] >= 0.9).sum()
    assert sure.elusion == 1.0 and sure.rejected_read == 0  # nothing is known of what is rejected
    assert loose.threshold is None and "drawn inside a band" in loose.reason
    assert certificate.sample.design == "drawn inside bands"


def test_band_may_be_read_apart_from_the_random_sample(wave: ScoredWave, truth: pd.DataFrame) -> None:
    inside = draw_units(wave.scores, 40, code="loose", threshold=0.8)
    part = {"loose": truth.loc[inside, ["loose"]]}
    certificate = certify(wave, truth.loc[RANDOM], bands={"loose": 0.8}, band_labels=part)
    sure, loose = certificate.codes
    assert sure.method == "fixed_sequence"
    assert (loose.read, loose.threshold) == (40, None)
    assert f"{int(part['loose'].sum().iloc[0])} of 40 read inside the band right" in loose.reason


def test_band_never_reaches_below_where_the_code_applies(wave: ScoredWave, truth: pd.DataFrame) -> None:
    sure = certify(wave, truth.loc[RANDOM], bands={"sure": 0.2}).codes[0]
    assert sure.threshold == 0.6
    assert sure.read == (wave.scores.loc[RANDOM, "sure"] >= 0.6).sum()


def test_unit_read_for_a_band_that_lies_outside_it_is_refused(wave: ScoredWave, truth: pd.DataFrame) -> None:
    with pytest.raises(InvalidDesign, match="lie outside it"):
        certify(wave, truth.loc[RANDOM], bands={"sure": 0.8}, band_labels={"sure": truth.loc[RANDOM]})
    with pytest.raises(InputError, match="no threshold: give --band"):
        certify(wave, truth.loc[RANDOM], band_labels={"sure": truth.loc[RANDOM]})


def test_unequal_or_missing_chances_are_refused(wave: ScoredWave, truth: pd.DataFrame) -> None:
    chances = pd.Series(0.25, index=RANDOM)
    assert certify(wave, truth.loc[RANDOM], probability=chances).accept_from == {"sure": 0.6}
    with pytest.raises(InvalidDesign, match="unequal chances"):
        certify(wave, truth.loc[RANDOM], probability=chances.where(wave.scores["sure"] < 0.5, 0.5))
    with pytest.raises(InvalidDesign, match="1 of the units read have no chance"):
        certify(wave, truth.loc[RANDOM], probability=chances.drop(RANDOM[7]))


def test_chances_that_differ_between_strata_may_be_equal_inside_a_band(
    wave: ScoredWave, truth: pd.DataFrame
) -> None:
    rng = np.random.default_rng(3)
    high = wave.scores["sure"] >= 0.7
    chance = pd.Series(np.where(high, 0.5, 0.1), index=UNITS)
    drawn = UNITS[(rng.random(N) < chance) & wave.scores["sure"].notna()]
    inside = certify(wave, truth.loc[drawn], probability=chance[drawn], bands={"sure": 0.7})
    assert inside.accept_from == {"sure": 0.7}
    assert "drawn inside a band" in inside.codes[1].reason
    with pytest.raises(InvalidDesign, match="inside the band of sure were drawn with unequal"):
        certify(wave, truth.loc[drawn], probability=chance[drawn], bands={"sure": 0.6})


def test_units_chosen_for_their_scores_are_no_random_sample(wave: ScoredWave, truth: pd.DataFrame) -> None:
    unsure = (wave.scores["sure"] - 0.5).abs().sort_values().index[:150]
    highest = wave.scores["sure"].sort_values(ascending=False).index
    for chosen in (unsure, highest[:60], truth.index[truth["sure"] == 1][:150]):
        with pytest.raises(InvalidDesign, match="no random sample of the wave"):
            certify(wave, truth.loc[chosen])
    with pytest.raises(InvalidDesign, match="no random sample of it"):
        certify(wave, truth.loc[highest[:60]], bands={"sure": 0.7})


def test_code_that_nobody_read_is_not_certified(wave: ScoredWave, truth: pd.DataFrame) -> None:
    sure, loose = certify(wave, truth.loc[RANDOM, ["sure"]]).codes
    assert sure.threshold == 0.6
    assert (loose.threshold, loose.read, loose.rejected_read, loose.elusion) == (None, 0, 0, 1.0)


def test_unit_not_coded_and_unit_of_another_wave_tell_nothing(wave: ScoredWave, truth: pd.DataFrame) -> None:
    more = pd.concat([truth.loc[RANDOM], pd.DataFrame({"sure": 1.0, "loose": 1.0}, index=["x1", "u0"])])
    more = more[~more.index.duplicated(keep="last")]
    certificate = certify(wave, more)
    assert certificate.sample.units == len(RANDOM.difference(["u0", "u1", "u2"]))
    with pytest.raises(InputError, match="none of which was coded in this wave"):
        certify(wave, more.loc[["x1"]])


def test_unknown_code_and_impossible_band_are_told(wave: ScoredWave, truth: pd.DataFrame) -> None:
    with pytest.raises(InputError, match=r"No code food .*Codes: sure, loose"):
        certify(wave, truth.loc[RANDOM].assign(food=1.0))
    with pytest.raises(InputError, match="begins outside 0 to 1"):
        certify(wave, truth.loc[RANDOM], bands={"sure": 90})
    for bad in ({"precision": 1.0}, {"precision": 90}, {"confidence": 0.0}, {"confidence": 1.0}):
        with pytest.raises(InputError, match="Give a share between 0 and 1"):
            certify(wave, truth.loc[RANDOM], **bad)


def test_sample_is_named_by_its_units_and_labels(truth: pd.DataFrame) -> None:
    codes = ["sure", "loose"]
    before = hash_sample(Checked(truth.loc[RANDOM]), codes)
    assert hash_sample(Checked(truth.loc[RANDOM[::-1], codes[::-1]]), codes) == before
    changed = truth.loc[RANDOM].copy()
    changed.iloc[3, 0] = 1 - changed.iloc[3, 0]
    assert hash_sample(Checked(changed), codes) != before
    changed.iloc[3, 0] = np.nan
    assert hash_sample(Checked(changed), codes) != before
    assert hash_sample(Checked(truth.loc[RANDOM[1:]]), codes) != before


def test_same_input_gives_the_same_certificate(wave: ScoredWave, truth: pd.DataFrame) -> None:
    one, two = certify(wave, truth.loc[RANDOM]), certify(wave, truth.loc[RANDOM[::-1]])
    assert one == two and one.sha256 == two.sha256


def test_draw_gives_each_unit_the_same_chance_and_none_outside_the_band(wave: ScoredWave) -> None:
    drawn = draw_units(wave.scores, 100, seed=1)
    assert len(set(drawn)) == 100 and not {"u0", "u1", "u2"} & set(drawn)
    assert drawn == draw_units(wave.scores, 100, seed=1) != draw_units(wave.scores, 100, seed=2)
    inside = draw_units(wave.scores, 50, code="sure", threshold=0.9)
    assert len(inside) == 50 and (wave.scores.loc[inside, "sure"] >= 0.9).all()
    with pytest.raises(InputError, match="0 units to draw"):
        draw_units(wave.scores, 0)
    with pytest.raises(InputError, match="No code 'food'"):
        draw_units(wave.scores, 5, code="food")


def test_stratified_sample_is_thinned_to_equal_chances() -> None:
    units = pd.Index([f"u{n}" for n in range(1000)])
    strata = pd.Series(["a"] * 400 + ["b"] * 600, index=units)
    chances = strata.map({"a": 0.1, "b": 0.4})
    kept = thin_strata(strata, chances, units)
    assert kept is not None
    assert set(units[:400]) <= set(kept)
    assert 110 < len(kept.intersection(units[400:])) < 190
    assert thin_strata(strata, chances, units[::-1])[::-1].tolist() == kept.tolist()
    half = units[400:][::2].union(units[:400])  # half of stratum b was not read
    assert 110 < len(thin_strata(strata, chances, half).intersection(units[400:])) < 190
    for wrong in (chances * 0 + 0.2, pd.Series(np.linspace(0.1, 0.4, 1000), index=units)):
        assert thin_strata(strata, wrong, units) is None
    assert thin_strata(None, chances, units) is None
    assert thin_strata(strata[:500], chances, units) is None


def test_stratified_sample_is_certified_by_what_thinning_leaves(
    wave: ScoredWave, truth: pd.DataFrame
) -> None:
    high = wave.scores["sure"] >= 0.7
    chance = pd.Series(np.where(high, 0.8, 0.4), index=UNITS)
    drawn = UNITS[(np.random.default_rng(3).random(N) < chance) & wave.scores["sure"].notna()]
    strata = high.map({True: "high", False: "rest"})[drawn]
    checked = Checked(truth.loc[drawn], probability=chance[drawn], strata=strata)
    made = certify_coded(wave, checked)
    kept = thin_strata(strata, chance[drawn], drawn)
    assert kept is not None and len(kept) < len(drawn)
    assert made.sample.design == "stratified, thinned to equal chances"
    assert made.sample.units == len(kept)
    assert made.codes[0].read == (wave.scores.loc[kept, "sure"] >= 0.6).sum()
    assert made.codes[0].rejected_read == (wave.scores.loc[kept, "sure"] < 0.3).sum()
    assert made.sample.sha256 == hash_sample(checked, ["sure", "loose"])  # of all that was read
    banded = certify_coded(wave, Checked(truth.loc[drawn], chance[drawn], {"sure": 0.7}, strata=strata))
    assert banded.sample.design == "drawn inside bands"
    assert banded.codes[0].read == high[drawn].sum()  # inside the band all had one chance
    wide = certify_coded(wave, Checked(truth.loc[drawn], chance[drawn], {"sure": 0.6}, strata=strata))
    rest = (wave.scores.loc[drawn, "sure"] >= 0.6).sum() - high[drawn].sum()
    kept_high = wide.codes[0].read - rest  # all of the rest, and of the high ones every other
    assert 0.4 < kept_high / high[drawn].sum() < 0.6


def test_unit_whose_score_is_the_threshold_itself_is_accepted_and_that_of_the_floor_is_read() -> None:
    units = pd.Index([f"u{n}" for n in range(1000)])
    scores = pd.DataFrame({"sure": np.tile(np.arange(10) / 10, 100)}, index=units)
    model, book = ModelName(id="m", sha256="a" * 64), CodebookName(id="b", sha256="b" * 64)
    wave = ScoredWave(scores, {"sure": 0.8}, model, book, "f", {"sure": "Sure code"})
    drawn = units[np.random.default_rng(0).permutation(1000)[:300]]
    right = (scores.loc[drawn] >= 0.8).astype(float)
    sure = certify_coded(wave, Checked(right)).codes[0]
    assert (sure.name, sure.threshold, sure.read) == ("Sure code", 0.8, int(right["sure"].sum()))
    assert (sure.accepted, sure.to_review, sure.rejected) == (200, 400, 400)
    assert sure.rejected_read == (scores.loc[drawn, "sure"] < 0.4).sum() and sure.rejected_hits == 0
    assert sure.precision_low == pytest.approx(0.1 ** (1 / sure.read), abs=1e-6)  # all are right
    few = scores.loc[drawn[:60]]
    none = certify_coded(wave, Checked((few >= 0.85).astype(float))).codes[0]
    applies, above = int((few["sure"] >= 0.8).sum()), int((few["sure"] > 0.85).sum())
    assert 0 < above < applies < 22
    assert (none.threshold, none.right, none.read, none.accepted) == (None, above, applies, 0)
    assert none.reason == f"{applies} read where it applies, 22 needed: audit a band, --band"
    assert 0 < none.precision_low < above / applies
    unread = certify_coded(wave, Checked((few[few["sure"] < 0.8] >= 0.8).astype(float), bands={"sure": 0.9}))
    assert (unread.codes[0].read, unread.codes[0].precision_low) == (0, 0.0)
    assert unread.codes[0].reason == "0 of 0 read inside the band right, at least 22 read needed"


def test_certificate_tells_where_its_sample_stands(wave: ScoredWave, truth: pd.DataFrame) -> None:
    inside = draw_units(wave.scores, 40, code="sure", threshold=0.8)
    checked = Checked(truth.loc[RANDOM], bands={"sure": 0.8}, band_labels={"sure": truth.loc[inside]})
    given = {"files": ("checked.csv",), "band_files": {"sure": "band.csv"}, "id": "answer"}
    sample = certify_coded(wave, checked, date="2026-11-14", **given).sample  # type: ignore[arg-type]
    assert (sample.files, sample.band_files, sample.id) == (("checked.csv",), {"sure": "band.csv"}, "answer")
    assert sample.sha256 == hash_sample(checked, ["sure", "loose"])
    assert draw_units(wave.scores, 1, seed=3)[0] in UNITS


@pytest.mark.slow
def test_certificates_by_thinned_samples_are_wrong_as_seldom_as_promised() -> None:
    from textmine.estimates.plan import plan_audit

    rng, size, wrong = np.random.default_rng(0), 3000, 0
    score, other = rng.beta(0.4, 1.2, size), rng.beta(0.3, 1.5, size)
    units = pd.Index([f"u{n}" for n in range(size)])
    model, book = ModelName(id="m", sha256="a" * 64), CodebookName(id="b", sha256="b" * 64)
    scores = pd.DataFrame({"a": score, "o": other}, index=units)
    wave = ScoredWave(scores, {"a": 0.5, "o": 0.5}, model, book, "f")
    chance = np.where(score >= 0.5, np.where(other > 0.3, 0.65, 0.95), 0.2 * score)
    for turn in range(200):
        truth = (np.random.default_rng(turn).random(size) < chance).astype(float)
        plan = plan_audit(wave.scores, n=600, seed=turn).units.set_index("unit_id")
        labels = pd.DataFrame({"a": truth, "o": (other > 0.5) * 1.0}, index=units).loc[plan.index]
        made = certify_coded(wave, Checked(labels, plan["probability"], strata=plan["stratum"]))
        assert made.sample.design == "stratified, thinned to equal chances"
        cut = made.codes[0].threshold
        wrong += cut is not None and truth[score >= cut].mean() < 0.9
    assert wrong / 200 <= 0.1
