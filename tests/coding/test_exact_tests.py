"""Exact tests: known answers, ties, where a fixed sequence stops, and how seldom it certifies wrongly."""

from __future__ import annotations

import json
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.coding.exact_tests import (
    Cut,
    audit_band,
    bound_elusion,
    bound_precision,
    certify_sequence,
    judge_stopping,
    measure_saved_work,
    minimum_correct,
    minimum_sample,
    p_of_precision,
    reject_by_misses,
    reject_sequence,
)
from textmine.errors import InputError

KNOWN = Path(__file__).resolve().parents[3] / "shared" / "methods_testcases.json"
PROMISE = {"precision": 0.9, "delta": 0.1}


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    if not KNOWN.is_file():
        pytest.skip("the file of known answers is not beside this checkout")
    return dict(json.loads(KNOWN.read_text(encoding="utf-8")))


def test_answers_are_those_of_the_reference_file(known: dict[str, Any]) -> None:
    case = known["precision_certificate"]
    assert minimum_sample(case["pi0"], case["delta"]) == case["min_all_correct"]
    assert minimum_correct(case["fails_at"], case["pi0"], case["delta"]) is None
    assert minimum_sample(case["pi0"], 0.05) == case["min_all_correct_delta05"]
    assert minimum_sample(case["pi0"], case["delta"] / 10) == case["bonferroni_10_codes"]
    assert minimum_sample(case["pi0"], case["delta"] / 20) == case["bonferroni_20_codes"]
    for read, right in case["min_correct"].items():
        assert minimum_correct(int(read), case["pi0"], case["delta"]) == right
    for read, bound in known["elusion_upper95_zero_hits"].items():
        assert bound_elusion(0, int(read)) == pytest.approx(bound, abs=1e-12)
    work = known["wss95"]
    assert measure_saved_work(work["screened_at_95"], work["N"]) == pytest.approx(work["wss"])
    for stop in known["tar_stop"]:
        found = judge_stopping(stop["N"], stop["n"], stop["k"], stop["r_al"], stop["tau"])
        assert found.missing == stop["K"]
        assert found.p == pytest.approx(stop["p"], rel=1e-9)


@pytest.mark.parametrize(("delta", "least"), [(0.1, 22), (0.05, 29), (0.01, 44), (0.005, 51)])
def test_least_sample_is_the_first_power_under_the_error(delta: float, least: int) -> None:
    assert minimum_sample(0.9, delta) == least
    assert 0.9**least <= delta < 0.9 ** (least - 1)


def test_error_that_is_met_exactly_is_met() -> None:
    assert [minimum_sample(0.9, 0.9**read) for read in range(1, 60)] == list(range(1, 60))
    assert minimum_sample(0.5, 0.6) == 1
    assert minimum_correct(2, 0.5, 0.25) == 2
    assert certify_sequence([0.9, 0.8], [1, 1], precision=0.5, delta=0.25).loosest == Cut(0.8, 2, 2)


@given(st.integers(1, 120), st.sampled_from([0.8, 0.9, 0.95]), st.sampled_from([0.1, 0.05, 0.01]))
def test_least_right_is_the_first_that_is_odd_enough(read: int, precision: float, delta: float) -> None:
    def odds(right: int) -> float:
        tail = range(right, read + 1)
        return sum(comb(read, k) * precision**k * (1 - precision) ** (read - k) for k in tail)

    least = minimum_correct(read, precision, delta)
    if least is None:
        assert odds(read) > delta
    else:
        assert odds(least) <= delta < odds(least - 1)
        assert p_of_precision(least, read, precision) == pytest.approx(odds(least))


def test_sequence_goes_from_the_strictest_on_and_stops_at_the_first_failure() -> None:
    scores = np.linspace(0.99, 0.01, 60)
    truth = np.ones(60)
    truth[[28, 30, 31]] = 0  # 22 and 27 pass, 32 has 29 right and fails, what comes after is not looked at
    found = certify_sequence(scores, truth, **PROMISE)
    assert [cut.read for cut in found.passed] == [22, 27]
    assert found.failed == Cut(float(scores[31]), 32, 29)
    assert found.loosest == Cut(float(scores[26]), 27, 27)


def test_order_of_the_units_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    scores = np.round(rng.random(300), 2)
    truth = (rng.random(300) < scores).astype(int)
    shuffled = rng.permutation(300)
    assert certify_sequence(scores, truth, **PROMISE) == certify_sequence(
        scores[shuffled], truth[shuffled], **PROMISE
    )


def test_units_of_one_score_stand_or_fall_together() -> None:
    scores = [0.9] * 30 + [0.5] * 30
    found = certify_sequence(scores, [1] * 60, **PROMISE)
    assert [(cut.threshold, cut.read) for cut in found.passed] == [(0.9, 30), (0.5, 60)]
    one_wrong = certify_sequence(scores, [1] * 22 + [0] * 8 + [1] * 30, **PROMISE)
    assert one_wrong.loosest is None  # whichever of the equal scores came first
    assert one_wrong.failed == Cut(0.9, 30, 22)


