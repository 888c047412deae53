"""Static vectors: shipped small, read without torch, summed right, refused when damaged."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmine.coding.static import DEFAULT_VECTORS, StaticVectors, load_static_vectors, sum_segments
from textmine.errors import ModelError
from textmine.locations import find_model


@given(st.lists(st.integers(0, 4), max_size=6), st.integers(1, 3))
def test_sum_of_each_run_is_the_plain_sum(lengths: list[int], width: int) -> None:
    rows = np.arange(sum(lengths) * width, dtype=np.float32).reshape(-1, width)
    ends = np.cumsum(lengths, dtype=np.int64)
    wanted = [rows[end - n : end].sum(axis=0) for n, end in zip(lengths, ends, strict=True)]
    assert sum_segments(rows, ends).tolist() == [row.tolist() for row in wanted]


def test_shipped_vectors_are_small_and_tell_near_from_far() -> None:
    folder = find_model(DEFAULT_VECTORS)
    assert sum(path.stat().st_size for path in folder.iterdir()) < 16 * 2**20
    vectors = load_static_vectors(folder)
    flat, ends = vectors.pieces_of(["training", "teaching", "roof"])
    training, teaching, roof = sum_segments(vectors.pieces[flat], ends)

    def likeness(a: np.ndarray, b: np.ndarray) -> float:
        return float(a @ b / np.sqrt((a @ a) * (b @ b)))

    assert likeness(training, teaching) > likeness(training, roof) + 0.1


def test_unknown_word_is_cut_into_pieces() -> None:
    vectors = load_static_vectors(find_model(DEFAULT_VECTORS))
    flat, ends = vectors.pieces_of(["qwxzjkvv", "", "staff"])
    assert ends[0] > 1
    assert ends[1] == ends[0]
    assert flat.max() < len(vectors.pieces)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "scale.json"])
@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_damaged_vectors_are_refused_in_one_line(tmp_path: Path, name: str, damage: str) -> None:
    folder = tmp_path / "vectors"
    shutil.copytree(find_model(DEFAULT_VECTORS), folder)
    if damage == "gone":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes((folder / name).read_bytes()[:9])
    with pytest.raises(ModelError, match=r"static vectors in vectors cannot be read") as caught:
        StaticVectors(folder)
    assert "\n" not in str(caught.value)
