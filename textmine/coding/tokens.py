"""Texts cut into tokens and sentences, as arrays over a whole batch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from textmine.spans import Span

#: Words whose full stop does not end a sentence.
_ABBREVIATED = ("dr", "mr", "mrs", "ms", "st", "incl", "eg", "ie", "approx", r"e\.g", r"i\.e")
_FULL_STOP = r"\.(?=\s|$)" + "".join(rf"(?<!\b{word}\.)" for word in _ABBREVIATED)
#: Numbers, words (with inner apostrophes), signs that carry meaning, and the ends of sentences.
_TOKEN = re.compile(rf"\d+(?:[.,:]\d+)*\w*|\w+(?:'\w+)*|[£$€%&?!\n]|{_FULL_STOP}")
#: These close a sentence; ``.`` and a line break do nothing else, ``?`` and ``!`` are tokens as well.
_ENDS = frozenset(".\n?!")
_ONLY_ENDS = frozenset(".\n")
_NO_TOKEN = -1
#: A whole sentence, from its first token to its last: the same cut as token by token, but quicker.
_SENTENCE = re.compile(
    rf"[?!]|[\w£$€%&](?:[^.?!\n]*(?:(?!{_FULL_STOP})\.[^.?!\n]*)*(?:[?!]|(?<=[\w£$€%&])))?"
)
_CLOSING = re.compile(r"[.!?…)\"'’”\]]*")
#: Tokens without a letter or a figure.
SIGNS = frozenset("£$€%&?!")


@dataclass(frozen=True, slots=True)
class TokenBatch:
    """The tokens of several texts, one after the other.

    ``types`` holds a number for each token (equal tokens, equal numbers), ``sentence`` the position of
    its sentence in the batch, ``text_ends`` and ``sentence_ends`` where each text's tokens and sentences
    end. All are int arrays; a text without tokens has no tokens and no sentences.
    """

    types: npt.NDArray[np.int64]
    sentence: npt.NDArray[np.int64]
    text_ends: npt.NDArray[np.int64]
    sentence_text: npt.NDArray[np.int64]

    @property
    def text(self) -> npt.NDArray[np.int64]:
        """The position of each token's text."""
        return np.repeat(np.arange(len(self.text_ends)), np.diff(self.text_ends, prepend=0))


class TypeIndex:
    """Numbers for token types, given in order of first sight and kept from batch to batch."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self._words = _Words(self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)

    def mark(self, words: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Which types are among these words, (types,)."""
        marked = np.zeros(len(self), bool)
        marked[[number for word in words if (number := self.numbers.get(word)) is not None]] = True
        return marked

    def tokenise(self, texts: Sequence[str]) -> TokenBatch:
        """The tokens of the texts; unseen types get the next numbers."""
        words = [text.split(" ") for text in texts]  # no token reaches over a blank
        counts = np.fromiter(map(len, words), np.int64, len(words))
        places = map(self._words.__getitem__, chain.from_iterable(words))
        word = np.fromiter(places, np.int64, int(counts.sum()))
        numbers, of_word = self._words.spell(word)
        kept = np.flatnonzero(numbers != _NO_TOKEN)
        types, text = numbers[kept], np.repeat(np.arange(len(texts)), counts)[of_word[kept]]
        opens = np.ones(len(kept), bool)  # a sentence: first in its text, or after something that ends one
        closes = np.isin(types[:-1], [self.numbers.get(mark, _NO_TOKEN) for mark in _ENDS - _ONLY_ENDS])
        opens[1:] = closes | (np.diff(kept) > 1) | (text[1:] != text[:-1])
        text_ends = np.cumsum(np.bincount(text, minlength=len(texts)))
        return TokenBatch(types, np.cumsum(opens) - 1, text_ends, text[opens])


class _Words(dict[str, int]):
    """What stands between blanks, numbered, with its tokens: the same words come again and again."""

    #: More words than this are forgotten before the next batch; their tokens keep their numbers.
    MOST = 40_000

    def __init__(self, numbers: dict[str, int]) -> None:
        super().__init__()
        self._lookup = _Lookup(numbers)
        self._ends = [0]
        self._tokens: list[int] = []

    def __missing__(self, word: str) -> int:
        self._tokens += map(self._lookup.__getitem__, _TOKEN.findall(fold(word)))
        self._ends.append(len(self._tokens))
        number = self[word] = len(self)
        return number

    def spell(self, words: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The tokens of the words, one after the other, and the place of the word that each is of."""
        ends, tokens = np.array(self._ends), np.array(self._tokens, dtype=np.int64)
        first, counts = ends[words], np.diff(ends)[words]
        owner = np.repeat(np.arange(len(words)), counts)
        row = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts - first, counts)
        if len(self) > self.MOST:
            self.clear()
            self._ends, self._tokens = [0], []
        return tokens[row], owner


class _Lookup(dict[str, int]):
    """Token types by number, handing out numbers to new ones; marks that are no tokens have none."""

    def __init__(self, numbers: dict[str, int]) -> None:
        super().__init__(dict.fromkeys(_ONLY_ENDS, _NO_TOKEN))
        self._numbers = numbers

    def __missing__(self, token: str) -> int:
        number = self[token] = self._numbers[token] = len(self._numbers)
        return number


def fold(text: str) -> str:
    """The text in lower case with straight apostrophes, of the very same length in code points.

    >>> fold("Don’t STOP")
    "don't stop"
    """
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters, such as 'İ', grow when lowered, and stay as they are
        grows = [len(c.lower()) > 1 for c in text]  # what stands for them is a letter too: 'Σ' looks at those
        lowered = "".join("x" if more else c for c, more in zip(text, grows, strict=True)).lower()
        lowered = "".join(c if more else low for c, low, more in zip(text, lowered, grows, strict=True))
    return lowered.replace("’", "'") if "’" in lowered else lowered


def token_spans(text: str) -> list[tuple[Span, int]]:
    """Each token's span with the number of its sentence, counted from 0, in the order of ``tokenise``.

    >>> [(span.slice("Good. We share!"), s) for span, s in token_spans("Good. We share!")]
    [('Good', 0), ('We', 1), ('share', 1), ('!', 1)]
    """
    spans: list[tuple[Span, int]] = []
    sentence, fresh = -1, True
    for match in _TOKEN.finditer(fold(text)):
        if match.group() in _ONLY_ENDS:
            fresh = True
            continue
        if fresh:
            sentence, fresh = sentence + 1, False
        spans.append((Span(*match.span()), sentence))
        fresh = match.group() in _ENDS
    return spans


def sentence_spans(text: str) -> list[Span]:
    """The span of each sentence that holds a token, with the marks that close it.

    >>> text = "We share. It works, mostly!"
    >>> [span.slice(text) for span in sentence_spans(text)]
    ['We share.', 'It works, mostly!']
    """
    matches = _SENTENCE.finditer(fold(text))
    return [Span(m.start(), close_sentence(text, m.end())) for m in matches]


def close_sentence(text: str, end: int) -> int:
    """Where a sentence ends that has its last token at ``end``, with the marks that close it.

    >>> close_sentence("(We share.) Good", 9)
    11
    """
    closing = _CLOSING.match(text, end)
    return closing.end() if closing else end
