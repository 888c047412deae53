"""Decisions per hour: pauses left out, persons and evidence apart, times in any order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from textmine.agreement import measure_pace
from textmine.errors import InputError


def events(who: str, seconds: list[float], evidence: list[bool] | None = None) -> pd.DataFrame:
    start = pd.Timestamp("2025-03-03T09:00:00Z")
    when = [(start + pd.Timedelta(seconds=s)).isoformat() for s in seconds]
    return pd.DataFrame({"who": who, "when": when, "with_evidence": evidence or [False] * len(seconds)})


def row(pace: pd.DataFrame, who: str, evidence: str) -> dict:
    return pace[(pace["who"] == who) & (pace["evidence"] == evidence)].iloc[0].to_dict()


def test_decision_every_ten_seconds_is_360_an_hour() -> None:
    found = row(measure_pace(events("ann", [0, 10, 20, 30])), "ann", "either")
    assert (found["decisions"], found["timed"], found["per_hour"]) == (4, 3, 360.0)
    assert found["median_seconds"] == 10


def test_pause_is_no_work_and_its_length_is_a_choice() -> None:
    made = events("ann", [0, 10, 3610, 3620])
    found = row(measure_pace(made), "ann", "either")
    assert (found["pauses"], found["timed"], found["per_hour"]) == (1, 2, 360.0)
    whole = row(measure_pace(made, longest_gap=61), "ann", "either")
    assert (whole["pauses"], whole["timed"]) == (0, 3) and whole["per_hour"] == 3.0


def test_evidence_takes_its_own_time() -> None:
    found = measure_pace(events("ann", [0, 10, 40, 50, 80], [False, False, True, False, True]))
    assert row(found, "ann", "with")["per_hour"] == 120
    assert row(found, "ann", "without")["per_hour"] == 360


def test_people_are_timed_apart_and_order_does_not_matter() -> None:
    both = pd.concat([events("ann", [0, 10, 20]), events("ben", [5, 25, 45])])
    found = measure_pace(both.sample(frac=1, random_state=0))
    assert row(found, "ann", "either")["per_hour"] == 360
    assert row(found, "ben", "either")["per_hour"] == 180
    assert row(found, "(all)", "either")["per_hour"] == 240
    assert measure_pace(both).equals(found)


def test_words_for_true_and_false_are_read() -> None:
    made = events("ann", [0, 10, 20]).assign(with_evidence=["False", "true", "0"])
    assert row(measure_pace(made), "ann", "with")["decisions"] == 1
    with pytest.raises(InputError, match=r"1 decision.* neither true nor false"):
        measure_pace(made.assign(with_evidence=["False", "true", "maybe"]))


def test_single_decision_has_no_pace() -> None:
    assert np.isnan(row(measure_pace(events("ann", [0])), "ann", "either")["per_hour"])


def test_what_cannot_be_timed_is_refused() -> None:
    with pytest.raises(InputError, match="No column who"):
        measure_pace(pd.DataFrame({"when": [], "with_evidence": []}))
    with pytest.raises(InputError, match=r"1 decision\(s\) have no time"):
        measure_pace(events("ann", [0, 1]).assign(when=["2025-01-01", "soon"]))
    with pytest.raises(InputError, match="more than 0"):
        measure_pace(events("ann", [0, 1]), longest_gap=0)


@pytest.mark.parametrize(
    ("flag", "kind"), [("1.0", "with"), ("0.0", "without"), (" TRUE ", "with"), (0, "without")]
)
def test_flags_may_be_numbers_and_words(flag: object, kind: str) -> None:
    events = pd.DataFrame({"who": "ann", "when": ["2025-01-01 09:00"], "with_evidence": [flag]})
    pace = measure_pace(events)
    counted = pace[(pace["who"] == "ann") & (pace["decisions"] == 1)]["evidence"].tolist()
    assert counted == [kind, "either"]


def test_times_may_be_written_in_more_than_one_way() -> None:
    when = ["2025-01-01T09:00:00Z", "2025-01-01 09:02", "2025-01-01T10:03:00+01:00"]
    pace = measure_pace(pd.DataFrame({"who": "ann", "when": when, "with_evidence": False}))
    assert pace[pace["evidence"] == "either"]["minutes"].tolist() == [3.0, 3.0]
