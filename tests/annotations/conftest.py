"""A small store to annotate in; its texts hold an emoji, an accent set apart and a word never to be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from textmine.annotations import AnnotationStore
from textmine.codebook import Codebook
from textmine.corpus import Corpus

TEXTS = {
    "u1": "😀 We pool money for cafe\u0301 trips",
    "u2": "Quillfeather says it saves time",
    "u3": "quillfeather  SAYS it saves time",
    "u4": "Nothing",
    "u5": "Money and time",
}


@pytest.fixture
def codebook() -> Codebook:
    return Codebook.from_labels(["money", "time"])


@pytest.fixture
def corpus() -> Corpus:
    return Corpus(pd.DataFrame({"doc_id": list(TEXTS), "text": list(TEXTS.values())}))


@pytest.fixture
def make_store(
    tmp_path: Path, codebook: Codebook, corpus: Corpus
) -> Iterator[Callable[..., AnnotationStore]]:
    """Opens stores in one file, or in files of other names."""
    opened: list[AnnotationStore] = []

    def make(name: str = "store", **options) -> AnnotationStore:
        options = {"codebook": codebook, "corpus": corpus, "project": "study", **options}
        opened.append(AnnotationStore(tmp_path / f"{name}.sqlite", **options))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(make_store) -> AnnotationStore:
    return make_store()
