"""Labels in the forms of other annotation tools: Label Studio, Prodigy, doccano, with offsets set right."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import quoteattr

from textmine.codebook import Codebook
from textmine.errors import InputError
from textmine.exchange.labels import Matcher, Reading, name_annotator
from textmine.exchange.quote_places import Place, find_place

_CHOICES, _SPANS, _TEXT = "codes", "evidence", "text"
Row = Mapping[str, Any]

_IDS = ("unit_id", "doc_id", "id")


# --- Label Studio -----------------------------------------------------------------------------------------


def to_label_studio(readings: Iterable[Reading], *, utf16: bool = False) -> list[dict[str, Any]]:
    """Tasks with their annotations, as Label Studio imports and exports them.

    Codes are choices, stretches labels. Newer versions of Label Studio count code points (its pull request
    1559), older ones UTF-16 units (its issue 1347): ``utf16`` writes those. Either way each
    stretch carries its words. A unit that was read and holds nothing has an annotation without results, one
    that was not read has none.

    >>> task = to_label_studio([Reading("u1", "Fun", codes={"joy": 1}, annotator="ann")])[0]
    >>> task["annotations"][0]["result"][0]["value"]
    {'choices': ['joy']}
    """
    tasks: dict[str, dict[str, Any]] = {}
    for reading in readings:
        data = {"unit_id": reading.unit_id, "text": reading.text, "question": reading.question}
        task = tasks.setdefault(reading.unit_id, {"data": data, "annotations": []})
        if reading.codes is None:
            continue
        result: list[dict[str, Any]] = []
        if reading.applied:
            chosen = {"choices": reading.applied}
            result.append(_result(_CHOICES, "choices", chosen, f"c{len(task['annotations'])}"))
        for number, span in enumerate(reading.spans):
            place = Place(span["start"], span["end"])
            if place.start < 0:
                continue
            shown = place.in_utf16(reading.text) if utf16 else place
            value = {"start": shown.start, "end": shown.end, "text": span["quote"], "labels": [span["code"]]}
            result.append(_result(_SPANS, "labels", value, f"s{len(task['annotations'])}-{number}"))
        made = {"result": result, "was_cancelled": False, "created_username": reading.annotator}
        if reading.at:
            made["created_at"] = reading.at
        if reading.seconds is not None:
            made["lead_time"] = reading.seconds
        task["annotations"].append(made)
    return list(tasks.values())


def make_label_config(codebook: Codebook) -> str:
    """The labelling interface for Label Studio: the codes as choices, and as labels for stretches.

    >>> "<Choice value=" in make_label_config(Codebook.from_labels(["joy"]))
    True
    """
    names = [(quoteattr(code.id), quoteattr(code.definition or code.name)) for code in codebook.codes]
    choice = "multiple" if codebook.multi_label else "single"
    lines = [
        "<View>",
        "  <Style>.htx-text{ white-space: pre-wrap; }</Style>",
        '  <Header value="$question"/>',
        f'  <Labels name="{_SPANS}" toName="{_TEXT}">',
        *(f"    <Label value={name} hint={hint}/>" for name, hint in names),
        "  </Labels>",
        f'  <Text name="{_TEXT}" value="$text" granularity="symbol"/>',
        f'  <Choices name="{_CHOICES}" toName="{_TEXT}" choice="{choice}">',
        *(f"    <Choice value={name} hint={hint}/>" for name, hint in names),
        "  </Choices>",
        "</View>",
    ]
    return "\n".join(lines) + "\n"


def from_label_studio(tasks: Any, matcher: Matcher, *, annotator: str = "") -> list[Reading]:
    """The readings of a Label Studio export (JSON, or JSON-MIN).

    An annotation that was cancelled counts as not read, and predictions are no readings. Offsets may count
    code points or UTF-16 units, over line ends as they are or as LF: what fits the stretch's own words is
    taken. Raises ``InputError``, by task, for labels, units and stretches that do not fit.
    """
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise InputError("Not an export of Label Studio: wanted a JSON list of tasks. Export as JSON.")
    found = []
    for number, task in enumerate(tasks, 1):
        where = f"task {number}"
        data = task.get("data", task)
        text = next((v for k in (_TEXT, "comment") if isinstance(v := data.get(k), str)), "")
        meta = task.get("meta") or {}
        named = [data.get(k) for k in _IDS if "data" in task or k != "id"] + [meta.get("unit_id")]
        unit = matcher.find_unit(named, text, where)
        annotations = task.get("annotations", task.get("completions")) if "data" in task else [_unfold(task)]
        for made in annotations or [{"was_cancelled": True}]:
            who = made.get("created_username") or made.get("completed_by") or made.get("annotator")
            bare = Reading(unit, matcher.texts[unit], annotator=annotator or name_annotator(who, "imported"))
            bare = _with(
                bare, where=where, seconds=made.get("lead_time"), at=_time_of(made.get("created_at"))
            )
            found.append(bare if made.get("was_cancelled") else _read_result(bare, made, matcher))
    return found


def _result(name: str, kind: str, value: dict[str, Any], number: str) -> dict[str, Any]:
    return {"id": number, "from_name": name, "to_name": _TEXT, "type": kind, "value": value}


def _unfold(task: Mapping[str, Any]) -> dict[str, Any]:
    """An annotation in full from a task of a JSON-MIN export."""
    result: list[dict[str, Any]] = []
    for name, value in task.items():
        if name in (*_IDS, _TEXT, "question", "annotator", "annotation_id", "created_at", "updated_at"):
            continue
        if isinstance(value, list) and value and all(isinstance(v, dict) and "start" in v for v in value):
            result += [{"type": "labels", "value": v} for v in value]
        elif name == _CHOICES and value:
            chosen = value.get("choices", []) if isinstance(value, dict) else value
            result.append({"type": "choices", "value": {"choices": chosen}})
    made = {key: task[key] for key in ("annotator", "created_at", "lead_time") if key in task}
    return {**made, "result": result, "was_cancelled": "annotation_id" not in task and not result}


def _read_result(bare: Reading, made: Mapping[str, Any], matcher: Matcher) -> Reading:
    applied: list[str] = []
    spans = []
    for item in made.get("result") or []:
        value = item.get("value") or {}
        if item.get("type") in ("choices", "taxonomy"):
            chosen = value.get("choices", value.get("taxonomy", []))
            for choice in [chosen] if isinstance(chosen, str) else chosen:
                label = choice[-1] if isinstance(choice, list) and choice else choice
                applied.append(matcher.find_code(label, bare.where))
        elif "start" in value and "end" in value:
            labels = value.get("labels") or value.get("hypertextlabels") or []
            offsets = value.get("globalOffsets") or value
            for label in labels:
                code = matcher.find_code(label, bare.where)
                place = find_place(bare.text, offsets["start"], offsets["end"], value.get("text"), bare.where)
                spans.append(place.as_span(code, bare.text))
    applied += [span["code"] for span in spans]
    return _with(bare, codes=matcher.decide(applied), spans=spans)


# --- Prodigy ----------------------------------------------------------------------------------------------


def to_prodigy(readings: Iterable[Reading], codebook: Codebook) -> Iterator[dict[str, Any]]:
    """Prodigy's examples, one a line of JSONL: options with ``accept``, and spans in code points.

    >>> row = next(to_prodigy([Reading("u1", "Fun", codes={"joy": 1})], Codebook.from_labels(["joy"])))
    >>> row["accept"], row["answer"]
    (['joy'], 'accept')
    """
    options = [{"id": code.id, "text": code.name} for code in codebook.codes]
    for reading in readings:
        row: dict[str, Any] = {"text": reading.text, "meta": {"unit_id": reading.unit_id}, "options": options}
        if reading.question:
            row["meta"]["question"] = reading.question
        if reading.codes is not None:
            spans = [
                {"start": s["start"], "end": s["end"], "label": s["code"], "text": s["quote"]}
                for s in reading.spans
                if s["start"] >= 0
            ]
            row |= {"accept": reading.applied, "spans": spans, "answer": "accept"}
            row |= {"stances": dict(reading.stances)} if reading.stances else {}
            row |= {"_annotator_id": reading.annotator, "_view_id": "choice"}
        yield row


def from_prodigy(
    rows: Sequence[Mapping[str, Any]], matcher: Matcher, *, annotator: str = ""
) -> list[Reading]:
    """The readings of Prodigy's JSONL (``prodigy db-out``): choices, spans, and binary yes-or-no examples.

    'accept' with choices or spans is a reading of every code; an example of one ``label`` is a reading of
    that code alone, 1 for 'accept' and 0 for 'reject'; 'ignore', a rejected choice and a line without an
    answer are not read. Raises ``InputError``, by line, for what does not fit.
    """
    found: dict[tuple[str, str], Reading] = {}
    for number, row in enumerate(rows, 1):
        where = f"line {number}"
        text = str(row.get(_TEXT, ""))
        meta = row.get("meta") or {}
        named = [holder.get(key) for holder in (meta, row) for key in _IDS]
        unit = matcher.find_unit(named, text, where)
        who = annotator or name_annotator(row.get("_annotator_id") or row.get("_session_id"), "imported")
        bare = Reading(
            unit, matcher.texts[unit], annotator=who, where=where, at=_time_of(row.get("_timestamp"))
        )
        found[unit, who] = _merge(found.get((unit, who)), _read_example(bare, row, text, matcher))
    return list(found.values())


def _read_example(bare: Reading, row: Mapping[str, Any], text: str, matcher: Matcher) -> Reading:
    answer = row.get("answer")
    if answer not in ("accept", "reject") and not (answer is None and "accept" in row):
        return bare
    if "accept" not in row and isinstance(row.get("label"), str):
        code = matcher.find_code(row["label"], bare.where)
        return _with(bare, codes={code: int(answer == "accept")})
    if answer == "reject":
        return bare
    applied = [matcher.find_code(label, bare.where) for label in row.get("accept") or []]
    spans = []
    for span in row.get("spans") or []:
        code = matcher.find_code(span.get("label"), bare.where)
        quote = span.get("text") or text[int(span["start"]) : int(span["end"])]
        place = find_place(bare.text, span["start"], span["end"], quote, bare.where)
        spans.append(place.as_span(code, bare.text))
    applied += [span["code"] for span in spans]
    stances = {code: said for code, said in (row.get("stances") or {}).items() if code in applied}
    return _with(bare, codes=matcher.decide(applied), spans=spans, stances=stances)


# --- doccano ----------------------------------------------------------------------------------------------


def to_doccano(readings: Iterable[Reading]) -> Iterator[dict[str, Any]]:
    """doccano's JSONL for its projects with categories and spans: ``cats`` and ``entities``, code points.

    >>> row = next(to_doccano([Reading("u1", "Fun", codes={"joy": 1})]))
    >>> row["cats"], row["entities"]
    (['joy'], [])
    """
    for reading in readings:
        row: dict[str, Any] = {"text": reading.text, "unit_id": reading.unit_id, "question": reading.question}
        spans = [[s["start"], s["end"], s["code"]] for s in reading.spans if s["start"] >= 0]
        row |= {"cats": reading.applied, "entities": spans}
        row |= {"read": reading.codes is not None, "annotator": reading.annotator}
        yield row


def from_doccano(
    rows: Sequence[Mapping[str, Any]], matcher: Matcher, *, annotator: str = ""
) -> list[Reading]:
    """The readings of doccano's JSONL, in its older form and its newer ones.

    Labels are names (``label``, ``labels``, ``cats``) or stretches ([start, end, name], or ``entities``
    with start_offset and end_offset). doccano keeps no note of what was read and holds nothing: a row
    without labels is such a reading, unless its ``read`` (of an export from here) or doccano's own
    ``is_confirmed`` says no. Raises ``InputError``, by line, for what does not fit.
    """
    found: dict[tuple[str, str], Reading] = {}
    for number, row in enumerate(rows, 1):
        where = f"line {number}"
        text = str(row.get(_TEXT, row.get("data", "")))
        given = row.get("meta")
        meta = given if isinstance(given, dict) else {}
        unit = matcher.find_unit([row.get("unit_id"), meta.get("unit_id"), row.get("doc_id")], text, where)
        who = annotator or name_annotator(row.get("annotator") or row.get("username"), "imported")
        bare = Reading(unit, matcher.texts[unit], annotator=who, where=where)
        applied, spans = [], []
        for item in [v for k in ("label", "labels", "cats", "entities") for v in _as_list(row.get(k))]:
            stretch = _read_stretch(item)
            if stretch is None:
                applied.append(matcher.find_code(item, where))
                continue
            start, end, label = stretch
            place = find_place(bare.text, start, end, text[start:end] if text else None, where)
            spans.append(place.as_span(matcher.find_code(label, where), bare.text))
        applied += [span["code"] for span in spans]
        was_read = bool(applied) or row.get("read", row.get("is_confirmed", True)) is not False
        reading = _with(bare, codes=matcher.decide(applied), spans=spans) if was_read else bare
        found[unit, who] = _merge(found.get((unit, who)), reading)
    return list(found.values())


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None or value == "" else [value]


def _read_stretch(item: Any) -> tuple[int, int, Any] | None:
    if isinstance(item, list | tuple) and len(item) >= 3:
        return int(item[0]), int(item[1]), item[2]
    if isinstance(item, dict) and "start_offset" in item:
        return int(item["start_offset"]), int(item["end_offset"]), item["label"]
    return None


# --- shared -----------------------------------------------------------------------------------------------


def read_json_lines(words: str) -> list[dict[str, Any]]:
    """The objects of JSON lines. Raises ``InputError``, by line, for one that is none."""
    rows = []
    for number, line in enumerate(words.removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise InputError(f"line {number}: not a JSON object. Export as JSONL.")
        rows.append(row)
    return rows


def dump_json_line(row: Row) -> str:
    """One line of JSONL; U+2028 and its like are escaped, since some tools take them for line ends."""
    line = json.dumps(row, ensure_ascii=False, allow_nan=False)
    for char in "\u2028\u2029\u0085":
        line = line.replace(char, f"\\u{ord(char):04x}")
    return line + "\n"


def _with(reading: Reading, **changed: Any) -> Reading:
    return replace(reading, **changed)


def _merge(before: Reading | None, now: Reading) -> Reading:
    """Two rows of one person on one unit: what either says of a code, the later where both do."""
    if before is None or before.codes is None:
        return now
    if now.codes is None:
        return before
    codes = {**before.codes, **now.codes}
    spans = [span for span in (*before.spans, *now.spans) if codes.get(span["code"])]
    unique = {(s["code"], s["start"], s["end"]): s for s in spans}
    stances = {c: s for c, s in {**before.stances, **now.stances}.items() if codes.get(c)}
    return _with(now, codes=codes, spans=list(unique.values()), stances=stances)


def _time_of(value: Any) -> str:
    """A time as the store writes it; '' where there is none."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(value, UTC)
        elif isinstance(value, str) and value:
            moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
        else:
            return ""
    except (ValueError, OverflowError, OSError):
        return ""
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
