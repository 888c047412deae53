"""The agreement of datasets: figures that hold together, missing and empty, invariance, what is refused."""

from __future__ import annotations

import json
import time
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from textmine.agreement import measure_ac1, measure_agreement, measure_alpha, measure_fleiss, measure_kappa
from textmine.agreement.codings import name_coders
from textmine.agreement.overall import _row_means
from textmine.agreement.per_code import _warning
from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.errors import InputError

NAN = np.nan
#: Two coders' sets of codes with a published alpha of 107/191 (as NLTK has it): a|a, ab|a, c|bc, b|b.
PAIR = (
    {"u1": [1, 0, 0], "u2": [1, 1, 0], "u3": [0, 0, 1], "u4": [0, 1, 0]},
    {"u1": [1, 0, 0], "u2": [1, 0, 0], "u3": [0, 1, 1], "u4": [0, 1, 0]},
)


def coded_from(values: np.ndarray, names: str = "abcdefgh") -> list[CodedDataset]:
    """Datasets of (coders, units, codes)."""
    codes = [f"k{i}" for i in range(values.shape[2])]
    book, units = Codebook.from_labels(codes), [f"u{i:05d}" for i in range(values.shape[1])]
    return [
        CodedDataset(pd.DataFrame(part, index=units, columns=codes), book, coder=name)
        for part, name in zip(values, names, strict=False)
    ]


def overall(found, measure: str) -> float:
    return found.overall.set_index("measure")["value"][measure]


def test_sets_of_codes_come_out_as_published(make_coded) -> None:
    found = measure_agreement(make_coded("ann", PAIR[0]), make_coded("ben", PAIR[1]))
    assert overall(found, "alpha_masi") == pytest.approx(107 / 191)
    assert overall(found, "alpha_jaccard") == pytest.approx(0.6440677966)
    assert overall(found, "alpha_exact") == pytest.approx(5 / 12)
    assert overall(found, "exact_match") == 0.5


values = arrays(float, (3, 12, 2), elements=st.sampled_from([0.0, 1.0, NAN]))


@given(values)
def test_each_code_has_the_figures_of_its_coefficients(given_values: np.ndarray) -> None:
    shared = (~np.isnan(given_values)).sum(axis=0) > 1
    if not shared.any():
        return
    found = measure_agreement(*coded_from(given_values), draws=5)
    for k, row in enumerate(found.codes.to_dict("records")):
        codings = given_values[:, :, k]
        assert row["n_units"] == shared[:, k].sum()
        assert row["alpha"] == pytest.approx(measure_alpha(codings), nan_ok=True)
        if row["reason"]:
            assert np.isnan(row["alpha"])
            continue
        assert row["fleiss"] == pytest.approx(measure_fleiss(codings), nan_ok=True)
        assert row["ac1"] == pytest.approx(measure_ac1(codings)[0], nan_ok=True)
        kappas = [measure_kappa(a, b) for a, b in combinations(codings, 2)]
        known = [kappa for kappa in kappas if kappa == kappa]
        assert row["kappa"] == pytest.approx(np.mean(known) if known else NAN, nan_ok=True)


def test_positive_and_negative_agreement_are_those_of_the_table(make_coded) -> None:
    cells = [(1, 1)] * 4 + [(1, 0)] * 2 + [(0, 1)] * 1 + [(0, 0)] * 13
    one, other = (
        make_coded(name, {f"u{n}": [cell[at]] for n, cell in enumerate(cells)}, ["a"])
        for at, name in enumerate(("ann", "ben"))
    )
    found = measure_agreement(one, other)
    row, pair = found.codes.iloc[0], found.pairs.iloc[0]
    assert row["positive_agreement"] == pair["positive_agreement"] == pytest.approx(8 / 11)
    assert row["negative_agreement"] == pair["negative_agreement"] == pytest.approx(26 / 29)
    assert row["prevalence"] == pytest.approx(11 / 40)
    assert (pair["both"], pair["first_only"], pair["second_only"], pair["neither"]) == (4, 2, 1, 13)
    assert row["kappa"] == pair["kappa"] and row["alpha"] == pytest.approx(pair["alpha"])
    assert found.prevalence["prevalence"].tolist() == [6 / 20, 5 / 20]
    assert row["n_marked"] == 7 and "marked in 7 unit(s) only" in row["warning"]


