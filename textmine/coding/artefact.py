"""A coder as a folder of data: json, safetensors and the codebook. Loading one executes nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils.validation import check_is_fitted

from textmine.codebook import Codebook
from textmine.coding.calibrated import CalibratedCoder, TrainingMemory
from textmine.coding.coder import Coder
from textmine.coding.features import Vocabulary, take_words
from textmine.coding.ridge import LinearWeights
from textmine.coding.stance_artefact import STANCE_FILES, load_stance, save_stance
from textmine.coding.static import load_named_vectors, load_static_vectors
from textmine.coding.thresholds import Calibration
from textmine.errors import CodebookError, ModelError
from textmine.files import (
    atomic_path,
    atomic_text,
    clear_unfinished,
    find_damage,
    leads_out,
    sha256_of_file,
    write_json,
)
from textmine.forms import FORMS
from textmine.locations import find_model

#: Version of the folder's form; raised when an older textmine could not read it.
FORMAT = FORMS["model"]
_FILES = ("weights.safetensors", "vocabulary.json", "codebook.yaml")
_KEY_BYTES = 12


def save_coder(coder: CalibratedCoder, folder: Path | str) -> Path:
    """Write a fitted coder of either tier into a folder, made if need be; gives the folder back.

    ``config.json`` is written last and names the sha256 of every other file, so a save that was cut off
    is never taken for whole. Files of a model that stood there before are replaced or removed. The same
    coder gives the same bytes.

    >>> import tempfile
    >>> from textmine.coding.coder import Coder
    >>> texts = ["We share training", "Joint training days", "It saves money", "Money saved"] * 3
    >>> y = [[1, 0], [1, 0], [0, 1], [0, 1]] * 3
    >>> coder = Coder(folds=3).fit(texts, y, codes=["training", "money"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sorted(path.name for path in save_coder(coder, Path(folder, "mine")).iterdir())[:2]
    ['codebook.yaml', 'config.json']
    """
    check_is_fitted(coder, "thresholds_")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    before = _named_files(folder)
    if isinstance(coder, Coder):
        _save_fast(coder, folder)
    else:
        from textmine.coding.accurate_artefact import save_accurate

        save_accurate(coder, folder)
    now = _named_files(folder)
    for name in before - now:
        (folder / name).unlink(missing_ok=True)
    for within in {folder, *((folder / name).parent for name in before | now)}:
        clear_unfinished(within)  # of processes that were killed on the way
        if within.is_dir() and not any(within.iterdir()):
            within.rmdir()
    return folder


def _save_fast(coder: Coder, folder: Path) -> None:
    _save_weights(coder, folder / "weights.safetensors")
    _save_vocabulary(coder.vocabulary_, folder / "vocabulary.json")
    with atomic_text(folder / "codebook.yaml") as handle:
        handle.write(coder.codebook_.dumps())
    vectors = load_static_vectors(find_model(coder.vectors))
    own = {"static_vectors": {"name": vectors.name, "sha256": coder.vectors_sha256_}}
    files = [*_FILES, *save_stance(coder.stance_, folder)]
    described = describe_coder(coder, coder.tier, own, files, folder)
    described["parameters"] |= {"vectors": vectors.name}  # not where they lie on this machine
    write_json(described, folder / "config.json")


def _named_files(folder: Path) -> set[str]:
    """The files within a folder that its ``config.json`` names; none where it holds no model."""
    try:
        names = json.loads((folder / "config.json").read_text(encoding="utf-8"))["files"]
        return {name for name in names if isinstance(name, str) and not leads_out(name)}
    except (OSError, ValueError, LookupError, TypeError):
        return set()


def load_coder(name: str | Path) -> CalibratedCoder:
    """The coder in a folder, in ``./models`` or among those shipped with textmine.

    ``coder.name_`` is the folder's name and ``coder.sha256_`` the hash of its ``config.json``, which names
    all other files by hash. Raises ``ModelError`` where a file is missing, damaged or does not fit.

    >>> load_coder("school-collaboration").codes_[:2]
    ['expertise_sharing', 'financial_benefit']
    """
    folder = find_model(name)
    coder: CalibratedCoder
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        _check_files(folder, config)
        if config["tier"] == "accurate":
            from textmine.coding.accurate_artefact import load_accurate

            coder = load_accurate(folder, config)
            _restore(coder, folder, config)
        else:
            if missing := sorted({*_FILES} - set(config["files"])):
                raise damaged(folder, f"it does not name {', '.join(missing)}")
            coder = Coder(**config["parameters"])
            _restore(coder, folder, config)
            coder.vectors_sha256_ = config["static_vectors"]["sha256"]
            _load_arrays(coder, folder, config["salt"])
            _check_fit(coder, folder)
    except ModelError:
        raise
    except CodebookError as error:
        raise damaged(folder, str(error)) from error
    except Exception as error:  # a damaged file may fail in any way; the reader needs one clear line
        raise damaged(folder, type(error).__name__) from error
    coder.name_ = folder.resolve().name
    coder.sha256_ = sha256_of_file(folder / "config.json")
    return coder


def describe_coder(
    coder: CalibratedCoder, tier: str, own: dict[str, Any], files: Sequence[str], folder: Path
) -> dict[str, Any]:
    """What ``config.json`` says of a coder; ``own`` is what only its tier has."""
    return {
        "format": FORMAT,
        "tier": tier,
        "parameters": coder.get_params(),
        "codes": coder.codes_,
        "thresholds": [float(t) for t in coder.thresholds_],
        "calibrations": [[c.slope, c.intercept] for c in coder.calibrations_],
        "codebook": {
            "id": coder.codebook_.id,
            "version": coder.codebook_.version,
            "sha256": coder.codebook_.sha256,
        },
        **own,
        "trained_on": {
            "fingerprint": coder.fingerprint_,
            "texts": coder.n_texts_,
            "respondents": coder.n_respondents_,
            "positives": [int(n) for n in coder.n_positives_],
        },
        "salt": coder.memory_.salt,
        "files": {name: sha256_of_file(folder / name) for name in files},
    }


def _restore(coder: CalibratedCoder, folder: Path, config: dict[str, Any]) -> None:
    coder.codes_ = [str(c) for c in config["codes"]]
    coder.thresholds_ = np.array(config["thresholds"], dtype=np.float64)
    coder.calibrations_ = [Calibration(float(a), float(b)) for a, b in config["calibrations"]]
    coder.codebook_ = Codebook.load(folder / "codebook.yaml")
    coder.fingerprint_ = config["trained_on"]["fingerprint"]
    coder.n_texts_ = int(config["trained_on"]["texts"])
    coder.n_respondents_ = int(config["trained_on"]["respondents"])
    coder.n_positives_ = np.array(config["trained_on"]["positives"])
    if not set(coder.codes_) <= set(coder.codebook_.ids):
        raise damaged(folder, "its codebook lacks some of its codes")
    if named := set(STANCE_FILES) & set(config["files"]):
        if missing := sorted(set(STANCE_FILES) - named):
            raise damaged(folder, f"it does not name {', '.join(missing)}")
        coder.stance_ = load_stance(folder, len(coder.codes_))


def memory_tensors(memory: TrainingMemory, n_codes: int) -> dict[str, npt.NDArray[Any]]:
    """A memory as arrays to save."""
    keys = b"".join(bytes.fromhex(key) for key in memory.scores)
    return {
        "memory_keys": np.frombuffer(keys, dtype=np.uint8).reshape(-1, _KEY_BYTES),
        "memory_scores": np.array(list(memory.scores.values()), dtype=np.float32).reshape(-1, n_codes),
    }


def memory_from(tensors: dict[str, npt.NDArray[Any]], salt: str) -> TrainingMemory:
    """The memory that ``memory_tensors`` made arrays of."""
    salt.encode()  # one that cannot be is found here, while the folder is read
    keys = [row.tobytes().hex() for row in tensors["memory_keys"]]
    scores = np.round(tensors["memory_scores"].astype(np.float64), 6)
    return TrainingMemory(salt, dict(zip(keys, scores, strict=True)))


def _save_weights(coder: Coder, path: Path) -> None:
    from safetensors.numpy import save_file

    weights, vocabulary = coder.weights_, coder.vocabulary_
    tensors = {
        "terms": weights.terms.astype(np.float16),
        "pieces": weights.pieces.astype(np.float16),
        "static": weights.static.astype(np.float16),
        "constant": weights.constant.astype(np.float32),
        "term_idf": vocabulary.term_idf.astype(np.float32),
        "piece_idf": vocabulary.piece_idf.astype(np.float32),
        "question_shares": vocabulary.question_shares.astype(np.float32),
        **memory_tensors(coder.memory_, len(coder.codes_)),
    }
    with atomic_path(path) as temporary:
        save_file({name: np.ascontiguousarray(t) for name, t in tensors.items()}, temporary)


def _save_vocabulary(vocabulary: Vocabulary, path: Path) -> None:
    n = len(vocabulary.words)
    pairs = [f"{vocabulary.words[key // n]} {vocabulary.words[key % n]}" for key in vocabulary.pairs.tolist()]
    content = {
        "words": vocabulary.words,
        "pairs": pairs,
        "pieces": vocabulary.pieces,
        "questions": vocabulary.questions,
    }
    write_json(content, path)


def _load_arrays(coder: Coder, folder: Path, salt: str) -> None:
    from safetensors.numpy import load_file

    arrays = load_file(folder / "weights.safetensors")
    names = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
    words = take_words(names["words"])
    place = {word: i for i, word in enumerate(words)}
    pairs = [place[a] * len(words) + place[b] for a, b in (pair.split(" ") for pair in names["pairs"])]
    coder.vocabulary_ = Vocabulary(
        words,
        np.array(pairs, dtype=np.int64),
        take_words(names["pieces"]),
        arrays["term_idf"].astype(np.float64),
        arrays["piece_idf"].astype(np.float64),
        take_words(names["questions"]),
        arrays["question_shares"].astype(np.float64),
    )
    coder.weights_ = LinearWeights(
        *(arrays[name].astype(np.float32) for name in ("terms", "pieces", "static", "constant"))
    )
    coder.memory_ = memory_from(arrays, salt)


def _check_files(folder: Path, config: dict[str, Any]) -> None:
    if config["format"] > FORMAT:
        raise ModelError(
            f"Model {folder.name} has form {config['format']}, this textmine reads up to {FORMAT}. "
            "Update textmine."
        )
    if what := find_damage(folder, config["files"]):
        raise damaged(folder, what)


def _check_fit(coder: Coder, folder: Path) -> None:
    vocabulary, weights, n_codes = coder.vocabulary_, coder.weights_, len(coder.codes_)
    n_terms, n_questions = len(vocabulary.words) + len(vocabulary.pairs), len(vocabulary.questions)
    vectors = load_named_vectors(coder.vectors, folder.name)
    if vectors.sha256 != coder.vectors_sha256_:
        raise ModelError(
            f"Model {folder.name} was trained with other static vectors than the {vectors.name} found here. "
            "Train it anew or put back the vectors it came with."
        )
    calibrations = np.array([[c.slope, c.intercept] for c in coder.calibrations_])
    found: dict[str, tuple[npt.NDArray[Any], tuple[int, ...]]] = {
        "terms": (weights.terms, (n_questions, n_terms, n_codes)),
        "pieces": (weights.pieces, (n_questions, len(vocabulary.pieces), n_codes)),
        "static": (weights.static, (n_questions, vectors.pieces.shape[1], n_codes)),
        "constant": (weights.constant, (n_questions, n_codes)),
        "term_idf": (vocabulary.term_idf, (n_terms,)),
        "piece_idf": (vocabulary.piece_idf, (len(vocabulary.pieces),)),
        "question_shares": (vocabulary.question_shares, (n_questions,)),
        "thresholds": (coder.thresholds_, (n_codes,)),
        "calibrations": (calibrations, (n_codes, 2)),
    }
    for name, (values, shape) in found.items():
        if values.shape != shape or not np.isfinite(values).all():
            raise damaged(folder, f"its {name} have not the shape {shape} or are not finite")


def damaged(folder: Path, what: str) -> ModelError:
    """The error that says what is wrong with a model folder."""
    return ModelError(f"The model folder {folder.name} is damaged: {what}. Copy it anew or train it again.")
