"""A topic model as a folder of json and safetensors. Loading one executes nothing and needs no network."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from textmine import __version__
from textmine.coding.static import load_named_vectors, load_static_vectors
from textmine.errors import ModelError
from textmine.files import atomic_path, sha256_of_file, write_json
from textmine.forms import FORMS, check_form
from textmine.locations import find_model
from textmine.topics.encoding import make_encoder
from textmine.topics.model import TopicModel, TopicPart
from textmine.topics.peaks import Peaks
from textmine.topics.space import Space

#: Version of the folder's form; raised when an older textmine could not read it.
FORMAT = FORMS["topic model"]
_CONFIG, _ARRAYS = "config.json", "topics.safetensors"
_SPACE_ARRAYS = ("word_df", "frequency", "idf", "company", "vector_mean", "vector_axes", "centre")
_PEAK_ARRAYS = ("anchors", "centres", "word_likeness")


def save_topics(model: TopicModel, folder: Path | str) -> Path:
    """Write a fitted topic model into a folder, made if need be; gives the folder back.

    It holds the words of the study that at least three comments of three respondents have, no comment.
    ``config.json`` is written last and names the sha256 of the other file. The same model gives the same
    bytes.

    >>> import tempfile
    >>> costs = [f"Supply cover costs too much in {n}" for n in ("May", "June", "July", "winter", "spring")]
    >>> sport = [f"The minibus takes pupils to {n} sport" for n in ("hall", "team", "field", "pool", "lake")]
    >>> model = TopicModel(n_topics=2, min_size=2).fit(costs + sport)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sorted(path.name for path in save_topics(model, Path(folder, "topics")).iterdir())
    ['config.json', 'topics.safetensors']
    """
    from safetensors.numpy import save_file

    check_is_fitted(model, "parts_")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, np.ndarray] = {}
    for number, part in enumerate(model.parts_):
        for owner, names in ((part.space, _SPACE_ARRAYS), (part.peaks, _PEAK_ARRAYS)):
            arrays |= {f"{number}.{n}": np.ascontiguousarray(getattr(owner, n)) for n in names}
    with atomic_path(folder / _ARRAYS) as temporary:
        save_file(arrays, temporary)
    vectors = load_static_vectors(find_model(model.vectors))
    config = {
        "format": FORMAT,
        "kind": "topics",
        "textmine": __version__,
        "parameters": {
            **model.get_params(),
            "stop_words": list(model.stop_words),
            "vectors": vectors.name,
        },
        "fingerprint": model.fingerprint_,
        "texts": model.n_texts_,
        "static_vectors": {"name": vectors.name, "sha256": vectors.sha256},
        "parts": [_describe(part) for part in model.parts_],
        "files": {_ARRAYS: sha256_of_file(folder / _ARRAYS)},
    }
    write_json(config, folder / _CONFIG)
    return folder


def load_topics(folder: Path | str) -> TopicModel:
    """The topic model in a folder; ``predict`` gives what it gave before it was saved, bit for bit.

    ``topics_`` of the texts it was fitted to are not kept. Raises ``ModelError`` where a file is missing,
    damaged or of another kind, or where the static vectors are others than it was fitted with.

    >>> import tempfile
    >>> costs = [f"Supply cover costs too much in {n}" for n in ("May", "June", "July", "winter", "spring")]
    >>> sport = [f"The minibus takes pupils to {n} sport" for n in ("hall", "team", "field", "pool", "lake")]
    >>> model = TopicModel(n_topics=2, min_size=2).fit(costs + sport)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = load_topics(save_topics(model, Path(folder, "topics")))
    >>> bool((again.predict(costs) == model.predict(costs)).all())
    True
    """
    from safetensors.numpy import load_file

    folder = Path(folder)
    try:
        config = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
        if config.get("kind") != "topics":
            raise ModelError(f"{folder.name} is no topic model. Name one that textmine topics wrote.")
        check_form(config["format"], "topic model", folder.name, error=ModelError)
        if sha256_of_file(folder / _ARRAYS) != config["files"][_ARRAYS]:
            raise ModelError(f"{_ARRAYS} in {folder.name} is damaged. Save the model anew.")
        arrays = load_file(folder / _ARRAYS)
        model = TopicModel(**config["parameters"])
        vectors = load_named_vectors(model.vectors, folder.name)
        if vectors.sha256 != config["static_vectors"]["sha256"]:
            raise ModelError(f"{folder.name} was fitted with other static vectors. Put back its own.")
        if any(part["vectors"] != model.vectors for part in config["parts"]):
            raise ModelError(f"{folder.name} names several static vectors. Save the model anew.")
        if str(model.encoder or "").replace("\\", "/").startswith("//"):
            raise ModelError(
                f"{folder.name} names an encoder on another machine. Copy that one to this machine."
            )
        encoder = make_encoder(model.encoder) if model.encoder else None
        model.parts_ = [_restore(part, arrays, n, encoder) for n, part in enumerate(config["parts"])]
        model.fingerprint_, model.n_texts_ = config["fingerprint"], config["texts"]
    except ModelError:
        raise
    except FileNotFoundError as error:
        raise ModelError(
            f"{folder} holds no topic model. Name a folder that textmine topics wrote."
        ) from error
    except Exception as error:  # a damaged file may fail in any way; the reader needs one clear line
        kind = type(error).__name__
        raise ModelError(f"The topic model in {folder.name} is damaged ({kind}). Save it anew.") from error
    return model


def _describe(part: TopicPart) -> dict[str, Any]:
    space = part.space
    return {
        "question": part.question,
        "first": part.first,
        "words": part.words,
        "names": part.names,
        "sizes": part.sizes,
        "representatives": part.representatives,
        "codes": part.codes,
        "peaks": part.peaks.words,
        "known": space.words,
        "frequent": space.frequent,
        "stop_words": sorted(space.stop_words),
        "vectors": Path(space.vectors).name,
        "n_comments": space.n_comments,
    }


def _restore(saved: dict[str, Any], arrays: dict[str, np.ndarray], number: int, encoder: Any) -> TopicPart:
    own = {n: arrays[f"{number}.{n}"] for n in (*_SPACE_ARRAYS, *_PEAK_ARRAYS)}
    space = Space(
        words=saved["known"],
        frequent=saved["frequent"],
        stop_words=frozenset(saved["stop_words"]),
        vectors=saved["vectors"],
        n_comments=saved["n_comments"],
        encoder=encoder,
        **{n: own[n] for n in _SPACE_ARRAYS},
    )
    peaks = Peaks(words=saved["peaks"], **{n: own[n] for n in _PEAK_ARRAYS})
    plain = {f.name for f in fields(TopicPart)} - {"space", "peaks"}
    return TopicPart(space=space, peaks=peaks, **{n: saved[n] for n in plain})