def test_two_empty_sets_agree_and_not_coded_is_not_empty(make_coded) -> None:
    one = make_coded("ann", {"u1": [0, 0, 0], "u2": [1, 0, 0], "u3": [0, 1, 0], "u4": [1, NAN, 0]})
    other = make_coded("ben", {"u1": [0, 0, 0], "u2": [1, 0, 0], "u4": [1, 1, 0], "u5": [0, 0, 0]})
    found = measure_agreement(one, other)
    assert overall(found, "exact_match") == overall(found, "alpha_masi") == 1
    assert found.overall["n_units"].iloc[0] == 2
    assert found.codes["n_units"].tolist() == [3, 2, 3]
    assert found.disputed.empty and found.n_units == 3


def test_without_variation_the_reason_stands_in_the_place_of_a_figure(make_coded) -> None:
    given = {"u1": [0, 1, 0], "u2": [0, 1, 1], "u3": [0, 1, 0]}
    found = measure_agreement(make_coded("ann", given), make_coded("ben", given))
    rows = found.codes.set_index("code")
    assert rows["reason"].tolist() == [
        "no variation: given to no unit",
        "no variation: given to every unit by every coder",
        "",
    ]
    for code in ("a", "b"):
        assert rows.loc[code, ["alpha", "kappa", "fleiss", "ac1"]].isna().all()
        assert rows.loc[code, "raw_agreement"] == 1
    one_set = measure_agreement(make_coded("ann", {"u1": [0, 0, 0]}), make_coded("ben", {"u1": [0, 0, 0]}))
    assert one_set.overall["reason"].iloc[0] == "no variation" and np.isnan(overall(one_set, "alpha_masi"))
    assert overall(one_set, "exact_match") == 1


def test_perfect_agreement_on_few_units_is_not_certain(make_coded) -> None:
    given = {f"u{n}": [n % 2, 0, 0] for n in range(20)}
    found = measure_agreement(make_coded("ann", given), make_coded("ben", given))
    row = found.codes.iloc[0]
    assert row["alpha"] == row["alpha_high"] == 1 and 0.5 < row["alpha_low"] < 0.8
    assert "Wilson" in row["warning"] and any("Wilson" in note for note in found.notes)
    sets = found.overall.set_index("measure").loc["alpha_masi"]
    assert sets["value"] == 1 and 0.5 < sets["low"] < 0.8
    mean = found.overall.set_index("measure").loc["mean_alpha"]
    assert mean["value"] == 1 and mean["low"] == pytest.approx(
        row["alpha_low"]
    )  # of the one code that varies


@given(values, st.randoms(use_true_random=False))
def test_order_and_names_of_coders_codes_and_units_do_not_matter(given_values: np.ndarray, random) -> None:
    if not ((~np.isnan(given_values)).sum(axis=0) > 1).any():
        return
    turned = given_values
    for axis in range(3):
        order = list(range(turned.shape[axis]))
        random.shuffle(order)
        turned = np.take(turned, order, axis=axis)
    first, second = (measure_agreement(*coded_from(part), draws=5) for part in (given_values, turned))
    assert second.overall["value"].tolist() == pytest.approx(first.overall["value"].tolist(), nan_ok=True)
    names = ["n_marked", "alpha", "kappa", "ac1", "positive_agreement"]
    a, b = (found.codes[names].round(9).sort_values(names) for found in (first, second))
    pd.testing.assert_frame_equal(a.reset_index(drop=True), b.reset_index(drop=True), check_exact=False)


def test_rows_in_another_order_give_the_same_intervals(make_coded) -> None:
    rng = np.random.default_rng(4)
    values = rng.integers(0, 2, (2, 40, 3)).astype(float)
    one, other = coded_from(values)
    turned = one.select(list(rng.permutation(one.decisions.index)))
    assert measure_agreement(one, other).codes.equals(measure_agreement(turned, other).codes)


