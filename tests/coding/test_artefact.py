"""Model folders: the same coder back, no private word inside, nothing executed, damage told in one line."""

from __future__ import annotations

import base64
import json
import os
import pickle
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file, save_file
from sklearn.exceptions import NotFittedError

from textmine.coding.artefact import FORMAT, load_coder, save_coder
from textmine.coding.card import write_card
from textmine.coding.coder import Coder
from textmine.coding.evaluation import evaluate_coder
from textmine.corpus import Corpus
from textmine.errors import ModelError


@pytest.fixture
def copy(saved: Path, tmp_path: Path) -> Path:
    """A model folder that may be spoiled."""
    return Path(shutil.copytree(saved, tmp_path / "spoiled"))


def change_config(folder: Path, **changes: Any) -> None:
    config = json.loads((folder / "config.json").read_text("utf-8")) | changes
    (folder / "config.json").write_text(json.dumps(config), "utf-8")


def own_up(folder: Path) -> None:
    """Make the config name the files as they are now, as someone with bad intent would."""
    names = ("weights.safetensors", "vocabulary.json", "codebook.yaml")
    change_config(folder, files={n: sha256((folder / n).read_bytes()).hexdigest() for n in names})


def change_weights(folder: Path, change: Callable[[dict[str, np.ndarray]], None]) -> None:
    arrays = dict(load_file(folder / "weights.safetensors"))
    change(arrays)
    save_file(arrays, folder / "weights.safetensors")
    own_up(folder)


# --- there and back -------------------------------------------------------------------------------------


def test_what_a_killed_save_left_is_taken_away(saved: Path, tmp_path: Path) -> None:
    coder = load_coder(saved)
    folder = save_coder(coder, tmp_path / "model")
    whole = {path.name for path in folder.iterdir()}
    (folder / ".textmine-abc.json").write_text("{", "utf-8")
    save_coder(coder, folder)
    assert {path.name for path in folder.iterdir()} == whole


def test_loaded_coder_codes_to_the_last_digit_as_the_saved_one(
    coder: Coder, saved: Path, answers: pd.DataFrame
) -> None:
    loaded, corpus = load_coder(saved), Corpus(answers[["doc_id", "text", "question"]])
    new = ["We share joint training", "no time 😀", "", "Â£5 saved"]
    assert loaded.predict_proba(new).tolist() == coder.predict_proba(new).tolist()
    assert loaded.decision_function(answers).tolist() == coder.decision_function(answers).tolist()
    was, now = coder.code(corpus), loaded.code(corpus)  # training texts: out-of-fold scores
    assert now.scores is not None
    pd.testing.assert_frame_equal(now.scores, was.scores)
    pd.testing.assert_frame_equal(now.decisions, was.decisions)
    assert now.coder == "synthetic"
    assert loaded.codebook_ == coder.codebook_
    assert loaded.get_params() == coder.get_params()
    assert len(loaded.sha256_) == 64


def test_second_save_gives_the_same_bytes(coder: Coder, saved: Path, tmp_path: Path) -> None:
    save_coder(coder, tmp_path / "again")
    save_coder(load_coder(saved), tmp_path / "loaded")
    for path in saved.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()
        assert (tmp_path / "loaded" / path.name).read_bytes() == path.read_bytes()


def test_coder_that_learned_nothing_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(NotFittedError):
        save_coder(Coder(), tmp_path / "model")
    assert not (tmp_path / "model").exists()


# --- what a folder must not hold ------------------------------------------------------------------------


def forms_of(name: str) -> list[bytes]:
    """A name as it might hide in a file."""
    cased = {name, name.lower(), name.upper()}
    plain = {c.encode() for c in cased} | {c.encode("utf-16-le") for c in cased}
    escaped = {"".join(f"\\u{ord(char):04x}" for char in c).encode() for c in cased}
    coded = {base64.b64encode(c)[:-4] for c in plain}
    digest = {f(name.lower().encode()) for f in (lambda b: sha256(b).digest(), lambda b: b[::-1])}
    hexed = {p.hex().encode() for p in plain | digest} | {p.hex().upper().encode() for p in plain}
    return sorted(plain | escaped | coded | digest | hexed)


