"""Small sound files of each kind, from which the fuzzer starts."""

from __future__ import annotations

import io
import json
from pathlib import Path

from mutations import zip_parts

CODEBOOK = b"""\
id: synthetic
version: 1.0.0
title: "A study: one"
unit: document
multi_label: true
rule: |
  Code what is said.
codes:
  - {id: training, name: Training, definition: Skill is shared., include: [courses], exclude: [money]}
  - id: money
    name: Money
    definition: >
      Money is saved
      or pooled.
    examples: ["We saved: on buying."]
    colour: "#aa0000"
    keywords: [save*]
    attributes: {stance: true, key: m}
    children:
      - {id: pooled, definition: Put together., core: true}
"""
RULES = b"""\
id: words
version: 1.0.0
negation: {window: 4, then: denies}
codes:
  - id: money
    definition: Money saved or pooled.
    not: [cost of living]
    rules:
      - sav* money
      - NEAR(money | budget*, sav*, 5)
      - 'trust fund* NOT "charitable trust fund"'
      - {find: cost*, unless: [house*], negated: keep, note: only what the school pays}
  - {id: trust, parent: money, rules: [CASE(MAT | MATs), "BEFORE(train*, joint, 3)"]}
"""
CSV = [
    b'id,comment,region\n1,"Joint, training",North\n2,"It ""saves"" money\nover years",South\n3,,North\n',
    "ID;Warum?;Größe\r\n1;Für die Schüler;1,5\r\n2;n/a;2\r\n".encode("cp1252"),
    "id\tcomment\r\n1\tWe train together\r\n2\t😀 naïve\r\n".encode("utf-16"),
    b"Wave 3\n\nid,why,why\n1,n/a,Time\nTotal,2,\n",
    b'StartDate,ResponseId,Q1\nStart Date,Response ID,Why?\n"{""ImportId"":""s""}","{""ImportId"":""r""}",'
    b'"{""ImportId"":""QID1""}"\n2024-01-01,R_1,Because we share\n',
]
VTT = b"""WEBVTT - talk

NOTE a note

1
00:00:01.000 --> 00:00:04.000 align:start
<v Int>What helps?</v>

00:00:04.000 --> 00:00:09.500
<v R Smith>We share a <i>bursar</i> &amp; train. [laughs]
"""
SRT = b"1\r\n00:00:01,000 --> 00:00:04,000\r\nINT: What helps?\r\n\r\n2\r\n00:00:04,500 --> 00:00:09,000\r\nR: We share.\r\n"
TXT = b"Title: talk 1\nDate: 1 May\n\nInt: What helps?\n\nR: We share a\nbursar. [laughs]\n\nInt (00:01:02): And?\nR: No.\n"
MARKDOWN = b"# Aims\n\nSchools share\nstaff.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| c | d |\n\n**Int:** What?\n\n**R:** That.\n"
_W = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
DOCX = (
    b"<?xml version='1.0'?><w:document " + _W + b"><w:body>"
    b"<w:p><w:pPr><w:pStyle w:val='Heading1'/></w:pPr><w:r><w:t>Aims</w:t></w:r></w:p>"
    b"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Int:</w:t></w:r><w:r><w:t xml:space='preserve'> What?</w:t></w:r></w:p>"
    b"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:del><w:r><w:delText>x</w:delText></w:r></w:del>"
    b"<w:ins><w:r><w:t>R: We</w:t><w:tab/><w:t>train.</w:t></w:r></w:ins></w:p>"
    b"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>R</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Yes</w:t></w:r></w:p></w:tc>"
    b"</w:tr></w:tbl><w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>item</w:t></w:r></w:p></w:body></w:document>"
)
ODT = (
    b"<?xml version='1.0'?><office:document-content xmlns:office='urn:o' xmlns:text='urn:t' xmlns:style='urn:s' "
    b"xmlns:fo='urn:f' xmlns:table='urn:b'><style:style style:name='T1'><style:text-properties fo:font-weight='bold'/>"
    b"</style:style><office:body><text:h text:outline-level='2'>Aims</text:h><text:p><text:span "
    b"text:style-name='T1'>Int:</text:span> What<text:s text:c='3'/>?<text:line-break/></text:p>"
    b"<text:list><text:list-item><text:p>R: That.</text:p></text:list-item></text:list><table:table><table:table-row>"
    b"<table:table-cell><text:p>c</text:p></table:table-cell></table:table-row></table:table></office:body>"
    b"</office:document-content>"
)
ODS = (
    b"<?xml version='1.0'?><office:document-content xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' "
    b"xmlns:table='urn:oasis:names:tc:opendocument:xmlns:table:1.0' "
    b"xmlns:text='urn:oasis:names:tc:opendocument:xmlns:text:1.0'><office:body><office:spreadsheet>"
    b"<table:table table:name='A'><table:table-row><table:table-cell><text:p>id</text:p></table:table-cell>"
    b"<table:table-cell><text:p>why</text:p></table:table-cell></table:table-row><table:table-row "
    b"table:number-rows-repeated='2'><table:table-cell office:value-type='float' office:value='1'><text:p>1</text:p>"
    b"</table:table-cell><table:table-cell table:number-columns-repeated='1'><text:p>We share staff</text:p>"
    b"</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
)
QDE = b"""\
<?xml version="1.0" encoding="utf-8"?>
<Project name="p" origin="X" creatingUserGUID="11111111-1111-1111-1111-111111111111" xmlns="urn:QDA-XML:project:1.0">
<Users><User guid="11111111-1111-1111-1111-111111111111" name="A"/></Users>
<CodeBook><Codes><Code guid="22222222-2222-2222-2222-222222222222" name="Money" isCodable="true" color="#ff0000">
<Description>Saved.</Description><Code guid="33333333-3333-3333-3333-333333333333" name="Time" isCodable="true"/>
</Code></Codes></CodeBook>
<Variables><Variable guid="77777777-7777-7777-7777-777777777777" name="region" typeOfVariable="Text"/></Variables>
<Cases><Case guid="88888888-8888-8888-8888-888888888888" name="c"><VariableValue><VariableRef
targetGUID="77777777-7777-7777-7777-777777777777"/><TextValue>North</TextValue></VariableValue>
<SourceRef targetGUID="44444444-4444-4444-4444-444444444444"/></Case></Cases>
<Sources><TextSource guid="44444444-4444-4444-4444-444444444444" name="t" plainTextPath="internal://t.txt">
<PlainTextSelection guid="55555555-5555-5555-5555-555555555555" startPosition="0" endPosition="6" name="s">
<Coding guid="66666666-6666-6666-6666-666666666666" creatingUser="11111111-1111-1111-1111-111111111111">
<CodeRef targetGUID="22222222-2222-2222-2222-222222222222"/></Coding></PlainTextSelection></TextSource>
<TextSource guid="99999999-9999-9999-9999-999999999999" name="u"><PlainTextContent>We train</PlainTextContent>
</TextSource></Sources>
<Sets><Set guid="aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa" name="s"><MemberCode
targetGUID="22222222-2222-2222-2222-222222222222"/></Set></Sets></Project>
"""
LABELS = [
    b"id,code,quote,coder\n1,training,We train,ann\n2,none,,ann\n1,money,saved,ben\n",
    b"id,training,money\n1,1,0\n2,,1\n3,true,false\n",
]
REQUESTS = [
    ("event", {"id": "e1", "kind": "decision", "unit_id": "u01", "codes": ["training"], "stances": {"training": "positive"},
               "spans": [{"code": "training", "start": 0, "end": 2}], "seconds": 2.5, "suggestions_shown": False, "reading": ""}),
    ("event", {"id": "e2", "kind": "memo", "unit_id": "u02", "text": "hm"}),
    ("event", {"id": "e3", "kind": "question", "unit_id": "u02", "text": "hm?", "code": "money"}),
    ("event", {"id": "e4", "kind": "undo", "supersedes": "e1"}),
    ("event", {"id": "e5", "kind": "skip", "unit_id": "u03", "text": "later", "reading": "r"}),
    ("event", {"id": "e6", "kind": "adjudication", "unit_id": "u04", "codes": [], "reason": "so"}),
    ("next", {"passed": ["u01"], "limit": 3}), ("unit", {"id": "u01"}), ("after", {"id": "u01"}), ("talk", {"id": "u01"}),
    ("rows", {"offset": 0, "limit": 5, "unread": True}), ("search", {"words": "money OR time"}), ("notes", {}),
    ("start", {}), ("differences", {"settled": True}), ("difference", {"id": "u01"}), ("questions", {}),
    ("answer", {"id": "e3", "code": "money", "text": "so"}), ("people", {}), ("person", {"name": "zoe", "role": "annotator",
     "does": "add"}), ("choices", {}), ("passages", {"codes": ["money"], "words": "x", "page": 1}),
    ("counts", {"rows": "code", "columns": "region"}), ("quotes", {}), ("quote", {"id": "q", "does": "keep"}),
    ("codememo", {"code": "money", "text": "m"}), ("enter", {"token": "x"}), ("leave", {}),
]  # fmt: skip


