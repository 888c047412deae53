"""Members of a training that are kept: taken up whole and by the same training, or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from textmine.coding.members import KeptMember, MemberStore

MEMBER = KeptMember({"head.weight": np.ones((2, 3), np.float16)}, np.array([[0.25, -1.5]]), 4)


@pytest.fixture
def store(tmp_path: Path) -> MemberStore:
    kept = MemberStore(tmp_path / "training", "key")
    kept.put(0, MEMBER)
    return kept


def the_file(store: MemberStore) -> Path:
    assert store.folder is not None
    return store.folder / "member-0.safetensors"


def test_member_comes_back_as_it_was_put(store: MemberStore) -> None:
    found = store.take(0)
    assert found is not None
    assert (found.epochs, found.scores.tolist(), found.scores.dtype) == (4, [[0.25, -1.5]], np.float64)
    assert found.state["head.weight"].tolist() == MEMBER.state["head.weight"].tolist()
    assert found.state["head.weight"].dtype == np.float16


def test_member_of_another_place_or_training_is_not_taken(store: MemberStore) -> None:
    assert store.take(1) is None
    assert MemberStore(store.folder, "other").take(0) is None


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def _flip(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[-3] ^= 1
    path.write_bytes(whole)


def _lose_scores(path: Path) -> None:
    tensors = {k: v for k, v in load_file(path).items() if k != "held_out_scores"}
    save_file(tensors, path, metadata={"key": "key", "epochs": "4"})


def _lie_about_epochs(path: Path) -> None:
    save_file(load_file(path), path, metadata={"key": "key", "epochs": "many"})


@pytest.mark.parametrize(
    "damage", [_cut, _flip, _lose_scores, _lie_about_epochs, lambda path: path.write_bytes(b"")]
)
def test_damaged_member_is_not_taken(store: MemberStore, damage) -> None:
    damage(the_file(store))
    assert store.take(0) is None
    store.put(0, MEMBER)
    assert store.take(0) is not None


def test_what_was_cut_off_while_it_was_written_is_no_member(store: MemberStore) -> None:
    the_file(store).rename(the_file(store).with_name(".textmine-x.safetensors"))
    assert store.take(0) is None
    store.forget()
    assert store.folder is not None and not store.folder.exists()


def test_forgetting_leaves_what_is_not_its_own(store: MemberStore) -> None:
    assert store.folder is not None
    (store.folder / "notes.txt").write_text("mine", "utf-8")
    store.forget()
    assert [path.name for path in store.folder.iterdir()] == ["notes.txt"]


def test_without_a_folder_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    nowhere = MemberStore(None, "key")
    nowhere.put(0, MEMBER)
    nowhere.forget()
    assert nowhere.take(0) is None and not list(tmp_path.iterdir())