def test_intervals_are_drawn_by_respondent() -> None:
    rng = np.random.default_rng(0)
    once = np.concatenate([rng.integers(0, 2, (1, 60, 1))] * 2).astype(float)
    once[1, :15] = 1 - once[1, :15]
    each_three_times = np.repeat(once, 3, axis=1)
    by = {f"u{n:05d}": f"r{n // 3}" for n in range(180)}
    alone = measure_agreement(*coded_from(once)).codes.iloc[0]
    naive = measure_agreement(*coded_from(each_three_times)).codes.iloc[0]
    grouped = measure_agreement(*coded_from(each_three_times), by=by)
    row, width = grouped.codes.iloc[0], lambda r: r["alpha_high"] - r["alpha_low"]
    assert grouped.n_respondents == 60 and not any("respondent" in note for note in grouped.notes)
    assert width(row) == pytest.approx(width(alone), rel=0.15)
    assert width(naive) < 0.75 * width(row)
    assert row["alpha_error"] == pytest.approx(width(row) / 3.92, rel=0.25)


def test_jackknife_of_sets_is_that_of_leaving_each_respondent_out() -> None:
    values = np.random.default_rng(1).integers(0, 2, (3, 14, 3)).astype(float)
    found = measure_agreement(*coded_from(values), draws=10).overall.set_index("measure")
    for kind in ("alpha_masi", "alpha_jaccard", "alpha_exact", "exact_match", "mean_alpha"):
        left = np.array(
            [
                overall(measure_agreement(*coded_from(np.delete(values, n, axis=1)), draws=1), kind)
                for n in range(14)
            ]
        )
        assert found.loc[kind, "error"] == pytest.approx(np.sqrt(13 / 14 * ((left - left.mean()) ** 2).sum()))


def test_with_very_many_sets_the_intervals_stay_nearly_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    coded = coded_from(np.random.default_rng(2).integers(0, 2, (2, 300, 5)).astype(float))
    exact = measure_agreement(*coded).overall.set_index("measure").loc["alpha_masi"]
    monkeypatch.setattr("textmine.agreement.overall._MOST_SETS", 3)
    linear = measure_agreement(*coded).overall.set_index("measure").loc["alpha_masi"]
    assert linear["value"] == pytest.approx(exact["value"])
    assert [linear[name] for name in ("low", "high", "error")] == pytest.approx(
        [exact[name] for name in ("low", "high", "error")], abs=0.006
    )


def test_code_that_a_coder_never_had_is_left_out_of_the_sets_and_named(make_coded) -> None:
    one = make_coded("ann", {"u1": [1, 0], "u2": [0, 1]}, ["a", "b"])
    other = make_coded("ben", {"u1": [1], "u2": [0]}, ["a"])
    found = measure_agreement(one, other)
    assert overall(found, "alpha_masi") == 1
    assert found.codes.set_index("code")["reason"]["b"] == "no unit coded by two coders"
    assert any("not every coder coded them: b" in note for note in found.notes)


def test_same_person_later_is_intra_coder(make_coded) -> None:
    found = measure_agreement(make_coded("ann", PAIR[0]), make_coded("ann", PAIR[1]))
    assert found.kind == "intra-coder" and found.coders == ["ann (1)", "ann (2)"]
    assert any("one coder with themselves" in note for note in found.notes)
    assert measure_agreement(make_coded("ann", PAIR[0]), make_coded("ben", PAIR[1])).kind == "inter-coder"


def test_names_stay_apart() -> None:
    assert name_coders(["m", "ann", "m", "m"]) == ["m (1)", "ann", "m (2)", "m (3)"]


