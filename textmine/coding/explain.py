"""Why a coder gives a text its codes: the stretches that carry each, and what every token adds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from textmine.cleaning import repair_text
from textmine.coding.calibrated import CalibratedCoder
from textmine.coding.clauses import choose_unit
from textmine.coding.coder import Coder
from textmine.coding.tokens import token_spans
from textmine.errors import InputError

#: Colours for codes that have none of their own, told apart by colour-blind people too (Okabe & Ito 2008).
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a6d3b", "#6a51a3")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")


@dataclass(frozen=True)
class Explanation:
    """What a coder says of one text, and why; shows itself in a notebook as marked text.

    ``codes`` has a row a code: code, name, colour, probability, threshold, applies. ``stretches`` has a row
    a stretch: code, start, end (code points of ``text``), quote, weight (what it adds to the score), the
    heaviest of each code first. ``tokens``, of the fast tier alone, has a row a token of the repaired text
    (token, start, end) and a column a code with what the token adds; with ``constants``, what a text without
    words would score, these add up to ``scores``, both by code and before calibration.

    >>> texts = ["We share training", "Joint training days", "It saves money", "Money saved"] * 3
    >>> y = [[1, 0], [1, 0], [0, 1], [0, 1]] * 3
    >>> coder = Coder(folds=3).fit(texts, y, codes=["training", "money"])
    >>> found = explain(coder, "The hall is old, but it saves money")
    >>> found.codes["code"].tolist()
    ['training', 'money']
    """

    text: str
    codes: pd.DataFrame
    stretches: pd.DataFrame
    tokens: pd.DataFrame | None
    constants: pd.Series | None
    scores: pd.Series

    def __repr__(self) -> str:
        given = self.codes[self.codes["applies"]]
        return (
            f"Explanation({len(given)} codes: {', '.join(given['code'])})"
            if len(given)
            else "Explanation(no code)"
        )

    def _repr_html_(self) -> str:
        shown = [code for code in self.codes["code"] if (self.stretches["code"] == code).any()]
        table = self.codes.set_index("code")
        number = {code: i + 1 for i, code in enumerate(shown)}
        legend = [self._name_code(table.loc[code], number[code]) for code in shown]
        below = f"<ul style='list-style:none;padding:0;margin:8px 0 0'>{''.join(legend)}</ul>"
        none = "<p style='margin:8px 0 0'>No code is given to this text.</p>"
        page = (
            "<div style='max-width:48em;line-height:1.9'>"
            f"<p style='margin:0;white-space:pre-wrap'>{self._mark_text(number, table)}</p>"
            f"{below if shown else none}</div>"
        )
        return page.encode("utf-8", "replace").decode("utf-8")  # half a character cannot be saved

    @staticmethod
    def _name_code(row: pd.Series, number: int) -> str:
        """A line of the key: number and colour, name, how sure, and from where on the code is given."""
        given = "given" if row["applies"] else "not given"
        return (
            f"<li style='margin:4px 0'><span style='{_mark([row['colour']])}'>&nbsp;{number}&nbsp;</span> "
            f"{escape(str(row['name']))}: {row['probability']:.2f} "
            f"<span style='opacity:.75'>({given}; threshold {row['threshold']:.2f})</span></li>"
        )

    def _mark_text(self, number: dict[str, int], table: pd.DataFrame) -> str:
        """The text, escaped, with every stretch marked in its codes' colours and numbered at its end."""
        rows = [(str(r.code), int(r.start), int(r.end)) for r in self.stretches.itertuples()]  # type: ignore[arg-type]
        edges = sorted({0, len(self.text), *(e for _, *span in rows for e in span)})
        parts = []
        for start, end in pairwise(edges):
            here = [c for c, a, b in rows if a <= start and end <= b]
            words = escape(self.text[start:end])
            ended = ",".join(str(number[code]) for code, _, last in rows if last == end)
            ending = f"<sup style='font-weight:600'>{ended}</sup>" if ended else ""
            if here:
                names = escape(", ".join(str(table.loc[c, "name"]) for c in here), quote=True)
                colours = [str(table.loc[c, "colour"]) for c in here]
                words = f"<mark title='{names}' style='{_mark(colours)}'>{words}</mark>"
            parts.append(words + ending)
        return "".join(parts)


