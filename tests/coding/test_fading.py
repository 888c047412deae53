"""The fade gives each kind of score what held-out labels show it to be worth."""

from __future__ import annotations

import numpy as np
import pytest

from textmine.coding.fading import fit_fade


def draw(n: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    truth = (rng.random((n, 3)) < 0.3).astype(float)
    return truth, (2 * truth - 1) + rng.normal(0, 0.5, truth.shape), rng.normal(0, 1, truth.shape)


def test_useless_cold_scores_fade_away() -> None:
    truth, good, noise = draw(300)
    assert fit_fade(noise, good, truth).share > 0.9


def test_useless_trained_scores_count_for_little() -> None:
    truth, good, noise = draw(300)
    assert fit_fade(good, noise, truth).share < 0.15


def test_scores_that_mislead_get_no_negative_weight() -> None:
    truth, good, _ = draw(300)
    fade = fit_fade(-good, good, truth)
    assert fade.cold == 0 and fade.share == 1


def test_without_labels_only_the_codebook_counts() -> None:
    _, good, noise = draw(10)
    fade = fit_fade(good, noise, np.full((10, 3), np.nan))
    assert fade.share == pytest.approx(0, abs=1e-6) and fade.cold == pytest.approx(1, abs=1e-6)


def test_code_without_positives_and_unknown_labels_are_borne() -> None:
    truth, good, noise = draw(100)
    truth[:, 2], truth[:50, 1] = 0, np.nan
    fade = fit_fade(noise, good, truth)
    assert np.isfinite(fade.constant).all() and fade.share > 0.8


def test_scores_are_the_weighed_sum() -> None:
    truth, good, noise = draw(50)
    fade = fit_fade(noise, good, truth)
    np.testing.assert_allclose(fade.scores(noise, good), fade.cold * noise + fade.trained * good)
