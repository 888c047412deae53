"""The tool that plants mistakes: it finds what tests notice and what they do not, and leaves the code alone."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from tools import mutate
from tools.mutants import list_mutants

TOY = '''\
"""A toy."""

LEAST = 3
Number = int | float


def is_enough(n: int) -> bool:
    """Whether ``n`` is enough."""
    if n < 0:
        raise ValueError("less than nothing")
    return n >= LEAST


def count_down(n: int) -> int:
    while n > 0:
        n -= 1
    return n
'''
TESTS = """\
import pytest
from toy.counting import count_down, is_enough


def test_enough():
    assert is_enough(4) and not is_enough(2)
    with pytest.raises(ValueError):
        is_enough(-2)


def test_down():
    assert count_down(2) == 0
"""


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    for name, text in {"toy/counting.py": TOY, "tests/test_counting.py": TESTS, "pytest.ini": ""}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --doctest-modules\nmarkers = slow\n", "utf-8")
    return tmp_path


def test_mutants_leave_annotations_docstrings_types_and_messages_alone() -> None:
    changed = Counter(mutant.was for mutant in list_mutants(TOY))
    assert changed.keys() == {
        "LEAST = 3", "if n < 0:", 'raise ValueError("less than nothing")', "return n >= LEAST",
        "while n > 0:", "n -= 1",
    }  # fmt: skip
    assert changed['raise ValueError("less than nothing")'] == 1  # None, and no other words
    assert all(mutant.code != TOY for mutant in list_mutants(TOY))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that can fork")
def test_what_the_tests_miss_is_named_and_the_code_stays(
    toy: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.mutant_runner.PATIENCE", 1)
    options = mutate.read_options(["toy/counting.py", "--out", str(toy / "out.jsonl")])
    assert mutate.run(options, toy) == 1
    told = capsys.readouterr().out
    assert "survived: toy/counting.py:11 is_enough: return n >= LEAST -> return n > LEAST" in told
    assert "timed out: toy/counting.py:16 count_down: n -= 1 -> n += 1" in told
    assert (toy / "toy/counting.py").read_text("utf-8") == TOY
    # A test that knows the edge kills it; a mutant that is explained is no failure.
    more = "\n\ndef test_edge():\n    assert is_enough(3) and count_down(1) == 0 and is_enough(0) is False\n"
    (toy / "tests/test_counting.py").write_text(TESTS + more, "utf-8")
    again = ["toy/counting.py", "--survivors-of", str(toy / "out.jsonl")]
    mutate.run(mutate.read_options(again), toy)
    assert "n > LEAST" not in capsys.readouterr().out


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system that can fork")
def test_tests_that_use_other_code_are_refused(toy: Path) -> None:
    (toy / "tests/test_counting.py").write_text("def test_nothing():\n    assert True\n", "utf-8")
    with pytest.raises(SystemExit, match="do not import"):
        mutate.run(mutate.read_options(["toy/counting.py"]), toy)


@pytest.mark.parametrize(
    ("file", "tests"),
    [("textmine/spans.py", "tests/test_spans.py"), ("textmine/agreement/alpha.py", "tests/agreement")],
)
def test_tests_of_a_module_mirror_it(file: str, tests: str) -> None:
    assert mutate.find_tests(file, mutate.ROOT) == (tests,)


def test_explained_survivors_are_mutants_of_the_code_as_it_is() -> None:
    """An explanation that fits no mutant any more is to be taken out of the list."""
    explained = mutate.read_explained(mutate.ROOT / mutate.EXPLAINED)
    for file in {key[0] for key in explained}:
        listed = list_mutants((mutate.ROOT / file).read_text("utf-8"))
        known = {(file, one.function, one.was, one.became) for one in listed}
        assert not {key for key in explained if key[0] == file} - known
    assert all(why.strip() for why in explained.values())