def make_seeds(kind: str, folder: Path) -> list[bytes]:
    """Sound inputs of one kind; ``folder`` is for files that must be made on disk first."""
    if kind == "web":
        return [json.dumps({"at": at, "body": body}).encode() for at, body in REQUESTS]
    plain = {
        "csv": CSV, "vtt": [VTT], "srt": [SRT], "txt": [TXT, MARKDOWN], "md": [MARKDOWN], "codebook": [CODEBOOK],
        "rules": [RULES], "labels": LABELS, "qdc": [QDE.replace(b"Project", b"CodeBook")],
        "jsonl": [b'{"id": 1, "why": "We share", "in": {"a": [1, null]}}\n{"id": 2, "why": null}\n'],
        "docx": [zip_parts([("[Content_Types].xml", b"<Types/>"), ("word/document.xml", DOCX)])],
        "odt": [zip_parts([("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", ODT)])],
        "ods": [zip_parts([("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", ODS)])],
        "qdpx": [zip_parts([("project.qde", QDE), ("sources/t.txt", b"Money is saved \xf0\x9f\x98\x80 here")])],
    }  # fmt: skip
    if kind in plain:
        return plain[kind]
    return {"xlsx": _xlsx, "parquet": _parquet, "sav": _sav, "pdf": _pdf, "model": _model}[kind](folder)


