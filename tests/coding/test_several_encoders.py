"""An accurate coder of several encoders: each fine-tuned as it would be alone, their scores averaged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from textmine.coding import tuned_encoder as tuning_room
from textmine.coding.accurate import AccurateCoder
from textmine.coding.accurate_artefact import _name_files
from textmine.coding.artefact import load_coder, save_coder
from textmine.coding.card import describe_accurate
from textmine.coding.encoder import BUNDLED_ENCODER
from textmine.coding.int8_export import shrink_coder
from textmine.errors import InputError, ModelError

NEW = pd.DataFrame(
    {"text": ["It saves money", "There is no time", "We share training days"], "question": "Q"}
)


@pytest.fixture(scope="module")
def wide_encoder(make_tiny_encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_encoder(tmp_path_factory.mktemp("encoders") / "wide", width=48)


@pytest.fixture(scope="module")
def settings(accurate_settings: dict[str, Any], tiny_encoder: Path, wide_encoder: Path) -> dict[str, Any]:
    return accurate_settings | {"epochs": 1, "encoder": [str(tiny_encoder), str(wide_encoder)]}


@pytest.fixture(scope="module")
def both(
    settings: dict[str, Any],
    answers: pd.DataFrame,
    given: pd.DataFrame,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[AccurateCoder, Path]:
    """A coder of two encoders, and the folder of its members."""
    kept = tmp_path_factory.mktemp("training")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tuning_room, "FEW_TEXTS", 1)
        return AccurateCoder(**settings).fit(answers, given, resume_in=kept), kept


@pytest.fixture
def saved(both: tuple[AccurateCoder, Path], tmp_path: Path) -> Path:
    return save_coder(both[0], tmp_path / "both")


def spoil(folder: Path, **changes: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")


def test_score_is_the_mean_of_what_each_encoder_would_say_alone(
    both: tuple[AccurateCoder, Path],
    settings: dict[str, Any],
    answers: pd.DataFrame,
    given: pd.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tuning_room, "FEW_TEXTS", 1)
    coder = both[0]
    alone = [AccurateCoder(**settings | {"encoder": name}).fit(answers, given) for name in coder.encoders]
    np.testing.assert_allclose(coder.deep_held_out_, [one.deep_held_out_[0] for one in alone], atol=1e-9)
    texts, asked = list(NEW["text"]), list(NEW["question"])
    found = [one.score(texts, asked, coder.most_tokens) for one in coder.tuned_]
    apart = [one.tuned_[0].score(texts, asked, one.most_tokens) for one in alone]
    np.testing.assert_allclose(found, apart, atol=1e-6)
    fast = coder.fast_.score_repaired(texts, asked)[0]
    blended = coder.blend_.scores([fast, *found])
    np.testing.assert_allclose(coder.score_repaired(texts, asked)[0], blended, atol=1e-9)


def test_members_of_each_encoder_are_taken_up_where_the_others_were_trained_anew(
    both: tuple[AccurateCoder, Path],
    settings: dict[str, Any],
    answers: pd.DataFrame,
    given: pd.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tuning_room, "FEW_TEXTS", 1)
    coder, kept = both
    assert sorted(path.name for path in kept.iterdir()) == [f"member-{k}.safetensors" for k in range(6)]
    (kept / "member-4.safetensors").unlink()  # the second fold of the second encoder
    places = []
    train = tuning_room._Bench.train
    monkeypatch.setattr(
        tuning_room._Bench,
        "train",
        lambda self, place, tell: places.append((Path(self.encoder).name, place)) or train(self, place, tell),
    )
    told: list[tuple[int, int]] = []
    again = AccurateCoder(**settings).fit(
        answers, given, resume_in=kept, progress=lambda done, total: told.append((done, total))
    )
    assert places == [("wide", 1)]
    assert all(4 * total <= 6 * done <= 5 * total for done, total in told) and told
    np.testing.assert_array_equal(again.deep_held_out_, coder.deep_held_out_)


def test_coder_is_read_back_as_it_was_saved(both: tuple[AccurateCoder, Path], saved: Path) -> None:
    again = load_coder(saved)
    config = json.loads((saved / "config.json").read_text("utf-8"))
    assert config["parameters"]["encoder"] == ["tiny", "wide"]
    assert {f"encoder-1/{n}" for n in ("tokenizer.json", "words.safetensors", "member-0.safetensors")} < set(
        config["files"]
    )
    np.testing.assert_allclose(again.predict_proba(NEW), both[0].predict_proba(NEW), atol=1e-2)  # halves
    copy = save_coder(again, saved.parent / "copy")
    assert (copy / "config.json").read_bytes() == (saved / "config.json").read_bytes()


def test_int8_has_every_encoder(both: tuple[AccurateCoder, Path], tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="onnx is not installed: pip install textmine[train]")
    small = shrink_coder(both[0])
    assert len(small.tuned_) == 2
    again = load_coder(save_coder(small, tmp_path / "int8"))
    np.testing.assert_array_equal(again.predict_proba(NEW), small.predict_proba(NEW))
    assert sorted(path.name for path in (tmp_path / "int8" / "encoder-1").iterdir()) == [
        "member-0.onnx",
        "tokenizer.json",
    ]
    with pytest.raises(ModelError, match="int8 already"):
        shrink_coder(small)


def test_folder_of_fewer_encoders_keeps_nothing_of_more(saved: Path, accurate: AccurateCoder) -> None:
    assert (saved / "encoder-1").is_dir()
    save_coder(accurate, saved)
    assert not (saved / "encoder-1").exists()
    assert isinstance(load_coder(saved), AccurateCoder)


def test_encoder_left_out_of_the_description_is_found(saved: Path) -> None:
    config = json.loads((saved / "config.json").read_text("utf-8"))
    spoil(saved, further_encoders=[], parameters=config["parameters"] | {"encoder": "tiny"})
    with pytest.raises(ModelError, match=r"damaged: it names encoder-1/member-0\.safetensors, which no"):
        load_coder(saved)
    spoil(saved, parameters=config["parameters"])
    gone = {n: digest for n, digest in config["files"].items() if n not in _name_files(config, 1)}
    spoil(saved, further_encoders=[], files=gone)
    with pytest.raises(ModelError, match="damaged: it is of 2 encoders and describes 1"):
        load_coder(saved)
    spoil(saved, further_encoders=config["further_encoders"], files=gone)
    with pytest.raises(ModelError, match=r"damaged: it does not name encoder-1/member-0\.safetensors"):
        load_coder(saved)


def test_card_names_every_encoder(both: tuple[AccurateCoder, Path]) -> None:
    about, _ = describe_accurate(both[0])
    said = " ".join(about.split()).replace("fine- tuned", "fine-tuned")  # lines end at hyphens
    shares = [f"{share:.0%}" for share in both[0].blend_.shares]
    assert (
        f"2 networks, the encoders tiny fine-tuned for 1 epochs (it counts for {shares[1]}) and wide "
        f"fine-tuned for 1 epochs (it counts for {shares[2]}) on question and answer"
    ) in said
    assert f"fast tier, which counts for {shares[0]}." in said
    assert "the first of the 2 of each encoder also chose" in said


def test_encoders_of_one_name_in_two_folders_are_two(
    settings: dict[str, Any],
    tiny_encoder: Path,
    answers: pd.DataFrame,
    given: pd.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    other = Path(shutil.copytree(tiny_encoder, tmp_path / "other" / "tiny"))
    monkeypatch.setattr(tuning_room, "FEW_TEXTS", 1)
    coder = AccurateCoder(**settings | {"encoder": [str(tiny_encoder), str(other)]}).fit(answers, given)
    again = load_coder(save_coder(coder, tmp_path / "both"))
    assert isinstance(again, AccurateCoder) and again.encoders == ("tiny", "tiny")
    assert (
        load_coder(save_coder(again, tmp_path / "copy")).predict(NEW).tolist() == again.predict(NEW).tolist()
    )


def test_encoder_named_twice_has_two_seeds(
    settings: dict[str, Any],
    tiny_encoder: Path,
    answers: pd.DataFrame,
    given: pd.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(tuning_room, "FEW_TEXTS", 1)
    twice = AccurateCoder(**settings | {"encoder": [str(tiny_encoder)] * 2})
    twice.fit(answers, given, resume_in=tmp_path)
    once = AccurateCoder(**settings | {"encoder": str(tiny_encoder)}).fit(answers, given)
    np.testing.assert_allclose(twice.deep_held_out_[0], once.deep_held_out_[0], atol=1e-9)
    assert np.abs(twice.deep_held_out_[1] - twice.deep_held_out_[0]).max() > 0.01
    for k in range(3):  # those of the first seed are not taken up as those of the second
        shutil.copy(tmp_path / f"member-{k}.safetensors", tmp_path / f"member-{k + 3}.safetensors")
    respelled = [str(tiny_encoder), f"{tiny_encoder.parent}/../{tiny_encoder.parent.name}/tiny"]
    again = AccurateCoder(**settings | {"encoder": respelled}).fit(answers, given, resume_in=tmp_path)
    np.testing.assert_array_equal(again.deep_held_out_, twice.deep_held_out_)


def test_no_encoder_is_refused(answers: pd.DataFrame, given: pd.DataFrame) -> None:
    assert AccurateCoder().encoders == (BUNDLED_ENCODER,)
    with pytest.raises(InputError, match=rf"^No encoder is named\. Name {BUNDLED_ENCODER} or another\.$"):
        AccurateCoder(encoder=[]).fit(answers, given)
