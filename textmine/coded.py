"""A coded dataset: texts x codes, who or what coded, how sure, and where in the text it shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.codebook import Codebook
from textmine.display import show_card, show_table
from textmine.errors import InputError
from textmine.frames import UNIT_COLUMNS, as_pandas, as_unit_table

if TYPE_CHECKING:
    from textmine.passages import Passages, QuoteBank

#: Columns of the long view, in order.
LONG_COLUMNS = [
    "unit_id",
    "code",
    "score",
    "applies",
    "band",
    "stance",
    "start",
    "end",
    "evidence",
    "coder",
    "codebook_version",
]
STANCES = ("affirms", "denies", "mixed")
#: What a model writes for a stance that it cannot tell.
UNSURE = "unsure"
SPAN_COLUMNS = ["unit_id", "code", "start", "end", "quote", "coder", "stance"]
#: What becomes of a unit and code: taken as it is, read by a person, left out. In the order of certainty.
BANDS = ("reject", "review", "accept")
#: A score of at least this share of the code's threshold is up for review, where no certificate says else.
REVIEW_SHARE = 0.5


@dataclass(frozen=True)
class CodedDataset:
    """Texts x codes by one or more coders, people or models.

    ``decisions`` is indexed by unit id with one column per code: 1 applies, 0 does not, NaN not coded ('not
    coded' is not 'no code'). ``scores`` has the same shape or is None (people give no scores). ``spans``
    lists evidence: ``unit_id, code, start, end`` (code points into the text as read, exclusive end; -1 where
    unknown), ``quote``, ``coder`` and ``stance`` (affirms, denies, mixed, unsure or ''); the heaviest first,
    and those of codes that do not apply but are up for review among them. ``thresholds`` are those the
    decisions were made with. ``accept_from`` and ``review_from`` are scores at which the bands accept and
    review begin, by code, as a certificate has them; ``bands`` says what holds without. ``attributes`` has
    what is known of each unit besides (question, group, wave, the input's other columns), None where nothing
    is. Frozen: methods give back a new dataset. ``codebook`` holds the codes' names and meanings.

    >>> decisions = pd.DataFrame({"money": [1.0, np.nan]}, index=["u1", "u2"])
    >>> CodedDataset(decisions, Codebook.from_labels(["money"]), coder="ann").counts()["money"]
    1
    """

    decisions: pd.DataFrame
    codebook: Codebook
    coder: str
    scores: pd.DataFrame | None = None
    spans: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=SPAN_COLUMNS))
    thresholds: Mapping[str, float] = field(default_factory=dict)
    texts: pd.Series | None = None
    accept_from: Mapping[str, float] = field(default_factory=dict)
    review_from: Mapping[str, float] = field(default_factory=dict)
    attributes: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        if self.decisions.index.has_duplicates:
            raise InputError("A coded dataset needs each unit once; some unit ids stand more than once.")
        unknown = [c for c in self.decisions.columns if c not in self.codebook.ids]
        if unknown:
            raise InputError(
                f"Not in the codebook: {', '.join(unknown)}. Known: {', '.join(self.codebook.ids)}."
            )

    def __len__(self) -> int:
        return len(self.decisions)

    def __repr__(self) -> str:
        return f"CodedDataset({len(self)} units x {len(self.codes)} codes, by {self.coder})"

    @property
    def codes(self) -> list[str]:
        """Ids of the codes, in the codebook's order of the columns."""
        return [str(c) for c in self.decisions.columns]

    @cached_property
    def is_coded(self) -> pd.Series:
        """Whether each unit was coded for at least one code."""
        return self.decisions.notna().any(axis=1)

    def counts(self) -> dict[str, int]:
        """How many units carry each code."""
        return {code: int((self.decisions[code] == 1).sum()) for code in self.codes}

    def recut(self, thresholds: Mapping[str, float]) -> CodedDataset:
        """The same scores cut at other thresholds; codes not named keep theirs. Evidence is kept.

        A code cut above the score that was certified is no longer accepted: nobody tested that cut.
        Raises ``InputError`` when there are no scores or a code is unknown.
        """
        if self.scores is None:
            raise InputError("Only a dataset with scores can be cut again; people's codings have none.")
        unknown = [c for c in thresholds if c not in self.codes]
        if unknown:
            raise InputError(f"No code {', '.join(unknown)}. Codes: {', '.join(self.codes)}.")
        cuts = {**self.thresholds, **thresholds}
        decisions = self.decisions.copy()
        for code in self.codes:
            if code not in cuts or self.scores[code].isna().all():  # nothing scored it: it stays as it is
                continue
            above = (self.scores[code] >= cuts[code]).astype(float)
            decisions[code] = above.where(self.scores[code].notna(), np.nan)
        tested = {code: at for code, at in self.accept_from.items() if cuts.get(code, at) <= at}
        return replace(self, decisions=decisions, thresholds=cuts, accept_from=tested)

    @cached_property
    def band_numbers(self) -> npt.NDArray[np.int8]:
        """Each unit's and code's place in ``BANDS``, -1 where not coded; see ``bands``."""
        decided = self.decisions.to_numpy(dtype=np.float64)
        applies = decided == 1
        if self.scores is None:
            band = np.where(applies, 2, 0)
        else:
            scores = self.scores.to_numpy(dtype=np.float64)
            review = np.array([self.review_floor(code) for code in self.codes])
            accept = np.array([self.accept_from.get(code, np.inf) for code in self.codes])
            band = (applies | (scores >= review)).astype(np.int8) + (applies & (scores >= accept))
        return np.where(np.isnan(decided), -1, band).astype(np.int8)

    @property
    def bands(self) -> pd.DataFrame:
        """The band of each unit and code: accept, review, reject, or '' where not coded.

        A model's code is accepted only from a certified score on (``accept_from``). The others that apply
        are up for review, and so is a score from ``review_from`` on or, without that, from half of the
        code's threshold on. What people coded was read: accept where they gave the code, else reject.

        >>> scores = pd.DataFrame({"money": [0.9, 0.3, 0.1]}, index=["u1", "u2", "u3"])
        >>> book, given = Codebook.from_labels(["money"]), (scores >= 0.5).astype(float)
        >>> coded = CodedDataset(given, book, "m", scores=scores, thresholds={"money": 0.5})
        >>> coded.bands["money"].tolist()
        ['review', 'review', 'reject']
        """
        names = np.array([*BANDS, ""], dtype=object)[self.band_numbers]
        return pd.DataFrame(names, index=self.decisions.index, columns=self.decisions.columns)

    def review_floor(self, code: str) -> float:
        """The score from which on a code that does not apply is up for review all the same."""
        if code in self.review_from:
            return float(self.review_from[code])
        return REVIEW_SHARE * float(self.thresholds[code]) if code in self.thresholds else float("inf")

    def wide(self) -> pd.DataFrame:
        """Units x codes as whole numbers: 1, 0, or missing where not coded."""
        return self.decisions.astype("Int8")

    def long(self) -> pd.DataFrame:
        """One row per unit and code that applies or is up for review, with the columns of ``coded_long.csv``.

        Where a code has several spans, the first is shown; ``spans`` holds all.
        """
        applies, bands = self.decisions.to_numpy() == 1, self.band_numbers
        rows, columns = np.nonzero(applies | (bands == BANDS.index("review")))
        units = self.decisions.index.to_numpy()[rows]
        codes = np.array(self.codes, dtype=object)[columns]
        scores = np.nan if self.scores is None else self.scores.to_numpy()[rows, columns]
        first = self.spans.drop_duplicates(["unit_id", "code"]).set_index(["unit_id", "code"])
        found = first.astype(object).reindex(pd.MultiIndex.from_arrays([units, codes]))
        return pd.DataFrame(
            {
                "unit_id": units,
                "code": codes,
                "score": scores,
                "applies": applies[rows, columns].astype(int),
                "band": np.array(BANDS, dtype=object)[bands[rows, columns]],
                "stance": found["stance"].fillna("").to_numpy(),
                "start": pd.to_numeric(found["start"]).fillna(-1).astype(int).to_numpy(),
                "end": pd.to_numeric(found["end"]).fillna(-1).astype(int).to_numpy(),
                "evidence": found["quote"].fillna("").to_numpy(),
                "coder": found["coder"].fillna(self.coder).to_numpy(),
                "codebook_version": self.codebook.version,
            },
            columns=list(LONG_COLUMNS),
        )

    @classmethod
    def from_labels(
        cls,
        frame: pd.DataFrame,
        codebook: Codebook,
        *,
        coder: str,
        spans: pd.DataFrame | None = None,
    ) -> CodedDataset:
        """People's codings: ``frame`` units x codes of 1, 0, NaN; ``spans`` with quotes and stances.

        Tables may be pandas, polars or Arrow; the latter two name units in a column ``unit_id``. Raises
        ``InputError`` for a stance that is none of affirms, denies, mixed. ``codebook`` holds all the codes
        of ``frame``, ``coder`` is who coded.
        """
        frame = as_unit_table(frame)
        spans = pd.DataFrame(columns=SPAN_COLUMNS) if spans is None else as_pandas(spans)
        stances = set(spans["stance"].dropna()) - {""} if "stance" in spans else set()
        if stances - set(STANCES):
            raise InputError(
                f"A stance must be one of {', '.join(STANCES)}; {len(stances - set(STANCES))} other(s) found."
            )
        unsaid: dict[str, Any] = {"start": -1, "end": -1, "quote": "", "coder": coder, "stance": ""}
        given = spans.assign(**{name: value for name, value in unsaid.items() if name not in spans})
        return cls(frame, codebook, coder, spans=given.reindex(columns=SPAN_COLUMNS))

    def select(self, units: Sequence[str]) -> CodedDataset:
        """Only these units, in this order."""
        return replace(
            self,
            decisions=self.decisions.loc[list(units)],
            scores=None if self.scores is None else self.scores.loc[list(units)],
            spans=self.spans[self.spans["unit_id"].isin(set(units))],
            texts=None if self.texts is None else self.texts.loc[list(units)],
            attributes=None if self.attributes is None else self.attributes.loc[list(units)],
        )

    # --- reading ------------------------------------------------------------------------------------------

    def read(
        self,
        code: str | Mapping[str, Any] | pd.Series | tuple[Any, ...] | None = None,
        *,
        where: Mapping[str, Any] | None = None,
        also: str | Collection[str] = (),
        without: str | Collection[str] = (),
        stance: str | Collection[str] | None = None,
        band: str = "given",
        below: bool = False,
        containing: str = "",
        by: str | None = None,
        bank: QuoteBank | None = None,
    ) -> Passages:
        """The texts that carry a code, to read: the surest first, what shows the code marked.

        ``code`` is a code, or the cell of a table: a row of a table of shares, differences or a crosswalk
        (``code``, and ``by`` with ``group``, ``question``, ``wave``, ``topic``), or the labels of a cell,
        such as ``("money", "North")``. None reads any text. ``where`` gives attributes with the value or
        values wanted; ``also`` and ``without`` codes that the texts carry and do not carry; ``stance``
        affirms, denies, mixed, unsure or '' (not told); ``band`` given, accept, review or reject; ``below``
        takes in the codes below; ``containing`` a word or part of one. ``by`` makes sections: an attribute,
        'sub_theme' (the codes below), 'stance' or 'code' (the others given); ``add_attributes`` brings
        topics. ``bank`` shows what is ticked. Raises ``InputError`` without texts and for what there is not.

        >>> given = pd.DataFrame({"money": [1.0, 0.0]}, index=["u1", "u2"])
        >>> said = pd.Series(["It saves money", "Nobody rang"], index=given.index)
        >>> region = pd.DataFrame({"region": ["North", "South"]}, index=given.index)
        >>> book = Codebook.from_labels(["money"])
        >>> coded = CodedDataset(given, book, "ann", texts=said, attributes=region)
        >>> coded.read("money", where={"region": "North"}).texts
        ['It saves money']
        """
        from textmine.passages.finding import find_passages
        from textmine.passages.passages import COLUMNS
        from textmine.passages.wishes import make_wish

        if self.texts is None:
            raise InputError("The dataset holds no texts to read. Give them: replace(coded, texts=...).")
        known = pd.DataFrame(index=self.decisions.index) if self.attributes is None else self.attributes
        known = known.rename(columns={name: f"{name}_" for name in COLUMNS if name in known.columns})
        wish = make_wish(
            code,
            where=where,
            also=also,
            without=without,
            stance=stance,
            band=band,
            below=below,
            containing=containing,
            codes=self.codes,
            attributes=known,
        )
        return find_passages(
            wish,
            decisions=self.decisions,
            codebook=self.codebook,
            texts=self.texts,
            spans=self.spans,
            scores=self.scores,
            bands=self.bands,
            attributes=known,
            by=by,
            bank=bank,
        )

    def add_attributes(self, table: Any) -> CodedDataset:
        """The same with more known of each unit: ``table`` indexed by unit id, or a named Series.

        Tables without an index (polars, Arrow, and pandas with a column ``unit_id`` or ``id``) name units in
        that column. Units that are not in the table have the attribute blank. Raises ``InputError`` where
        units stand twice or none is in this dataset.

        >>> given = pd.DataFrame({"money": [1.0]}, index=["u1"])
        >>> coded = CodedDataset(given, Codebook.from_labels(["money"]), "ann")
        >>> coded.add_attributes(pd.Series([3], index=["u1"], name="topic")).attributes["topic"].tolist()
        [3]
        """
        frame = table.to_frame() if isinstance(table, pd.Series) else as_unit_table(table)
        named = next((name for name in UNIT_COLUMNS if name in frame.columns), None)
        if named is not None and not frame.index.isin(self.decisions.index).any():
            frame = frame.set_index(frame[named].astype(str)).drop(columns=named)
        if frame.index.has_duplicates or not frame.index.isin(self.decisions.index).any():
            raise InputError(
                "The attributes name units more than once, or none of this dataset. Give a row a unit id."
            )
        before = pd.DataFrame(index=self.decisions.index) if self.attributes is None else self.attributes
        fresh = frame.reindex(self.decisions.index)
        kept = before.drop(columns=[name for name in fresh.columns if name in before.columns])
        return replace(self, attributes=pd.concat([kept, fresh], axis=1))

    def _repr_html_(self) -> str:
        review = (self.band_numbers == BANDS.index("review")).sum(axis=0)
        coded = self.decisions.notna().sum(axis=0)
        table = pd.DataFrame(
            {
                "code": self.codes,
                "name": [self.codebook.code(code).name for code in self.codes],
                "given": list(self.counts().values()),
                "up for review": review,
                "coded": coded.to_numpy(),
            }
        )
        n_coded = int(self.is_coded.sum())
        about = f"{len(self):,} units, {n_coded:,} coded, {len(self.codes)} codes, by {self.coder}"
        note = (
            "Counts are as the codes were given; corrected shares: estimate_prevalence. To read: .read(code)."
        )
        return show_card("Coded dataset", [show_table(table, most=40)], about=about, notes=[note])
