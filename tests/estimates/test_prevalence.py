"""Corrected shares: formulas held by hand, bases and units, groups, what is refused and what is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.errors import InputError, InvalidDesign
from textmine.estimates.beside import describe_readers
from textmine.estimates.cells import estimate_cells
from textmine.estimates.design import Audit, AuditDesign
from textmine.estimates.formulas import bound_share
from textmine.estimates.plan import plan_audit
from textmine.estimates.prevalence import estimate_prevalence
from textmine.estimates.survey import SurveyWave
from textmine.estimates.units import Units

NAN = float("nan")


def test_random_sample_is_the_difference_estimator_to_the_digit(make_wave) -> None:
    made = make_wave()
    read = made.read(300)
    row = estimate_prevalence(made.wave, read).iloc[0]
    f, y = made.wave.scores["code0"], read["code0"]
    lam = np.cov(y, f[read.index])[0, 1] / f.var(ddof=0)
    assert row["lambda"] == pytest.approx(min(lam, 1))
    error = y - row["lambda"] * f[read.index]
    assert row["estimate"] == pytest.approx(row["lambda"] * f.mean() + error.mean())
    assert row["se"] == pytest.approx(np.sqrt((1 - 300 / 2000) * error.var(ddof=1) / 300), rel=0.03)
    assert row["hand"] == pytest.approx(y.mean())
    assert row["naive"] == pytest.approx((f >= 0.5).mean())
    assert (row["n_coded"], row["n_read"], row["n_read_positive"]) == (2000, 300, int(y.sum()))
    low, high = bound_share(row["estimate"], row["se"])
    assert (row["low"], row["high"]) == pytest.approx((float(low), float(high)), abs=1e-6)
    assert 1.2 < row["gain"] < 4 and row["worth"] == pytest.approx(300 * row["gain"])


def test_population_beyond_the_wave_adds_who_answered(make_wave) -> None:
    made = make_wave()
    read = made.read(300)
    here = estimate_prevalence(made.wave, read).iloc[0]
    beyond = estimate_prevalence(made.wave, read, target="superpopulation").iloc[0]
    assert beyond["estimate"] == pytest.approx(here["estimate"])
    added = beyond["se"] ** 2 - here["se"] ** 2
    assert added == pytest.approx(read["code0"].var() / 2000, rel=0.15)


def test_known_chances_and_weights_by_hand() -> None:
    units = pd.Index(list("abcdef"))
    scores = pd.DataFrame({"code": [0.9, 0.2, 0.7, 0.1, 0.6, 0.3]}, index=units)
    audit = Audit(np.array([0, 1, 4]), np.full(3, 0.5), np.zeros(3, int), np.arange(3), "x")
    for weights, lam, expected in (
        ([1] * 6, 1.0, 0.566667),
        ([1, 2, 1, 1, 1, 2], 1.0, 0.4375),
        ([1, 2, 1, 1, 1, 2], 0.5, 0.46875),
        ([1] * 6, 0.0, 0.666667),
        ([1, 2, 1, 1, 1, 2], 0.0, 0.5),
    ):
        laid = Units(np.array(weights, float), np.zeros(6, int), 1)
        cells = estimate_cells(
            scores["code"].to_numpy(), np.array([1.0, 0.0, 1.0]), laid, audit, beyond=False, lam=lam
        )
        assert cells.estimate[0] == pytest.approx(expected, abs=1e-6)


def test_scores_that_are_all_one_leave_reading_by_hand(make_wave) -> None:
    made = make_wave()
    wave = SurveyWave(made.wave.scores * 0 + 0.3)
    read = made.read(200)
    row = estimate_prevalence(wave, read).iloc[0]
    assert row["lambda"] == 0
    assert row["estimate"] == pytest.approx(read["code0"].mean())
    assert "reading by hand alone" in row["validity"]


def test_scores_that_are_the_truth_leave_no_error(make_wave) -> None:
    made = make_wave()
    row = estimate_prevalence(SurveyWave(made.truth), made.read(200)).iloc[0]
    assert row["estimate"] == pytest.approx(made.truth["code0"].mean())
    assert row["se"] == 0
    assert row["low"] < row["estimate"] < row["high"]  # 200 without an error are no proof of none


def test_wave_read_whole_gives_its_share(make_wave) -> None:
    made = make_wave(n=300)
    row = estimate_prevalence(made.wave, made.truth).iloc[0]
    assert row["estimate"] == pytest.approx(made.truth["code0"].mean())
    assert row["high"] - row["low"] < 1e-3


def test_sample_drawn_by_score_needs_its_chances(make_wave) -> None:
    made = make_wave()
    scores = made.wave.scores["code0"]
    top = scores.sort_values(ascending=False).index
    rng = np.random.default_rng(3)
    picked = [*top[:500][rng.permutation(500)[:250]], *top[500:][rng.permutation(1500)[:50]]]
    read = made.truth.loc[picked]
    with pytest.raises(InvalidDesign, match="no random sample"):
        estimate_prevalence(made.wave, read)
    chances = pd.Series([0.5] * 250 + [50 / 1500] * 50, index=picked)
    row = estimate_prevalence(made.wave, read, design=AuditDesign(probability=chances)).iloc[0]
    assert row["low"] <= made.truth["code0"].mean() <= row["high"]
    assert row["design"] == "stratified sample"
    strata = pd.Series("rest", index=scores.index)
    strata[top[:500]] = "top"
    same = estimate_prevalence(made.wave, read, design=AuditDesign(strata=strata)).iloc[0]
    assert same["estimate"] == pytest.approx(row["estimate"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"probability": pd.Series({"u1": 0.0})}, "no chance of being drawn"),
        ({"probability": pd.Series(dtype=float)}, "no chance of being drawn"),
        ({"roles": pd.Series({"u1": "active"})}, "not drawn at random"),
        ({"roles": pd.Series(dtype=str)}, "not drawn at random"),
        ({"in_sample": ["u1"]}, "trained on them"),
        ({"strata": pd.Series({"u1": "a"})}, "--probability"),
    ],
)
def test_wrong_designs_are_refused_with_the_remedy(make_wave, change: dict, said: str) -> None:
    made = make_wave(n=50)
    with pytest.raises(InvalidDesign, match=said):
        estimate_prevalence(made.wave, made.truth.loc[["u1", "u2"]], design=AuditDesign(**change))


def test_row_says_what_to_mind(make_wave) -> None:
    made = make_wave(shares=(0.02,))
    said = estimate_prevalence(made.wave, made.read(100), trained_on=7).iloc[0]["validity"]
    assert "units read carry it" in said
    assert "a simple random sample is assumed" in said
    assert "7 units of the wave trained the model" in said
    stated = estimate_prevalence(made.wave, made.read(100), design=AuditDesign(known=True)).iloc[0]
    assert "assumed" not in stated["validity"]


def test_units_that_are_not_of_the_wave_are_counted_and_left_out(make_wave) -> None:
    made = make_wave()
    read = made.read(100)
    more = pd.concat([read, pd.DataFrame(1.0, index=["other1", "other2"], columns=read.columns)])
    row = estimate_prevalence(made.wave, more).iloc[0]
    assert row["n_read"] == 100
    assert "2 of the units read were not coded in this wave" in row["validity"]


def test_label_that_is_missing_is_not_a_0(make_wave) -> None:
    made = make_wave()
    read = made.read(300).copy()
    read.iloc[:100, 0] = NAN
    found = estimate_prevalence(made.wave, read)
    assert found["n_read"].tolist() == [200, 300]
    assert "100 of the units read have no label" in found["validity"][0]
    assert found["hand"][0] == pytest.approx(read["code0"].mean())


def test_groups_have_rows_of_their_own_and_few_are_not_estimable(make_wave) -> None:
    made = make_wave()
    group = made.group.copy()
    read = made.read(300)
    unread = made.truth.index.difference(read.index)[:3]
    group[unread] = "islands"
    found = estimate_prevalence(made.wave, read, by={"region": group})
    rows = found[found["code"] == "code0"].set_index("group")
    assert rows.index.tolist() == ["", "islands", "north", "south"]
    assert np.isnan(rows.loc["islands", "estimate"])
    assert rows.loc["islands", "validity"].startswith("not estimable")
    for name in ("north", "south"):
        mine = made.truth["code0"][group == name].mean()
        assert rows.loc[name, "low"] <= mine <= rows.loc[name, "high"]
        assert rows.loc[name, "n_coded"] == (group == name).sum()
    assert rows.loc[["north", "south"], "n_read"].sum() == 300


def test_clusters_that_answer_alike_widen_the_interval(make_wave) -> None:
    made = make_wave()
    order = made.truth["code0"].argsort().to_numpy()
    cluster = np.empty(2000, dtype=int)
    cluster[order] = np.arange(2000) // 20
    alone = estimate_prevalence(made.wave, made.read(300), target="superpopulation").iloc[0]
    wave = SurveyWave(made.wave.scores, clusters=cluster)
    alike = estimate_prevalence(wave, made.read(300)).iloc[0]
    assert alike["target"] == "superpopulation"
    assert alike["se"] > 1.5 * alone["se"]
    strata = np.where(np.isin(cluster, cluster[order][:1000]), "a", "b")
    within = SurveyWave(made.wave.scores, clusters=cluster, strata=strata)
    assert estimate_prevalence(within, made.read(300)).iloc[0]["se"] < alike["se"]


def test_weights_weigh_and_bad_ones_are_refused(make_wave) -> None:
    made = make_wave()
    weights = np.where(made.truth["code0"] == 1, 3.0, 1.0)
    row = estimate_prevalence(SurveyWave(made.wave.scores, weights=weights), made.read(400)).iloc[0]
    assert row["low"] <= np.average(made.truth["code0"], weights=weights) <= row["high"]
    with pytest.raises(InputError, match="survey weight"):
        SurveyWave(made.wave.scores, weights=[-1.0] * 2000)


# --- what a share is of -----------------------------------------------------------------------------------


@pytest.fixture
def survey() -> tuple[SurveyWave, pd.DataFrame]:
    """Three people, two questions: six answers, one blank, one 'n/a'."""
    units = pd.Index(list("abcdef"))
    truth = pd.DataFrame({"code": [1.0, 0.0, 0.0, NAN, 1.0, 1.0]}, index=units)
    wave = SurveyWave(
        truth.copy(),
        respondents=["p1", "p1", "p2", "p2", "p3", "p3"],
        questions=["q1", "q2"] * 3,
        blank=[False, False, False, True, False, False],
        non_response=[False, False, True, False, False, False],
    )
    return wave, truth


@pytest.mark.parametrize(
    ("unit", "base", "share", "rows"),
    [
        ("answer", "asked", 3 / 6, 6),
        ("answer", "answered", 3 / 5, 5),
        ("answer", "substantive", 3 / 4, 4),
        ("respondent", "asked", 2 / 3, 3),
        ("respondent", "answered", 2 / 3, 3),
        ("respondent", "substantive", 2 / 2, 2),
    ],
)
def test_every_share_says_what_it_is_of(survey, unit: str, base: str, share: float, rows: int) -> None:
    wave, truth = survey
    row = estimate_prevalence(wave, truth, unit=unit, base=base).iloc[0]
    assert row["estimate"] == pytest.approx(share)
    assert row["naive"] == pytest.approx(share)
    assert row["n_base"] == rows
    assert "non-responses" in row["base_in_words"]
    assert row["base_in_words"].startswith(("answers", "all answers", "respondents", "all respondents"))


def test_questions_are_kept_apart_when_asked(survey) -> None:
    wave, truth = survey
    found = estimate_prevalence(wave, truth, by_question=True)
    assert found["question"].tolist() == ["q1", "q2"]
    assert found["estimate"].tolist() == pytest.approx([2 / 3, 1 / 2])


def test_unknown_base_and_missing_knowledge_are_errors(survey) -> None:
    wave, truth = survey
    with pytest.raises(InputError, match="asked, answered, substantive"):
        estimate_prevalence(wave, truth, base="all")
    plain = SurveyWave(wave.scores)
    with pytest.raises(InputError, match="--respondent"):
        estimate_prevalence(plain, truth, unit="respondent")
    with pytest.raises(InputError, match="non-responses"):
        estimate_prevalence(plain, truth, base="substantive")


def make_people(seed: int, people: int = 1500) -> tuple[SurveyWave, pd.DataFrame]:
    """People with one or two answers each, alike in what they say."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), rng.integers(1, 3, people))
    bent = rng.random(people)[person] ** 3
    truth = pd.DataFrame({"code": (rng.random(len(person)) < bent).astype(float)})
    truth.index = pd.Index([f"u{place}" for place in range(len(person))])
    noise = rng.normal(size=len(person))
    scores = pd.DataFrame({"code": 1 / (1 + np.exp(2 - 3 * truth["code"].to_numpy() - noise))})
    scores.index = truth.index
    return SurveyWave(scores, respondents=person.astype(str)), truth


