"""What the tests under attack share: a command must end well or say in one line why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def attempt(textmine: Callable[..., Any]) -> Callable[..., str]:
    """Runs a command; gives '' where it was done, or the one line in which it was refused."""

    def run(*arguments: object, longest: int = 5_000, **more: Any) -> str:
        ran = textmine(*arguments, **more)
        if ran.code == 0:
            return ""
        told: str = ran.error  # exit 1 and one line, or this fails
        assert "Unexpected" not in told and "Traceback" not in told, told
        assert len(told) < longest, f"{len(told)} characters in one line"
        return told

    return run


@pytest.fixture
def coded_with(tiny_model: Path, attempt: Callable[..., str]) -> Callable[..., Path]:
    """Codes a table with the tiny model and gives the folder."""

    def code(table: Path, out: Path, *more: object) -> Path:
        told = attempt(
            "code", table, "--model", tiny_model, "--text", "comment", "--id", "id", "--out", out, *more
        )
        assert told == "", told
        return out

    return code


def list_files(folder: Path) -> set[str]:
    """All files below a folder, by their path within it."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(name="list_files")
def list_files_fixture() -> Callable[[Path], set[str]]:
    return list_files
