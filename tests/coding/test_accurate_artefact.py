"""Folders of accurate coders: whole in themselves, the same coder back, damage told in one line."""

from __future__ import annotations

import json
import pickle
import shutil
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file, save_file

from textmine.coding import encoder as encoder_room
from textmine.coding import tuned_encoder as tuning_room
from textmine.coding.accurate import AccurateCoder
from textmine.coding.artefact import load_coder, save_coder
from textmine.coding.batch import code_corpus
from textmine.coding.coder import Coder
from textmine.corpus import Corpus
from textmine.errors import ModelError

NEW = ["We share joint training", "no time 😀", "", "Â£5 saved", "word " * 400]


@pytest.fixture
def copy(accurate_saved: Path, tmp_path: Path) -> Path:
    """A model folder that may be spoiled."""
    return Path(shutil.copytree(accurate_saved, tmp_path / "spoiled"))


def change_config(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    config = json.loads((folder / "config.json").read_text("utf-8"))
    change(config)
    (folder / "config.json").write_text(json.dumps(config), "utf-8")


def own_up(folder: Path) -> None:
    """Make the config name the files as they are now, as someone with bad intent would."""
    change_config(
        folder,
        lambda c: c["files"].update({n: sha256((folder / n).read_bytes()).hexdigest() for n in c["files"]}),
    )


def change_arrays(name: str, change: Callable[[dict[str, np.ndarray]], Any]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        arrays = dict(load_file(folder / name))
        change(arrays)
        save_file({k: np.ascontiguousarray(v) for k, v in arrays.items()}, folder / name)
        own_up(folder)

    return spoil


def settings(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    return lambda folder: change_config(folder, change)


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


# --- there and back ---------------------------------------------------------------------------------------


def test_loaded_coder_codes_as_the_saved_one(
    accurate: AccurateCoder, accurate_saved: Path, answers: pd.DataFrame
) -> None:
    loaded = load_coder(accurate_saved)
    corpus = Corpus(answers[["doc_id", "text", "question"]])
    assert isinstance(loaded, AccurateCoder) and loaded.tier == "accurate"
    assert np.abs(loaded.predict_proba(NEW) - accurate.predict_proba(NEW)).max() <= 1e-6
    was, now = code_corpus(accurate, corpus)[0], code_corpus(loaded, corpus)[0]
    assert was.scores is not None and now.scores is not None
    assert np.abs(was.scores.to_numpy() - now.scores.to_numpy()).max() <= 1e-6
    pd.testing.assert_frame_equal(was.decisions, now.decisions)
    assert loaded.codebook_ == accurate.codebook_ and loaded.known_questions == accurate.known_questions
    assert loaded.name_ == accurate_saved.name and len(loaded.sha256_) == 64


def test_coder_that_learned_from_marked_words_is_whole_too(
    accurate_settings: dict[str, Any],
    answers: pd.DataFrame,
    given: pd.DataFrame,
    marked: pd.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tuning_room, "FEW_TEXTS", 1)
    coder = AccurateCoder(**accurate_settings).fit(answers, given, quotes=marked)
    folder = save_coder(coder, tmp_path / "marked")
    assert "tokens.weight" in load_file(folder / "member-0.safetensors")
    again = load_coder(folder)
    assert np.abs(again.predict_proba(NEW) - coder.predict_proba(NEW)).max() <= 1e-6
    assert files_of(save_coder(again, tmp_path / "again")) == files_of(folder)
    change_config(folder, lambda c: c["network"].pop("by_token"))
    with pytest.raises(ModelError, match="The model folder marked is damaged"):
        load_coder(folder)


def test_second_save_gives_the_same_bytes(
    accurate: AccurateCoder, accurate_saved: Path, tmp_path: Path
) -> None:
    save_coder(accurate, tmp_path / "again")
    save_coder(load_coder(accurate_saved), tmp_path / "loaded")
    first, again = files_of(accurate_saved), files_of(tmp_path / "again")
    loaded = files_of(tmp_path / "loaded")
    assert json.loads(again["config.json"]) == json.loads(first["config.json"])
    assert json.loads(loaded["config.json"]) == json.loads(first["config.json"])
    assert first == again == loaded


def test_folder_holds_data_files_only_and_names_each_by_its_hash(accurate_saved: Path) -> None:
    files = files_of(accurate_saved)
    assert set(files) == {
        "codebook.yaml",
        "config.json",
        "member-0.safetensors",
        "memory.safetensors",
        "tokenizer.json",
        "words.safetensors",
        *(f"fast/{n}" for n in ("codebook.yaml", "config.json", "vocabulary.json", "weights.safetensors")),
    }
    named = json.loads(files["config.json"])["files"]
    assert named == {name: sha256(files[name]).hexdigest() for name in files if name != "config.json"}


def test_folder_says_nothing_of_the_machine_it_was_made_on(
    accurate: AccurateCoder, accurate_saved: Path
) -> None:
    config = json.loads((accurate_saved / "config.json").read_text("utf-8"))
    assert Path(accurate.encoder).is_absolute() and accurate.device == "cpu"
    told = config["parameters"]
    assert (told["encoder"], told["device"], told["threads"]) == ("tiny", None, None)
    assert str(Path(accurate.encoder).parent).encode() not in b"".join(files_of(accurate_saved).values())


def test_it_is_whole_in_itself_and_asks_nobody(
    accurate: AccurateCoder, accurate_saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a connection, or another encoder, was tried")

    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    for name in ("create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(encoder_room, "find_spec", lambda name: None)
    monkeypatch.setattr(encoder_room, "find_encoder", refuse)
    found = load_coder(accurate_saved).predict_proba(NEW)
    assert np.abs(found - accurate.predict_proba(NEW)).max() <= 1e-6


def test_private_name_is_in_no_file(accurate_saved: Path, private_names: list[str]) -> None:
    for name, content in files_of(accurate_saved).items():
        if name in ("tokenizer.json",):  # the words of the encoder, which saw none of the answers
            continue
        assert not [n for n in private_names if n.lower().encode() in content.lower()], name


def test_other_tier_in_the_same_folder_leaves_nothing_of_the_first(
    accurate: AccurateCoder, coder: Coder, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    save_coder(coder, folder)
    (folder / "notes.txt").write_text("mine", "utf-8")
    save_coder(accurate, folder)
    assert not {"vocabulary.json", "weights.safetensors"} & set(files_of(folder))
    save_coder(coder, folder)
    assert set(files_of(folder)) == {
        "codebook.yaml",
        "config.json",
        "notes.txt",
        "vocabulary.json",
        "weights.safetensors",
    }
    assert load_coder(folder).tier == "fast"


# --- damage -----------------------------------------------------------------------------------------------


def cut(name: str) -> Callable[[Path], None]:
    return lambda f: (f / name).write_bytes((f / name).read_bytes()[:-7]) and None


def flip(name: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        whole = bytearray((folder / name).read_bytes())
        whole[-2] ^= 1
        (folder / name).write_bytes(whole)

    return spoil


def copy_member(folder: Path) -> None:
    shutil.copy(folder / "member-0.safetensors", folder / "member-1.safetensors")
    change_config(folder, lambda c: c["files"].update({"member-1.safetensors": ""}))
    own_up(folder)


def shorten_tokenizer(folder: Path) -> None:
    told = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    told["model"]["vocab"] |= {f"new{n}": 30522 + n for n in range(9)}
    (folder / "tokenizer.json").write_text(json.dumps(told), "utf-8")
    own_up(folder)


def forge_within(folder: Path) -> None:
    """The fast coder within is of other codes, and all hashes are right."""
    inner = folder / "fast"
    change_config(inner, lambda c: c.update(codes=c["codes"][::-1]))
    own_up(folder)


def nest(folder: Path) -> None:
    shutil.copytree(folder, folder.parent / "inner")
    shutil.rmtree(folder / "fast")
    shutil.copytree(folder.parent / "inner", folder / "fast")
    change_config(folder, lambda c: c.update(files={n: "" for n in files_of(folder) if n != "config.json"}))
    own_up(folder)


def with_one(values: np.ndarray, number: float) -> np.ndarray:
    return np.where(np.arange(values.size).reshape(values.shape) == 0, number, values).astype(values.dtype)


MEMBER, WORDS = "member-0.safetensors", "words.safetensors"
HEAD = "head.weight"
DAMAGE: dict[str, tuple[Callable[[Path], Any], str]] = {
    "member cut": (cut(MEMBER), "not the file that was saved"),
    "one bit of a member": (flip(MEMBER), "not the file that was saved"),
    "member cut, hash mended": (lambda f: (cut(MEMBER)(f), own_up(f)), "damaged: SafetensorError"),
    "member gone": (lambda f: (f / MEMBER).unlink(), f"{MEMBER} is missing"),
    "member not named": (settings(lambda c: c["files"].pop(MEMBER)), f"does not name {MEMBER}"),
    "member too many": (copy_member, "names member-1.safetensors, which no encoder has"),
    "no members": (settings(lambda c: c.update(members=0)), "no number of members that its files could be"),
    "members without end": (settings(lambda c: c.update(members=10**9)), "no number of members that its"),
    "encoder on another machine": (
        settings(lambda c: c["parameters"].update(encoder="//machine/share")),
        "its encoders have no plain names",
    ),
    "encoder of someone": (
        settings(lambda c: c["parameters"].update(encoder=["~someone/x"])),
        "its encoders have no plain names",
    ),
    "encoder a number": (settings(lambda c: c["parameters"].update(encoder=[7])), "no plain names"),
    "encoder a table": (settings(lambda c: c["parameters"].update(encoder={"a": 1})), "no plain names"),
    "more members than files": (
        settings(lambda c: c.update(members=2)),
        "does not name member-1.safetensors",
    ),
    "members a word": (settings(lambda c: c.update(members="one")), "no number of members that its files"),
    "words gone": (lambda f: (f / WORDS).unlink(), f"{WORDS} is missing"),
    "words not named": (settings(lambda c: c["files"].pop(WORDS)), f"does not name {WORDS}"),
    "fast part not named": (
        settings(lambda c: c["files"].pop("fast/config.json")),
        "does not name fast/config.json",
    ),
    "fast part spoiled": (flip("fast/weights.safetensors"), "not the file that was saved"),
    "fast part of other codes": (forge_within, "the fast coder within is of another model"),
    "fast part not fast": (nest, "the fast coder within is of another model"),
    "head of another shape": (
        change_arrays(MEMBER, lambda a: a.update({HEAD: a[HEAD][:, :1]})),
        "damaged: ValueError",
    ),
    "head that would spread": (
        change_arrays(MEMBER, lambda a: a.update({"head.bias": a["head.bias"][:1]})),
        "damaged: ValueError",
    ),
    "head NaN": (
        change_arrays(MEMBER, lambda a: a.update({HEAD: with_one(a[HEAD], np.nan)})),
        "damaged: ValueError",
    ),
    "head infinite": (
        change_arrays(MEMBER, lambda a: a.update({HEAD: with_one(a[HEAD], np.inf)})),
        "damaged: ValueError",
    ),
    "array gone": (change_arrays(MEMBER, lambda a: a.pop(HEAD)), "damaged: ValueError"),
    "array too many": (change_arrays(MEMBER, lambda a: a.update(x=a[HEAD])), "damaged: ValueError"),
    "words short": (change_arrays(WORDS, lambda a: a.update(words=a["words"][:9])), "damaged: ValueError"),
    "words infinite": (
        change_arrays(WORDS, lambda a: a.update(words=with_one(a["words"], np.inf))),
        "damaged: ValueError",
    ),
    "network of another width": (
        settings(lambda c: c["network"].update(hidden_size=64)),
        "damaged: ValueError",
    ),
    "network of no known kind": (settings(lambda c: c["network"].update(model_type="evil")), "damaged"),
    "network unsaid": (settings(lambda c: c.pop("network")), "damaged: KeyError"),
    "memory of other codes": (
        change_arrays(
            "memory.safetensors", lambda a: a.update(memory_scores=a["memory_scores"][:, :2].copy())
        ),
        "remembers scores of another number of codes",
    ),
    "tokenizer with more words": (shorten_tokenizer, "tokenizer knows words that its encoder does not"),
    "tokenizer no tokenizer": (
        lambda f: ((f / "tokenizer.json").write_text("{}", "utf-8"), own_up(f)),
        "damaged",
    ),
    "windows too long": (
        settings(lambda c: c["parameters"].update(most_tokens=9999)),
        "windows are longer than its encoder takes",
    ),
    "share of the blend": (settings(lambda c: c["blend"].update(shares=[7, -6])), "shares of the blend"),
    "shares of more than all": (
        settings(lambda c: c["blend"].update(shares=[1, 0.1])),
        "shares of the blend",
    ),
    "share NaN": (settings(lambda c: c["blend"].update(shares=[float("nan"), 1])), "shares of the blend"),
    "share gone": (
        settings(lambda c: c["blend"].update(shares=[1])),
        "blend is of another number of encoders",
    ),
    "blend of one": (
        settings(lambda c: c["blend"]["calibrations"].pop()),
        "blend is of another number of encoders",
    ),
    "blend short": (
        settings(lambda c: c["blend"]["calibrations"][0].pop()),
        "scores 0 of the blend are not 3",
    ),
    "blend infinite": (
        settings(lambda c: c["blend"]["calibrations"].__setitem__(1, [[1.0, float("inf")]] * 3)),
        "scores 1 of the blend are not 3 or are not finite",
    ),
    "thresholds short": (settings(lambda c: c["thresholds"].pop()), "thresholds are not 3"),
    "calibration NaN": (
        settings(lambda c: c.update(calibrations=[[float("nan"), 1.0]] * 3)),
        "calibrations are not 3 or are not finite",
    ),
    "file outside": (
        settings(lambda c: c["files"].update({"../other/x": ""})),
        "names files outside the folder",
    ),
    "file at the root": (settings(lambda c: c["files"].update({"/etc/hosts": ""})), "outside the folder"),
    "file on a drive": (settings(lambda c: c["files"].update({"C:x": ""})), "outside the folder"),
    "file outside, backwards": (
        settings(lambda c: c["files"].update({"..\\x": ""})),
        "outside the folder",
    ),
    "unknown setting": (settings(lambda c: c["parameters"].update(depth=3)), "damaged: TypeError"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_folder_is_refused_in_one_line(copy: Path, damage: str) -> None:
    spoil, wanted = DAMAGE[damage]
    spoil(copy)
    with pytest.raises(ModelError) as caught:
        load_coder(copy)
    assert wanted in str(caught.value) and "\n" not in str(caught.value)
    assert "spoiled" in str(caught.value)


class Burglar:
    """Makes a folder when it is unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        import os

        return os.mkdir, (str(self.place),)


@pytest.mark.parametrize("name", [MEMBER, WORDS, "memory.safetensors", "tokenizer.json"])
def test_loading_executes_nothing(copy: Path, tmp_path: Path, name: str) -> None:
    (copy / name).write_bytes(pickle.dumps(Burglar(tmp_path / "broken-in")))
    own_up(copy)
    with pytest.raises(ModelError):
        load_coder(copy)
    assert not (tmp_path / "broken-in").exists()


@pytest.mark.parametrize("lacking", ["torch", "transformers"])
def test_missing_torch_is_told_with_what_to_install(
    accurate_saved: Path, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    monkeypatch.setitem(sys.modules, lacking, None)
    with pytest.raises(ModelError, match=r"^The accurate tier needs torch.*pip install textmine\[train\]$"):
        load_coder(accurate_saved)


def test_members_that_are_gone_from_a_new_training_are_taken_away(
    accurate: AccurateCoder, tmp_path: Path
) -> None:
    twice = load_coder(save_coder(accurate, tmp_path / "one"))
    assert isinstance(twice, AccurateCoder)
    twice.tuned_ = [replace(twice.tuned_[0], members=twice.tuned_[0].members * 2)]
    save_coder(twice, tmp_path / "model")
    assert (tmp_path / "model" / "member-1.safetensors").is_file()
    save_coder(accurate, tmp_path / "model")
    assert files_of(tmp_path / "model") == files_of(tmp_path / "one")
