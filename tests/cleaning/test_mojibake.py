"""Wrong decodings undone: ftfy's own cases, Mac Roman, and maps as tight as the damage."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import ftfy
import pytest

from textmine.cleaning import clean_text, repair_text, undo_mojibake
from textmine.cleaning.mac_roman import mend_mac_roman, mend_utf8_as_mac
from textmine.cleaning.mojibake import align, mend_mojibake

SHARED = Path(
    os.environ.get("TEXTMINE_FIXTURES", Path(__file__).resolve().parents[3] / "shared" / "fixtures")
)


def cases(name: str) -> list[dict[str, Any]]:
    path = SHARED / "mojibake" / f"{name}.json"
    if not path.is_file():
        pytest.skip("the mojibake cases are not beside this checkout (set TEXTMINE_FIXTURES)")
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", ["in-the-wild", "negative", "synthetic"])
def test_every_case_becomes_what_it_should(name: str) -> None:
    wrong = [case["label"] for case in cases(name) if undo_mojibake(case["original"]) != case["fixed"]]
    assert not wrong


@pytest.mark.parametrize("name", ["in-the-wild", "negative", "synthetic"])
def test_steps_of_cleaning_do_the_same(name: str) -> None:
    steps = ["mojibake", "mac_roman"]
    for case in cases(name):
        cleaned = clean_text(case["original"], steps=steps).text
        assert ftfy.fixes.uncurl_quotes(cleaned) == case["fixed"], case["label"]


@pytest.mark.parametrize("name", ["in-the-wild", "negative", "synthetic", "known-failures"])
def test_no_edit_is_wider_than_its_damage(name: str) -> None:
    for case in cases(name):
        clean, found = mend_mojibake(case["original"])
        assert clean == ftfy.fix_text(case["original"], uncurl_quotes=False)
        for edit in found.edits:
            assert edit.raw_end - edit.raw_start <= 18, case["label"]  # one mark, damaged three times over
            assert edit.clean_end - edit.clean_start <= 4, case["label"]


@pytest.mark.parametrize(
    ("damaged", "meant"),
    [
        ("They arenÕt coming and itÕs late", "They aren’t coming and it’s late"),
        ("IÕm sure weÕre fine, IÕve asked OÕBrien", "I’m sure we’re fine, I’ve asked O’Brien"),
        ("the schoolsÕ budgets and the SENCOÕs day", "the schools’ budgets and the SENCO’s day"),
        ("WE DONÕT KNOW, ITÕS LATE", "WE DON’T KNOW, IT’S LATE"),
        ("back in the Õ90s", "back in the ’90s"),
        ("He said ÒworkloadÓ and Òcover.Ó", "He said “workload” and “cover.”"),
        ("a ÔgoodÕ day", "a ‘good’ day"),
        ("wellÉ we tried", "well… we tried"),
        ("pay Ð and cover Ð matter, 2019Ð20", "pay – and cover – matter, 2019–20"),
        ("pay Ñ and cover", "pay — and cover"),
        ("the cafŽ, my rŽsumŽ and the fiancŽe", "the café, my résumé and the fiancée"),
        ("the caf\x8e", "the café"),
        ("gar\x8don, cr\x8fme, f\x90te", "garçon, crème, fête"),
        ("dŽjˆ vu, r™le, MŸller, na•ve", "déjà vu, rôle, Müller, naïve"),
        ("it cost Û50 at 20¡C", "it cost €50 at 20°C"),
        ("the ofÞce", "the office"),
        ("donÕt say Ònever", "don’t say “never"),
    ],
)
def test_mac_roman_is_mended(damaged: str, meant: str) -> None:
    assert repair_text(damaged) == clean_text(damaged).text == meant


@pytest.mark.parametrize(
    ("damaged", "meant"),
    [
        ("don‚Äôt, it’s", "don’t, it’s"),
        ("¬£450 – caf√© d√©j√† vu, l'√©cole", "£450 – café déjà vu, l'école"),
        ("‚Äúquoted‚Äù ‚Äì ‚Ä¶ and “so”", "“quoted” – … and “so”"),
        ("pi√π presto", "più presto"),
        ("‚Äôtis", "’tis"),
    ],
)
def test_utf8_read_as_mac_roman_is_mended(damaged: str, meant: str) -> None:
    assert repair_text(damaged) == clean_text(damaged).text == meant


@pytest.mark.parametrize(
    "text",
    ["São João", "Triin Õunapuu", "Õpetajad", "AS LIÇÕES E AS AÇÕES", "SÃO OS LEÕES",
     "Žižek said, Škoda, Žana", "Òscar Puig", "Ó, meu Deus", "ÓSCAR", "É bom", "VOCÊ É",
     "cafÉ", "EspaÑa", "la letra Ñ es", "Ðóra Þórsdóttir", "Ôter", "Être ou ne pas être",
     "¿Qué? ¡Sí!", "Lego™s", "∆° √π ¬ x", "(-1/2)! = √π", "2√π r", "don‘t it‘s",
     "£5–£10 • £20", "‚Äpfel‘", "¥500", "100 ‰", "Œuvre", "l'œuvre", "bébé Ž", "ÀÉÎÕÜ",
     "¬¬ £5", "naïve café £"],
)  # fmt: skip
def test_true_letters_stay(text: str) -> None:
    assert mend_mac_roman(text)[0] == mend_utf8_as_mac(text)[0] == text


def test_mac_roman_edits_are_single_characters() -> None:
    clean, found = mend_mac_roman("They arenÕt ÒhardÓ")
    assert clean == "They aren’t “hard”"
    assert [(e.raw_start, e.raw_end, e.clean_end - e.clean_start) for e in found.edits] == [
        (9, 10, 1), (12, 13, 1), (17, 18, 1)
    ]  # fmt: skip


def test_html_keeps_its_entities() -> None:
    text = "<b>H&amp;S</b>"
    assert mend_mojibake(text)[0] == repair_text(text) == text


def test_comparison_serves_where_no_plan_is_known() -> None:
    clean, found = align("the caf\u00c3\u00a9 here", "the café here")
    assert clean == "the café here"
    assert found.edits[0].raw_start == 7
    assert found.edits[-1].raw_end == 9


@pytest.mark.parametrize(
    "text", ["Ò" * 20_000, "Ô " * 10_000, "aÉ" * 20_000, "Ò" + "a" * 50_000, "√©" * 20_000]
)
def test_many_marks_take_no_time(text: str) -> None:
    started = time.process_time()
    mend_mac_roman(text)
    mend_utf8_as_mac(text)
    assert time.process_time() - started < 5