def test_many_coders_who_each_read_a_part() -> None:
    rng = np.random.default_rng(3)
    values = np.full((8, 200, 2), NAN)
    truth = rng.integers(0, 2, (200, 2)).astype(float)
    for unit in range(200):
        for coder in rng.choice(8, 2, replace=False):
            values[coder, unit] = np.where(rng.random(2) < 0.9, truth[unit], 1 - truth[unit])
    found = measure_agreement(*coded_from(values))
    assert found.codes["alpha"].between(0.45, 0.8).all()
    assert found.codes["kappa"].notna().all() and found.codes["kappa_low"].isna().all()  # 28 pairs
    assert overall(found, "mean_kappa") == pytest.approx(found.codes["kappa"].mean())
    assert len(found.pairs) <= 2 * 28 and found.pairs["n_units"].sum() == 400


def test_everything_goes_into_json(make_coded) -> None:
    found = measure_agreement(make_coded("ann", PAIR[0]), make_coded("ben", PAIR[1]), seed=7)
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["overall"]["alpha_masi"]["value"] == pytest.approx(0.560209)
    assert [row["code"] for row in plain["per_code"]] == ["a", "b", "c"]
    assert plain["per_code"][0]["alpha_error"] == 0 and plain["seed"] == 7
    assert plain["customary"] == {"tentative conclusions": 0.667, "reliable": 0.8}
    assert "pass" not in json.dumps(plain).casefold()


def test_reflexive_study_has_no_agreement(make_coded) -> None:
    both = make_coded("ann", PAIR[0]), make_coded("ben", PAIR[1])
    with pytest.raises(InputError, match="reflexive: agreement is not measured"):
        measure_agreement(*both, approach="reflexive")
    with pytest.raises(InputError, match="Approaches: coding_reliability, codebook, reflexive"):
        measure_agreement(*both, approach="thematic")


def test_what_cannot_be_compared_is_refused(make_coded) -> None:
    one = make_coded("ann", PAIR[0])
    with pytest.raises(InputError, match="two coders or more; 1 given"):
        measure_agreement(one)
    with pytest.raises(InputError, match=r"No unit was coded by two coders \(units: ann 4, ben 1\)"):
        measure_agreement(one, make_coded("ben", {"u9": [1, 0, 0]}))
    with pytest.raises(InputError, match="ben: a decision is 1, 0 or missing"):
        measure_agreement(one, make_coded("ben", {"u1": [0.5, 0, 0]}))


@pytest.mark.slow
def test_twenty_thousand_units_take_seconds() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random((20_000, 10)) < 0.1
    values = np.stack(
        [np.where(truth, rng.random(truth.shape) < 0.8, rng.random(truth.shape) < 0.03) for _ in "abc"]
    )
    start = time.process_time()
    found = measure_agreement(*coded_from(values.astype(float)), draws=1000)
    assert time.process_time() - start < 20
    assert found.codes["alpha"].between(0.5, 0.65).all()


def test_unit_whose_respondent_is_not_known_is_one_of_its_own_and_is_counted(make_coded) -> None:
    values = {"u1": [1, 0, 0], "u2": [0, 1, 0], "u3": [0, 0, 1]}
    ann, ben = make_coded("ann", values), make_coded("ben", values)
    found = measure_agreement(ann, ben, by={"u1": "r1", "u2": "r1"})
    assert found.n_respondents == 2
    assert any(note.startswith("1 unit(s) have no known respondent") for note in found.notes)
    assert not any(
        "no known respondent" in note
        for note in measure_agreement(ann, ben, by=dict.fromkeys(values, "r")).notes
    )


def test_codes_that_no_unit_has_from_all_coders_make_no_sets(make_coded) -> None:
    ann = make_coded("ann", {"u1": [1, 0], "u2": [0, 1]}, ["a", "b"])
    ben, cat = (
        make_coded("ben", {"u1": [1], "u2": [0]}, ["a"]),
        make_coded("cat", {"u1": [0], "u2": [1]}, ["b"]),
    )
    row = measure_agreement(ann, ben, cat).overall.set_index("measure").loc["alpha_masi"]
    assert row["n_units"] == 0 and np.isnan(row["value"])
    assert row["reason"] == "no unit coded by two coders for all codes"


