"""A linear probe of an encoder: what its states tell of the codes before it is trained."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from textmine.coding.encoder import Windows
from textmine.coding.finetune import Network, run_all

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Penalty of the ridge regression, on states scaled to a mean length of 1.
RIDGE = 1.0
#: A ridge score of -1 or 1 becomes log-odds of this size: probabilities of .05 and .95.
STRETCH = 3.0


def start_from_ridge(
    network: Network, windows: Windows, targets: Floats, rows: Ints, weights: Floats
) -> None:
    """Set the layer on top to what ridge regression makes of the states of the encoder as it is.

    A network that begins there moves its encoder less and learns more from few texts (Kumar et al. 2022).
    ``weights`` (texts,) and ``targets`` (texts, codes) are as for ``train_network``; ``rows`` the texts used.
    """
    import torch

    first = windows.select(rows)
    states = pool_windows(network, first)
    mean = np.average(states, axis=0, weights=weights[rows])
    centred = states - mean
    scale = np.sqrt((centred**2).sum(axis=1).mean())
    features = centred / scale
    known = ~np.isnan(targets[rows])
    slopes, constants = np.zeros((targets.shape[1], states.shape[1])), np.zeros(targets.shape[1])
    for pattern in np.unique(known, axis=1).T:
        codes = np.flatnonzero((known == pattern[:, None]).all(axis=0))
        some = np.flatnonzero(pattern)
        if not len(some):
            continue
        weight = weights[rows][some][:, None]
        signs = 2 * targets[np.ix_(rows[some], codes)] - 1
        level = (weight * signs).sum(axis=0) / weight.sum()
        x = features[some]
        square = x.T @ (weight * x) + RIDGE * np.eye(x.shape[1])
        slopes[codes] = np.linalg.solve(square, x.T @ (weight * (signs - level))).T / scale
        constants[codes] = level - slopes[codes] @ mean
    with torch.no_grad():
        network.module["head"].weight.copy_(torch.from_numpy(STRETCH * slopes).float())
        network.module["head"].bias.copy_(torch.from_numpy(STRETCH * constants).float())


def pool_windows(network: Network, windows: Windows) -> Floats:
    """The mean state (texts, width) of each text, of all its windows."""
    _, states = run_all(network, windows)
    starts = np.searchsorted(windows.owner, np.arange(windows.n_texts))
    counts = np.bincount(windows.owner, minlength=windows.n_texts)
    return np.asarray(np.add.reduceat(states, starts) / counts[:, None]) if len(starts) else states
