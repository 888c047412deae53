"""Names of printed figures: short, stable, and other where anything behind a figure is other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from textmine.errors import InputError
from textmine.files import sha256_of

_LENGTH = 8
_ID = re.compile(rf"([a-z_]+(?::[\w.-]*)+)@([0-9a-f]{{{_LENGTH}}})")


def hash_inputs(facts: Mapping[str, Any]) -> str:
    """One hash of all that figures were made of: fingerprints, hashes of files, options.

    >>> hash_inputs({"corpus_fingerprint": "ab"}) == hash_inputs({"corpus_fingerprint": "cd"})
    False
    """
    return sha256_of(dict(facts))


def name_figure(kind: str, *parts: str, inputs: str) -> str:
    """The id of a figure: its kind and parts as ``share:money``, and a hash of these and of its inputs.

    ``kind`` says what it is (``share``, ``count``, ``pair`` ...), ``parts`` of what: a code, then a question,
    a column and a group as far as there are any. ``inputs`` is the hash of ``hash_inputs``. The same figure
    of the same inputs has the same id on every machine; parts that look alike when written short differ in
    the hash.

    >>> name_figure("share", "money", "", "region", "North West", inputs="ab")
    'share:money::region:north_west@3c513821'
    """
    short = [re.sub(r"[^\w.-]+", "_", part).strip("_").casefold() for part in parts]
    while short and not short[-1]:
        short.pop()
    return f"{':'.join([kind, *short])}@{sha256_of([kind, list(parts), inputs])[:_LENGTH]}"


def split_figure_id(figure: str) -> tuple[str, str]:
    """The name and the hash of a figure's id; raises ``InputError`` for what is no id.

    >>> split_figure_id("share:money@3c513821")
    ('share:money', '3c513821')
    """
    found = _ID.fullmatch(figure.strip())
    if not found:
        raise InputError(
            "That is no id of a figure. Ids look like share:money@1a2b3c4d and stand beside each figure."
        )
    return found.group(1), found.group(2)