def test_respondents_drawn_are_read_whole() -> None:
    wave, truth = make_people(0)
    people = wave.column("respondents")
    picked = np.random.default_rng(1).permutation(people.unique())[:300]
    share = truth["code"].groupby(people).max().mean()
    found = estimate_prevalence(wave, truth[people.isin(picked)], unit="respondent").iloc[0]
    assert found["n_read"] == 300
    assert found["low"] <= share <= found["high"]
    answers = estimate_prevalence(wave, truth[people.isin(picked)]).iloc[0]
    assert answers["design"] == "simple random sample of respondents"
    assert answers["low"] <= truth["code"].mean() <= answers["high"]


@pytest.mark.slow
def test_answers_drawn_tell_of_respondents_read_whole() -> None:
    covered = []
    for seed in range(200):
        wave, truth = make_people(seed)
        people = wave.column("respondents")
        picked = np.random.default_rng(seed).permutation(len(truth))[:800]
        found = estimate_prevalence(wave, truth.iloc[np.sort(picked)], unit="respondent").iloc[0]
        assert "answers were drawn" in found["validity"]
        share = truth["code"].groupby(people).max().mean()
        covered.append(found["low"] <= share <= found["high"])
    assert 0.91 <= np.mean(covered) <= 0.985


def test_too_few_respondents_read_whole_are_refused(make_wave) -> None:
    made = make_wave(respondents=np.repeat(np.arange(500), 4).astype(str))
    with pytest.raises(InvalidDesign, match="Draw respondents"):
        estimate_prevalence(made.wave, made.read(60), unit="respondent")


