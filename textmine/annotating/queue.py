"""What to read next: units picked for their use, and mixes of these with units drawn by chance."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import cycle

import numpy as np
import pandas as pd

from textmine.annotating.drawing import Pick
from textmine.annotations.assignment import shuffle_units
from textmine.errors import InputError

#: The ways to pick, in the order in which a mix is filled.
STRATEGIES = ("random", "audit", "disputed", "review", "rare")
#: Half of the reading by chance costs learning little; a fifth keeps estimates and drift in view.
DEFAULT_MIX: Mapping[str, float] = {"random": 0.2, "rare": 0.8}
#: With fewer positives a code is looked for where its scores are highest, with more where they are unsure.
FEW_POSITIVES = 15


def check_mix(mix: Mapping[str, float]) -> dict[str, float]:
    """The shares of each strategy, scaled to a sum of 1. Raises ``InputError`` for what is no mix.

    >>> check_mix({"random": 1, "rare": 3})
    {'random': 0.25, 'rare': 0.75}
    """
    unknown = sorted(set(mix) - set(STRATEGIES))
    if unknown:
        raise InputError(f"No strategy {unknown[0]!r} in the queue. Choose from {', '.join(STRATEGIES)}.")
    if any(not share >= 0 for share in mix.values()) or not 0 < sum(mix.values()) < float("inf"):
        raise InputError("The shares of a mix are numbers of 0 or more, such as random=0.2,rare=0.8.")
    total = sum(mix.values())
    return {name: mix[name] / total for name in STRATEGIES if mix.get(name)}


def read_mix(words: str) -> dict[str, float]:
    """A mix as a command line gives it: 'random=0.2,rare=0.8', or one strategy by itself.

    >>> read_mix("random=1,rare=4"), read_mix("rare")
    ({'random': 0.2, 'rare': 0.8}, {'rare': 1.0})
    """
    shares: dict[str, float] = {}
    for part in words.split(","):
        name, _, number = part.partition("=")
        try:
            shares[name.strip()] = float(number) if number.strip() else 1.0
        except ValueError:
            raise InputError(f"No number in {part.strip()!r}. Write a mix as random=0.2,rare=0.8.") from None
    return check_mix(shares)


def split_batch(mix: Mapping[str, float], size: int, *, before: int = 0) -> dict[str, int]:
    """How many units of a batch each strategy picks; over batches the shares come out as the mix says.

    ``before`` is how many units earlier batches held, so that small batches do not round a share away.

    >>> split_batch({"random": 0.2, "rare": 0.8}, 10)
    {'random': 2, 'rare': 8}
    >>> sum(split_batch({"random": 0.1, "rare": 0.9}, 1, before=n)["random"] for n in range(20))
    2
    """
    shares = check_mix(mix)
    names = list(shares)
    now, then = _quota(shares, before), _quota(shares, before + size)
    wanted = {name: max(then[name] - now[name], 0) for name in names}
    while sum(wanted.values()) > size:  # a quota that rounded down since
        fullest = max(names, key=lambda name: wanted[name])
        wanted[fullest] -= 1
    return wanted


def _quota(shares: Mapping[str, float], size: int) -> dict[str, int]:
    exact = {name: share * size for name, share in shares.items()}
    whole = {name: int(value + 1e-9) for name, value in exact.items()}
    by_rest = sorted(exact, key=lambda name: (whole[name] - exact[name], list(exact).index(name)))
    for name in by_rest[: size - sum(whole.values())]:
        whole[name] += 1
    return whole


def pick_rare(
    scores: pd.DataFrame,
    positives: Mapping[str, int],
    count: int,
    *,
    few: int = FEW_POSITIVES,
    ranking: pd.DataFrame | None = None,
    seed: int = 0,
) -> list[Pick]:
    """Units picked for the codes with the fewest positives: the rare-first hybrid.

    ``scores`` hold the units that may be picked, units x codes; ``positives`` how many read units carry each
    code. Half of the codes, those with the fewest positives, take turns: one with fewer than ``few`` takes
    its top-scored unit, one with more the unit whose probability is closest to one half. ``ranking``, of the
    same form, says what is top-scored where probabilities of a code with hardly a positive say little (see
    ``ColdStartCoder``). Equal scores are taken in an order drawn by ``seed``. The units have no known
    probability, so they are for learning alone. ``count`` is how many units to pick.

    >>> scores = pd.DataFrame({"a": [0.1, 0.9], "b": [0.4, 0.2]}, index=["u1", "u2"])
    >>> [(pick.unit_id, pick.code) for pick in pick_rare(scores, {"a": 0, "b": 40}, 1)]
    [('u2', 'a')]
    """
    scores = scores.loc[shuffle_units([str(unit) for unit in scores.index], seed, "ties")]
    ranked = scores if ranking is None else ranking.reindex(index=scores.index, columns=scores.columns)
    codes = sorted(map(str, scores.columns), key=lambda code: positives.get(code, 0))
    half = codes[: max(1, len(codes) // 2)]
    rare = {code: positives.get(code, 0) < few for code in half}
    lines = {code: iter(_order((ranked if rare[code] else scores)[code], rare[code])) for code in half}
    taken: dict[str, str] = {}
    waiting = set(half)
    for code in cycle(half):
        if len(taken) >= min(count, len(scores)) or not waiting:
            break
        unit = next((unit for unit in lines[code] if unit not in taken), None)
        if unit is None:
            waiting.discard(code)
        else:
            taken[unit] = code
    return [Pick(unit, "active", code=code) for unit, code in taken.items()]


def _order(scores: pd.Series, top: bool) -> list[str]:
    values = scores.to_numpy(dtype=np.float64)
    key = np.where(np.isnan(values), np.inf, -values if top else np.abs(values - 0.5))
    order = np.argsort(key, kind="stable")
    return [str(unit) for unit in scores.index[order[: int(np.isfinite(key).sum())]]]


def pick_disputed(
    labels: pd.DataFrame, scores: pd.DataFrame, count: int, *, differing: Iterable[str] = ()
) -> list[Pick]:
    """Units that were read, but about which readers differ, or a reader and the model do: to be read again.

    ``labels`` are 1, 0 or missing, units x codes; ``scores`` those of a model that had not learned from the
    unit. First come the ``differing`` units, on which readers do; then those where the model is surest that
    a label is wrong, if it is surer than not.

    >>> labels = pd.DataFrame({"a": [1, 0]}, index=["u1", "u2"])
    >>> scores = pd.DataFrame({"a": [0.8, 0.9]}, index=["u1", "u2"])
    >>> [(pick.unit_id, pick.code) for pick in pick_disputed(labels, scores, 2)]
    [('u2', 'a')]
    """
    picks = {str(unit): Pick(str(unit), "disputed") for unit in differing}
    codes = [code for code in labels.columns if code in scores.columns]
    units = labels.index.intersection(scores.index)
    if codes and len(units):
        truth = labels.loc[units, codes].to_numpy(dtype=np.float64)
        gap = np.abs(truth - scores.loc[units, codes].to_numpy(dtype=np.float64))
        gap = np.where(np.isnan(gap), 0.0, gap)
        worst, where = gap.max(axis=1), gap.argmax(axis=1)
        for row in np.argsort(-worst, kind="stable"):
            if worst[row] > 0.5:
                unit = str(units[row])
                picks.setdefault(unit, Pick(unit, "disputed", code=str(codes[where[row]])))
    return list(picks.values())[: max(count, 0)]


def pick_review(pile: Sequence[str], count: int, *, without: Collection[str] = ()) -> list[Pick]:
    """The next units of a model's review pile, in the pile's order (the most useful first).

    >>> [pick.unit_id for pick in pick_review(["u3", "u1", "u2"], 2, without={"u3"})]
    ['u1', 'u2']
    """
    left = [unit for unit in dict.fromkeys(pile) if unit not in without]
    return [Pick(unit, "review") for unit in left[: max(count, 0)]]


def drop_twins(picks: Iterable[Pick], words: Mapping[str, str], *, read: Collection[str] = ()) -> list[Pick]:
    """The picks without those whose words stand in an earlier pick, or in a unit that was ``read``.

    Only units that were picked for their use: one drawn by chance stays, since its probability is its own.

    >>> drop_twins([Pick("u1", "active"), Pick("u2", "active")], {"u1": "Yes", "u2": "Yes"})
    [Pick(unit_id='u1', role='active', probability=None, sample='', code='')]
    """
    seen = {words[unit] for unit in read if unit in words}
    kept = []
    for pick in picks:
        word = words.get(pick.unit_id)
        if pick.probability is None and word is not None and word in seen:
            continue
        if word is not None:
            seen.add(word)
        kept.append(pick)
    return kept