def explain(
    coder: CalibratedCoder,
    text: str,
    question: str = "",
    *,
    evidence: str = "clause",
    codes: Sequence[str] | None = None,
) -> Explanation:
    """Why a coder gives a text its codes, as an ``Explanation``.

    ``evidence`` says what stretches are made of: 'word', 'clause' or 'sentence'. ``codes`` are those to show
    stretches of, whether they apply or not; those that apply, if not given. What the coder says is its own
    even of a text that it was trained on. Raises ``InputError`` for a code or a unit that there is not.
    ``text`` is one text, ``question`` what it answers ('' where that is not known).

    >>> texts = ["We share training", "Joint training days", "It saves money", "Money saved"] * 3
    >>> coder = Coder(folds=3).fit(texts, [[1, 0], [1, 0], [0, 1], [0, 1]] * 3, codes=["training", "money"])
    >>> found = explain(coder, "The hall is old, but it saves money", codes=["money"])
    >>> found.stretches["quote"].tolist()
    ['it saves money']
    """
    check_is_fitted(coder, "thresholds_")
    unit, names = choose_unit(evidence), coder.codes_
    unknown = [code for code in codes or () if code not in names]
    if unknown:
        raise InputError(f"No code {', '.join(unknown)}. Codes: {', '.join(names)}.")
    repaired = repair_text(text)
    scores, scored = coder.score_repaired([repaired], [question])
    probabilities = np.round(coder.calibrate(scores), 6)
    applies = (probabilities >= coder.thresholds_) & bool(repaired)
    wanted = applies if codes is None else np.isin(names, codes)[None, :] & bool(repaired)
    found = coder.find_evidence(scored, wanted, [text], [repaired], [question], unit=unit, given=applies)
    stretches = pd.DataFrame(
        {
            "code": np.array(names, dtype=object)[found.code],
            "start": found.start,
            "end": found.end,
            "quote": [text[a:b] for a, b in zip(found.start.tolist(), found.end.tolist(), strict=True)],
            "weight": found.weight,
        }
    )
    tokens, constants = _split_score(coder, repaired, question)
    return Explanation(
        text,
        pd.DataFrame(
            {
                "code": names,
                "name": [coder.codebook_.code(code).name for code in names],
                "colour": [_colour_of(coder, code, place) for place, code in enumerate(names)],
                "probability": probabilities[0],
                "threshold": coder.thresholds_,
                "applies": applies[0],
            }
        ),
        stretches,
        tokens,
        constants,
        pd.Series(scores[0], index=names),
    )


def _split_score(
    coder: CalibratedCoder, repaired: str, question: str
) -> tuple[pd.DataFrame | None, pd.Series | None]:
    """What each token adds to each code, and the constants; None of a coder that cannot be split so."""
    if not isinstance(coder, Coder):
        return None, None
    shares, constant = coder.scorer.token_shares(repaired, question)
    spans = [span for span, _ in token_spans(repaired)]
    places = {
        "token": [span.slice(repaired) for span in spans],
        "start": [span.start for span in spans],
        "end": [span.end for span in spans],
    }
    added = pd.DataFrame(shares, columns=coder.codes_)
    return pd.concat([pd.DataFrame(places), added], axis=1), pd.Series(constant, index=coder.codes_)


def _colour_of(coder: CalibratedCoder, code: str, place: int) -> str:
    own = coder.codebook_.code(code).colour or ""
    return own if _COLOUR.match(own) else PALETTE[place % len(PALETTE)]


def _mark(colours: Sequence[str]) -> str:
    """The style of text marked in these colours: the first behind it, a line under it for each."""
    lines = ", ".join(f"inset 0 -{3 * (i + 1)}px 0 {colour}" for i, colour in enumerate(colours))
    return f"background:{colours[0]}2e;color:inherit;box-shadow:{lines};padding:1px 2px 4px;border-radius:2px"