def test_too_few_units_certify_nothing() -> None:
    assert certify_sequence(np.ones(21), np.ones(21), **PROMISE).loosest is None
    assert certify_sequence(np.ones(22), np.ones(22), **PROMISE).loosest == Cut(1.0, 22, 22)
    assert certify_sequence([], [], **PROMISE).passed == ()


def test_no_threshold_goes_below_the_lowest_which_is_the_last() -> None:
    scores = np.linspace(1, 0, 101)
    found = certify_sequence(scores, np.ones(101), **PROMISE, lowest=0.335)
    assert found.loosest == Cut(0.335, 67, 67)
    assert certify_sequence(scores, np.ones(101), **PROMISE, lowest=0.9).passed == ()


def test_unit_at_the_lowest_threshold_counts_and_every_size_of_the_steps_is_tested() -> None:
    scores = np.linspace(0.8, 0.53, 28)
    found = certify_sequence([*scores, 0.5, 0.4], np.ones(30), **PROMISE, lowest=0.5)
    assert [cut.read for cut in found.passed] == [22, 27, 29]
    assert found.loosest == Cut(0.5, 29, 29)
    assert [cut.read for cut in certify_sequence(scores, np.ones(28), **PROMISE).passed] == [22, 27, 28]
    alone = certify_sequence(scores[:27], np.ones(27), **PROMISE, step=1)
    assert [cut.read for cut in alone.passed] == [22, 23, 24, 25, 26, 27]


def test_scores_without_labels_are_refused() -> None:
    with pytest.raises(InputError, match="2 scores and 1 labels"):
        certify_sequence([0.1, 0.2], [1], **PROMISE)
    for score, label in ((np.nan, 1.0), (0.5, np.nan), (0.5, 0.5)):
        with pytest.raises(InputError, match="A score is missing or a label is neither"):
            certify_sequence([score], [label], **PROMISE)


@pytest.mark.parametrize("share", [0.0, 1.0, 1.5, -0.1, 90])
def test_what_is_no_share_is_refused(share: float) -> None:
    for counted in (minimum_sample, lambda precision, delta: minimum_correct(30, precision, delta)):
        with pytest.raises(InputError, match=f"^precision is {share}. Give a share between 0 and 1"):
            counted(share, 0.1)
        with pytest.raises(InputError, match=f"^delta is {share}. Give a share between 0 and 1"):
            counted(0.9, share)


def test_band_is_certified_by_what_was_read_inside_it() -> None:
    assert audit_band([1] * 49 + [0], threshold=0.4, **PROMISE) == Cut(0.4, 50, 49)
    assert audit_band([1] * 48 + [0] * 2, threshold=0.4, **PROMISE) is None
    assert audit_band([1] * 21, threshold=0.4, **PROMISE) is None
    assert audit_band([], threshold=0.4, **PROMISE) is None


def test_precision_low_is_what_the_exact_test_just_rejects() -> None:
    low = bound_precision(61, 62, 0.9)
    assert p_of_precision(61, 62, low) == pytest.approx(0.1)
    assert bound_precision(0, 5, 0.9) == 0.0


def test_elusion_bound_covers_hits_and_a_pile_of_which_nothing_was_read() -> None:
    assert bound_elusion(0, 149) == pytest.approx(1 - 0.05 ** (1 / 149))
    assert bound_elusion(3, 300) > bound_elusion(2, 300) > 2 / 300
    assert bound_elusion(0, 0) == 1.0 == bound_elusion(4, 4)
    with pytest.raises(InputError, match="5 hits among 4"):
        bound_elusion(5, 4)


@pytest.mark.parametrize(("hits", "read"), [(1, 20), (3, 300), (19, 20)])
def test_elusion_bound_is_the_share_that_makes_so_few_hits_just_odd(hits: int, read: int) -> None:
    share = bound_elusion(hits, read)
    odds = sum(comb(read, k) * share**k * (1 - share) ** (read - k) for k in range(hits + 1))
    assert odds == pytest.approx(0.05)


def test_reject_sequence_goes_up_by_its_step_to_the_first_failure() -> None:
    scores, truth = np.linspace(0, 1, 200), np.zeros(200)
    truth[152] = 1
    found = [reject_sequence(scores, truth, miss=0.02, highest=0.99, step=step) for step in (1, 3, 5)]
    assert [cut.read for cut in found if cut is not None] == [152, 152, 149]


