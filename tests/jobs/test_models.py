"""The models at hand are listed with what is wrong with them; a card becomes a page that runs nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from textmine.coding.artefact import load_coder
from textmine.errors import InputError, ModelError
from textmine.jobs.models import describe_model_folder, list_models, read_card, render_card, write_card
from textmine.locations import shipped_folder

SHIPPED = shipped_folder("models") / "school-collaboration"


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_model: Path) -> Path:
    """A folder with a model of its own, one that is hidden by it, and one that is cut."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(tiny_model, tmp_path / "models" / "mine")
    shutil.copytree(tiny_model, tmp_path / "models" / "school-collaboration")
    return tmp_path


def test_models_here_come_first_and_hide_shipped_ones_of_their_name(away: Path) -> None:
    found = [(model.name, model.where, model.hidden) for model in list_models()]
    assert found == [
        ("mine", "here", False),
        ("school-collaboration", "here", False),
        ("school-collaboration", "shipped", True),
        ("static-minilm", "shipped", False),
    ]


def test_facts_are_those_of_the_loaded_model() -> None:
    coder, model = load_coder(SHIPPED), describe_model_folder(SHIPPED)
    assert (model.tier, model.codes, model.texts) == (coder.tier, len(coder.codes_), coder.n_texts_)
    assert model.positives == dict(zip(coder.codes_, coder.n_positives_.tolist(), strict=True))
    assert (model.codebook, model.codebook_version) == (coder.codebook_.id, coder.codebook_.version)
    assert (model.sha256, model.respondents) == (coder.sha256_, coder.n_respondents_)
    assert model.bytes == sum(path.stat().st_size for path in SHIPPED.iterdir()) and not model.problem


def test_damaged_and_newer_models_are_listed_with_their_problem(away: Path) -> None:
    (away / "models" / "mine" / "vocabulary.json").write_text("{}", "utf-8")
    config = away / "models" / "school-collaboration" / "config.json"
    config.write_text(json.dumps({**json.loads(config.read_text("utf-8")), "format": 99}), "utf-8")
    problems = {model.name: model.problem for model in list_models() if model.where == "here"}
    assert problems["mine"] == "vocabulary.json is not the file that was saved"
    assert "form 99 is newer" in problems["school-collaboration"]
    for spoilt in ("", "[]", "{}"):
        config.write_text(spoilt, "utf-8")
        assert describe_model_folder(config.parent).problem == "config.json cannot be read"


def test_card_is_the_file_beside_the_model(tmp_path: Path) -> None:
    assert read_card(SHIPPED) == (SHIPPED / "card.md").read_text("utf-8")
    assert write_card(SHIPPED, tmp_path / "c.md").read_text("utf-8") == read_card(SHIPPED)
    with pytest.raises(InputError, match=r"No card as \.pdf"):
        write_card(SHIPPED, tmp_path / "c.pdf")
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "config.json").write_text("{}", "utf-8")
    with pytest.raises(ModelError, match=r"Model bare has no card\.md"):
        read_card(tmp_path / "bare")


def test_page_of_a_card_holds_its_tables_and_fetches_nothing() -> None:
    page = render_card(read_card(SHIPPED))
    assert page.startswith("<!doctype html>") and page.count("<h1>") == 1
    assert page.count("<table>") == page.count("</table></div>") >= 3
    assert "http" not in page and "<script" not in page and "<link" not in page


def test_html_in_a_card_is_shown_not_run() -> None:
    page = render_card("# <script>alert(1)</script>\n\n<img src=x onerror=y>\n\n[a](javascript:alert(1))\n")
    assert "<script" not in page and "<img" not in page and 'href="javascript' not in page


def test_commands_tell_models_and_cards(textmine, away: Path) -> None:
    told = textmine("models").out
    assert "mine: coder, in ./models; whole" in told
    assert "school-collaboration: coder, shipped with textmine, hidden by" in told
    rows = json.loads(textmine("models", "--json").out)
    assert rows[0]["name"] == "mine" and rows[0]["codes"] == 2
    assert textmine("card", SHIPPED).out == read_card(SHIPPED)
    told = json.loads(textmine("card", SHIPPED, "--out", "card.html", "--json").out)
    assert told["out"] == "card.html" and told["card"] == read_card(SHIPPED) and told["texts"] == 2700
    assert Path("card.html").is_file()
    assert "card.md" in textmine("card", "mine", "--out", "card.md").out
    assert textmine("card", "nonesuch").error.startswith("No model 'nonesuch'")
