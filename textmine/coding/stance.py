"""Stance: whether a text affirms or denies a code that it carries, or does both, and how sure that is.

'Never saved us a penny' is a mention of financial benefit and the opposite of one. The head is a ridge
regression on the words of text and evidence with weights of their own for each code, drawn towards common
ones; one score says 'not plainly affirmed', a second one tells denials from mixed cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from textmine.cleaning import normalise_text
from textmine.coded import STANCES, UNSURE
from textmine.coding.calibrated import TrainingMemory, folds_by_respondent
from textmine.coding.features import Vocabulary, build_vocabulary
from textmine.coding.ridge import solve
from textmine.coding.stance_features import STATIC_SHARE, ClaimFeatures, Claims, spread, token_scale
from textmine.coding.static import DEFAULT_VECTORS, load_static_vectors
from textmine.coding.thresholds import Calibration, choose_stable_threshold, fit_calibration
from textmine.errors import InputError
from textmine.locations import find_model

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Halves = npt.NDArray[np.float32]

#: How far a code's weights may move from the common ones, and what is common to all, as shares of one.
OWN_SHARE = 0.75
#: Fewer claims of either kind than this are nothing to learn from.
FEWEST_CLAIMS = 20
FEWEST_DENIED = 5


@dataclass(frozen=True)
class StanceWeights:
    """Linear weights for the two scores s (not plainly affirmed; denied rather than mixed).

    ``words[k, part, f, s]`` for each code k, part (0 text, 1 evidence) and term f, ``static`` alike for the
    dimensions of the static vectors, ``company[k, p, s]`` for the other codes and the lengths,
    ``dense[k, d, s]`` for features that came from elsewhere, ``common[p, s]`` for code and question,
    ``constant[s]``.
    """

    words: Halves
    static: Halves
    company: Halves
    dense: Halves
    common: Halves
    constant: Halves


class StanceHead(BaseEstimator):
    """Tells whether a text affirms, denies or does both of each code it carries.

    The constructor stores, ``fit`` learns, names that end in ``_`` are learned. Probabilities are
    calibrated, and the threshold of 'not plainly affirmed' is chosen, on scores of models that had not seen
    the text's respondent nor its words.

    Arguments: ``penalty`` of the ridge; ``folds`` of the inner cross-validation, by respondent; ``seed`` for
    drawing them; ``unsure``, the share of claims (those nearest the threshold) to be called unsure;
    ``dense_share``, what ``dense`` features weigh beside the rest; ``vectors``, the static vectors.

    >>> from textmine.coding.stance_features import claims_from_texts
    >>> said = ("It saved us money in year", "It never saved a penny in year")
    >>> texts = [f"{said[n % 2]} {n}" for n in range(30)]
    >>> whole, one = {"evidence": None, "given": np.ones((30, 1))}, [0] * 30
    >>> claims = claims_from_texts(texts, [""] * 30, range(30), one, **whole)
    >>> head = StanceHead(folds=3, unsure=0.0)
    >>> head = head.fit(claims, ["affirms", "denies"] * 15, texts, range(30), n_codes=1)
    >>> head.predict(claims)[:2].tolist()
    ['affirms', 'denies']
    """

    #: Out-of-fold probabilities of claims learned from, by salted hash of the text and code.
    memory_: dict[tuple[str, int], Floats]

    def __init__(
        self,
        *,
        penalty: float = 1.5,
        folds: int = 5,
        seed: int = 0,
        unsure: float = 0.05,
        dense_share: float = 1.0,
        vectors: str = DEFAULT_VECTORS,
    ) -> None:
        self.penalty = penalty
        self.folds = folds
        self.seed = seed
        self.unsure = unsure
        self.dense_share = dense_share
        self.vectors = vectors

    # --- learning -------------------------------------------------------------------------------------

    def fit(
        self,
        claims: Claims,
        stances: Sequence[str],
        texts: Sequence[str],
        groups: Sequence[object],
        *,
        n_codes: int,
        dense: Floats | None = None,
        vocabulary: Vocabulary | None = None,
    ) -> StanceHead:
        """Learn from claims and their stances (affirms, denies or mixed); returns self.

        ``texts`` and ``groups`` are those of all texts that ``claims.text`` points into, with their
        respondents; ``dense`` (claims, d) holds more features of each claim, such as embeddings of its text
        and evidence; ``vocabulary`` the terms to use, found in the claims' texts if None. Raises
        ``InputError`` where too little is there to learn from.
        """
        truth = _targets(stances)
        respondents = [str(groups[i]) for i in claims.text.tolist()]
        self._check(truth, respondents)
        if vocabulary is None:
            distinct, first = np.unique(claims.text, return_index=True)
            asked = [claims.question[i] for i in first.tolist()]
            vocabulary = build_vocabulary(
                [texts[i] for i in distinct], asked, [str(groups[i]) for i in distinct]
            )
        self.vocabulary_ = vocabulary
        self.n_codes_, self.n_dense_ = n_codes, 0 if dense is None else dense.shape[1]
        self.dense_scale_ = _scale_of(dense)
        common, words, rest = self._features(claims, dense)
        gram = _kernel(common, words, rest, claims.code)
        keys = np.array([normalise_text(texts[i]) for i in claims.text.tolist()], dtype=object)
        fold = folds_by_respondent(respondents, self.folds, self.seed)
        held_out = self._scores_out_of_fold(gram, truth, fold, keys)
        self.memory_ = {}
        self.judged_ = self._judge(claims, stances, respondents, held_out, truth, fold)
        self._set_thresholds(held_out, truth)
        self.held_out_: Floats = self.calibrate(held_out)
        dual, constant = solve(gram, truth, np.ones(len(truth)), self.penalty)
        self.weights_ = self._project(common, words, rest, claims.code, dual, constant)
        self.n_claims_ = np.array([(np.asarray(stances) == s).sum() for s in STANCES], dtype=np.int64)
        self.__dict__.pop("_tables", None)
        return self

    def _check(self, truth: Floats, respondents: list[str]) -> None:
        denied = int((truth[:, 0] == 1).sum())
        if min(denied, len(truth) - denied) < FEWEST_DENIED or len(truth) < FEWEST_CLAIMS:
            raise InputError(
                f"{len(truth)} codes carry a stance, {denied} of them denies or mixed: too few to learn "
                f"from. It takes {FEWEST_CLAIMS}, at least {FEWEST_DENIED} of either kind."
            )
        if len(set(respondents)) < self.folds:
            raise InputError(
                f"{len(set(respondents))} respondents are too few for {self.folds} folds. "
                "Add texts with stances or ask for fewer folds."
            )

    def _features(self, claims: Claims, dense: Floats | None) -> tuple[Floats, list[sp.csr_matrix], Floats]:
        """Common features; words of text and evidence; and the rest side by side: static, company, dense."""
        found = self._feature_maker
        text, text_static = found.words(claims, claims.whole)
        part, part_static = found.words(claims, claims.part)
        rest = [text_static, part_static, found.company(claims), self._scaled(dense, len(claims))]
        return found.common(claims), [text, part], np.hstack(rest)

    def _scaled(self, dense: Floats | None, n: int) -> Floats:
        found = np.zeros((n, 0)) if dense is None else np.asarray(dense, dtype=np.float64)
        if found.shape != (n, self.n_dense_):
            raise InputError(
                f"Dense features have the shape {found.shape}; the head wants ({n}, {self.n_dense_})."
            )
        return np.asarray(found * (np.sqrt(self.dense_share) * self.dense_scale_), dtype=np.float64)

    @property
    def _feature_maker(self) -> ClaimFeatures:
        made: ClaimFeatures | None = self.__dict__.get("_made")
        if made is None or made.vocabulary is not self.vocabulary_:
            vectors = load_static_vectors(find_model(self.vectors))
            made = self._made = ClaimFeatures(self.vocabulary_, vectors, self.n_codes_)
        return made

    def _scores_out_of_fold(
        self, gram: Floats, truth: Floats, fold: Ints, keys: npt.NDArray[np.object_]
    ) -> Floats:
        """Scores (claims, 2) by a model that saw neither the claim's respondent nor its text."""
        scores = np.zeros(truth.shape)
        for k in range(self.folds):
            test = np.flatnonzero(fold == k)
            train = np.flatnonzero((fold != k) & ~np.isin(keys, list(set(keys[test]))))
            dual, constant = solve(
                gram[np.ix_(train, train)], truth[train], np.ones(len(train)), self.penalty
            )
            scores[test] = gram[np.ix_(test, train)] @ dual + constant
        return scores

    def _judge(
        self,
        claims: Claims,
        stances: Sequence[str],
        respondents: list[str],
        held_out: Floats,
        truth: Floats,
        fold: Ints,
    ) -> pd.DataFrame:
        """What each claim is called by a model, a calibration and a threshold of the other folds."""
        called = np.empty((2, len(claims)), dtype=object)
        for k in range(self.folds):
            test = fold == k
            self._set_thresholds(held_out[~test], truth[~test])
            probabilities = self.calibrate(held_out[test])
            called[0, test] = self.decide(probabilities, unsure=False)
            called[1, test] = self.decide(probabilities)
        return pd.DataFrame(
            {
                "row": claims.text,
                "code": claims.code,
                "group": respondents,
                "truth": list(stances),
                "decided": called[0],
                "told": called[1],
            }
        )

    def _set_thresholds(self, held_out: Floats, truth: Floats) -> None:
        known = ~np.isnan(truth)
        self.calibrations_: list[Calibration] = [
            fit_calibration(held_out[known[:, s], s], truth[known[:, s], s]) for s in range(2)
        ]
        probability = self.calibrations_[0].probability(held_out[:, 0])
        self.threshold_ = choose_stable_threshold(probability, truth[:, 0], seed=self.seed)
        distance = np.abs(_logit(probability) - _logit(np.array(self.threshold_)))
        width = float(np.quantile(distance, self.unsure)) if self.unsure > 0 else 0.0
        middle = float(_logit(np.array(self.threshold_)))
        bounds = 1 / (1 + np.exp(-np.array([middle - width, middle + width])))
        self.unsure_band_ = (round(float(bounds[0]), 4), round(float(bounds[1]), 4))

    def _project(
        self,
        common: Floats,
        words: list[sp.csr_matrix],
        rest: Floats,
        code: Ints,
        dual: Floats,
        constant: Floats,
    ) -> StanceWeights:
        """The weights on the features that give the same scores as the dual weights on the claims."""
        own = [dual * ((1 - OWN_SHARE) + OWN_SHARE * (code == k)[:, None]) for k in range(self.n_codes_)]
        idf = self.vocabulary_.term_idf[:, None]
        terms = np.stack([np.stack([np.asarray(part.T @ d) * idf for part in words]) for d in own])
        others = np.stack([rest.T @ d for d in own])
        width = self._feature_maker.vectors.pieces.shape[1]
        static = np.sqrt(STATIC_SHARE) * others[:, : 2 * width].reshape(self.n_codes_, 2, width, 2)
        company = others[:, 2 * width : 2 * width + self.n_codes_ + 2]
        dense = others[:, 2 * width + self.n_codes_ + 2 :]
        return StanceWeights(
            _to_half(terms),
            _to_half(static),
            _to_half(company),
            _to_half(dense),
            _to_half(common.T @ dual),
            np.round(constant, 5).astype(np.float32),
        )

    # --- telling --------------------------------------------------------------------------------------

    def decision_function(self, claims: Claims, dense: Floats | None = None) -> Floats:
        """Scores before calibration, (claims, 2): not plainly affirmed; denied rather than mixed."""
        check_is_fitted(self, "weights_")
        if not len(claims):
            return np.zeros((0, 2))
        found, weights = self._feature_maker, self.weights_
        found.meet(claims.index)
        scores = found.add_common(claims, weights.common) + weights.constant
        scores += np.einsum("cp,cps->cs", found.company(claims), weights.company[claims.code])
        if self.n_dense_:
            scaled = self._scaled(dense, len(claims))
            scores += np.einsum("cd,cds->cs", scaled, weights.dense[claims.code])
        for part, spans in enumerate((claims.whole, claims.part)):
            scores += self._word_scores(claims, spans, part)
        return np.asarray(scores)

    def _word_scores(self, claims: Claims, spans: Ints, part: int) -> Floats:
        """What the words of each stretch add, (claims, 2), looked up token by token."""
        place, claim = spread(spans)
        word, pair = self._feature_maker.places(claims, place, spans)
        terms, static = self._tables_of(claims, part)
        code, types = claims.code[claim], claims.tokens.types[place]
        shares = terms[code, word] + static[code, types]
        paired = np.flatnonzero(pair < terms.shape[1] - 1)
        shares[paired] += terms[code[paired], pair[paired]]
        sums = np.column_stack([np.bincount(claim, shares[:, s], minlength=len(claims)) for s in range(2)])
        return np.asarray(sums * token_scale(spans)[:, None])

    def _tables_of(self, claims: Claims, part: int) -> tuple[Halves, Halves]:
        """Weights of the terms, (codes, terms + 1, 2), and of the types met, (codes, types, 2)."""
        found, tables = self._feature_maker, self.__dict__.setdefault("_tables", {})
        if part not in tables:
            words = self.weights_.words[:, part]
            tables[part] = (_with_zero(words), None, np.zeros((self.n_codes_, 0, 2), np.float32))
        terms, index, static = tables[part]
        n_known = static.shape[1] if index is claims.index else 0
        if n_known < len(found.type_word):
            weights = self.weights_.static[:, part]
            new = np.einsum("td,kds->kts", found.static_from(n_known), weights)
            static = np.concatenate([static[:, :n_known], new], axis=1)
            tables[part] = (terms, claims.index, static)
        return terms, static

    def calibrate(self, scores: Floats) -> Floats:
        """Probabilities (claims, 3) of affirms, denies and mixed, to six decimals; rows sum to 1."""
        other = self.calibrations_[0].probability(scores[:, 0])
        denied = other * self.calibrations_[1].probability(scores[:, 1])
        return np.asarray(np.round(np.column_stack([1 - other, denied, other - denied]), 6))

    def predict_proba(self, claims: Claims, dense: Floats | None = None) -> Floats:
        """Calibrated probabilities of affirms, denies and mixed, (claims, 3)."""
        return self.calibrate(self.decision_function(claims, dense))

    def predict(self, claims: Claims, dense: Floats | None = None) -> npt.NDArray[np.object_]:
        """affirms, denies, mixed or unsure for each claim, (claims,)."""
        return self.decide(self.predict_proba(claims, dense))

    def decide(self, probabilities: Floats, *, unsure: bool = True) -> npt.NDArray[np.object_]:
        """Stances from probabilities (claims, 3); without ``unsure`` one of the three for every claim."""
        other = 1 - probabilities[:, 0]
        denies = probabilities[:, 1] >= probabilities[:, 2]
        found = np.where(other >= self.threshold_, np.where(denies, "denies", "mixed"), "affirms")
        if unsure:
            low, high = self.unsure_band_
            found = np.where((other > low) & (other < high), UNSURE, found)
        return found.astype(object)

    # --- memory ---------------------------------------------------------------------------------------

    def remember(
        self, claims: Claims, memory: TrainingMemory, texts: Sequence[str], asked: Sequence[Sequence[str]]
    ) -> StanceHead:
        """Keep the out-of-fold probabilities of the claims learned from, under the memory's salted hashes.

        ``asked`` holds, for each text, the questions under which it is to be known. Returns self.
        """
        found: dict[tuple[str, int], list[Floats]] = {}
        for row, (text, code) in enumerate(zip(claims.text.tolist(), claims.code.tolist(), strict=True)):
            for question in asked[text]:
                found.setdefault((memory.key(texts[text], question), code), []).append(self.held_out_[row])
        self.memory_ = {key: np.mean(found[key], axis=0).round(6) for key in sorted(found)}
        return self