def test_name_said_by_one_or_two_respondents_is_in_no_byte(
    coder: Coder, saved: Path, answers: pd.DataFrame, given: pd.DataFrame, private_names: list[str]
) -> None:
    said = " ".join(answers["text"])
    card = write_card(
        coder, "m", evaluate_coder(coder, Corpus(answers.drop(columns="chosen")), given), folds=5
    )
    held = [*(path.read_bytes() for path in saved.iterdir()), card.encode()]
    for name in private_names:
        assert said.count(name) + said.count(name.upper()) >= 6
        found = [form for form in forms_of(name) for content in held if form in content]
        assert not found
        pieces = {name.lower()[i : i + 4] for i in range(len(name) - 3)}
        others = {
            w.lower() for w in said.split() if w.lower().strip(".,") not in map(str.lower, private_names)
        }
        own = {p for p in pieces if not any(p in word for word in others)}
        assert own
        assert not own & set(coder.vocabulary_.pieces)


def test_check_for_names_sees_them(tmp_path: Path) -> None:
    for content in (
        b'{"words": ["quackenbush"]}',
        b"5175 " + b"Quackenbush".hex().encode(),
        b"..QUACKENBUSH",
    ):
        assert any(form in content for form in forms_of("Quackenbush"))


def test_folder_holds_data_files_only(tiny_model: Path) -> None:
    assert {path.name for path in tiny_model.iterdir()} == {
        "card.md",
        "codebook.yaml",
        "config.json",
        "reliability.svg",
        "vocabulary.json",
        "weights.safetensors",
    }


# --- damage ---------------------------------------------------------------------------------------------


