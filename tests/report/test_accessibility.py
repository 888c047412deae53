"""The page in a real browser: no rule of WCAG A or AA broken, nothing fetched, no wider than the window."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

COLUMNS = ("--text", "comment", "--id", "id", "--question", "question", "--group", "person")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def report(textmine, tiny_model: Path, study, tmp_path: Path) -> Path:
    coded, out = tmp_path / "coded", tmp_path / "report.html"
    ran = textmine("code", study.comments, *COLUMNS, "--model", tiny_model, "--out", coded)
    assert ran.code == 0, ran.err
    more = ("--checked", study.wide, "--by", "question", "--case", "question", "--approach", "codebook")
    ran = textmine("report", coded, "-o", out, *more)
    assert ran.code == 0, ran.err
    return out


def test_the_page_breaks_no_rule_fetches_nothing_and_fits(report: Path, chromium) -> None:
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    faults = {}
    for width in (390, 1024, 1600):
        for scheme in ("light", "dark"):
            context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
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
