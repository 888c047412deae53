"""The vocabulary as a spaCy ruler on a blank English pipeline: no model is needed."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from textmine.vocabulary.context import CLAUSE, SENTENCE
from textmine.vocabulary.terms import Surface, Term, Vocabulary

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

#: The span group that hits are in: ``doc.spans["terms"]``.
SPANS = "terms"

_FACTORY = "textmine_terms"
_HYPHENS = "\u002d\u2010\u2011\u2012\u2013\u00ad"
_QUOTES = "'\u2018\u2019\u02bc`\u00b4"
#: A dash with space on both sides or an empty line parts words; it is no way to write a term.
_PARTED = re.compile(rf"\s[{_HYPHENS}]+\s|(?:\n|\r(?!\n))[^\S\r\n]*[\r\n]")
#: Web and mail addresses, paths and names of files: what stands in them is no wording.
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+|(?<=\]\()[^)\s]+|(?<![\w/<])/[\w-]+(?:/[\w.-]+)+"
    r"|(?<![\w./-])[\w./-]{1,200}\.(?:com|csv|docx?|gov|html?|jpe?g|json|md|org|pdf|png|svg|txt|uk|xlsx?)\b"
)
_MARKS = r"\u0300-\u036f"


def make_ruler(vocabulary: Vocabulary) -> Language:
    """A spaCy pipeline that puts the terms of each text into ``doc.spans["terms"]``, the longest first.

    A span's label is the id of the term; its offsets are code points of the text. It streams
    (``nlp.pipe``) and needs no model.

    >>> nlp = make_ruler(Vocabulary.load("school-terms"))
    >>> doc = nlp("The executive head of two MATs sat down.")
    >>> [(span.text, span.label_) for span in doc.spans["terms"]]
    [('executive head', 'executive_head'), ('MATs', 'mat')]
    """
    import spacy

    nlp = spacy.blank("en")
    nlp.tokenizer = _tokenizer(nlp)
    nlp.max_length = sys.maxsize  # spaCy's limit is for parsers
    _register()
    finder: Any = nlp.add_pipe(_FACTORY)
    finder.take(vocabulary)
    return nlp


@lru_cache(maxsize=4)
def load_ruler(name: str) -> tuple[Vocabulary, Language]:
    """The vocabulary of a name or file and its ruler, made once. Raises as ``Vocabulary.load`` does."""
    vocabulary = Vocabulary.load(name)
    return vocabulary, make_ruler(vocabulary)


class _Finder:
    """A pipe: a span ruler over the words, then the rules of context; of overlapping hits the longest stays.

    The ruler reads the words alone, without the hyphens, apostrophes and line breaks between them, so that
    'multi-academy trust' is one term however it is written.
    """

    def __init__(self, nlp: Language) -> None:
        from spacy.pipeline import SpanRuler

        self.ruler = SpanRuler(nlp, phrase_matcher_attr="LOWER")
        self.terms: dict[str, Term] = {}

    def take(self, vocabulary: Vocabulary) -> None:
        self.terms = {term.id: term for term in vocabulary.terms}
        self.ruler.add_patterns(list(_patterns(vocabulary)))

    def __call__(self, doc: Doc) -> Doc:
        from spacy.tokens import Doc as NewDoc
        from spacy.tokens import Span as NewSpan
        from spacy.util import filter_spans

        kept = [i for i, between in enumerate(_between(doc)) if not between]
        bare = NewDoc(doc.vocab, words=[doc[i].text for i in kept])
        found = [
            NewSpan(doc, kept[span.start], kept[span.end - 1] + 1, label=span.label, span_id=span.id)
            for span in self.ruler.match(bare)
        ]
        if found:
            words, at = _words(doc)
            addresses = [match.span() for match in _ADDRESS.finditer(doc.text)]
            found = [span for span in found if self._counts(span, words, at, addresses)]
        doc.spans[SPANS] = filter_spans(found)
        return doc

    def _counts(self, span: Span, words: list[str], at: list[int], addresses: list[tuple[int, int]]) -> bool:
        if _PARTED.search(span.text) or any(start <= span.start_char < end for start, end in addresses):
            return False
        term = self.terms[span.label_]
        surface = term.surfaces[int(span.id_)]
        if not _is_in_case(span, surface) or _is_shouted(span, term, surface):
            return False
        begin, end = at[span.start], at[span.end]
        before, after = words[max(0, begin - 40) : begin], words[end : end + 40]
        rules = [rule for rule in term.rules if not rule.of or {surface.keyword, surface.text} & {*rule.of}]
        return all(rule.lets_pass(before, after) for rule in rules)


def _between(doc: Doc) -> Iterator[bool]:
    """For each token, whether it only stands between words: white space, a hyphen, an apostrophe or its s."""
    previous = ""
    for token in doc:
        text = token.text
        yield token.is_space or text in _HYPHENS or text in _QUOTES or _is_possessive(text, previous)
        previous = text


def _is_possessive(text: str, previous: str) -> bool:
    return text in ("s", "S") and len(previous) == 1 and previous in _QUOTES


def _is_in_case(span: Span, surface: Surface) -> bool:
    """Whether the words that count in one case only stand in it."""
    if not any(surface.exact):
        return True
    written = set(re.findall(r"\w+", span.text))
    return all(word in written for word, exact in zip(surface.words, surface.exact, strict=True) if exact)


def _is_shouted(span: Span, term: Term, surface: Surface) -> bool:
    """Whether the capitals say nothing: all around is in capitals, and small letters would mean a word."""
    if not any(surface.exact) or surface.text.lower() not in {s.text for s in term.surfaces}:
        return False
    around = [*span.doc[max(0, span.start - 4) : span.start], *span.doc[span.end : span.end + 4]]
    letters = [token.text for token in around if token.is_alpha and len(token) > 1]
    return len(letters) > 1 and all(text.isupper() for text in letters)


def _words(doc: Doc) -> tuple[list[str], list[int]]:
    """The words of a doc for the rules, with the edges of sentences, and where each token stands in them."""
    words = [SENTENCE]
    at = []
    previous = ""
    for token in doc:
        at.append(len(words))
        text = token.text
        if text[0].isalnum() and not _is_possessive(text, previous):
            words.append(token.lower_)
        elif text in ".!?" or (token.is_space and _PARTED.search(text)):
            words.append(SENTENCE)
        elif text in ",;:()[]\u2013\u2014\u2026" or (text == "-" and token.whitespace_):
            words.append(CLAUSE)
        previous = text
    at.append(len(words))
    return [*words, SENTENCE], at


def _patterns(vocabulary: Vocabulary) -> Iterator[dict[str, Any]]:
    """The patterns of the ruler; a pattern's id is the place of the surface in its term."""
    for term in vocabulary.terms:
        for number, surface in enumerate(term.surfaces):
            yield {"label": term.id, "pattern": " ".join(surface.words), "id": str(number)}


def _tokenizer(nlp: Language) -> Any:
    """Splits a text into words, single signs and white space; a letter keeps its combining accents."""
    sign = re.compile(rf"[^\w\s{_MARKS}]|_")
    tokenizer: Any = type(nlp.tokenizer)
    return tokenizer(
        nlp.vocab,
        prefix_search=re.compile(rf"^(?:{sign.pattern})").search,
        suffix_search=re.compile(rf"(?:{sign.pattern})$").search,
        infix_finditer=sign.finditer,
    )


@lru_cache(maxsize=1)
def _register() -> None:
    from spacy.language import Language

    @Language.factory(_FACTORY)
    def make_finder(nlp: Any, name: str) -> _Finder:
        return _Finder(nlp)
