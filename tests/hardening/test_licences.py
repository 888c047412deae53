"""What textmine needs may be used by everybody, is asked for, and stands in the bill of materials."""

from __future__ import annotations

import ast
import importlib.metadata as metadata
import json
import sys
from pathlib import Path

import pytest

from tools import dependencies as tool
from tools.dependencies import Dependency
from tools.licences import make_page
from tools.sbom import make_sbom, write_sbom

ROOT = Path(__file__).resolve().parents[2]
GNU = ("GENERAL PUBLIC LICENSE", "AFFERO", "GPL")


@pytest.fixture(scope="module")
def needed() -> list[Dependency]:
    try:
        return tool.list_dependencies()
    except LookupError as missing:
        pytest.skip(str(missing))


def test_every_dependency_has_a_licence_that_is_allowed(needed) -> None:
    assert len(needed) > 60
    assert not tool.find_refused(needed)


def test_what_every_textmine_needs_carries_no_gnu_licence(needed) -> None:
    """Beside the licence that is named, the classifiers are read: some packages name two."""
    for one in needed:
        told = metadata.distribution(one.name).metadata
        named = [one.licence, *(c for c in told.get_all("Classifier") or [] if c.startswith("License"))]
        gnu = [words for words in named if any(word in words.upper() for word in GNU)]
        assert not gnu or (one.optional and one.name in tool.ALLOWED_IN_EXTRAS), (one.name, gnu)


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-only", "AGPL-3.0-or-later", "MIT AND GPL-2.0-only", "", "LGPL-3.0-only"]
)
def test_licence_that_is_not_on_the_list_is_refused(licence: str) -> None:
    assert tool.find_refused([Dependency("x", "1", licence)])
    assert tool.find_refused([Dependency("x", "1", licence, extras=("postgres",))])


def test_lesser_gnu_licence_is_taken_in_the_extra_that_is_named_and_nowhere_else() -> None:
    assert not tool.find_refused([Dependency("psycopg", "3", "LGPL-3.0-only", extras=("postgres",))])
    assert tool.find_refused([Dependency("psycopg", "3", "LGPL-3.0-only")])


def test_choice_of_licences_is_allowed_where_one_of_them_is() -> None:
    assert not tool.find_refused([Dependency("x", "1", "GPL-2.0-only OR (MIT)")])
    assert not tool.find_refused([Dependency("x", "1", "BSD-2-Clause AND Apache-2.0 WITH LLVM-exception")])


def test_every_package_that_the_code_imports_is_asked_for() -> None:
    """A package that comes only because another needs it may be gone with that one's next version."""
    by_module = metadata.packages_distributions()
    asked = set(tool.needed_by_textmine()) | {"textmine"}
    wrong = []
    for path in sorted((ROOT / "textmine").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Import(names=names):
                    modules = [alias.name for alias in names]
                case ast.ImportFrom(module=str(module), level=0):
                    modules = [module]
                case _:
                    continue
            for module in modules:
                top = module.split(".")[0]
                packages = {tool.normal_name(name) for name in by_module.get(top, ())}
                if top not in sys.stdlib_module_names and packages and not packages & asked:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} imports {top}")
    assert not wrong, "\n".join(wrong)


def test_page_of_licences_is_what_the_tool_writes(needed) -> None:
    page = (ROOT / "docs" / "licences.md").read_text("utf-8")
    assert page == make_page(needed), "write it anew: python -m tools.licences"


# --- the bill of materials --------------------------------------------------------------------------------


def test_bill_names_every_dependency_with_version_licence_and_what_it_needs(needed, tmp_path: Path) -> None:
    write_sbom(tmp_path / "bill.json")
    bill = json.loads((tmp_path / "bill.json").read_text("utf-8"))
    assert {part["name"] for part in bill["components"]} == {one.name for one in needed}
    assert all(
        part["version"] == metadata.version(part["name"]) and part["licenses"] for part in bill["components"]
    )
    refs = {part["bom-ref"] for part in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    assert {one["ref"] for one in bill["dependencies"]} == refs
    assert all(set(one["dependsOn"]) <= refs for one in bill["dependencies"])


def test_bill_of_the_same_packages_has_the_same_bytes(needed, tmp_path: Path) -> None:
    one, two = tmp_path / "a.json", tmp_path / "b.json"
    assert write_sbom(one) == write_sbom(two)
    assert one.read_bytes() == two.read_bytes()


def test_serial_number_of_the_bill_changes_with_a_version() -> None:
    first, second = ([Dependency("x", version, "MIT")] for version in ("1", "2"))
    one, two = make_sbom(first, ("x",), "0.1"), make_sbom(second, ("x",), "0.1")
    assert one["serialNumber"] != two["serialNumber"]
    assert make_sbom(first, ("x",), "0.1") == one
