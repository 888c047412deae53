"""Whether a tokenizer of a stranger's model takes time and memory by the length of a text, and no more.

A ``tokenizer.json`` (Hugging Face tokenizers) can hold regular expressions, which a backtracking engine may
never come to the end of, and replacements that double a text again and again. What published encoders use is
let through: BERT's and T5's cleaning, byte-level BPE, SentencePiece; of expressions those that are known, and
any with one repetition at most and no group.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

#: What may stand in each part of the file.
_KINDS = {
    "normalizer": {"BertNormalizer", "ByteLevel", "Lowercase", "NFC", "NFD", "NFKC", "NFKD", "Nmt",
                   "Precompiled", "Prepend", "Replace", "Sequence", "Strip", "StripAccents"},
    "pre_tokenizer": {"BertPreTokenizer", "ByteLevel", "CharDelimiterSplit", "Digits", "Metaspace",
                      "Punctuation", "Sequence", "Split", "UnicodeScripts", "Whitespace", "WhitespaceSplit"},
    "model": {"BPE", "Unigram", "WordLevel", "WordPiece"},
}  # fmt: skip
_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_CASELESS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
_ENDS = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
#: Expressions of published encoders: of GPT-2, Llama 3 and Qwen 2.
_KNOWN = {_GPT2, rf"{_CASELESS}\p{{N}}{{1,3}}|{_ENDS}", rf"{_CASELESS}\p{{N}}|{_ENDS}"}
#: Other expressions have one of these at most, and so take no more than the square of a text's length.
_REPEATS = re.compile(r"[*+?{]")
_SHORT = re.compile(r"\\[pP]\{\w+\}|\\.")  # a kind of letter, or a character that means itself
_LONGEST_PATTERN, _LONGEST_ADDED, _LONGEST_WORD, _MOST_PARTS = 200, 16, 1_000, 20


def find_unsafe(content: str) -> str:
    """What in a ``tokenizer.json`` could take more than its share; '' where all is of known kinds.

    >>> find_unsafe('{"model": {"type": "WordPiece"}, "normalizer": {"type": "BertNormalizer"}}')
    ''
    >>> split = '{"type": "Split", "pattern": {"Regex": "(a+)+b"}}'
    >>> find_unsafe(f'{{"model": {{"type": "BPE"}}, "pre_tokenizer": {split}}}')
    'its tokenizer parts words by an expression that is not known to be quick'
    """
    try:
        tree = json.loads(content)
        model = tree["model"]
        return next(_list_problems(tree, model), "")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return "its tokenizer is none that can be read"


def _list_problems(tree: dict[str, Any], model: dict[str, Any]) -> Iterator[str]:
    if model.get("type") not in _KINDS["model"]:
        yield "its tokenizer is of a kind that is not known"
    if model.get("dropout"):
        yield "its tokenizer leaves words to chance"
    if int(model.get("max_input_chars_per_word") or 0) > _LONGEST_WORD:
        yield f"its tokenizer takes words of more than {_LONGEST_WORD} characters"
    for name in ("normalizer", "pre_tokenizer"):
        parts = list(_flatten(tree.get(name)))
        if len(parts) > _MOST_PARTS:
            yield f"its tokenizer has more than {_MOST_PARTS} parts"
        for part in parts:
            if part.get("type") not in _KINDS[name]:
                yield f"its tokenizer has a {name} of a kind that is not known"
            yield from _check_part(part)


def _flatten(part: Any) -> Iterator[dict[str, Any]]:
    """A part and, of a sequence, those in it."""
    if part is None:
        return
    yield part
    for inner in (*part.get("normalizers", ()), *part.get("pretokenizers", ())):
        yield from _flatten(inner)


def _check_part(part: dict[str, Any]) -> Iterator[str]:
    pattern = part.get("pattern") or {}
    regex, plain = pattern.get("Regex"), pattern.get("String")
    if regex is not None and not _is_quick(str(regex)):
        yield "its tokenizer parts words by an expression that is not known to be quick"
    longest = len(str(plain)) if plain is not None else 1
    if part["type"] == "Replace" and len(str(part.get("content", ""))) > longest:
        yield "its tokenizer replaces words by longer ones"
    if part["type"] == "Prepend" and len(str(part.get("prepend", ""))) > _LONGEST_ADDED:
        yield "its tokenizer puts long words before each text"


def _is_quick(regex: str) -> bool:
    if regex in _KNOWN:
        return True
    plain = _SHORT.sub("x", regex)
    return len(regex) <= _LONGEST_PATTERN and "(" not in plain and len(_REPEATS.findall(plain)) <= 1
