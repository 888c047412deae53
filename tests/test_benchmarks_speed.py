"""The benchmarks of scale and speed beside peers: what they compute besides seconds."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from textmine.coding.artefact import load_coder
from textmine.corpus import Corpus

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture(autouse=True)
def benchmarks_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bow", "cnn"])
def test_textcat_learns_and_gives_the_same_twice(kind: str) -> None:
    from spacy_textcat import SpacyTextcat

    texts = ["We train together", "It saves money", "The building is old", "Old walls"] * 10
    frame = pd.DataFrame({"doc_id": [str(i) for i in range(40)], "text": texts, "question": "q"})
    y = pd.DataFrame({"training": [1.0, 0, 0, 0] * 10, "money": [0, 1.0, 0, 0] * 10})
    corpus = Corpus(frame)
    one, other = (SpacyTextcat(kind, epochs=30).fit(corpus, y).predict_proba(corpus) for _ in range(2))
    assert ((one >= 0.5) == y.to_numpy()).all()
    assert (one == other).all()


def test_lines_of_the_page_on_spark_take_another_wave_and_model(tmp_path: Path) -> None:
    from scale_costs import _spark_script
    from speed import Task

    task = Task("task", [], [], "some-model", ["money"])
    script = _spark_script(task, tmp_path / "in", tmp_path / "out")
    assert "'some-model'" in script and "school-collaboration" not in script
    assert repr(str(tmp_path / "in")) in script and repr(str(tmp_path / "out")) in script
    compile(script, "script", "exec")


def test_peer_that_is_absent_has_a_row_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    import speed_peers

    written: list[pd.DataFrame] = []
    monkeypatch.setattr(speed_peers, "write_results", lambda *a, shown, **more: written.append(shown))
    ours = {"method": "textmine code, one process", "per_second": 9000.0, "seconds_to_learn": 3.0}
    ours |= {"micro_f1": 0.7, "micro_f1_low": 0.6, "micro_f1_high": 0.8, "macro_f1": 0.6}
    both = ours | {"method": "textmine code, two processes", "per_second": 18000.0}
    peer = ours | {"method": "a peer", "per_second": 90.0}
    rows = [ours, both, {"method": "SetFit", "absent": "setfit is not installed"}, peer]
    speed_peers.write_table(pd.DataFrame(rows), 1000)
    assert written[0]["comments a second"].tolist() == ["9,000", "18,000", "setfit is not installed", "90"]
    assert written[0]["times as fast: one process"].tolist() == ["1.0", "0.5", "", "100.0"]
    assert written[0]["two processes"].tolist() == ["2.0", "1.0", "", "200.0"]


def test_tricks_change_nothing_but_the_time(tiny_model: Path) -> None:
    import speed_tricks

    said = ["We train together.", "It saves money", "n/a", "Nothing", "Â£5 saved, &amp; more", ""]
    texts = [said[i % 6] if i % 3 else f"{said[i % 6]} {i % 40}" for i in range(120)]
    coder = load_coder(str(tiny_model))
    found = [
        speed_tricks.time_trick(trick) for trick in speed_tricks.list_tricks(coder, texts, ["", "Why?"] * 60)
    ]
    assert len({row["trick"] for row in found}) == len(found) >= 5


def test_a_trick_that_changes_something_is_told() -> None:
    import speed_tricks

    trick = speed_tricks.Trick("wrong", lambda: 1, lambda: 2, lambda a, b: a == b)
    with pytest.raises(RuntimeError, match="wrong"):
        speed_tricks.time_trick(trick)
