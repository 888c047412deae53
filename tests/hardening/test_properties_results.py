"""Identities of results: redaction done twice, thresholds, order and names, a run that was cut off."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.estimates.prevalence import estimate_prevalence
from textmine.privacy.redaction import redact_texts

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
