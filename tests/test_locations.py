"""Where models are looked for: a folder given, ./models, then what came with textmine."""

from __future__ import annotations

from pathlib import Path

import pytest

from textmine.errors import ModelError
from textmine.locations import find_model, shipped_folder


def make_model(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}", "utf-8")
    return folder


def test_folder_given_comes_before_models_and_models_before_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = "school-collaboration"
    assert find_model(name) == shipped_folder("models") / name
    in_models = make_model(tmp_path / "models" / name)
    assert find_model(name).resolve() == in_models.resolve()
    here = make_model(tmp_path / name)
    assert find_model(name).resolve() == here.resolve()
    assert find_model(here) == here


def test_shipped_models_and_corpora_are_there() -> None:
    assert (shipped_folder("models") / "static-minilm" / "scale.json").is_file()
    assert (shipped_folder("corpora") / "school-collaboration" / "comments.csv").is_file()


def test_unknown_model_is_told_with_those_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_model(tmp_path / "models" / "mine")
    (tmp_path / "empty").mkdir()
    for name in ("empty", "no-such", "", "\0"):
        with pytest.raises(ModelError, match=r"No model .* There is: mine, school-collaboration") as caught:
            find_model(name)
        assert "\n" not in str(caught.value)
