"""The page Learning: for leads alone, with the curve and what to read next, and no word of a text."""

from __future__ import annotations

import re

import pytest

from textmine.annotating.rounds import CODE_COLUMNS, CURVE_COLUMNS, _add_lines, folder_of


@pytest.fixture
def learned(project):
    """A project with three rounds on its curve."""
    folder = folder_of(project)
    folder.mkdir(parents=True)
    for number, (read, f1, kappa) in enumerate(((40, 0.4, ""), (60, 0.5, 0.9), (80, 0.55, 0.995)), 1):
        row = [number, "2025-01-01T00:00:00.000Z", read, read, 20, 30, 1, f1, f1, f1, "80 units read", kappa]
        _add_lines(folder / "learning-curve.csv", CURVE_COLUMNS, [row])
        codes = [[number, code, 9, f1, kappa] for code in project.codebook.ids]
        _add_lines(folder / "learning-codes.csv", CODE_COLUMNS, codes)
    return project
