"""Terms of a vocabulary in texts, as a table of hits and as attributes of documents."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.vocabulary.ruler import SPANS, load_ruler

COLUMNS = ("row", "term", "name", "kind", "formality", "shared_governance", "start", "end", "match")
#: Half a character, which spaCy cannot take.
_LONE = re.compile("[\ud800-\udfff]")
#: The attributes that ``name_forms`` adds.
ATTRIBUTES = ("forms_named", "formality", "shared_governance")


def find_terms(texts: Iterable[str] | Corpus, *, vocabulary: str | Path = "school-terms") -> pd.DataFrame:
    """A table of the terms that texts name, one row a hit, in the order of the text.

    Columns: ``row`` (position of the text from 0; for a corpus ``doc_id`` as well), ``term``, ``name``,
    ``kind`` (form, role, initiative, body), ``formality``, ``shared_governance``, ``start``, ``end`` (code
    points of the text, end exclusive) and ``match``, the text between them. The longest term wins where two
    overlap; an everyday word (trust, head, cluster) counts only where its context fits.

    ``vocabulary`` is the name of a shipped vocabulary or the path of one; any codebook with keywords will do.
    Raises ``CodebookError`` for one that cannot be read and ``InputError`` for a single text.

    >>> hits = find_terms(["Two MATs sat down with our soft federation."])
    >>> hits[["term", "start", "end", "match", "formality"]].values.tolist()
    [['mat', 4, 8, 'MATs', 'formal'], ['soft_federation', 27, 42, 'soft federation', 'informal']]
    """
    if isinstance(texts, str):
        raise InputError("One text was given where a list of texts was wanted. Put it in [ ].")
    corpus = texts if isinstance(texts, Corpus) else None
    values = corpus.texts if corpus is not None else list(texts)
    known, nlp = load_ruler(str(vocabulary))
    terms = {term.id: term for term in known.terms}
    rows = []
    plain = [_LONE.sub("\ufffd", value) if isinstance(value, str) else "" for value in values]
    for row, doc in enumerate(nlp.pipe(plain)):
        for span in doc.spans[SPANS]:
            term = terms[span.label_]
            about = (term.id, term.name, term.kind, term.formality, term.shared_governance)
            rows.append((row, *about, span.start_char, span.end_char, span.text))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    if corpus is not None:
        ids = corpus.ids
        table.insert(1, "doc_id", [ids[row] for row in table["row"]])
    return table.astype({"row": "int64", "start": "int64", "end": "int64"})


def name_forms(corpus: Corpus, *, vocabulary: str | Path = "school-terms") -> Corpus:
    """The corpus with what its documents say of forms of collaboration, as three attributes more.

    ``forms_named``: ids of the forms in the order of their first mention, parted by '; '. ``formality``:
    formal, informal or both, '' where no form is named or none of those named tells. ``shared_governance``:
    yes, no or both, '' likewise.

    Raises ``InputError`` where the corpus has such an attribute already, else as ``find_terms`` does.

    ``vocabulary`` is a name or a file, as for ``find_terms``.

    >>> table = pd.DataFrame({"n": ["1", "2"], "said": ["Our cluster left for a MAT.", "A nice head."]})
    >>> named = name_forms(Corpus.from_frame(table, id="n", text="said")).frame
    >>> named[["forms_named", "formality", "shared_governance"]].values.tolist()
    [['cluster; mat', 'both', 'both'], ['', '', '']]
    """
    taken = [name for name in ATTRIBUTES if name in corpus.frame.columns]
    if taken:
        raise InputError(f"The corpus has the attribute(s) {', '.join(taken)} already. Rename or drop them.")
    hits = find_terms(corpus, vocabulary=vocabulary)
    hits = hits[hits["kind"] == "form"]
    named = hits.groupby("row")["term"].agg(lambda terms: "; ".join(dict.fromkeys(terms)))
    frame = corpus.frame.copy()
    rows = range(len(frame))
    frame["forms_named"] = [named.get(row, "") for row in rows]
    for name in ("formality", "shared_governance"):
        told = hits[~hits[name].isin(["varies", ""])].groupby("row")[name].agg(_one_or_both)
        frame[name] = [told.get(row, "") for row in rows]
    return Corpus(frame)


def _one_or_both(values: pd.Series[str]) -> str:
    return str(values.iloc[0]) if values.nunique() == 1 else "both"
