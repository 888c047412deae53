"""``textmine shrink``: an accurate model in, a smaller one that codes out, and errors in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("onnx", reason="onnx is not installed: pip install textmine[train]")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed: pip install textmine[onnx]")


SAID = ("it saves money", "there is no time")


@pytest.fixture(scope="module")
def model(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An accurate model of synthetic answers, as quickly trained as can be."""
    from textmine.coding.accurate import AccurateCoder
    from textmine.coding.artefact import save_coder

    ways = ["here", "in our school", "for us", "this year", "at last", "I think"]
    texts = [f"{said} {way} {more}" for way in ways for more in ("now", "too") for said in SAID]
    coder = AccurateCoder(encoder=str(tiny_encoder), epochs=1, folds=2, threads=1, device="cpu")
    coder.fit(texts, [[1, 0], [0, 1]] * 12, codes=["money", "time"])
    folder = save_coder(coder, tmp_path_factory.mktemp("models") / "wave")
    (folder / "card.md").write_text("# Model card: wave\n", encoding="utf-8")
    return folder


def test_smaller_model_codes_a_file(textmine, model: Path, tmp_path: Path) -> None:
    ran = textmine("shrink", model, "--out", tmp_path / "small", "--json")
    told = json.loads(ran.out)
    assert ran.code == 0 and told["bytes_after"] < 0.7 * told["bytes_before"]
    source = tmp_path / "wave.csv"
    source.write_text("id,text\n1,it saves money\n2,there is no time\n", encoding="utf-8")
    coded = textmine(
        "code",
        source,
        "--model",
        tmp_path / "small",
        "--text",
        "text",
        "--id",
        "id",
        "--out",
        tmp_path / "out",
    )
    assert coded.code == 0, coded.err
    assert (tmp_path / "out" / "coded_wide.csv").read_text(encoding="utf-8").count("\n") == 3


def test_card_goes_along_and_says_what_was_done(textmine, model: Path, tmp_path: Path) -> None:
    ran = textmine("shrink", model, "--out", tmp_path / "small")
    card = (tmp_path / "small" / "card.md").read_text(encoding="utf-8")
    assert ran.code == 0 and " MB" in ran.out
    assert card.startswith("# Model card: wave\n") and "int8" in card


def test_fast_model_is_refused_in_one_line(textmine, tmp_path: Path) -> None:
    ran = textmine("shrink", "school-collaboration", "--out", tmp_path / "small")
    assert ran.code == 1 and "fast tier" in ran.err and ran.err.count("\n") == 1
    assert not (tmp_path / "small").exists()


def test_model_is_not_written_over_itself(textmine, model: Path) -> None:
    ran = textmine("shrink", model, "--out", model)
    assert ran.code == 1 and "another --out" in ran.err
    assert (model / "member-0.safetensors").is_file()
