"""`textmine certify` and `textmine code --certificate`, on a synthetic study large enough to certify."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from textmine.coding.certificate import load_certificate

CODES = ["training", "money"]
COLUMNS = ("--text", "comment", "--id", "id", "--question", "question")
_SAID = ("We train together", "It saves money", "The building is old", "People were kind")


def read_strings(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@pytest.fixture
def wave(write_csv: Callable[..., Path], tmp_path: Path) -> Path:
    """240 comments: each fourth on training, each fourth on money."""
    rows = [[f"{n:03d}", f"q{n % 2}", f"{_SAID[n % 4]} in year {n}"] for n in range(240)]
    return write_csv(tmp_path / "wave.csv", ["id", "question", "comment"], rows)


@pytest.fixture
def coded(textmine: Any, wave: Path, tiny_model: Path, tmp_path: Path) -> Path:
    out = tmp_path / "coded"
    assert textmine("code", wave, "--model", tiny_model, *COLUMNS, "--out", out).code == 0
    return out


def write_checked(
    write_csv: Callable[..., Path], path: Path, units: range, **columns: Callable[[int], Any]
) -> Path:
    rows = [
        [f"{n:03d}", int(n % 4 == 0), int(n % 4 == 1), *(make(n) for make in columns.values())] for n in units
    ]
    return write_csv(path, ["id", *CODES, *columns], rows)


@pytest.fixture
def checked(write_csv: Callable[..., Path], tmp_path: Path) -> Path:
    return write_checked(write_csv, tmp_path / "checked.csv", range(160))


@pytest.fixture
def certificate(textmine: Any, coded: Path, checked: Path, tmp_path: Path) -> Path:
    out = tmp_path / "cert.json"
    ran = textmine("certify", coded, "--checked", checked, "--out", out, "--date", "2026-11-14")
    assert ran.code == 0, ran.err
    return out


def code_again(textmine: Any, wave: Path, model: Path, out: Path, *options: object) -> Any:
    return textmine("code", wave, "--model", model, *COLUMNS, "--out", out, *options)


def test_certificate_names_what_it_was_made_from(certificate: Path, coded: Path) -> None:
    made, said = load_certificate(certificate), json.loads((coded / "provenance.json").read_text("utf-8"))
    assert made.model.sha256 == said["model"]["sha256"]
    assert made.codebook.sha256 == said["codebook"]["sha256"]
    assert made.wave.fingerprint == said["corpus_fingerprint"]
    assert (made.date, made.sample.units, made.sample.design) == ("2026-11-14", 160, "taken for random")
    assert made.sample.files == ("checked.csv",) and made.sample.id == "id"
    assert [promise.name for promise in made.codes] == ["Training", "Money"]
    assert set(made.accept_from) == set(CODES)


def test_command_prints_a_sentence_a_code_and_says_what_is_assumed(
    textmine: Any, coded: Path, checked: Path, tmp_path: Path
) -> None:
    ran = textmine("certify", coded, "--checked", checked, "--out", tmp_path / "c.json")
    shown = " ".join(ran.out.split())
    assert "Code Training: 60 of 240 units auto-accepted" in shown
    assert "precision >= 0.90 with 90% confidence, this code by itself (40/40 correct)" in shown
    assert "simple random sample of the coded wave is assumed" in shown
    told = json.loads(textmine("certify", coded, "--checked", checked, "--out", tmp_path / "c", "--json").out)
    assert told["certificate"]["codes"][0]["right"] == 40


def test_certified_codes_are_accepted_and_leave_the_work_list(
    textmine: Any, wave: Path, tiny_model: Path, certificate: Path, tmp_path: Path
) -> None:
    out = tmp_path / "again"
    ran = code_again(textmine, wave, tiny_model, out, "--certificate", certificate, "--bands")
    assert ran.code == 0 and "2 of 2 codes are certified" in ran.out and "another wave" not in ran.out
    wide, long = read_strings(out / "coded_wide.csv"), read_strings(out / "coded_long.csv")
    for code in CODES:
        assert (wide.loc[wide[code] == "1", f"{code}__band"] == "accept").all()
        assert "accept" not in set(wide.loc[wide[code] == "0", f"{code}__band"])
    assert set(long.loc[long["applies"] == "1", "band"]) == {"accept"}
    summary = read_strings(out / "summary.csv")
    assert summary["auto_accepted"].tolist() == summary["count"].tolist()
    said = json.loads((out / "provenance.json").read_text("utf-8"))
    assert said["certificate"]["sha256"] == load_certificate(certificate).sha256
    assert said["counts"]["to_review"] == len(read_strings(out / "review.csv"))


def test_all_that_a_certificate_puts_up_for_review_shows_its_evidence(
    textmine: Any, wave: Path, tiny_model: Path, coded: Path, checked: Path, tmp_path: Path
) -> None:
    cert, out = tmp_path / "strict.json", tmp_path / "again"
    assert textmine("certify", coded, "--checked", checked, "--out", cert, "--reject-miss", 0.001).code == 0
    assert set(load_certificate(cert).review_from.values()) == {0.0}  # too few read: nothing is rejected
    assert code_again(textmine, wave, tiny_model, out, "--certificate", cert).code == 0
    long = read_strings(out / "coded_long.csv")
    assert len(long) == 240 * len(CODES)
    assert (long["evidence"] != "").all()


def test_nothing_is_accepted_without_a_certificate(coded: Path) -> None:
    long = read_strings(coded / "coded_long.csv")
    assert set(long["band"]) == {"review"}
    assert read_strings(coded / "summary.csv")["auto_accepted"].tolist() == ["0", "0"]
    review = read_strings(coded / "review.csv")
    assert len(review) >= 120 and review["minutes_so_far"].astype(float).is_monotonic_increasing


def test_other_wave_is_told_to_be_audited_anew(
    textmine: Any, write_csv: Any, tiny_model: Path, certificate: Path, tmp_path: Path
) -> None:
    other = write_csv(tmp_path / "b.csv", ["id", "question", "comment"], [["1", "q0", "We train together"]])
    ran = code_again(textmine, other, tiny_model, tmp_path / "b", "--certificate", certificate)
    assert ran.code == 0 and "certified on another wave: audit anew" in " ".join(ran.out.split())


def test_certificate_of_another_model_is_stale(
    textmine: Any, wave: Path, tiny_model: Path, certificate: Path, tmp_path: Path
) -> None:
    import shutil

    other = tmp_path / "other"
    shutil.copytree(tiny_model, other)
    config = (other / "config.json").read_text("utf-8")
    (other / "config.json").write_text(config + "\n", encoding="utf-8")
    made = load_certificate(certificate).model.sha256[:12]
    error = code_again(textmine, wave, other, tmp_path / "o", "--certificate", certificate).error
    assert error.startswith(f"The certificate is stale: it was made for the model {made}, not for ")
    assert not (tmp_path / "o").exists()


def test_certificate_is_stale_when_its_sample_changes(
    textmine: Any, write_csv: Any, wave: Path, tiny_model: Path, certificate: Path, tmp_path: Path
) -> None:
    write_csv(tmp_path / "checked.csv", ["id", *CODES], [["000", 1, 0], ["001", 0, 1]])
    error = code_again(textmine, wave, tiny_model, tmp_path / "o", "--certificate", certificate).error
    assert "stale: it was made for the calibration sample" in error
    (tmp_path / "checked.csv").unlink()  # gone, it can no longer be compared
    assert code_again(textmine, wave, tiny_model, tmp_path / "o", "--certificate", certificate).code == 0


def test_long_file_gives_the_same_certificate_as_a_wide_one(
    textmine: Any, coded: Path, certificate: Path, tmp_path: Path
) -> None:
    rows = [{"id": f"{n:03d}", "code": {0: "training", 1: "money"}.get(n % 4, "none")} for n in range(160)]
    (tmp_path / "long.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    out = tmp_path / "long.json"
    assert textmine("certify", coded, "--checked", tmp_path / "long.jsonl", "--out", out).code == 0
    wide, long = load_certificate(certificate), load_certificate(out)
    assert long.codes == wide.codes and long.sample.sha256 == wide.sample.sha256


@pytest.mark.parametrize("name", ["probability", "inclusion_probability", "coding_prob", "chance"])
def test_column_of_chances_is_heeded(
    textmine: Any, write_csv: Any, coded: Path, tmp_path: Path, name: str
) -> None:
    own = ("--probability", "chance") if name == "chance" else ()
    path, out = tmp_path / "p.csv", tmp_path / "p.json"

    def run(chance: Callable[[int], Any]) -> Any:
        write_checked(write_csv, path, range(160), **{name: chance})
        return textmine("certify", coded, "--checked", path, "--out", out, *own)

    assert run(lambda n: 0.25).code == 0
    assert load_certificate(out).sample.design == "random"
    assert run(lambda n: 1).code == 0  # a wave read whole
    assert "row 8 (line 9), column" in run(lambda n: "" if n == 7 else 0.25).error
    assert "no chance of being drawn above 0" in run(lambda n: 0 if n == 7 else 0.25).error
    assert "unequal chances" in run(lambda n: 0.5 if n % 4 == 0 else 0.25).error


@pytest.mark.parametrize("role", ["active", "", "train", "convenience"])
def test_unit_that_was_not_drawn_at_random_is_refused(
    textmine: Any, write_csv: Any, coded: Path, tmp_path: Path, role: str
) -> None:
    path = tmp_path / "r.csv"
    for column in ("role", "sampling_role"):
        write_checked(write_csv, path, range(160), **{column: lambda n: role if n == 3 else "audit"})
        error = textmine("certify", coded, "--checked", path, "--out", tmp_path / "r.json").error
        assert f"row 4 (line 5), column '{column}': this unit was not drawn at random" in error
        write_checked(write_csv, path, range(160), **{column: lambda n: "Audit"})
        assert textmine("certify", coded, "--checked", path, "--out", tmp_path / "r.json").code == 0


def test_role_of_a_speaker_is_no_role_of_sampling(
    textmine: Any, write_csv: Any, coded: Path, tmp_path: Path
) -> None:
    path = write_checked(write_csv, tmp_path / "r.csv", range(160), role=lambda n: "participant")
    assert textmine("certify", coded, "--checked", path, "--out", tmp_path / "r.json").code == 0


def test_sample_of_the_model_s_own_choice_is_refused(
    textmine: Any, write_csv: Any, coded: Path, tmp_path: Path
) -> None:
    rows = [[f"{n:03d}", 1, 0] for n in range(0, 240, 4)]
    path = write_csv(tmp_path / "top.csv", ["id", *CODES], rows)
    assert (
        "no random sample of the wave"
        in textmine("certify", coded, "--checked", path, "--out", tmp_path / "t.json").error
    )
    ran = textmine(
        "certify", coded, "--checked", path, "--band", "training=0.5", "--out", tmp_path / "t.json"
    )
    assert ran.code == 0, ran.err
    made = load_certificate(tmp_path / "t.json")
    assert set(made.accept_from) == {"training"} and made.codes[0].method == "band_audit"


def test_units_are_drawn_to_be_read_with_their_chance(textmine: Any, coded: Path, tmp_path: Path) -> None:
    out = tmp_path / "read.csv"
    assert textmine("certify", coded, "--draw", 60, "--out", out).code == 0
    drawn = read_strings(out)
    assert (
        len(drawn) == 60
        and set(drawn["probability"]) == {"0.25"}
        and set(drawn["sampling_role"]) == {"audit"}
    )
    number = drawn["unit_id"].astype(int)
    drawn.assign(training=(number % 4 == 0).astype(int), money=(number % 4 == 1).astype(int)).to_csv(
        out, index=False
    )
    ran = textmine("certify", coded, "--checked", out, "--out", tmp_path / "c.json")
    assert ran.code == 0 and "is assumed" not in ran.out, ran.err
    assert textmine("certify", coded, "--draw", 10, "--band", "money=0.5", "--out", out).code == 0
    assert set(read_strings(out)["unit_id"].astype(int) % 4) == {1}


def test_all_codes_and_stricter_promises_need_more(
    textmine: Any, coded: Path, checked: Path, tmp_path: Path
) -> None:
    out = tmp_path / "c.json"
    textmine("certify", coded, "--checked", checked, "--out", out, "--all-codes")
    assert load_certificate(out).delta == pytest.approx(0.05)
    textmine("certify", coded, "--checked", checked, "--out", out, "--precision", 0.99)
    strict = load_certificate(out)
    assert strict.accept_from == {} and "40 read where it applies, 230 needed" in strict.codes[0].reason


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--band", "training"), "--band wants CODE=VALUE"),
        (("--band", "training=high"), "A band begins at a score"),
        (("--band", "food=0.5"), "No code food in the coded wave. Codes: training, money"),
        (("--band", "money=0.5", "--band", "money=0.6"), "names a code twice"),
        (("--date", "14 Nov"), "'14 Nov' is no date"),
        (("--probability", "chance"), "No column 'chance' in checked.csv"),
        (("--precision", 90), "precision is 90"),
    ],
)
def test_wrong_option_is_told_and_nothing_written(
    textmine: Any, coded: Path, checked: Path, tmp_path: Path, options: tuple[Any, ...], said: str
) -> None:
    out = tmp_path / "c.json"
    assert said in textmine("certify", coded, "--checked", checked, "--out", out, *options).error
    assert not out.exists()


def test_missing_folder_sample_or_certificate_is_told(
    textmine: Any, coded: Path, checked: Path, wave: Path, tiny_model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "c.json"
    assert (
        "holds no provenance.json" in textmine("certify", tmp_path, "--checked", checked, "--out", out).error
    )
    assert "Name at least one with --checked" in textmine("certify", coded, "--out", out).error
    assert (
        "No certificate"
        in code_again(
            textmine, wave, tiny_model, tmp_path / "o", "--certificate", tmp_path / "none.json"
        ).error
    )


def test_ranks_of_a_cold_start_may_not_be_certified(
    textmine: Any, coded: Path, checked: Path, tmp_path: Path
) -> None:
    path = coded / "provenance.json"
    said = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**said, "model": {**said["model"], "tier": "cold-start"}}), encoding="utf-8")
    error = textmine("certify", coded, "--checked", checked, "--out", tmp_path / "c.json").error
    assert "ranks from the codebook alone and may not be certified" in error


def test_code_up_for_review_is_no_label_when_the_long_table_is_read_as_labels(coded: Path) -> None:
    from textmine.reading import read_labels

    long = read_strings(coded / "coded_long.csv")
    near = pd.DataFrame([{**long.iloc[0], "unit_id": "999", "applies": "0"}])
    pd.concat([long, near]).to_csv(coded / "coded_long.csv", index=False)
    frame = read_labels(coded / "coded_long.csv", id="unit_id", codes=CODES).frame
    assert frame.loc["999"].tolist() == [0.0, 0.0]
    assert int(np.nansum(frame.to_numpy())) == int((long["applies"] == "1").sum())


def test_sample_drawn_by_plan_is_thinned_and_certifies(
    textmine: Any, write_csv: Any, coded: Path, tmp_path: Path
) -> None:
    path, out = tmp_path / "plan.csv", tmp_path / "plan.json"
    drawn = {n: (0.5 if n % 8 < 4 else 1.0) for n in range(240) if n % 8 >= 4 or n % 16 < 4}
    units = list(drawn)
    write_checked(
        write_csv, path, units, probability=drawn.get, stratum=lambda n: f"s{drawn[n]}",
        sampling_role=lambda n: "audit",
    )  # fmt: skip
    ran = textmine("certify", coded, "--checked", path, "--out", out)
    assert ran.code == 0, ran.err
    made = load_certificate(out)
    assert made.sample.design == "stratified, thinned to equal chances"
    assert 90 <= made.sample.units <= 150
    assert f"{made.sample.units} of the {len(units)} read are kept at random" in ran.err + ran.out
    assert made.accept_from
    again = textmine("certify", coded, "--checked", path, "--out", tmp_path / "again.json")
    assert again.code == 0 and load_certificate(tmp_path / "again.json").sha256 == made.sha256


def test_scores_of_a_model_that_saw_the_units_are_refused(
    textmine: Any, study: Any, tiny_model: Path, write_csv: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    from textmine.cleaning import repair_texts
    from textmine.coding.artefact import load_coder

    wave = write_csv(
        tmp_path / "seen.csv", ["id", "question", "comment"],
        [[row["id"], row["question"], row["comment"]] for row in study.rows],
    )  # fmt: skip
    coded, coder = tmp_path / "seen", load_coder(tiny_model)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / coder.name_).symlink_to(tiny_model, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    assert textmine("code", wave, "--model", coder.name_, *COLUMNS, "--out", coded).code == 0
    units = np.sort(np.random.default_rng(0).permutation(list(study.truth))[:40])
    checked = write_csv(tmp_path / "c.csv", ["id", *CODES], [[unit, *study.truth[unit]] for unit in units])
    shares = ("prevalence", coded, "--checked", checked, "--unit", "answer", "--base", "answered")
    assert textmine(*shares).code == 0  # as textmine code wrote them: out of fold
    frame = pd.read_parquet(coded / "scores.parquet")
    rows = {row["id"]: row for row in study.rows}
    met = [rows[unit] for unit in frame["unit_id"]]
    raw, _ = coder.score_repaired(
        repair_texts([row["comment"] for row in met]), [row["question"] for row in met]
    )
    own = np.round(coder.calibrate(raw), 6)
    frame.assign(**dict(zip(coder.codes_, own.T, strict=True))).to_parquet(
        coded / "scores.parquet", index=False
    )
    for ran in (textmine(*shares), textmine("certify", coded, "--checked", checked, "--out", "c.json")):
        assert ran.code == 1
        assert "trained on them" in ran.error and "out-of-fold scores" in ran.error