def test_rare_respondents_whom_nobody_read_are_spoken_for() -> None:
    wave, truth = make_people(0)
    people = wave.column("respondents").to_numpy().copy()
    people[:7] = people[0]  # one with seven answers
    picked = np.sort(np.random.default_rng(3).permutation(np.arange(7, len(truth)))[:900])
    found = estimate_prevalence(
        SurveyWave(wave.scores, respondents=people), truth.iloc[picked], unit="respondent"
    ).iloc[0]
    assert "1 who gave a rare number of answers" in found["validity"]
    assert found["low"] <= truth["code"].groupby(people).max().mean() <= found["high"]


# --- beside the share -------------------------------------------------------------------------------------


def test_stances_stand_beside_the_share(make_wave) -> None:
    made = make_wave()
    rng = np.random.default_rng(5)
    real = pd.Series(np.where(rng.random(2000) < 0.75, "affirms", "denies"), index=made.truth.index)
    guess = real.where(rng.random(2000) < 0.9, "denies")
    wave = SurveyWave(made.wave.scores, stances=pd.DataFrame({"code0": guess}))
    read = made.read(400)
    given = read.index[read["code0"] == 1]
    said = pd.DataFrame({"unit_id": given, "code": "code0", "stance": real[given].to_numpy()})
    found = estimate_prevalence(wave, read, stances=said)
    row, other = found.iloc[0], found.iloc[1]
    share = (made.truth["code0"] * (real == "affirms")).mean()
    assert row["affirms_low"] <= share <= row["affirms_high"]
    assert row["affirms"] + row["denies"] + row["mixed"] == pytest.approx(row["estimate"], abs=0.02)
    assert 0 < row["naive_denies"] < row["naive"]
    assert np.isnan(other["affirms"])
    assert list(found.columns)[-1] == "validity"


