"""List the mutants of a Python file: copies with one small mistake each, made by the operators of mutmut.

Left out is what no behaviour hangs on: annotations, overloads, names of types, docstrings, and the wording
of messages that are raised. Of a changed text one mutant is made, not three (mutmut's two in other case).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import ndiff
from itertools import accumulate

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators


@dataclass(frozen=True)
class Mutant:
    """A file with one mistake: where (lines from 1, the function), what it was and became, the whole code."""

    line: int
    end: int
    function: str
    was: str
    became: str
    code: str

    def describe(self) -> str:
        """One line: ``37 Span.overlaps: return a < b -> return a <= b``."""
        return f"{self.line} {self.function or '(module)'}: {self.was} -> {self.became}"


def list_mutants(code: str) -> list[Mutant]:
    """Every mutant of ``code`` that compiles, in the order of the file, none twice.

    >>> [mutant.became for mutant in list_mutants("def more(a):\\n    return a + 1\\n")]
    ['return a - 1', 'return a + 2']
    """
    wrapper = MetadataWrapper(cst.parse_module(code))
    finder = _Finder()
    wrapper.visit(finder)
    found: dict[str, Mutant] = {}
    starts = [0, *accumulate(len(line) for line in code.splitlines(keepends=True))]
    for node, changed, function, line, place in finder.changes:
        mutated = _replace(wrapper.module, code, starts, node, changed, place)
        if mutated not in found and _compiles(mutated):
            was, became = _difference(code, mutated)
            found[mutated] = Mutant(line, place.end.line, function, was, became, mutated)
    return list(found.values())


class _Finder(cst.CSTVisitor):
    """Collects (node, changed node, function, first line of the statement, place of the node)."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        self.changes: list[tuple[cst.CSTNode, cst.CSTNode, str, int, CodeRange]] = []
        self._inside: list[str] = []
        self._statement = 1
        self._raising = 0
        self._decorating = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        skipped = isinstance(node, cst.Annotation) or _is_overload(node) or self._names_a_type(node)
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self._inside.append(node.name.value)
        if skipped:
            return False
        self._raising += isinstance(node, cst.Raise)
        self._decorating += isinstance(node, cst.Decorator)
        place = self.get_metadata(PositionProvider, node, None)
        if isinstance(node, cst.BaseSmallStatement | cst.BaseCompoundStatement) and place:
            self._statement = place.start.line
        if place:
            first, where = min(place.start.line, self._statement), ".".join(self._inside)
            self.changes += [(node, changed, where, first, place) for changed in self._change(node)]
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.FunctionDef | cst.ClassDef):
            self._inside.pop()
        self._raising -= isinstance(original_node, cst.Raise)
        self._decorating -= isinstance(original_node, cst.Decorator)

    def _change(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        if isinstance(node, cst.BaseString) and self._raising:
            return
        if isinstance(node, cst.Call) and (self._decorating or _always_fails_on_none(node)):
            return
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                made = list(operator(node))
                yield from made[:1] if isinstance(node, cst.BaseString) else made

    def _names_a_type(self, node: cst.CSTNode) -> bool:
        """Whether this gives a type a name, or lists names to export: nothing that runs."""
        if self._inside or not isinstance(node, cst.Assign):
            return False
        target = node.targets[0].target
        name = target.value if isinstance(target, cst.Name) else ""
        return name == "__all__" or (name[:1].isupper() and not name.isupper())


def _replace(
    module: cst.Module,
    code: str,
    starts: list[int],
    node: cst.CSTNode,
    changed: cst.CSTNode,
    place: CodeRange,
) -> str:
    """The code with a node changed: in the text where that is sure (quick), else in the tree."""
    start, end = (starts[at.line - 1] + at.column for at in (place.start, place.end))
    if code[start:end] == module.code_for_node(node):
        return code[:start] + module.code_for_node(changed) + code[end:]
    return cst.ensure_type(module.deep_replace(node, changed), cst.Module).code


def _always_fails_on_none(call: cst.Call) -> bool:
    return isinstance(call.func, cst.Name) and call.func.value in ("len", "isinstance")


def _is_overload(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.FunctionDef) and any(
        isinstance(one.decorator, cst.Name) and one.decorator.value == "overload" for one in node.decorators
    )


def _compiles(code: str) -> bool:
    try:
        compile(code, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _difference(code: str, mutated: str) -> tuple[str, str]:
    """The lines that a mutant has not, and those that stand there now."""
    old, new = code.splitlines(), mutated.splitlines()
    first = next(i for i, (a, b) in enumerate(zip([*old, None], [*new, None], strict=False)) if a != b)
    while old and new and len(old) > first and len(new) > first and old[-1] == new[-1]:
        old.pop(), new.pop()
    lines = list(ndiff(old[first:], new[first:]))
    return tuple(" ".join(line[2:].strip() for line in lines if line[0] == mark) for mark in "-+")  # type: ignore[return-value]
