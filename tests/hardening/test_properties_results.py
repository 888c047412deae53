"""Identities of results: redaction done twice, thresholds, order and names, a run that was cut off."""

from __future__ import annotations

import tempfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.estimates.prevalence import estimate_prevalence
from textmine.privacy.redaction import redact_texts
from textmine.provenance import ProvenanceRecord, RunPart

PIECES = ["Mrs Patel", "Jo ", "Jo Merrifield", " at St Mary's School", " j.o@example.org", " 020 7946 0000", "[PERSON]",
          " in Leeds", " AB12 3CD", ". ", "\n", " we share", "é😀", "(", "' ", " Thanks, Ann", " http://x.org/a?b=c",
          " @handle", " XXX", " the Head", "-"]  # fmt: skip


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), min_size=1, max_size=3),
       st.sampled_from(["placeholder", "numbered", "removed"]))  # fmt: skip
@settings(max_examples=30)
def test_redaction_done_twice_is_done_once(texts: list[str], mode: str) -> None:
    once = redact_texts(texts, mode=mode, engine=None)
    assert redact_texts(once.texts, mode=mode, engine=None).texts == once.texts
    for text, redacted, way, number in zip(texts, once.texts, once.maps, range(len(texts)), strict=True):
        log = once.log[once.log["id"].astype(str) == str(number)]
        kept, at = [], 0
        for row in log.sort_values("start").itertuples():
            kept += [text[at : row.start], row.replacement]
            at = row.end
        assert "".join([*kept, text[at:]]) == redacted  # the log alone leads from the one to the other
        assert way is not None


def make_wave(seed: int, units: int = 60, codes: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    truth = rng.random((units, codes)) < 0.3
    scores = np.clip(truth * 0.5 + rng.random((units, codes)) * 0.5, 0, 1)
    names, index = [f"c{k}" for k in range(codes)], pd.Index([f"u{n}" for n in range(units)])
    read = pd.DataFrame(truth.astype(float), index=index, columns=names).iloc[rng.permutation(units)[:30]]
    return pd.DataFrame(scores, index=index, columns=names), read


@given(st.integers(0, 10_000), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=30)
def test_higher_threshold_never_adds_a_code(seed: int, one: float, other: float) -> None:
    scores, _ = make_wave(seed)
    book = Codebook.from_labels(list(scores))
    coded = CodedDataset((scores >= 0.5).astype(float), book, "m", scores=scores)
    low, high = (coded.recut(dict.fromkeys(scores, cut)).decisions for cut in sorted((one, other)))
    assert ((high == 1) <= (low == 1)).to_numpy().all()


@given(st.integers(0, 10_000))
@settings(max_examples=4)
def test_estimates_do_not_hang_on_the_order_or_the_names(seed: int) -> None:
    scores, read = make_wave(seed)
    rng = np.random.default_rng(seed + 1)
    turned = scores.iloc[rng.permutation(len(scores)), rng.permutation(scores.shape[1])]
    again = read.iloc[rng.permutation(len(read))]
    codes, units = {c: f"theme {c}" for c in scores}, {u: f"x{u}" for u in scores.index}
    first = estimate_prevalence(scores, read).set_index("code")
    second = estimate_prevalence(
        turned.rename(columns=codes, index=units), again.rename(columns=codes, index=units)
    )
    second = second.set_index("code").loc[[codes[c] for c in first.index]]
    for column in ("estimate", "low", "high", "se", "naive", "n_read", "n_coded"):
        assert second[column].to_numpy() == pytest.approx(first[column].to_numpy(), abs=1e-9, nan_ok=True), (
            column
        )


def cells(frame: pd.DataFrame) -> list[list[int | None]]:
    """The cells of a matrix: 1, 0 or None where not coded."""
    held = frame.astype(object)
    return [[None if pd.isna(cell) else int(cell) for cell in row] for row in held.to_numpy().tolist()]


MATRIX = st.integers(1, 3).flatmap(
    lambda codes: st.lists(
        st.lists(st.sampled_from([1.0, 0.0, np.nan]), min_size=codes, max_size=codes), min_size=1, max_size=6
    )
)


@given(MATRIX)
@settings(max_examples=20)
def test_wide_and_long_tell_the_same(given_rows: list[list[float]]) -> None:
    """Long names what applies; with what was coded at all (a column of any 0 or 1) it is the wide table."""
    units, codes = [f"u{n}" for n in range(len(given_rows))], [f"c{k}" for k in range(len(given_rows[0]))]
    decisions = pd.DataFrame(given_rows, index=pd.Index(units, name="unit_id"), columns=codes)
    coded = CodedDataset.from_labels(decisions, Codebook.from_labels(codes), coder="ann")
    long = coded.long()
    assert not long.duplicated(["unit_id", "code"]).any() and set(long["applies"]) <= {1}
    back = pd.DataFrame(0.0, index=decisions.index, columns=codes).where(decisions.notna())
    for row in long.itertuples():
        back.loc[row.unit_id, row.code] = 1.0
    assert cells(back) == cells(coded.wide()) == cells(decisions)


@given(MATRIX, st.data())
@settings(max_examples=20)
def test_record_replays_to_each_state_that_the_matrix_had(
    given_rows: list[list[float]], data: st.DataObject
) -> None:
    """A run, then people's decisions and new thresholds in any order: each event gives the state of its time."""
    units, codes = [f"u{n}" for n in range(len(given_rows))], [f"c{k}" for k in range(len(given_rows[0]))]
    values = np.array(given_rows)
    scores = np.where(np.isnan(values), np.nan, values * 0.6 + 0.2)  # 0.8 where it applies, else 0.2
    people, cuts = np.zeros(values.shape, bool), dict.fromkeys(codes, 0.5)
    with tempfile.TemporaryDirectory() as folder:
        record = ProvenanceRecord(folder)
        facts = {"source": "model", "coder_id": "m", "thresholds": dict(cuts)}
        record.add_run(codes, [RunPart(units, units, values, scores)], facts=facts)
        states = [values.copy()]
        for _ in range(data.draw(st.integers(1, 3))):
            row, column = (data.draw(st.integers(0, size - 1)) for size in values.shape)
            now = states[-1].copy()
            if data.draw(st.booleans()):
                now[row, column] = value = data.draw(st.sampled_from([1.0, 0.0]))
                people[row, column] = True
                said = {"unit_id": units[row], "code_id": codes[column], "value": value, "coder_id": "ann"}
                record.add_decisions(pd.DataFrame([said]))
            else:
                cut = data.draw(st.sampled_from([0.1, 0.5, 0.9]))
                record.add_thresholds({codes[column]: cut})
                machine = ~people[:, column] & ~np.isnan(scores[:, column])
                now[machine, column] = scores[machine, column] >= cut
            states.append(now)
        for number, state in enumerate(states, 1):
            replayed = record.replay(until=number)
            assert replayed.index.tolist() == units and list(replayed.columns) == codes
            assert cells(replayed) == cells(pd.DataFrame(state))
        listed = pd.concat(record.list_decisions(current=True), ignore_index=True)
        held = {
            (u, c): v for u, c, v in zip(listed["unit_id"], listed["code_id"], listed["value"], strict=True)
        }
        record.check()
    assert not listed.duplicated(["unit_id", "code_id"]).any()
    final = cells(pd.DataFrame(states[-1]))
    for row, unit in enumerate(units):  # the listing of what is in force is the matrix in long form
        for column, code in enumerate(codes):
            kept = held.get((unit, code))
            assert (None if pd.isna(kept) else int(kept)) == final[row][column]