def test_readers_of_a_part_have_figures_of_their_own(make_wave) -> None:
    made = make_wave()
    read = made.read(400)
    strict, both = read.iloc[::2].copy(), read.iloc[::2]
    strict.loc[np.random.default_rng(0).random(len(strict)) < 0.5, "code0"] = 0.0
    found = estimate_prevalence(made.wave, read, readers={"ann": both, "bob": strict})
    row = found.iloc[0]
    assert row["reader_ann_n"] == 200
    assert row["reader_ann_low"] <= made.truth["code0"].mean() <= row["reader_ann_high"]
    assert row["reader_bob"] < row["reader_ann"] - 0.05
    sentence = describe_readers(found, ["ann", "bob"])
    assert "leave out" in sentence and "code0" in sentence
    assert describe_readers(found, ["ann"]) == ""


def test_people_and_models_are_taken_alike(make_wave) -> None:
    made = make_wave(n=400)
    book = Codebook.from_labels(list(made.truth.columns))
    people = CodedDataset(made.truth, book, coder="ann")
    found = estimate_prevalence(people, CodedDataset(made.read(100), book, coder="bob"))
    assert found["naive"].tolist() == pytest.approx(made.truth.mean().tolist())


def test_argument_frames_are_left_as_they_were(make_wave) -> None:
    made = make_wave(n=200)
    read, before = made.read(100), made.wave.scores.copy()
    copy = read.copy()
    estimate_prevalence(made.wave, read, by={"region": made.group})
    pd.testing.assert_frame_equal(made.wave.scores, before)
    pd.testing.assert_frame_equal(read, copy)