def test_reject_sequence_needs_as_many_as_show_the_share_without_a_hit() -> None:
    scores = np.linspace(0, 1, 400)
    assert reject_sequence(scores[:148], np.zeros(148), miss=0.02, highest=0.9) is None
    found = reject_sequence(scores, (scores > 0.6).astype(int), miss=0.02, highest=0.9)
    assert found is not None
    assert found.read >= 149 and bound_elusion(found.right, found.read) <= 0.02
    assert (scores < found.threshold).sum() == found.read
    lower = reject_sequence(scores, np.zeros(400), miss=0.02, highest=0.5)
    assert lower is not None and lower.threshold == 0.5


def test_reject_sequence_names_a_share_that_is_none() -> None:
    with pytest.raises(InputError, match="may be missed is 5"):
        reject_sequence([0.1, 0.2], [0, 0], miss=5, highest=0.5)


def test_reject_by_misses_lets_no_more_fall_than_the_risk_allows() -> None:
    scores, truth = np.linspace(0, 1, 200), np.ones(200)
    at = reject_by_misses(scores, truth, miss=0.1)
    assert at is not None
    fall = (scores < at).mean()
    assert 200 / 201 * fall + 1 / 201 <= 0.1 < 200 / 201 * (fall + 1 / 200) + 1 / 201
    assert reject_by_misses([0.9] * 8, [1] * 8, miss=0.1) is None  # 1 / 9 is above .1 already
    assert reject_by_misses([0.9], [0], miss=0.1) is None
    assert reject_by_misses([0.7], [1], miss=0.6) == 0.7
    assert (
        reject_by_misses([0.6, 0.9, 0.3, 0.2], [1, 1, 1, 0], miss=0.25) == 0.3
    )  # none of the three may fall
    assert reject_by_misses([0.6, 0.9, 0.3], [1, 1, 1], miss=0.99) == 0.9
    assert reject_by_misses([0.6, 0.9, 0.3], [1, 1, 1], miss=1.0) == 0.9


def test_stopping_counts_what_would_have_to_be_missing() -> None:
    found = judge_stopping(1000, 400, 0, 50)
    assert (found.missing, round(found.p, 6)) == (3, 0.215567)
    assert judge_stopping(2000, 900, 0, 95).missing == 6
    assert judge_stopping(100, 100, 0, 50).p == 0.0  # all was read: nothing can be missing


def test_hits_in_the_sample_make_more_missing() -> None:
    found = judge_stopping(1000, 400, 2, 50)
    assert found.missing == 5  # 52 hits are 95% of 54.7: five of the 1,000 at the least, not three
    p = sum(comb(5, k) * comb(995, 400 - k) / comb(1000, 400) for k in range(3))
    assert found.p == pytest.approx(p)
    assert judge_stopping(2, 1, 0, 95).missing == 2  # no more than remain


def test_likeliest_start_forgives_a_mistake_among_the_highest_scores() -> None:
    scores, truth = np.linspace(0.999, 0.93, 100), np.ones(100)
    truth[3] = 0
    assert certify_sequence(scores, truth, **PROMISE).loosest is None
    found = certify_sequence(scores, truth, **PROMISE, likely_first=True)
    assert found.loosest == Cut(float(scores[99]), 100, 99)
    assert found.passed[0].read > 22


def test_likeliest_start_looks_at_scores_alone() -> None:
    scores = np.linspace(0.99, 0.5, 200)
    starts = set()
    for wrong in range(5):
        truth = np.ones(200)
        truth[190 : 190 + wrong] = 0
        starts.add(certify_sequence(scores, truth, **PROMISE, likely_first=True).passed[0].read)
    assert len(starts) == 1


@pytest.mark.parametrize("seed", range(6))
def test_likeliest_start_is_where_most_such_samples_would_pass(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = np.sort(rng.beta(12, 0.7 + 0.1 * seed, 90))[::-1]
    chances = {}
    for read in (*range(22, 91, 5), 90):
        least = minimum_correct(read, **PROMISE)
        mean = scores[:read].mean()
        assert least is not None
        chances[read] = sum(
            comb(read, k) * mean**k * (1 - mean) ** (read - k) for k in range(least, read + 1)
        )
    found = certify_sequence(scores, np.ones(90), **PROMISE, likely_first=True)
    assert found.passed[0].read == max(chances, key=chances.__getitem__)


@pytest.mark.parametrize("likely_first", [False, True])
@pytest.mark.parametrize("precision", [0.899, 0.85])
def test_too_low_a_precision_is_certified_in_no_more_than_the_error(
    precision: float, likely_first: bool
) -> None:
    rng = np.random.default_rng(11)
    wrong = 0
    for _ in range(1000):
        scores = rng.random(200)
        truth = rng.random(200) < precision
        wrong += certify_sequence(scores, truth, **PROMISE, likely_first=likely_first).loosest is not None
    assert wrong / 1000 <= 0.1
    assert wrong > 0 or precision < 0.87  # the test is exact, not deaf
