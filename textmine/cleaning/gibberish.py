"""Texts that are no words: keys struck at random for want of an answer."""

from __future__ import annotations

import re

from textmine.cleaning.keys import plain_words, word_set

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _runs(length: int) -> frozenset[str]:
    """Neighbouring keys in either direction: 'asdf', 'fdsa'."""
    both = [*_ROWS, *(row[::-1] for row in _ROWS)]
    return frozenset(row[i : i + length] for row in both for i in range(len(row) - length + 1))


_PAIRS, _TRIPLES = _runs(2), _runs(3)
_FOURS = _runs(4) - {"erty", "trew", "ytre"}  # property, strewn
_VOWELS = frozenset("aeiouyw")  # w is one in Welsh
# Pairs of letters that no English word has, nor many a word of the other languages met here.
_UNHEARD = word_set(
    """
    jb jc jd jf jg jh jk jl jm jp jq jv jx jz fj gj hj kj qj vj xj zj wj bj cj pj qb qc qd qf qg qh qk ql
    qm qn qp qs qt qv qw qx qz bq cq dq fq gq hq jq kq lq mq pq tq vq wq xq zq fd df gf fg hg kg gk fk kf
    hf fh hk vb bv vc cv vf fv xc zx xz cx xd dx sx xs xk kx xj xg gx zf fz zv vz gd dk kd lkj bx xb vg gv
    vh hv vk kv pk hb sf sd dh hd gh jn js jt lk kl ds fs sg gs hs sk ks
    """
) - {"gh", "lk", "sk", "ks", "ds", "fs", "gs", "kl", "pk", "hs", "js", "dk", "dh", "sf", "sg"}
_SPEECH = frozenset(
    {"ha", "he", "hi", "ho", "ah", "eh", "la", "na", "lo", "oh", "bl", "ye", "bo", "yo", "lu"}
)
_AGAIN = re.compile(r"(.{2,4}?)\1+.{0,3}")
_TOKENS = re.compile(r"[^\W\d_]+")
_MOST_WORDS = 12


def is_gibberish(text: str) -> bool:
    """Whether a whole text is keys struck at random: 'asdfgh', 'jkjkjk', 'aaaaaa', 'hgfdkjh sdkfj'.

    Words of any language, names and acronyms are none; a text with a word in it is none either.

    >>> is_gibberish("asdf jkl"), is_gibberish("SENDCo, NQT and PPG"), is_gibberish("hmmmm")
    (True, False, False)
    """
    return may_be_gibberish(text, plain_words(text))


def may_be_gibberish(text: str, words: list[str]) -> bool:
    """``is_gibberish`` for a text whose ``plain_words`` are known already.

    >>> may_be_gibberish("qwerty", ["qwerty"])
    True
    """
    if not words or len(words) > _MOST_WORDS or not text.isascii():
        return False
    tokens = [word for word in _TOKENS.findall(text) if len(word) > 2]
    if not tokens or any(char in text for char in "@/") or any(char.isdigit() for char in text):
        return False
    if len(words) > 1:  # 'xxxx' among words stands for a name taken out
        tokens = [token for token in tokens if set(token.lower()) != {"x"}]
    struck = [_is_struck(token) for token in tokens]
    letters = sum(map(len, tokens))
    return (
        struck.count(False) <= len(tokens) // 3
        and any(struck)
        and letters >= 4
        and (sum(len(token) for token, hit in zip(tokens, struck, strict=True) if hit) * 3 >= letters * 2)
    )


def _is_struck(token: str) -> bool:
    word = token.lower()
    if len(word) < 4:
        return word in _TRIPLES and word not in {"wer", "ert", "ewe", "tre", "pop", "oil", "poi"}
    if token.isupper() and len(token) < 6 and word not in _FOURS:
        return False  # an acronym
    if len(set(word)) == 1 or any(run in word for run in _FOURS):
        return True
    return _is_repeated(word) or _is_unheard(word)


def _is_repeated(word: str) -> bool:
    """Whether a word is one unit again and again, and the unit no syllable: 'jkjkjk', 'sdfsdf'."""
    found = _AGAIN.fullmatch(word)
    if found is None or len(word) < 6:
        return False
    unit = found[1]
    if unit in _SPEECH or unit[::-1] in _SPEECH:
        return False
    pairs = [unit[i : i + 2] for i in range(len(unit) - 1)]
    return not _VOWELS & set(unit) or all(pair in _PAIRS for pair in pairs)


def _is_unheard(word: str) -> bool:
    """Whether a word of five letters or more has no vowel, or many pairs of letters that no word has."""
    if len(word) < 5:
        return False
    pairs = [word[i : i + 2] for i in range(len(word) - 1)]
    odd = sum(pair in _UNHEARD for pair in pairs)
    if not _VOWELS & set(word):
        return len(word) > 5 or odd >= 1
    return len(word) > 5 and odd >= 2 and odd * 4 >= len(pairs)