@pytest.mark.slow
def test_a_million_rows_take_under_ten_seconds() -> None:
    import time

    rng = np.random.default_rng(0)
    n, units = 1_000_000, pd.RangeIndex(1_000_000).astype(str)
    scores = pd.DataFrame(rng.beta(0.3, 2, (n, 20)), columns=[f"c{k}" for k in range(20)], index=units)
    wave = SurveyWave(scores, clusters=rng.integers(0, 300_000, n), weights=rng.random(n) + 0.5)
    group = rng.integers(0, 10, n).astype(str)
    read = scores.iloc[np.sort(rng.permutation(n)[:2000])]
    labels = (pd.DataFrame(rng.random(read.shape), index=read.index, columns=read.columns) < read).astype(
        float
    )
    started = time.process_time()
    found = estimate_prevalence(wave, labels, by={"g": group})
    assert time.process_time() - started < 10
    assert len(found) == 20 * 11


def test_half_of_a_plan_read_is_told_with_the_width_of_half(make_wave) -> None:
    made = make_wave()
    plan = plan_audit(made.wave, n=400, seed=0).units.set_index("unit_id")
    whole = AuditDesign(probability=plan["probability"])
    every = estimate_prevalence(made.wave, made.truth.loc[plan.index], design=whole)
    half = plan.iloc[np.sort(np.random.default_rng(0).permutation(400)[:200])]
    read = made.truth.loc[half.index]
    told = estimate_prevalence(made.wave, read, design=whole)
    alone = estimate_prevalence(made.wave, read, design=AuditDesign(probability=half["probability"]))
    for found in (told, alone):
        assert (found["se"] > 1.25 * every["se"]).all()
        assert (found["low"] <= made.truth.mean().to_numpy()).all()
    assert "200 of the 400 units drawn were not read" in told["validity"][0]
    assert "lost between drawing and reading" in alone["validity"][0]