def test_agreement_shows_who_and_how_many_in_a_line_and_as_a_page(make_coded) -> None:
    ann = make_coded("ann", {"u1": [1, 0, 0], "u2": [0, 1, 0], "u3": [1, 0, 0]})
    ben = make_coded("ben", {"u1": [1, 0, 0], "u2": [0, 1, 0], "u3": [0, 0, 0]})
    found = measure_agreement(ann, ben)
    assert repr(found).startswith(
        "Agreement(inter-coder, ann, ben: 3 units coded by two or more, alpha of sets "
    )
    page = found._repr_html_()
    for shown in ("Each code", "alpha_high", ">All codes together<", "exact_match", found.notes[0]):
        assert shown in page
    assert "inter-coder: ann, ben; 3 units coded by two or more" in page


def test_figures_go_into_json_with_six_decimals_and_the_seed_they_came_from(make_coded) -> None:
    units = [f"u{n}" for n in range(30)]
    ann = make_coded("ann", {unit: [n % 2] for n, unit in enumerate(units)}, ["a"])
    ben = make_coded("ben", {unit: [(n % 3) % 2] for n, unit in enumerate(units)}, ["a"])
    found, again, other = (measure_agreement(ann, ben, **more) for more in ({}, {"seed": 0}, {"seed": 7}))
    assert found.seed == 0 and found.codes.equals(again.codes)
    assert not found.codes["alpha_low"].equals(other.codes["alpha_low"])
    assert found.to_dict()["per_code"][0]["raw_agreement"] == 0.5
    assert found.to_dict()["prevalence"][1]["prevalence"] == 0.333333


def test_code_with_figures_enough_has_no_warning(make_coded) -> None:
    units = [f"u{n}" for n in range(200)]
    ann = make_coded("ann", {unit: [n % 2] for n, unit in enumerate(units)}, ["a"])
    ben = make_coded("ben", {unit: [(n % 10 == 0) != (n % 2)] for n, unit in enumerate(units)}, ["a"])
    row = measure_agreement(ann, ben, draws=500).codes.iloc[0]
    assert row["n_marked"] >= 100 and row["warning"] == "" and row["reason"] == ""


def test_mean_over_codes_passes_over_what_is_not_known() -> None:
    nan = float("nan")
    found = _row_means(np.array([[1, nan], [nan, nan], [2, 4]]))
    assert found[[0, 2]].tolist() == [1, 3] and np.isnan(found[1])


@pytest.mark.parametrize(
    ("width", "told"), [(0.62, False), (0.8, False), (1.05, False), (1.25, True), (0.5, True)]
)
def test_bootstrap_and_jackknife_that_differ_by_half_are_told(width: float, told: bool) -> None:
    row = {"n_marked": 50, "alpha_error": 0.8 / (2 * 1.96), "alpha_low": -0.2, "alpha_high": width - 0.2}
    assert ("jackknife differ" in _warning(row, False, 0, 1000)) is told


def test_full_agreement_of_twenty_still_leaves_wilsons_doubt(make_coded) -> None:
    values = {f"u{n}": [n % 2] for n in range(20)}
    row = measure_agreement(*(make_coded(name, values, ["a"]) for name in ("ann", "ben"))).codes.iloc[0]
    assert row["raw_agreement"] == 1
    assert row["raw_agreement_low"] == pytest.approx(1 - 1.959964**2 / (20 + 1.959964**2))


def test_tables_of_pairs_and_of_coders_tell_how_often_each_gave_a_code(make_coded) -> None:
    ann = make_coded("ann", {"u1": [1], "u2": [1], "u3": [1], "u4": [0]}, ["a"])
    ben = make_coded("ben", {"u1": [1], "u2": [0], "u3": [0], "u4": [0]}, ["a"])
    found = measure_agreement(ann, ben)
    assert found.pairs.loc[0, ["prevalence_first", "prevalence_second"]].tolist() == [0.75, 0.25]
    assert found.prevalence.set_index("coder")["n_given"].to_dict() == {"ann": 3, "ben": 1}
