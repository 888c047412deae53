"""A stance head as two files in a model folder: ``stance.json`` and ``stance.safetensors``, never pickle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from textmine.coding.features import Vocabulary, take_words
from textmine.coding.stance import StanceHead, StanceWeights
from textmine.coding.static import load_named_vectors, load_static_vectors
from textmine.coding.thresholds import Calibration
from textmine.errors import ModelError
from textmine.files import atomic_path, write_json
from textmine.locations import find_model

STANCE_FILES = ("stance.json", "stance.safetensors")
_HALVES = ("words", "static", "company", "dense", "common")
_KEY_BYTES = 12


def save_stance(head: StanceHead | None, folder: Path) -> list[str]:
    """Write a fitted head into a model folder; gives the names of the files, none where there is no head.

    Without a head, files of an earlier one are taken away. The same head gives the same bytes.
    """
    from safetensors.numpy import save_file

    if head is None:
        for name in STANCE_FILES:
            (folder / name).unlink(missing_ok=True)
        return []
    vocabulary, weights = head.vocabulary_, head.weights_
    n = len(vocabulary.words)
    pairs = [f"{vocabulary.words[key // n]} {vocabulary.words[key % n]}" for key in vocabulary.pairs.tolist()]
    vectors = load_static_vectors(find_model(head.vectors))
    content = {
        "parameters": {**head.get_params(), "vectors": vectors.name},
        "codes": head.n_codes_,
        "dense": head.n_dense_,
        "dense_scale": head.dense_scale_,
        "threshold": head.threshold_,
        "unsure_band": list(head.unsure_band_),
        "calibrations": [[c.slope, c.intercept] for c in head.calibrations_],
        "claims": [int(count) for count in head.n_claims_],
        "static_vectors": vectors.sha256,
        "words": vocabulary.words,
        "pairs": pairs,
        "questions": vocabulary.questions,
    }
    write_json(content, folder / STANCE_FILES[0])
    tensors: dict[str, npt.NDArray[Any]] = {
        **{name: getattr(weights, name).astype(np.float16) for name in _HALVES},
        "constant": weights.constant.astype(np.float32),
        "term_idf": vocabulary.term_idf.astype(np.float32),
        "question_shares": vocabulary.question_shares.astype(np.float32),
        **_memory_tensors(head),
    }
    with atomic_path(folder / STANCE_FILES[1]) as temporary:
        save_file({name: np.ascontiguousarray(t) for name, t in tensors.items()}, temporary)
    return list(STANCE_FILES)


def load_stance(folder: Path, n_codes: int) -> StanceHead:
    """The head that ``save_stance`` wrote, for a coder of ``n_codes`` codes.

    Raises ``ModelError`` where its arrays have not the shapes that they should have, are not finite, or were
    made with other static vectors.
    """
    from safetensors.numpy import load_file

    about = json.loads((folder / STANCE_FILES[0]).read_text(encoding="utf-8"))
    arrays = load_file(folder / STANCE_FILES[1])
    head = StanceHead(**about["parameters"])
    head.n_codes_, head.n_dense_ = int(about["codes"]), int(about["dense"])
    head.dense_scale_, head.threshold_ = float(about["dense_scale"]), float(about["threshold"])
    low, high = about["unsure_band"]
    head.unsure_band_ = (float(low), float(high))
    head.calibrations_ = [Calibration(float(a), float(b)) for a, b in about["calibrations"]]
    head.n_claims_ = np.array(about["claims"], dtype=np.int64)
    head.vocabulary_ = _vocabulary_from(about, arrays)
    head.weights_ = StanceWeights(
        **{name: arrays[name].astype(np.float32) for name in (*_HALVES, "constant")}
    )
    keys = [row.tobytes().hex() for row in arrays["memory_keys"]]
    values = np.round(arrays["memory_values"].astype(np.float64), 6)
    places = arrays["memory_codes"].tolist()
    head.memory_ = {(key, int(k)): v for key, k, v in zip(keys, places, values, strict=True)}
    vectors = load_named_vectors(head.vectors, folder.name)
    if vectors.sha256 != about["static_vectors"]:
        raise ModelError(
            f"The stances of model {folder.name} were learned with other static vectors than the "
            f"{vectors.name} found here. Train it anew or put back the vectors it came with."
        )
    _check_shapes(head, folder, n_codes, vectors.pieces.shape[1])
    return head


def _vocabulary_from(about: dict[str, Any], arrays: dict[str, npt.NDArray[Any]]) -> Vocabulary:
    words = take_words(about["words"])
    place = {word: i for i, word in enumerate(words)}
    pairs = [place[a] * len(words) + place[b] for a, b in (pair.split(" ") for pair in about["pairs"])]
    return Vocabulary(
        words,
        np.array(pairs, dtype=np.int64),
        (),
        arrays["term_idf"].astype(np.float64),
        np.zeros(0),
        take_words(about["questions"]),
        arrays["question_shares"].astype(np.float64),
    )


def _memory_tensors(head: StanceHead) -> dict[str, npt.NDArray[Any]]:
    memory = getattr(head, "memory_", {})
    keys = b"".join(bytes.fromhex(key) for key, _ in memory)
    return {
        "memory_keys": np.frombuffer(keys, dtype=np.uint8).reshape(-1, _KEY_BYTES),
        "memory_codes": np.array([code for _, code in memory], dtype=np.int32),
        "memory_values": np.array(list(memory.values()), dtype=np.float32).reshape(-1, 3),
    }


def _check_shapes(head: StanceHead, folder: Path, n_codes: int, width: int) -> None:
    vocabulary, weights = head.vocabulary_, head.weights_
    n_terms, n_questions = len(vocabulary.words) + len(vocabulary.pairs), len(vocabulary.questions)
    found: dict[str, tuple[npt.NDArray[Any], tuple[int, ...]]] = {
        "words": (weights.words, (n_codes, 2, n_terms, 2)),
        "static": (weights.static, (n_codes, 2, width, 2)),
        "company": (weights.company, (n_codes, n_codes + 2, 2)),
        "dense": (weights.dense, (n_codes, head.n_dense_, 2)),
        "common": (weights.common, (n_codes + (n_codes + 1) * n_questions, 2)),
        "constant": (weights.constant, (2,)),
        "term_idf": (vocabulary.term_idf, (n_terms,)),
        "question_shares": (vocabulary.question_shares, (n_questions,)),
        "calibrations": (np.array([[c.slope, c.intercept] for c in head.calibrations_]), (2, 2)),
    }
    for name, (values, shape) in found.items():
        if values.shape != shape or not np.isfinite(values).all():
            raise ModelError(
                f"The model folder {folder.name} is damaged: its stance {name} have not the shape {shape} "
                "or are not finite. Copy it anew or train it again."
            )
