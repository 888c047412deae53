"""The framework matrix: case by theme, the researcher's own summaries linked to the quotes they rest on."""

from textmine.framework.matrix import FrameworkMatrix, make_framework_matrix
from textmine.framework.summaries import FrameworkSummaries

__all__ = ["FrameworkMatrix", "FrameworkSummaries", "make_framework_matrix"]
