"""The coder of rules: a coded dataset in which every code shows the words that gave it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.cleaning import clean_text, is_non_response, repair_text
from textmine.codebook import Codebook
from textmine.coded import SPAN_COLUMNS, CodedDataset
from textmine.coding.calibrated import as_corpus
from textmine.coding.rules.form import RuleSet, read_tree, read_utf8
from textmine.coding.rules.matching import Judged, Matcher
from textmine.coding.rules.quanteda import parse_quanteda
from textmine.coding.rules.words import Words, split_words
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.offsets import OffsetMap
from textmine.spans import Span

#: Keys by which a file tells that it is of textmine's own form and no quanteda dictionary.
_OWN_KEYS = frozenset(("id", "version", "codes", "negation", "roll_up"))
HIT_COLUMNS = ["unit_id", "code", "rule", "start", "end", "quote", "outcome"]
#: The threshold of a rule's score, which is 1 or 0.
CUT = 0.5
#: What became of a hit.
COUNTED, DENIED, NEGATED, EXCLUDED = "counted", "denies", "negated", "excluded"


@dataclass(frozen=True, slots=True)
class _Found:
    """A hit in a raw text: the code (a position), the rule's number in it, and what became of it."""

    code: int
    rule: int
    span: Span
    outcome: str


class RuleCoder:
    """Codes texts by rules: a code applies where one of its rules hits, with every hit as evidence.

    It learns nothing and gives no probabilities. Texts are repaired before matching and spans lead back to
    the text as read. ``codes_`` are the ids of the codes, ``codebook_`` the codes as a codebook, ``name_``
    names the rules by hash.

    >>> rules = RuleSet.loads("codes: [{id: money, rules: [sav* NOT sav* face]}]")
    >>> coder = RuleCoder(rules)
    >>> coder.predict(["It saved us time", "To save face"]).tolist()
    [[1], [0]]
    """

    tier = "rules"

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.codes_ = rules.ids
        self.codebook_ = rules.codebook
        self.sha256_ = rules.sha256
        self.name_ = f"rules {rules.sha256[:8]}"
        self._owner = [(k, n) for k, c in enumerate(rules.codes) for n in range(len(c.rules))]
        place = {code: k for k, code in enumerate(self.codes_)}
        above = [self.codebook_.ancestors(code) if rules.roll_up else [] for code in self.codes_]
        self._takers = [(k, *(place[name] for name in names)) for k, names in enumerate(above)]
        negation = rules.negation
        self._matcher = Matcher(
            [rule for code in self.codes_ for rule in rules.of(code)],
            negations=() if negation is None else negation.words,
            exceptions=rules.exceptions(),
            window=0 if negation is None else negation.window,
        )

    @classmethod
    def from_file(cls, path: str | Path, *, form: str | None = None) -> RuleCoder:
        """A coder of the rules in a YAML file, ``form`` being 'textmine', 'quanteda' or told by its keys.

        A file with id, version, codes, negation or roll_up at its top is of textmine's own form. Raises
        ``CodebookError`` where the file breaks its form, ``InputError`` for another ``form``. ``path`` is the
        file.
        """
        file = Path(path)
        if form not in (None, "textmine", "quanteda"):
            raise InputError(f"No form {form!r}. Forms: textmine, quanteda.")
        text = read_utf8(file)
        if form is None:
            tree = read_tree(text, file.name, [])
            form = "quanteda" if isinstance(tree, dict) and not _OWN_KEYS & set(tree) else "textmine"
        if form == "quanteda":
            return cls(parse_quanteda(text, file.name, id=file.stem))
        return cls(RuleSet.loads(text, file.name))

    @classmethod
    def from_codebook(cls, codebook: Codebook) -> RuleCoder:
        """A coder of a codebook's keywords; codes without any are not coded.

        Raises ``InputError`` where no code has keywords.
        """
        return cls(RuleSet.from_codebook(codebook))

    def save(self, path: str | Path) -> None:
        """Write the rules as YAML, from which ``RuleCoder.from_file`` makes the same coder.

        ``path`` is the file.
        """
        self.rules.save(path)

    # --- coding ---------------------------------------------------------------------------------------

    def code(
        self,
        corpus: Corpus,
        *,
        leave_out: npt.NDArray[np.bool_] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> CodedDataset:
        """The coded dataset of a corpus: 1 where a rule hits, 0 where none does, all hits as spans.

        Not coded (missing, not 0) are blank texts, those under the mask ``leave_out``, and codes that have
        no rule, their own or of a code below. Hits of a code that overlap are one span. With negation
        'denies' each code given has a stance: affirms, denies, or mixed where it has both. ``progress`` is
        told how many of how many texts are done.

        ``scores`` are 1 and 0 as well, which is no probability: all that applies is up for review until a
        certificate, from texts read by people, says how often the rules are right.
        """
        left_out = np.zeros(len(corpus), bool) if leave_out is None else leave_out
        decisions = np.full((len(corpus), len(self.codes_)), np.nan)
        ruled = np.array([self.has_rule(code) for code in self.codes_])
        rows: list[tuple[str, str, int, int, str, str, str]] = []
        for row, (unit, text) in enumerate(zip(corpus.ids, corpus.texts, strict=True)):
            repaired = "" if left_out[row] else repair_text(text)
            if repaired:
                decisions[row, ruled] = 0
                for code, spans, stance in self._give(self._find(text, repaired)):
                    decisions[row, code] = 1
                    for span in spans:
                        quote = span.slice(text)
                        rows.append(
                            (unit, self.codes_[code], span.start, span.end, quote, self.name_, stance)
                        )
            if progress is not None and (row % 1000 == 999 or row == len(corpus) - 1):
                progress(row + 1, len(corpus))
        index = pd.Index(corpus.ids, name="unit_id")
        frame = pd.DataFrame(decisions, index=index, columns=self.codes_)
        return CodedDataset(
            frame,
            self.codebook_,
            self.name_,
            scores=frame.copy(),
            thresholds=dict.fromkeys(self.codes_, CUT),
            spans=pd.DataFrame(rows, columns=SPAN_COLUMNS),
            texts=pd.Series(corpus.texts, index=index, dtype=object),
            attributes=corpus.facts,
        )

    def find_hits(self, corpus: Corpus) -> pd.DataFrame:
        """Every hit with the rule it is of (counted from 1 in its code) and its ``outcome``.

        ``unit_id, code, rule, start, end, quote, outcome``: counted, denies, negated or excluded. To read
        what rules do before trusting them; hits are not rolled up to the codes above. ``corpus`` has the
        texts.
        """
        rows = [
            (unit, self.codes_[h.code], h.rule + 1, h.span.start, h.span.end, h.span.slice(text), h.outcome)
            for unit, text in zip(corpus.ids, corpus.texts, strict=True)
            for h in self._find(text, repair_text(text))
        ]
        return pd.DataFrame(rows, columns=HIT_COLUMNS)

    def decision_function(self, X: Corpus | pd.DataFrame | Sequence[str]) -> npt.NDArray[np.float64]:
        """How many stretches of each text a code's rules hit, (n, codes): features for others.

        ``X`` are n texts.
        """
        texts = as_corpus(X).texts
        counts = np.zeros((len(texts), len(self.codes_)))
        for row, text in enumerate(texts):
            for code, spans, _ in self._give(self._find(text, repair_text(text))):
                counts[row, code] = len(spans)
        return counts

    def predict(self, X: Corpus | pd.DataFrame | Sequence[str]) -> npt.NDArray[np.int64]:
        """1 where a code applies, else 0; (n, codes).

        ``X`` are n texts.
        """
        return (self.decision_function(X) > 0).astype(np.int64)

    def has_rule(self, code: str) -> bool:
        """Whether a code has a rule, its own or (rolled up) of a code below it."""
        return code in self._holders

    @cached_property
    def _holders(self) -> set[str]:
        holders = {entry.id for entry in self.rules.codes if entry.rules}
        if self.rules.roll_up:
            holders |= {above for id in holders for above in self.codebook_.ancestors(id)}
        return holders

    @staticmethod
    def count_non_responses(corpus: Corpus) -> int:
        """How many texts of a corpus say that there is nothing to say, such as 'n/a'."""
        pairs = zip(corpus.texts, corpus.questions, strict=True)
        return sum(is_non_response(repair_text(text), question) for text, question in pairs)

    # --- inside ---------------------------------------------------------------------------------------

    def _find(self, text: str, repaired: str) -> list[_Found]:
        words = split_words(repaired)
        judged = self._matcher.find(words)
        if not judged:
            return []
        way_back = None if repaired == text else clean_text(text).map
        return [self._place(one, words, way_back) for one in judged]

    def _place(self, one: Judged, words: Words, way_back: OffsetMap | None) -> _Found:
        code, number = self._owner[one.rule]
        span = Span(words.starts[one.hit.start], words.ends[one.hit.end - 1])
        outcome = COUNTED
        if one.excluded:
            outcome = EXCLUDED
        elif one.negated and self.rules.negation is not None:
            said = self.rules.codes[code].rules[number].negated or self.rules.negation.then
            outcome = {"drop": NEGATED, "denies": DENIED, "keep": COUNTED}[said]
        return _Found(code, number, span if way_back is None else way_back.to_raw(span), outcome)

    def _give(self, found: list[_Found]) -> Iterator[tuple[int, list[Span], str]]:
        """The codes given, in the order of the codebook, with their stretches and stance."""
        spans: dict[int, list[Span]] = {}
        outcomes: dict[int, set[str]] = {}
        for hit in found:
            if hit.outcome not in (COUNTED, DENIED):
                continue
            for code in self._takers[hit.code]:
                spans.setdefault(code, []).append(hit.span)
                outcomes.setdefault(code, set()).add(hit.outcome)
        for code in sorted(spans):
            yield code, _join(spans[code]), self._stance(outcomes[code])

    def _stance(self, outcomes: set[str]) -> str:
        negation = self.rules.negation
        told = negation is not None and (
            negation.then == "denies" or any(r.negated == "denies" for c in self.rules.codes for r in c.rules)
        )
        if not told:
            return ""
        return "mixed" if len(outcomes) > 1 else "denies" if DENIED in outcomes else "affirms"


def _join(spans: list[Span]) -> list[Span]:
    """Spans in order, those that overlap as one; touching ones stay apart."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start < joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined
