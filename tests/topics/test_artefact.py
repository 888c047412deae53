"""A saved topic model: the same assignments bit for bit, the same bytes, damage told."""

from __future__ import annotations

import json
import socket

import pytest

from textmine.errors import ModelError
from textmine.topics.artefact import load_topics, save_topics
from textmine.topics.model import TopicModel


@pytest.fixture(scope="module")
def model(corpus) -> TopicModel:
    return TopicModel(n_topics=3, stop_words=["please"]).fit(corpus)


def test_loaded_model_assigns_bit_for_bit_without_a_network(model, comments, tmp_path, monkeypatch) -> None:
    folder = save_topics(model, tmp_path / "m")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a network was asked for")

    monkeypatch.setattr(socket, "socket", refuse)
    again = load_topics(folder)
    assert again.transform(comments).tobytes() == model.transform(comments).tobytes()
    assert (again.predict(comments) == model.topics_).all()
    assert again.table_.equals(model.table_)


def test_same_model_gives_the_same_bytes_and_no_comment(model, comments, tmp_path) -> None:
    first, second = save_topics(model, tmp_path / "a"), save_topics(model, tmp_path / "b")
    for path in first.iterdir():
        held = path.read_bytes()
        assert held == (second / path.name).read_bytes()
        assert comments[0].lower().encode() not in held.lower()


def test_damage_another_kind_and_absence_are_told(model, tmp_path) -> None:
    with pytest.raises(ModelError, match="holds no topic model"):
        load_topics(tmp_path / "none")
    folder = save_topics(model, tmp_path / "m")
    arrays = folder / "topics.safetensors"
    whole = arrays.read_bytes()
    arrays.write_bytes(whole[:-1] + b"\1")
    with pytest.raises(ModelError, match="damaged"):
        load_topics(folder)
    arrays.write_bytes(whole)
    config = folder / "config.json"
    config.write_text(json.dumps({"kind": "coder", "format": 1}), encoding="utf-8")
    with pytest.raises(ModelError, match="no topic model"):
        load_topics(folder)
