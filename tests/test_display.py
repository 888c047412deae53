"""How things show themselves in a notebook: escaped, short, and with what is left out said."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from textmine.agreement import measure_agreement
from textmine.codebook import Code, Codebook
from textmine.coded import CodedDataset
from textmine.corpus import Corpus
from textmine.display import follow_progress, mark_text, show_table
from textmine.estimates.fairness import Fairness
from textmine.estimates.plan import plan_audit
from textmine.estimates.prevalence import estimate_prevalence
from textmine.estimates.shown import EstimateTable

EVIL = "<script>alert('x')</script>"


def make_things() -> dict[str, Any]:
    """Each kind of thing that shows itself, with script text wherever text can stand."""
    units = [f"u{n}" for n in range(12_000)]
    corpus = Corpus(pd.DataFrame({"doc_id": units, "text": EVIL, "question": EVIL, EVIL: EVIL}))
    book = Codebook(
        id=EVIL, bare=True, title=EVIL, rule=EVIL, codes=(Code("money", EVIL, definition=EVIL), Code("b"))
    )
    rng = np.random.default_rng(0)
    given = pd.DataFrame({"money": rng.integers(0, 2, 60) * 1.0, "b": 0.0}, index=units[:60])
    coded = CodedDataset(given, book, EVIL, texts=pd.Series(EVIL, index=given.index))
    other = CodedDataset(1 - given, book, f"{EVIL} 2")
    wave = pd.DataFrame({EVIL: rng.random(300)}, index=units[:300])
    shares = estimate_prevalence(wave, (wave.iloc[:100] > 0.5).astype(float))
    return {
        "corpus": corpus,
        "codebook": book,
        "coded dataset": coded,
        "passages": coded.read("money"),
        "agreement": measure_agreement(coded, other, draws=10),
        "shares": shares,
        "fairness": Fairness(shares.assign(group=EVIL), shares),
        "plan": plan_audit(wave),
    }


@pytest.fixture(scope="module")
def things() -> dict[str, Any]:
    return make_things()


KINDS = ["corpus", "codebook", "coded dataset", "passages", "agreement", "shares", "fairness", "plan"]


@pytest.mark.parametrize("kind", KINDS)
def test_thing_shows_itself_escaped_and_short(things: dict[str, Any], kind: str) -> None:
    shown = things[kind]._repr_html_()
    assert "<script" not in shown and "&lt;script&gt;" in shown
    assert len(shown) < 40_000
    assert 'class="textmine"' in shown


def test_corpus_says_how_much_there_is_and_shows_a_little(things: dict[str, Any]) -> None:
    shown = things["corpus"]._repr_html_()
    assert "12,000 documents, 0 blank" in shown
    assert shown.count("<tr>") < 20


def test_table_is_cut_and_says_so() -> None:
    shown = show_table(pd.DataFrame({"a": range(10_000)}), caption="Many")
    assert shown.count("<tr>") == 21 and "and 9,980 more rows" in shown
    assert "…" in show_table(pd.DataFrame({"a": ["x" * 1000]}))


def test_estimates_draw_their_interval_and_stay_a_table(things: dict[str, Any]) -> None:
    shares = things["shares"]
    assert isinstance(shares, EstimateTable) and isinstance(shares, pd.DataFrame)
    assert type(shares[shares["group"] == ""]) is pd.DataFrame
    assert shares._repr_html_().count("<svg") == len(shares)
    assert (
        EstimateTable({"code": ["money"], "estimate": [np.nan], "low": [0.1]})._repr_html_().count("<svg")
        == 0
    )


@pytest.mark.parametrize(
    ("stretches", "shown"),
    [
        ([(0, 2), (1, 4)], "<mark>a&lt;b</mark>&amp;c"),
        ([(-1, 0), (9, 12)], "a&lt;b&amp;c"),
        ([], "a&lt;b&amp;c"),
    ],
)
def test_stretches_are_marked_once(stretches: list[tuple[int, int]], shown: str) -> None:
    if stretches == [(0, 2), (1, 4)]:
        stretches = [(0, 2), (1, 3)]
    assert mark_text("a<b&c", stretches) == shown


def test_long_text_is_shown_around_its_evidence() -> None:
    text = "before " * 300 + "money " + "after " * 300
    shown = mark_text(text, [(2100, 2105)])
    assert "<mark>money</mark>" in shown and len(shown) < 700
    assert shown.startswith("… ") and shown.endswith(" …")
    assert mark_text(text, []).startswith("before") and mark_text(text, []).endswith(" …")


def test_progress_is_a_bar_in_a_notebook_and_nothing_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    assert follow_progress("coding") is None
    shown: list[str] = []
    handle = SimpleNamespace(update=shown.append)
    notebook = SimpleNamespace(display=lambda html, display_id: shown.append(html) or handle, HTML=str)
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", notebook)
    tell = follow_progress("coding <b>")
    assert tell is not None
    tell(1500, 3000)
    assert "coding &lt;b&gt; 1,500 of 3,000 (50%)" in shown[-1] and '<progress value="1500"' in shown[-1]
