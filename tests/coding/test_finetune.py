"""A network of an encoder and one layer: what it learns, that it learns it again, what fits into it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from textmine.coding.encoder import Windows, cut_windows, load_tokenizer
from textmine.coding.finetune import Network, Recipe, draw_batches, score_windows, train_network
from textmine.coding.machine import Machine
from textmine.coding.marked_tokens import MarkedTokens, find_marked_tokens
from textmine.coding.training_texts import TrainingTexts
from textmine.errors import ModelError

pytestmark = pytest.mark.usefixtures("tiny_encoder")

TEXTS = ["We saved money", "The hall was painted", "Money is pooled", "It rained all day"] * 6
MONEY = np.array([[1.0], [0.0], [1.0], [0.0]] * 6)
QUICK = Recipe(epochs=6, rate=5e-3, batch=8)


@pytest.fixture(scope="module")
def tokenizer(tiny_encoder: Path):
    return load_tokenizer(str(tiny_encoder))


@pytest.fixture
def make(tiny_encoder: Path):
    """Makes a network of so many codes, the same each time."""
    import torch

    def network(n_codes: int = 1, *, by_token: bool = False) -> Network:
        torch.manual_seed(5)
        return Network.from_encoder(str(tiny_encoder), n_codes, Machine(threads=1), by_token=by_token)

    return network


@pytest.fixture
def windows(tokenizer) -> Windows:
    return cut_windows(tokenizer, TEXTS, [""] * len(TEXTS), most_tokens=32)


def train(network: Network, windows: Windows, targets=MONEY, recipe=QUICK, rows=None, **more) -> int:
    rows = np.arange(len(targets)) if rows is None else rows
    return train_network(network, windows, targets, recipe, rows=rows, **more)


# --- learning ---------------------------------------------------------------------------------------------


def test_word_is_learned_from_its_examples(make, windows: Windows, tokenizer) -> None:
    network = make()
    assert train(network, windows) == QUICK.epochs
    new = cut_windows(tokenizer, ["money", "painted"], ["", ""], most_tokens=32)
    scores = score_windows(network, new)[:, 0]
    assert scores[0] > 0 > scores[1]


def test_same_seed_gives_the_same_weights_and_another_seed_others(make, windows: Windows) -> None:
    states = []
    for seed in (1, 1, 2):
        network = make()
        train(network, windows, recipe=Recipe(epochs=1, rate=1e-3, batch=8, seed=seed))
        states.append(network.state())
    assert all((states[0][name] == states[1][name]).all() for name in states[0])
    assert any((states[0][name] != states[2][name]).any() for name in states[0])


def test_vectors_of_words_stay_as_they_were(make, windows: Windows) -> None:
    network = make()
    before = network.words().copy()
    train(network, windows)
    assert (network.words() == before).all()
    assert not [name for name in network.state() if "word_embeddings" in name]


def test_unknown_target_teaches_nothing(make, windows: Windows) -> None:
    """A code that is unknown in half of the texts is learned as if these were not there."""
    unknown = np.where(np.arange(24)[:, None] < 12, MONEY, np.nan)
    one = make()
    train(one, windows, unknown, Recipe(epochs=1, rate=1e-3, batch=24, dropout=0.0))
    two = make()
    weights = np.where(np.arange(24) < 12, 1.0, 0.0)
    train(two, windows, unknown, Recipe(epochs=1, rate=1e-3, batch=24, dropout=0.0), weights=weights)
    assert all((one.state()[name] == two.state()[name]).all() for name in one.state())
    assert all(np.isfinite(values).all() for values in one.state().values())


def test_code_known_of_no_text_of_a_batch_is_no_crash(make, windows: Windows) -> None:
    network = make(2)
    train(network, windows, np.column_stack([MONEY, np.full(24, np.nan)]))
    assert np.isfinite(score_windows(network, windows)).all()


def test_soft_target_is_approached_not_exceeded(make, windows: Windows) -> None:
    network = make()
    train(network, windows, np.full((24, 1), 0.7), Recipe(epochs=8, rate=2e-3, batch=8))
    assert 1 / (1 + np.exp(-score_windows(network, windows))) == pytest.approx(0.7, abs=0.08)


def test_rows_left_out_and_rows_of_no_weight_are_not_learned(make, windows: Windows) -> None:
    """Twelve texts say the opposite; with no weight, or left out, they change nothing of what is learned."""
    wrong = np.where(np.arange(24)[:, None] < 12, MONEY, 1 - MONEY)
    for more in ({"weights": (np.arange(24) < 12).astype(float)}, {"rows": np.arange(12)}):
        network = make()
        train(network, windows, wrong, **more)
        scores = score_windows(network, windows)[:12]
        assert ((scores > 0) == (MONEY[:12] > 0)).all()


def test_training_stops_where_it_is_told_to(make, windows: Windows) -> None:
    told: list[tuple[int, int]] = []
    progress = lambda done, total: told.append((done, total))  # noqa: E731
    assert train(make(), windows, after_epoch=lambda epoch: epoch == 2, progress=progress) == 2
    assert told == [(n, 18) for n in range(1, 7)]


def test_long_text_is_judged_by_its_largest_window(make, windows: Windows, tokenizer) -> None:
    network = make(2)
    train(network, windows, np.column_stack([MONEY, 1 - MONEY]))
    long = cut_windows(tokenizer, ["it rained all day " * 40 + " we saved money"], [""], most_tokens=32)
    each = Windows(long.ids, long.kinds, np.arange(len(long.ids)), len(long.ids))
    assert len(long.ids) > 3
    assert score_windows(network, long)[0].tolist() == pytest.approx(
        score_windows(network, each).max(axis=0).tolist(), abs=1e-5
    )


# --- single words -----------------------------------------------------------------------------------------


@pytest.fixture
def marked(windows: Windows, tokenizer) -> MarkedTokens:
    """Of each text about money the one word that says so."""
    said = {text: text.lower().find("money") for text in TEXTS}
    marks = {i: [(said[t], said[t] + 5, 0)] for i, t in enumerate(TEXTS) if said[t] >= 0}
    people, n = [f"r{i}" for i in range(len(TEXTS))], len(TEXTS)
    rows = TrainingTexts(TEXTS, [""] * n, MONEY, np.ones(n), np.arange(n), people, marks)
    found = find_marked_tokens(tokenizer, windows, rows)
    assert found is not None
    return found


def test_marked_word_is_told_from_those_beside_it(make, windows: Windows, marked, tokenizer) -> None:
    network = make(by_token=True)
    train(network, windows, marked=marked)
    new = cut_windows(tokenizer, ["we saved all the money painted"], [""], most_tokens=32)
    network.module.eval()
    tokens = network.run(new, np.array([0])).tokens
    assert tokens is not None
    words = [tokenizer.id_to_token(int(i)) for i in new.ids[0]]
    assert words[int(tokens[0, :, 0].argmax())] == "money"


def test_marks_are_heeded_only_where_they_are_given(make, windows: Windows, marked) -> None:
    states = []
    for more in ({"marked": marked}, {"marked": marked, "weights": np.zeros(24)}, {}):
        network = make(by_token=True)
        train(network, windows, recipe=Recipe(epochs=1, rate=1e-3, batch=8), **more)
        states.append(network.state()["tokens.weight"])
    assert (states[0] != states[2]).any() and (states[0] != states[1]).any()


def test_marks_of_texts_left_out_teach_nothing(make, windows: Windows, marked) -> None:
    """Marks of the texts that are not trained on are moved to other words: the network stays the same."""
    rows = np.arange(12)
    moved = [stretches if w < 12 else [(2, 3, 0)] for w, stretches in enumerate(marked.marked)]
    states = []
    for stretches in (marked.marked, moved):
        network = make(by_token=True)
        train(network, windows, marked=replace(marked, marked=stretches), rows=rows)
        states.append(network.state())
    assert all((states[0][name] == states[1][name]).all() for name in states[0])


def test_padding_does_not_change_scores_by_token(make, windows: Windows, marked, tokenizer) -> None:
    network = make(by_token=True)
    train(network, windows, marked=marked)
    together = cut_windows(tokenizer, ["money", "it rained all day and all day"], ["", ""], most_tokens=32)
    alone = together.select(np.array([0]))
    assert score_windows(network, together)[0] == pytest.approx(score_windows(network, alone)[0], abs=1e-5)


def test_network_by_token_takes_up_no_weights_of_another(make) -> None:
    plain, by_token = make(), make(by_token=True)
    for one, other in ((plain, by_token), (by_token, plain)):
        with pytest.raises(ValueError, match="another network"):
            one.load_state(other.state())
    again = make(by_token=True)
    again.load_state(by_token.state())
    assert (again.state()["tokens.weight"] == by_token.state()["tokens.weight"]).all()


# --- scoring ----------------------------------------------------------------------------------------------


def test_score_of_a_text_does_not_depend_on_the_texts_beside_it(make, tokenizer) -> None:
    network = make(3)
    texts = ["money", "", "word " * 500, "😀", "a longer answer about money and time", "x"] * 8
    windows = cut_windows(tokenizer, texts, ["Why?", ""] * 24, most_tokens=32)
    together = score_windows(network, windows)
    alone = np.vstack([score_windows(network, windows.select(np.array([n]))) for n in range(len(texts))])
    assert together.shape == (48, 3)
    assert np.abs(together - alone).max() < 1e-5
    assert np.abs(score_windows(network, windows.select(np.arange(47, -1, -1)))[::-1] - together).max() < 1e-5


def test_no_texts_have_no_scores(make, tokenizer) -> None:
    assert score_windows(make(3), cut_windows(tokenizer, [], [], most_tokens=32)).shape == (0, 3)


def test_batches_hold_every_row_once_and_texts_of_like_length_together() -> None:
    rows, lengths = np.arange(10, 500, 2), np.random.default_rng(0).integers(3, 160, 500)
    batches = list(draw_batches(rows, lengths, 8, np.random.default_rng(1)))
    assert sorted(np.concatenate(batches).tolist()) == rows.tolist()
    assert max(map(len, batches)) == 8
    filled = sum(len(b) * lengths[b].max() for b in batches)
    assert filled < 1.35 * lengths[rows].sum()
    again = list(draw_batches(rows, lengths, 8, np.random.default_rng(1)))
    assert [b.tolist() for b in again] == [b.tolist() for b in batches]


# --- there and back ---------------------------------------------------------------------------------------


def test_network_of_its_parts_scores_as_before_saved_to_half_precision(make, windows: Windows) -> None:
    network = make()
    train(network, windows)
    parts = Network.from_parts(network.describe(), network.words(), 1, Machine(threads=1))
    parts.load_state(network.state())
    assert np.abs(score_windows(parts, windows) - score_windows(network, windows)).max() < 0.02
    network.load_state(network.state())
    assert (score_windows(parts, windows) == score_windows(network, windows)).all()


def test_settings_that_could_fetch_something_are_neither_kept_nor_followed(make) -> None:
    network = make()
    forged = network.describe() | {
        "auto_map": {"AutoModel": "evil/repo--modeling.Evil"},
        "attn_implementation": "evil/kernel",
        "_attn_implementation": "evil/kernel",
        "_name_or_path": "somewhere/encoder",
    }
    built = Network.from_parts(forged, network.words(), 1, Machine())
    assert built.describe() == network.describe()
    assert not [name for name in network.describe() if name.startswith("_")]


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.pop("head.weight"),
        lambda s: s.update({"other": np.zeros(3, np.float16)}),
        lambda s: s.update({"head.bias": np.zeros(1, np.float16)}),  # would fill all three
        lambda s: s.update({"head.weight": np.zeros((32, 3), np.float16)}),
        lambda s: s.update({"head.weight": np.full((3, 32), np.nan, np.float16)}),
        lambda s: s.update({"head.weight": np.full((3, 32), np.inf, np.float16)}),
    ],
)
def test_weights_that_do_not_fit_are_refused(make, change) -> None:
    network = make(3)
    state = network.state()
    change(state)
    with pytest.raises(ValueError, match=r"the weights (are those of another|have another shape)"):
        network.load_state(state)


@pytest.mark.parametrize("words", [np.zeros((7, 32)), np.zeros((30522, 1)), np.full((30522, 32), np.nan)])
def test_vectors_of_words_that_do_not_fit_are_refused(make, words: np.ndarray) -> None:
    with pytest.raises(ValueError, match="vectors of words"):
        Network.from_parts(make().describe(), words.astype(np.float16), 1, Machine())


def test_encoder_says_how_long_a_window_it_takes(make) -> None:
    assert make().most_tokens == 512


def test_weights_that_are_pickled_are_not_read(tiny_encoder: Path, tmp_path: Path) -> None:
    import shutil

    import torch

    folder = Path(shutil.copytree(tiny_encoder, tmp_path / "pickled"))
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"The encoder pickled cannot be loaded .*model.safetensors"):
        Network.from_encoder(str(folder), 1, Machine())