def test_small_group_is_as_sure_as_what_was_read_of_it(make_wave) -> None:
    made = make_wave()
    flat = SurveyWave(made.wave.scores * 0 + 0.3)
    read = made.read(300)
    group = pd.Series("large", index=made.truth.index)
    group[[*read.index[:20], *made.truth.index.difference(read.index)[:280]]] = "small"  # 20 of 300 read
    row = estimate_prevalence(flat, read, by={"size": group}).set_index("group").loc["small"].iloc[0]
    y = read["code0"].iloc[:20]
    assert row["se"] >= np.sqrt(y.var() / 20 * (1 - 300 / 2000)) * (1 - 1e-9)


def test_clusters_that_stand_in_two_strata_are_refused(make_wave) -> None:
    made = make_wave(200)
    wave = SurveyWave(made.wave.scores, clusters=["1", "2"] * 100, strata=["a"] * 100 + ["b"] * 100)
    with pytest.raises(InputError, match="2 clusters stand in more than one stratum"):
        estimate_prevalence(wave, made.read(100))


def test_code_that_nobody_looked_for_has_a_share_by_hand_and_no_naive_count(make_wave) -> None:
    made = make_wave()
    wave = SurveyWave(made.wave.scores.assign(code1=0.0), uncoded=["code1"])
    found = estimate_prevalence(wave, made.read(300), by={"region": made.group}).set_index("code")
    first = found.loc["code1"].iloc[0]
    assert first["estimate"] == pytest.approx(made.read(300)["code1"].mean())
    assert np.isnan(first["naive"]) and first["naive_count"] is None
    assert "no coder looked for it" in first["validity"]
    assert "no coder" not in found.loc["code0"].iloc[0]["validity"]


@pytest.mark.parametrize(("rows", "values"), [(62, 32), (3000, 1001)])
def test_column_of_hardly_two_rows_a_value_is_no_column_of_groups(make_wave, rows: int, values: int) -> None:
    made = make_wave(rows)
    names = pd.Series([f"g{place % values}" for place in range(rows)], index=made.truth.index)
    with pytest.raises(InputError, match=rf"'who' has {values} different values in {rows} rows"):
        estimate_prevalence(made.wave, made.read(50), by={"who": names})
    fewer = names.replace(f"g{values - 1}", "g0")
    assert len(estimate_prevalence(made.wave, made.read(50), by={"who": fewer})) == 2 * values


def test_ids_that_lost_their_zeros_are_not_left_out_in_silence(make_wave) -> None:
    made = make_wave(1200)
    units = [f"{place:04d}" for place in range(1200)]  # those from 1000 on have no zeros to lose
    wave = SurveyWave(made.wave.scores.set_axis(units))
    read = made.truth.set_axis(units).iloc[::3]
    assert estimate_prevalence(wave, read)["n_read"][0] == 400
    with pytest.raises(InputError, match=r"334 of the 400 units read .* zeros before their ids"):
        estimate_prevalence(wave, read.set_axis([unit.lstrip("0") or "0" for unit in read.index]))
    others = read.set_axis(["x" if unit == "0000" else unit for unit in read.index])
    assert "1 of the units read were not coded" in estimate_prevalence(wave, others)["validity"][0]


def test_labels_without_units_found_empty_are_noted(make_wave) -> None:
    made = make_wave(1500, shares=(0.5, 0.45))
    read = made.read(60)
    found = read[read.eq(1).any(axis=1)]
    assert "read and found empty" in estimate_prevalence(made.wave, found)["validity"][0]
    assert "found empty" not in estimate_prevalence(made.wave, read)["validity"][0]
    assert "found empty" not in estimate_prevalence(made.wave, found.iloc[:29])["validity"][0]
    always = SurveyWave(made.wave.scores.assign(code0=0.9))  # a coder that finds one everywhere
    assert "found empty" not in estimate_prevalence(always, found)["validity"][0]
