"""A certificate: which codes of a model are taken without a second reading, and what that was tested on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from textmine.coded import CodedDataset
from textmine.coding.exact_tests import minimum_correct
from textmine.errors import InputError
from textmine.files import sha256_of, write_json
from textmine.forms import check_form

Method = Literal["fixed_sequence", "band_audit", "none"]
_SHA = Field(pattern=r"^[0-9a-f]{64}$")
_SHARE = Field(gt=0, lt=1)
_SCORE = Field(ge=0, le=1)
#: Hex digits of a hash that a message shows.
_SHOWN = 12


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class CodePromise(_Fact):
    """What is promised of one code: from ``threshold`` on accepted, below ``reject_below`` left out.

    ``read`` units at or above the threshold were checked and ``right`` of them carry the code;
    ``precision_low`` is what precision exceeds with the certificate's confidence. ``method`` is 'none' where
    nothing is accepted, for the ``reason``. ``accepted``, ``to_review``, ``rejected`` count the units of the
    wave it was certified on. Of the rejected pile ``rejected_read`` were checked, ``rejected_hits`` carry
    the code after all, and at most the share ``elusion`` does (upper bound).
    """

    code: str
    name: str = ""
    method: Method
    reason: str = ""
    threshold: float | None = Field(default=None, ge=0, le=1)
    read: int = Field(ge=0)
    right: int = Field(ge=0)
    precision_low: float = _SCORE
    accepted: int = Field(ge=0)
    to_review: int = Field(ge=0)
    rejected: int = Field(ge=0)
    reject_below: float = _SCORE
    rejected_read: int = Field(ge=0)
    rejected_hits: int = Field(ge=0)
    elusion: float = _SCORE

    @model_validator(mode="after")
    def _holds_together(self) -> CodePromise:
        if (self.method == "none") != (self.threshold is None):
            raise ValueError("a threshold without a method, or the other way round")
        if self.right > self.read or self.rejected_hits > self.rejected_read:
            raise ValueError("more hits than units read")
        if self.threshold is not None and self.reject_below > self.threshold:
            raise ValueError("what is rejected reaches into what is accepted")
        return self


class ModelName(_Fact):
    """A model by name and by the sha256 of what it learned."""

    id: str
    sha256: str = _SHA


class CodebookName(_Fact):
    """A codebook by name, version and the sha256 of its meaning."""

    id: str
    version: str = ""
    sha256: str = _SHA


class Sample(_Fact):
    """The calibration sample: its units and labels by hash, and how it was drawn.

    ``files`` are the files it was read from, told from where the certificate stands, ``band_files`` those
    of units read inside a code's band alone; ``id`` is the column of unit ids.
    """

    sha256: str = _SHA
    units: int = Field(ge=1)
    design: str
    files: tuple[str, ...] = ()
    band_files: dict[str, str] = Field(default_factory=dict)
    id: str = "unit_id"


class Wave(_Fact):
    """The coded wave that was certified: the corpus by fingerprint, and how many units were coded."""

    fingerprint: str
    units: int = Field(ge=1)


class Certificate(_Fact):
    """What may be accepted of a model's codes without a second reading, and the tests behind it.

    ``delta`` is the error allowed to each code: 1 - ``confidence`` where each code is promised separately, a
    part of it where ``together`` all are. ``likely_first`` tells where the sequences began. Made by
    ``certify_coded``, read by ``load_certificate``. Frozen, and checked when read: the promises must follow
    from the counts, and the hash must fit the content. ``precision`` is the share right that is promised of
    accepted codes, ``elusion_confidence`` the confidence of what the rejected pile may hold. ``form`` is the
    version of the file's form, ``date`` the day (2026-11-14 or ''); ``model``, ``codebook``, ``sample`` and
    ``wave`` say by id and hash what was tested with, and ``codes`` has the promise of each code.

    >>> names = {"model": {"id": "m", "sha256": "0" * 64}, "codebook": {"id": "b", "sha256": "1" * 64}}
    >>> counts = {"read": 22, "right": 22, "precision_low": 0.9}
    >>> counts |= {"accepted": 50, "to_review": 9, "rejected": 41}
    >>> missed = {"reject_below": 0.25, "rejected_read": 20, "rejected_hits": 0, "elusion": 0.14}
    >>> code = {"code": "money", "method": "fixed_sequence", "threshold": 0.8, **counts, **missed}
    >>> sample = {"sha256": "2" * 64, "units": 50, "design": "random"}
    >>> content = {**names, "sample": sample, "wave": {"fingerprint": "f", "units": 100}, "codes": [code]}
    >>> shares = {"precision": 0.9, "confidence": 0.9, "delta": 0.1, "elusion_confidence": 0.95}
    >>> Certificate.model_validate_json(json.dumps({**shares, **content})).accept_from
    {'money': 0.8}
    """

    form: Literal["textmine-certificate/1"] = "textmine-certificate/1"
    precision: float = _SHARE
    confidence: float = _SHARE
    together: bool = False
    delta: float = _SHARE
    likely_first: bool = False
    elusion_confidence: float = _SHARE
    date: str = Field(default="", pattern=r"^(\d{4}-\d{2}-\d{2})?$")
    model: ModelName
    codebook: CodebookName
    sample: Sample
    wave: Wave
    codes: tuple[CodePromise, ...]

    @model_validator(mode="after")
    def _follows_from_counts(self) -> Certificate:
        names = [promise.code for promise in self.codes]
        if len(set(names)) < len(names):
            raise ValueError("a code stands twice")
        if self.delta > 1 - self.confidence + 1e-9:
            raise ValueError("the error allowed to a code is above 1 - confidence")
        for promise in self.codes:
            if promise.threshold is None:
                continue
            needed = minimum_correct(promise.read, self.precision, self.delta)
            if needed is None or promise.right < needed:
                raise ValueError("too few units right for what is promised")
        return self

    @property
    def sha256(self) -> str:
        """The sha256 of all it says: the certificate's id."""
        return sha256_of(self.model_dump(mode="json"))

    @property
    def accept_from(self) -> dict[str, float]:
        """The score from which each certified code is accepted."""
        return {p.code: p.threshold for p in self.codes if p.threshold is not None}

    @property
    def review_from(self) -> dict[str, float]:
        """The score from which each code is read by a person; below it is rejected."""
        return {p.code: p.reject_below for p in self.codes}

    def describe(self) -> list[str]:
        """A sentence for each code: what is accepted, on what ground, and what the rejected pile may hold."""
        return [_describe_code(self, promise) for promise in self.codes]