def _targets(stances: Sequence[str]) -> Floats:
    """(claims, 2): 1 where not plainly affirmed; 1 where denied, 0 where mixed, NaN where affirmed."""
    given = np.asarray(stances, dtype=object)
    unknown = sorted({str(s) for s in given} - set(STANCES))
    if unknown:
        raise InputError(f"A stance must be one of {', '.join(STANCES)}; {len(unknown)} other(s) found.")
    other = (given != "affirms").astype(np.float64)
    return np.column_stack([other, np.where(other == 1, given == "denies", np.nan)])


def _kernel(common: Floats, words: list[sp.csr_matrix], rest: Floats, code: Ints) -> Floats:
    """The kernel of every two claims: what code and question say, and words, more for the same code."""
    shared = sum((np.asarray((part @ part.T).todense()) for part in words), start=rest @ rest.T)
    same = (code[:, None] == code[None, :]).astype(np.float64)
    return np.asarray(common @ common.T + shared * ((1 - OWN_SHARE) + OWN_SHARE * same))


def _scale_of(dense: Floats | None) -> float:
    """Brings dense features to length 1 on the mean."""
    if dense is None or not dense.size:
        return 1.0
    size = float(np.sqrt((np.asarray(dense, dtype=np.float64) ** 2).sum(axis=1).mean()))
    return round(1 / max(size, 1e-9), 6)


def _logit(p: npt.NDArray[np.float64]) -> Floats:
    kept = np.clip(p, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(kept / (1 - kept)))


def _to_half(values: Floats) -> Halves:
    """Rounded as they are stored, so that a head tells the same before and after it is saved."""
    return values.astype(np.float16).astype(np.float32)


def _with_zero(words: Halves) -> Halves:
    """With one more term at the end that weighs nothing: what the vocabulary lacks."""
    return np.concatenate([words, np.zeros((len(words), 1, 2), np.float32)], axis=1)