def _xlsx(folder: Path) -> list[bytes]:
    import datetime as dt

    import xlsxwriter
    from mutations import unzip

    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Data")
        for row, cells in enumerate([["id", "why", "n"], [1, "We share", 2.5], [2, "=1+1", True]]):
            sheet.write_row(row, 0, cells)
        sheet.write_datetime(2, 3, dt.datetime(2024, 3, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.merge_range(4, 0, 4, 2, "merged")
    return [
        zip_parts([(n, b) for n, b in unzip(held.getvalue()) if "theme" not in n and "docProps" not in n])
    ]


def _parquet(folder: Path) -> list[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    held = io.BytesIO()
    table = pa.table({"id": [1, 2], "why": ["We share", None], "n": [1.5, float("nan")], "l": [[1], []]})
    pq.write_table(table, held, compression="none")
    return [held.getvalue()]


def _sav(folder: Path) -> list[bytes]:
    import pandas as pd
    import pyreadstat

    path = folder / "seed.sav"
    frame = pd.DataFrame({"id": [1.0, 2.0], "why": ["We share staff", ""], "q": [1.0, 2.0]})
    pyreadstat.write_sav(
        frame, path, variable_value_labels={"q": {1: "yes", 2: "no"}}, column_labels=["i", "w", "q?"]
    )
    return [path.read_bytes()]


def _pdf(folder: Path) -> list[bytes]:
    stream = b"BT /F1 12 Tf 72 720 Td (Int: What helps?) Tj 0 -40 Td (R: We share a bursar.) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    data, places = b"%PDF-1.4\n", []
    for n, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (n, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return [data + end % (table, len(data))]


def _model(folder: Path) -> list[bytes]:
    from textmine.coding.artefact import save_coder
    from textmine.coding.coder import Coder

    texts = ["We share training", "Joint training days", "It saves money", "Money saved"] * 3
    coder = Coder(folds=3).fit(texts, [[1, 0], [1, 0], [0, 1], [0, 1]] * 3, codes=["training", "money"])
    made = save_coder(coder, folder / "seed-model")
    return [zip_parts([(path.name, path.read_bytes()) for path in sorted(made.iterdir())])]
