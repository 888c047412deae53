"""A tokenizer of a stranger: what published encoders use is taken, what may never end is not."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from textmine.coding.artefact import load_coder
from textmine.coding.tokenizer_check import _KNOWN, find_unsafe
from textmine.errors import ModelError
from textmine.files import sha256_of_file

MODEL = {"type": "WordPiece", "max_input_chars_per_word": 100}


def split(regex: str) -> dict[str, Any]:
    return {"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": False}


def replace(old: str, new: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": {"String": old}, "content": new}


SOUND = [
    {"normalizer": {"type": "BertNormalizer"}, "pre_tokenizer": {"type": "BertPreTokenizer"}},
    {"normalizer": None, "pre_tokenizer": {"type": "ByteLevel", "use_regex": True}, "model": {"type": "BPE"}},
    {"normalizer": {"type": "Sequence", "normalizers": [{"type": "Precompiled"}, {"type": "Strip"},
     {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"}]},
     "pre_tokenizer": {"type": "Metaspace"}, "model": {"type": "Unigram"}},
    {"normalizer": {"type": "Sequence", "normalizers": [replace("``", '"'), replace(" ", "▁")]}},
    *({"pre_tokenizer": {"type": "Sequence", "pretokenizers": [split(known), {"type": "ByteLevel"}]}}
      for known in sorted(_KNOWN)),
    {"pre_tokenizer": split(r"\p{N}+")},
]  # fmt: skip
HOSTILE = [
    {"pre_tokenizer": split("(a+)+b")},
    {"pre_tokenizer": split("(a|a)*b")},
    {"pre_tokenizer": split("a?" * 30 + "a" * 30)},
    {"normalizer": {"type": "Sequence", "normalizers": [split("x*x*y") | {"type": "Replace"}]}},
    {"normalizer": {"type": "Sequence", "normalizers": [replace("a", "aa")] * 15}},
    {"normalizer": {"type": "Prepend", "prepend": "x" * 1_000_000}},
    {"normalizer": {"type": "Sequence", "normalizers": [{"type": "Strip"}] * 1_000}},
    {"model": {"type": "WordPiece", "max_input_chars_per_word": 10**9}},
    {"model": {"type": "BPE", "dropout": 0.5}},
    {"model": {"type": "Code"}},
    {"pre_tokenizer": {"type": "Code"}},
    {"pre_tokenizer": []},
    {"normalizer": {"type": "Sequence", "normalizers": [None, 5]}},
]


@pytest.mark.parametrize("parts", SOUND)
def test_tokenizers_of_published_encoders_are_taken(parts: dict[str, Any]) -> None:
    assert find_unsafe(json.dumps({"model": MODEL, **parts})) == ""


@pytest.mark.parametrize("parts", HOSTILE)
def test_tokenizer_that_may_take_more_than_its_share_is_refused(parts: dict[str, Any]) -> None:
    assert find_unsafe(json.dumps({"model": MODEL, **parts})).startswith("its tokenizer")


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", '{"model": 5}', "[" * 100_000])
def test_file_that_is_no_tokenizer_is_refused(content: str) -> None:
    assert find_unsafe(content) == "its tokenizer is none that can be read"


def test_bundled_encoder_is_taken(tiny_encoder: Path) -> None:
    assert find_unsafe((tiny_encoder / "tokenizer.json").read_text(encoding="utf-8")) == ""


@pytest.mark.slow
def test_model_folder_with_a_hostile_tokenizer_is_refused_at_once(
    accurate_saved: Path, tmp_path: Path
) -> None:
    """Its hashes are right: it was made so."""
    accurate_folder = Path(shutil.copytree(accurate_saved, tmp_path / "hostile"))
    tree = json.loads((accurate_folder / "tokenizer.json").read_text(encoding="utf-8"))
    tree["pre_tokenizer"] = split("(a+)+b")
    (accurate_folder / "tokenizer.json").write_text(json.dumps(tree), encoding="utf-8")
    config = json.loads((accurate_folder / "config.json").read_text(encoding="utf-8"))
    config["files"]["tokenizer.json"] = sha256_of_file(accurate_folder / "tokenizer.json")
    (accurate_folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    begun = time.process_time()
    with pytest.raises(ModelError, match="not known to be quick"):
        load_coder(accurate_folder)
    assert time.process_time() - begun < 30