def cut(name: str) -> Callable[[Path], None]:
    return lambda f: (
        (f / name).write_bytes((f / name).read_bytes()[: (f / name).stat().st_size // 2]) and None
    )


def spoil(**changes: Any) -> Callable[[Path], None]:
    return lambda folder: change_config(folder, **changes)


def bad_array(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Path], None]:
    return lambda f: change_weights(f, lambda arrays: arrays.update({name: change(arrays[name])}))


def with_nan(values: np.ndarray) -> np.ndarray:
    return np.where(np.arange(values.size).reshape(values.shape) == 0, np.nan, values).astype(values.dtype)


def truncate_and_own_up(folder: Path) -> None:
    cut("weights.safetensors")(folder)
    own_up(folder)


def rewrite_vocabulary(folder: Path) -> None:
    (folder / "vocabulary.json").write_text('{"words": ["a"], "pairs": ["a zz"]}', "utf-8")
    own_up(folder)


def drop_code(folder: Path) -> None:
    (folder / "codebook.yaml").write_text("codes: [{id: training, definition: D.}]", "utf-8")
    own_up(folder)


def forget_file(name: str) -> Callable[[Path], None]:
    """A config that does not name a file, so that nobody would see it changed."""

    def change(folder: Path) -> None:
        files = json.loads((folder / "config.json").read_text("utf-8"))["files"]
        change_config(folder, files={n: digest for n, digest in files.items() if n != name})

    return change


def name_vectors(path: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        parameters = json.loads((folder / "config.json").read_text("utf-8"))["parameters"]
        change_config(folder, parameters=parameters | {"vectors": path})

    return change


DAMAGE: dict[str, tuple[Callable[[Path], Any], str]] = {
    "weights cut": (cut("weights.safetensors"), "not the file that was saved"),
    "weights cut, hash mended": (truncate_and_own_up, "damaged: SafetensorError"),
    "vocabulary cut": (cut("vocabulary.json"), "vocabulary.json is not the file that was saved"),
    "config cut": (cut("config.json"), "damaged: JSONDecodeError"),
    "config not text": (lambda f: (f / "config.json").write_bytes(b"\xff\x00\x80"), "UnicodeDecodeError"),
    "config a list": (lambda f: (f / "config.json").write_text("[]", "utf-8"), "damaged"),
    "config nested": (lambda f: (f / "config.json").write_text("[" * 99_999, "utf-8"), "damaged"),
    "config of words": (spoil(thresholds=["high", "low", "mid"]), "damaged"),
    "weights gone": (lambda f: (f / "weights.safetensors").unlink(), "weights.safetensors is missing"),
    "codebook gone": (lambda f: (f / "codebook.yaml").unlink(), "codebook.yaml is missing"),
    "newer form": (spoil(format=10**30), f"this textmine reads up to {FORMAT}. Update textmine"),
    "form a word": (spoil(format="newest"), "damaged"),
    "unknown setting": (spoil(parameters={"depth": 3}), "damaged: TypeError"),
    "other vectors": (spoil(static_vectors={"sha256": "0" * 64}), "trained with other static vectors"),
    "threshold NaN": (spoil(thresholds=[0.5, 0.5, float("nan")]), "thresholds"),
    "threshold missing": (spoil(thresholds=[0.5]), "thresholds"),
    "calibration NaN": (spoil(calibrations=[[1.0, float("nan")]] * 3), "calibrations"),
    "terms NaN": (bad_array("terms", with_nan), "its terms have not"),
    "static NaN": (bad_array("static", with_nan), "its static have not"),
    "idf NaN": (bad_array("piece_idf", with_nan), "its piece_idf have not"),
    "static of two dimensions": (bad_array("static", lambda a: a[0]), "its static have not"),
    "pieces short": (bad_array("pieces", lambda a: a[:, 1:]), "its pieces have not"),
    "array gone": (lambda f: change_weights(f, lambda a: a.pop("constant")), "damaged: KeyError"),
    "vocabulary not ours": (rewrite_vocabulary, "damaged: KeyError"),
    "weights not named": (forget_file("weights.safetensors"), "it does not name weights.safetensors"),
    "codebook not named": (forget_file("codebook.yaml"), "it does not name codebook.yaml"),
    "vectors on a share": (name_vectors("//host/share/vectors"), "names static vectors by a path"),
    "vectors on a share of Windows": (name_vectors(r"\\\\host\\share"), "names static vectors by a path"),
    "vectors in a folder": (name_vectors("../elsewhere"), "names static vectors by a path"),
    "codebook without a code": (drop_code, "codebook lacks some of its codes"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_folder_is_refused_in_one_line(copy: Path, damage: str) -> None:
    spoil_it, wanted = DAMAGE[damage]
    spoil_it(copy)
    with pytest.raises(ModelError) as caught:
        load_coder(copy)
    message = str(caught.value)
    assert wanted in message
    assert "spoiled" in message
    assert "\n" not in message
    assert "Traceback" not in message


class Burglar:
    """Makes a folder when it is unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.mkdir, (str(self.place),)


@pytest.mark.parametrize("name", ["weights.safetensors", "vocabulary.json", "codebook.yaml", "config.json"])
def test_loading_executes_nothing(copy: Path, tmp_path: Path, name: str) -> None:
    (copy / name).write_bytes(pickle.dumps(Burglar(tmp_path / "broken-in")))
    if name != "config.json":
        own_up(copy)
    with pytest.raises(ModelError):
        load_coder(copy)
    assert not (tmp_path / "broken-in").exists()


def test_yaml_tags_are_not_followed(copy: Path, tmp_path: Path) -> None:
    command = f"!!python/object/apply:os.mkdir ['{(tmp_path / 'broken-in').as_posix()}']"
    (copy / "codebook.yaml").write_text(f"id: {command}\ncodes: [{{id: training, definition: D.}}]", "utf-8")
    own_up(copy)
    with pytest.raises(ModelError):
        load_coder(copy)
    assert not (tmp_path / "broken-in").exists()


def test_save_that_was_cut_off_is_not_taken_for_whole(copy: Path, coder: Coder) -> None:
    (copy / "config.json").unlink()
    with pytest.raises(ModelError, match="No model"):
        load_coder(copy)