def save_certificate(certificate: Certificate, path: Path) -> None:
    """Write a certificate as JSON, with its own sha256 beside it; ``load_certificate`` reads it.

    ``path`` is the file.

    >>> import numpy as np
    >>> import pandas as pd
    >>> from textmine.coding.certifying import Checked, ScoredWave, certify_coded
    >>> units = pd.Index([f"u{i}" for i in range(400)])
    >>> scores = pd.DataFrame({"money": np.linspace(1, 0, 400)}, index=units)
    >>> model, book = ModelName(id="m", sha256="0" * 64), CodebookName(id="b", sha256="1" * 64)
    >>> wave = ScoredWave(scores, {"money": 0.5}, model, book, fingerprint="f")
    >>> certificate = certify_coded(wave, Checked((scores[::2] > 0.4).astype(float)))
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_certificate(certificate, Path(folder, "certificate.json"))
    ...     load_certificate(Path(folder, "certificate.json")) == certificate
    True
    """
    content = {"certificate_sha256": certificate.sha256, **certificate.model_dump(mode="json")}
    write_json(content, path)


def load_certificate(path: Path) -> Certificate:
    """The certificate in a file.

    Raises ``InputError`` where the file cannot be read, is no certificate, promises what its counts do not
    bear out, or was changed since it was written. ``path`` is the file.

    >>> import numpy as np
    >>> import pandas as pd
    >>> from textmine.coding.certifying import Checked, ScoredWave, certify_coded
    >>> units = pd.Index([f"u{i}" for i in range(400)])
    >>> scores = pd.DataFrame({"money": np.linspace(1, 0, 400)}, index=units)
    >>> model, book = ModelName(id="m", sha256="0" * 64), CodebookName(id="b", sha256="1" * 64)
    >>> wave = ScoredWave(scores, {"money": 0.5}, model, book, fingerprint="f")
    >>> certificate = certify_coded(wave, Checked((scores[::2] > 0.4).astype(float)))
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_certificate(certificate, Path(folder, "certificate.json"))
    ...     load_certificate(Path(folder, "certificate.json")) == certificate
    True
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"No certificate {path}. Check the path, or make one: textmine certify.") from None
    except (OSError, ValueError):
        raise InputError(f"{path.name} is no JSON file. Give one that textmine certify wrote.") from None
    if not isinstance(content, dict) or "certificate_sha256" not in content:
        raise InputError(f"{path.name} is no certificate. Give one that textmine certify wrote.")
    check_form(content.get("form"), "certificate", path.name)
    stated = content.pop("certificate_sha256")
    try:
        certificate = Certificate.model_validate_json(json.dumps(content))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"{path.name} is no valid certificate ({where or 'as a whole'}: {first['msg']}). Certify anew."
        ) from None
    if certificate.sha256 != stated:
        raise InputError(f"{path.name} was changed since it was written. Certify anew: textmine certify.")
    return certificate


def check_fresh(certificate: Certificate, *, model: str, codebook: str, sample: str | None = None) -> None:
    """Raise ``InputError`` where a certificate is stale: another model, codebook or calibration sample.

    All are compared by sha256; ``sample`` only where it is known.
    """
    for what, certified, met in (
        ("model", certificate.model.sha256, model),
        ("codebook", certificate.codebook.sha256, codebook),
        ("calibration sample", certificate.sample.sha256, sample),
    ):
        if met is not None and met != certified:
            raise InputError(
                f"The certificate is stale: it was made for the {what} {certified[:_SHOWN]}, not for "
                f"{met[:_SHOWN]}. Certify anew: textmine certify."
            )


def put_in_bands(coded: CodedDataset, certificate: Certificate) -> CodedDataset:
    """The dataset with the certificate's bands accept, review and reject.

    The caller sees to it that the certificate is of this model (``check_fresh``). Raises ``InputError`` where
    the certificate names a code that the dataset lacks. ``coded`` is the dataset with its scores.

    >>> import numpy as np
    >>> import pandas as pd
    >>> from textmine.coding.certifying import Checked, ScoredWave, certify_coded
    >>> units = pd.Index([f"u{i}" for i in range(400)])
    >>> scores = pd.DataFrame({"money": np.linspace(1, 0, 400)}, index=units)
    >>> model, book = ModelName(id="m", sha256="0" * 64), CodebookName(id="b", sha256="1" * 64)
    >>> wave = ScoredWave(scores, {"money": 0.5}, model, book, fingerprint="f")
    >>> certificate = certify_coded(wave, Checked((scores[::2] > 0.4).astype(float)))
    >>> from textmine.codebook import Codebook
    >>> coded = CodedDataset((scores >= 0.5) * 1.0, Codebook.from_labels(["money"]), "m", scores=scores)
    >>> put_in_bands(coded, certificate).bands["money"].value_counts().to_dict()
    {'accept': 200, 'review': 100, 'reject': 100}
    """
    unknown = [p.code for p in certificate.codes if p.code not in coded.codes]
    if unknown:
        raise InputError(
            f"The certificate names {len(unknown)} code(s) that the dataset lacks: {', '.join(unknown[:5])}. "
            "Certify this dataset anew: textmine certify."
        )
    low = {code: at for code, at in certificate.accept_from.items() if at < coded.thresholds.get(code, 0.0)}
    accept = {code: at for code, at in certificate.accept_from.items() if code not in low}
    return replace(coded, accept_from=accept, review_from=certificate.review_from)


def name_in_provenance(certificate: Certificate) -> Mapping[str, Any]:
    """What ``provenance.json`` says of the certificate that set the bands."""
    return {
        "sha256": certificate.sha256,
        "date": certificate.date,
        "precision": certificate.precision,
        "confidence": certificate.confidence,
        "together": certificate.together,
        "codes_certified": len(certificate.accept_from),
        "wave_fingerprint": certificate.wave.fingerprint,
    }


def _describe_code(certificate: Certificate, promise: CodePromise) -> str:
    name = promise.name or promise.code
    units, sample = certificate.wave.units, certificate.sample
    when = f", {certificate.date}" if certificate.date else ""
    if promise.threshold is None:
        said = f"Code {name}: not certified - all to review ({promise.reason}). "
        said += f"{promise.to_review:,} go to review."
    else:
        how = (
            f"n={sample.units:,}, {sample.design}{when}"
            if promise.method == "fixed_sequence"
            else f"band audit, {promise.read:,} drawn inside the band{when}"
        )
        shared = "all codes together" if certificate.together else "this code by itself"
        said = (
            f"Code {name}: {promise.accepted:,} of {units:,} units auto-accepted (score "
            f"{promise.threshold:g} or more); at the time of calibration ({how}) precision >= "
            f"{certificate.precision:.2f} with {certificate.confidence:.0%} confidence, {shared} "
            f"({promise.right}/{promise.read} correct). {promise.to_review:,} go to review."
        )
    if not promise.rejected:
        return said
    if not promise.rejected_read:
        return f"{said} The {promise.rejected:,} rejected were not audited: what they hold is not known."
    return (
        f"{said} At most {_percent(promise.elusion)} of the {promise.rejected:,} rejected carry the code "
        f"({certificate.elusion_confidence:.0%} upper bound, audit {promise.rejected_read:,}, "
        f"{promise.rejected_hits} found)."
    )


def _percent(share: float) -> str:
    """A share as a percentage, rounded up to a tenth: a bound may not shrink.

    >>> _percent(0.019905), _percent(0.05)
    ('2.0%', '5.0%')
    """
    from math import ceil

    return f"{ceil(share * 1000 - 1e-9) / 10:.1f}%"
