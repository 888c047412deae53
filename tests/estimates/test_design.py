"""How units were drawn: classes and chances that follow, what was drawn at once, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.errors import InvalidDesign
from textmine.estimates.design import AuditDesign, resolve_design


@pytest.fixture
def scores() -> pd.DataFrame:
    units = [f"u{place}" for place in range(200)]
    return pd.DataFrame({"code": np.random.default_rng(0).random(200)}, index=units)


def labels_of(scores: pd.DataFrame, places: object) -> pd.DataFrame:
    return (scores.iloc[np.array(places)] > 0.5).astype(float)


def test_random_sample_has_one_class_and_the_share_read(scores: pd.DataFrame) -> None:
    audit = resolve_design(AuditDesign(), scores, labels_of(scores, range(0, 200, 4)))
    assert np.unique(audit.classes).tolist() == [0]
    assert audit.chances == pytest.approx(np.full(50, 0.25))
    assert audit.kind == "simple random sample"
    assert "assumed" in audit.notes[0]


def test_equal_chances_are_a_random_sample_of_known_origin(scores: pd.DataFrame) -> None:
    read = labels_of(scores, range(0, 200, 4))
    audit = resolve_design(AuditDesign(probability=pd.Series(0.25, index=read.index)), scores, read)
    assert audit.notes == ()
    other = resolve_design(AuditDesign(probability=pd.Series(0.05, index=read.index)), scores, read)
    assert "another wave" in other.notes[0]


def test_units_of_one_chance_are_a_class(scores: pd.DataFrame) -> None:
    read = labels_of(scores, [*range(50), *range(100, 110)])
    chances = pd.Series([0.5] * 50 + [0.1] * 10, index=read.index)
    audit = resolve_design(AuditDesign(probability=chances), scores, read)
    assert audit.kind == "stratified sample"
    assert np.bincount(audit.classes).tolist() == [10, 50]
    assert audit.chances == pytest.approx(chances.to_numpy())


def test_chances_of_each_unit_alone_are_one_class(scores: pd.DataFrame) -> None:
    read = labels_of(scores, range(60))
    chances = pd.Series(np.linspace(0.2, 0.6, 60), index=read.index)
    audit = resolve_design(AuditDesign(probability=chances), scores, read)
    assert audit.kind == "unequal chances"
    assert np.unique(audit.classes).tolist() == [0]


def test_strata_of_all_units_give_the_chances(scores: pd.DataFrame) -> None:
    strata = pd.Series(["a"] * 100 + ["b"] * 100, index=scores.index)
    read = labels_of(scores, [*range(50), *range(100, 110)])
    audit = resolve_design(AuditDesign(strata=strata), scores, read)
    assert audit.chances == pytest.approx(np.array([0.5] * 50 + [0.1] * 10))
    with pytest.raises(InvalidDesign, match="no unit was read"):
        resolve_design(AuditDesign(strata=strata), scores, labels_of(scores, range(50)))


def test_respondents_read_whole_were_drawn_and_not_their_answers(scores: pd.DataFrame) -> None:
    people = [place // 2 for place in range(200)]
    whole = resolve_design(AuditDesign(), scores, labels_of(scores, range(40, 80)), together=people)
    assert len(np.unique(whole.drawn)) == 20
    assert whole.kind.endswith("of respondents")
    part = resolve_design(AuditDesign(), scores, labels_of(scores, range(40, 79)), together=people)
    assert len(np.unique(part.drawn)) == 39


def test_each_part_has_its_share_read(scores: pd.DataFrame) -> None:
    parts = ["q1"] * 100 + ["q2"] * 100
    read = labels_of(scores, [*range(0, 100, 2), *range(100, 200, 10)])
    audit = resolve_design(AuditDesign(), scores, read, parts=parts)
    assert audit.chances == pytest.approx(np.array([0.5] * 50 + [0.1] * 10))


def test_uncoded_units_do_not_count_for_the_chances(scores: pd.DataFrame) -> None:
    scores.iloc[100:] = np.nan
    audit = resolve_design(AuditDesign(), scores, labels_of(scores, range(0, 100, 4)))
    assert audit.chances == pytest.approx(np.full(25, 0.25))


def test_part_of_the_audit_has_smaller_chances(scores: pd.DataFrame) -> None:
    audit = resolve_design(AuditDesign(), scores, labels_of(scores, range(0, 200, 4)))
    half = audit.restrict(np.arange(50) < 25)
    assert half.chances == pytest.approx(np.full(25, 0.125))
    assert len(half.rows) == 25


def test_what_a_model_chose_is_refused_by_its_scores(scores: pd.DataFrame) -> None:
    unsure = (scores["code"] - 0.5).abs().argsort()[:60].to_numpy()
    with pytest.raises(InvalidDesign, match="a model or a person chose them"):
        resolve_design(AuditDesign(), scores, labels_of(scores, np.sort(unsure)))


def test_no_unit_of_the_wave_is_refused(scores: pd.DataFrame) -> None:
    with pytest.raises(InvalidDesign, match="Check their ids"):
        resolve_design(AuditDesign(), scores, scores.iloc[:0])


@pytest.fixture
def plan(scores: pd.DataFrame) -> pd.Series:
    """The chances of 60 units drawn from two strata of 100."""
    drawn = [*range(50), *range(100, 110)]
    return pd.Series([0.5] * 50 + [0.1] * 10, index=scores.index[drawn])


def test_units_drawn_and_not_read_leave_smaller_chances(scores: pd.DataFrame, plan: pd.Series) -> None:
    read = labels_of(scores, [*range(25), *range(100, 108)])
    audit = resolve_design(AuditDesign(probability=plan), scores, read)
    assert audit.chances == pytest.approx([0.25] * 25 + [0.08] * 8)
    assert audit.kind == "stratified sample"
    assert "27 of the 60 units drawn were not read" in audit.notes[0]


def test_stratum_of_which_nothing_was_read_is_refused(scores: pd.DataFrame, plan: pd.Series) -> None:
    read = labels_of(scores, range(50))
    uneven = plan.copy()
    uneven.iloc[:25] = 0.4
    with pytest.raises(InvalidDesign, match="none was read"):
        resolve_design(AuditDesign(probability=uneven), scores, read)


def test_chances_of_a_whole_wave_are_not_those_of_units_lost(scores: pd.DataFrame) -> None:
    every = pd.Series([0.5] * 100 + [0.1] * 100, index=scores.index)
    read = labels_of(scores, [*range(50), *range(100, 110)])
    audit = resolve_design(AuditDesign(probability=every), scores, read)
    assert audit.chances == pytest.approx([0.5] * 50 + [0.1] * 10)
    assert audit.notes == ()


def test_file_with_the_units_read_alone_has_its_chances_scaled(scores: pd.DataFrame, plan: pd.Series) -> None:
    half = [*range(0, 50, 2), *range(100, 110, 2)]
    read = labels_of(scores, half)
    audit = resolve_design(AuditDesign(probability=plan[read.index]), scores, read)
    assert (1 / audit.chances).sum() == pytest.approx(200)
    assert "units were lost between drawing and reading" in audit.notes[0]
