"""Parts on the disk: what is whole counts as done, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from textmine.errors import InputError
from textmine.scale.parts import PARTS, PartStore, read_arrow


@pytest.fixture
def store(tmp_path: Path) -> PartStore:
    found = PartStore(tmp_path, "plan")
    for number in (1, 0):
        found.path(number, "a.csv").write_text(f"{number}\n", encoding="utf-8")
        found.add(number, f"rows {number}", ["a.csv"], {"read": number})
    return found


def test_parts_stand_in_order_however_they_were_done(store: PartStore) -> None:
    assert [path.read_text("utf-8") for path in store.paths("a.csv")] == ["0\n", "1\n"]


def test_part_of_the_same_rows_is_found_again(store: PartStore, tmp_path: Path) -> None:
    again = PartStore(tmp_path, "plan", resume=True)
    found = again.find(1, "rows 1")
    assert found is not None and found.facts == {"read": 1}
    assert again.find(0, "other rows") is None
    assert list(again.done) == [1]


def test_part_whose_file_was_changed_is_not_found(store: PartStore, tmp_path: Path) -> None:
    store.path(0, "a.csv").write_text("changed", encoding="utf-8")
    store.path(1, "a.csv").unlink()
    again = PartStore(tmp_path, "plan", resume=True)
    assert again.find(0, "rows 0") is None and again.find(1, "rows 1") is None


def test_parts_of_an_earlier_run_go_unless_taken_up(store: PartStore, tmp_path: Path) -> None:
    PartStore(tmp_path, "plan")
    assert not store.path(0, "a.csv").exists()


def test_parts_of_another_plan_are_refused_and_kept(store: PartStore, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="other options"):
        PartStore(tmp_path, "other plan", resume=True)
    assert store.path(0, "a.csv").exists()


def test_nothing_is_left_when_parts_are_removed(store: PartStore, tmp_path: Path) -> None:
    store.remove()
    assert not (tmp_path / PARTS).exists()


def test_arrow_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    table = pa.table({"id": ["1", "2"], "score": [0.5, None]})
    with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    assert read_arrow(tmp_path / "a.arrow").equals(table)
