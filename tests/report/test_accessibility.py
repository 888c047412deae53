"""The page in a real browser: no rule of WCAG A or AA broken, nothing fetched, no wider than the window."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

COLUMNS = ("--text", "comment", "--id", "id", "--question", "question", "--group", "person")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def find_browser() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser(debian) -> Iterator[Any]:
    pytest.importorskip("playwright", reason="playwright is not installed: pip install 'textmine[dev]'")
    from playwright.sync_api import sync_playwright

    if not debian("chromium", find_browser):
        pytest.skip("no Chromium, and none could be installed")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def report(textmine, tiny_model: Path, study, tmp_path: Path) -> Path:
    coded, out = tmp_path / "coded", tmp_path / "report.html"
    ran = textmine("code", study.comments, *COLUMNS, "--model", tiny_model, "--out", coded)
    assert ran.code == 0, ran.err
    more = ("--checked", study.wide, "--by", "question", "--case", "question", "--approach", "codebook")
    ran = textmine("report", coded, "-o", out, *more)
    assert ran.code == 0, ran.err
    return out


def test_the_page_breaks_no_rule_fetches_nothing_and_fits(report: Path, browser) -> None:
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    faults = {}
    for width in (390, 1024, 1600):
        for scheme in ("light", "dark"):
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page, asked = context.new_page(), []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.goto(report.as_uri())
            assert [url for url in asked if not url.startswith("data:")] == [report.as_uri()]
            page.evaluate(axe + "; null")
            found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
            faults[f"{width} {scheme}"] = [
                f"{v['id']}: {node['html'][:120]}" for v in found["violations"] for node in v["nodes"][:3]
            ]
            root = "document.documentElement"
            assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth")
            context.close()
    assert {name: found for name, found in faults.items() if found} == {}
