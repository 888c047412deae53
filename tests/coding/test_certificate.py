"""Certificates: what they say, that they hold together, that a stale or altered one is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.coding.certificate import (
    Certificate,
    check_fresh,
    load_certificate,
    name_in_provenance,
    put_in_bands,
    save_certificate,
)
from textmine.errors import InputError

CERTIFIED: dict[str, Any] = {
    "code": "wait",
    "name": "Waiting times",
    "method": "fixed_sequence",
    "threshold": 0.7,
    "read": 62,
    "right": 61,
    "precision_low": 0.939,
    "accepted": 412,
    "to_review": 733,
    "rejected": 3855,
    "reject_below": 0.2,
    "rejected_read": 149,
    "rejected_hits": 0,
    "elusion": 0.019905,
}
NOT: dict[str, Any] = {
    **CERTIFIED,
    "code": "food",
    "name": "",
    "method": "none",
    "reason": "15 read where it applies, 22 needed",
    "threshold": None,
    "read": 15,
    "right": 15,
    "accepted": 0,
    "rejected_read": 0,
    "elusion": 1.0,
}


def content(**changes: Any) -> dict[str, Any]:
    return {
        "precision": 0.9,
        "confidence": 0.9,
        "delta": 0.1,
        "elusion_confidence": 0.95,
        "date": "2026-11-14",
        "model": {"id": "m", "sha256": "a" * 64},
        "codebook": {"id": "b", "version": "1", "sha256": "b" * 64},
        "sample": {"sha256": "c" * 64, "units": 400, "design": "random"},
        "wave": {"fingerprint": "f", "units": 5000},
        "codes": [CERTIFIED, NOT],
        **changes,
    }


def make(**changes: Any) -> Certificate:
    return Certificate.model_validate_json(json.dumps(content(**changes)))


def test_sentence_says_what_is_accepted_and_on_what_ground() -> None:
    wait, food = make().describe()
    assert wait == (
        "Code Waiting times: 412 of 5,000 units auto-accepted (score 0.7 or more); at the time of "
        "calibration (n=400, random, 2026-11-14) precision >= 0.90 with 90% confidence, this code by "
        "itself (61/62 correct). 733 go to review. At most 2.0% of the 3,855 rejected carry the code "
        "(95% upper bound, audit 149, 0 found)."
    )
    assert food.startswith("Code food: not certified - all to review (15 read where it applies, 22 needed).")
    assert "were not audited" in food


def test_read_back_it_is_the_same(tmp_path: Path) -> None:
    certificate = make()
    save_certificate(certificate, tmp_path / "c.json")
    again = load_certificate(tmp_path / "c.json")
    assert again == certificate and again.sha256 == certificate.sha256
    assert again.accept_from == {"wait": 0.7} and again.review_from == {"wait": 0.2, "food": 0.2}


def test_certificate_is_frozen() -> None:
    with pytest.raises(ValidationError):
        make().precision = 0.5  # type: ignore[misc]


@pytest.mark.parametrize(
    "changes",
    [
        {"precision": 0.99},  # 61 of 62 do not bear that out
        {"delta": 0.3},
        {"codes": [{**CERTIFIED, "right": 40}]},
        {"codes": [{**CERTIFIED, "right": 63}]},
        {"codes": [{**CERTIFIED, "method": "none"}]},
        {"codes": [{**NOT, "method": "band_audit"}]},
        {"codes": [CERTIFIED, CERTIFIED]},
        {"codes": [{**CERTIFIED, "reject_below": 0.8}]},
        {"codes": [{**CERTIFIED, "threshold": 1.7}]},
        {"date": "yesterday"},
        {"model": {"id": "m", "sha256": "short"}},
        {"form": "something-else"},
        {"words": "more than it may hold"},
        {"confidence": "0.9"},
    ],
)
def test_promise_that_its_counts_do_not_bear_out_is_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        make(**changes)
    path = tmp_path / "c.json"
    path.write_text(json.dumps({"certificate_sha256": "0" * 64, **content(**changes)}), encoding="utf-8")
    with pytest.raises(InputError, match=r"c\.json is no valid certificate .*Certify anew") as caught:
        load_certificate(path)
    assert "more than it may hold" not in str(caught.value)


def test_certificate_changed_by_hand_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    save_certificate(make(), path)
    path.write_text(path.read_text("utf-8").replace('"threshold": 0.7', '"threshold": 0.6'), encoding="utf-8")
    with pytest.raises(InputError, match="was changed since it was written"):
        load_certificate(path)


@pytest.mark.parametrize("text", ["", "no json", "[]", "{}", '{"certificate_sha256": 1}'])
def test_what_is_no_certificate_is_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"c\.json is no"):
        load_certificate(path)
    with pytest.raises(InputError, match="No certificate"):
        load_certificate(tmp_path / "missing.json")


@pytest.mark.parametrize("changed", ["model", "codebook", "sample"])
def test_certificate_is_stale_when_anything_it_names_has_changed(changed: str) -> None:
    named = {"model": "a" * 64, "codebook": "b" * 64, "sample": "c" * 64}
    check_fresh(make(), **named)
    check_fresh(make(), model=named["model"], codebook=named["codebook"])
    with pytest.raises(InputError, match=f"stale: it was made for the .*{changed}.*, not for d{{12}}"):
        check_fresh(make(), **{**named, changed: "d" * 64})


def coded() -> CodedDataset:
    scores = pd.DataFrame({"wait": [0.9, 0.6, 0.1], "food": [0.9, 0.15, 0.3]}, index=["u1", "u2", "u3"])
    cuts = {"wait": 0.5, "food": 0.5}
    decisions = (scores >= 0.5).astype(float)
    return CodedDataset(
        decisions, Codebook.from_labels(["wait", "food"]), "m", scores=scores, thresholds=cuts
    )


def test_dataset_takes_the_bands_of_the_certificate() -> None:
    before = coded()
    bands = put_in_bands(before, make()).bands
    assert bands["wait"].tolist() == ["accept", "review", "reject"]
    assert bands["food"].tolist() == ["review", "reject", "review"]
    assert "accept" not in before.bands.to_numpy()


def test_score_certified_below_where_the_code_applies_accepts_nothing() -> None:
    low = {**CERTIFIED, "threshold": 0.4}
    assert "accept" not in put_in_bands(coded(), make(codes=[low])).bands.to_numpy()


def test_code_that_the_dataset_lacks_is_told() -> None:
    with pytest.raises(InputError, match=r"1 code\(s\) that the dataset lacks: parking"):
        put_in_bands(coded(), make(codes=[{**CERTIFIED, "code": "parking"}]))


def test_provenance_names_the_certificate_and_the_wave_it_is_of() -> None:
    certificate = make()
    said = name_in_provenance(certificate)
    assert said["sha256"] == certificate.sha256
    assert (said["codes_certified"], said["wave_fingerprint"]) == (1, "f")
