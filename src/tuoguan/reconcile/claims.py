"""The claim pack: what the platform owes, with the evidence a person attaches, as a workbook and as a page.

Hides layout and both languages. Keeps the invariants that no cell can become a formula, that every claim names the
entries it rests on with their hashes, and that what is left out for length is counted.
"""

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import polars as pl

from tuoguan.contracts import Library
from tuoguan.foundation.days import Day, iso
from tuoguan.foundation.money import format_minor
from tuoguan.operate import Entry
from tuoguan.reconcile.words import UNCLASSIFIED, Reconciled, Verdict

Language = Literal["en", "zh"]
ROWS_MAX = 50_000  # of a sheet; a page shows PAGE_MAX
PAGE_MAX = 500
CLAIMED = (Verdict.FEE, Verdict.PENALTY, Verdict.MISSING, Verdict.FX, Verdict.UNKNOWN, Verdict.DUPLICATE)
EXECUTED = ("=", "+", "-", "@", "\t", "\r", "|", "%")  # how a cell begins that a spreadsheet may run
WORDS: dict[str, tuple[str, str]] = {
    "title": ("Claim against the platform's statements", "对平台账单的申诉"),
    "as_of": ("As known on {day}", "截至 {day}"), "claims": ("Claims", "申诉"),
    "lines": ("Statement lines", "账单明细"), "entries": ("Ledger entries", "账本记录"),
    "left_out": ("{count} more are left out; the largest are shown.", "另有 {count} 项未列出；此处为金额最大者。"),
    "number": ("No.", "编号"), "verdict": ("What differs", "差异类型"), "order_number": ("Order", "订单号"),
    "sku": ("SKU", "SKU"), "kind": ("Kind", "类别"), "term": ("Contract term", "合同条款"),
    "contract_id": ("Contract", "合同"), "source": ("Source of the term", "条款来源"),
    "evidence": ("Evidence", "证据等级"), "expected": ("Owed", "应付"), "paid": ("Paid", "实付"),
    "difference": ("Difference", "差额"), "currency": ("Currency", "币种"), "due_on": ("Due on", "应付日"),
    "settled_on": ("Settled on", "结算日"), "deadline_on": ("Object by", "申诉截止"),
    "deadline": ("Deadline", "截止依据"), "assumed": ("assumed: not published", "假定：平台未公布"),
    "told": ("told by the platform or contract", "平台或合同告知"), "statement": ("Statement", "账单"),
    "line_key": ("Line", "行号"), "type": ("Platform's word", "平台用语"), "amount": ("Amount", "金额"),
    "position": ("Position", "序号"), "hash": ("Hash", "哈希"), "document": ("Document", "单据"),
    "tracking": ("Tracking", "运单号"), "occurred_on": ("Happened on", "发生日"), "fee": ("fee", "费用不符"),
    "penalty": ("penalty", "罚款"), "missing": ("missing", "少付或漏付"), "fx": ("exchange rate", "汇率"),
    "unknown": ("unknown", "不明"), "duplicate": ("duplicate", "重复扣款"),
}  # fmt: skip
CLAIM_COLUMNS = (
    "number", "verdict", "order_number", "sku", "kind", "term", "contract_id", "source", "evidence", "expected", "paid",
    "difference", "currency", "due_on", "settled_on", "deadline_on", "deadline", "tracking",
)  # fmt: skip
LINE_COLUMNS = (
    "number",
    "statement",
    "line_key",
    "order_number",
    "sku",
    "type",
    "kind",
    "amount",
    "currency",
    "settled_on",
)
ENTRY_COLUMNS = ("number", "document", "position", "term", "amount", "currency", "occurred_on", "hash", "source")
Rows = list[tuple[str, ...]]
KINDS_ZH = {
    "revenue": "货款", "commission": "佣金", "service": "技术服务费", "promotion": "推广费", "fulfillment": "履约费",
    "storage": "仓储费", "logistics": "物流费", "subsidy": "补贴", "return": "退货费", "refund": "退款",
    "penalty": "罚款", "duty": "关税", "tax": "税", "environment": "环保费", "payout": "回款费", UNCLASSIFIED: "未分类",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proof:
    """What an entry brings as evidence."""

    hash: str
    occurred_on: Day


@dataclass(frozen=True, slots=True, eq=False)
class Claims:
    """The pack as tables of text, in one language; ``left_out`` claims are too many to show."""

    language: Language
    until: Day
    claims: Rows
    lines: Rows
    entries: Rows
    left_out: int


def claims_of(
    found: Reconciled, entries: Iterable[Entry], library: Library, until: Day, language: Language
) -> Claims:  # fmt: skip
    """Every match in which money lacks that can be objected to, the largest first, with its lines and entries."""
    lacking = (pl.col("difference_minor") < 0) & pl.col("verdict").is_in([verdict.value for verdict in CLAIMED])
    owed = found.matches.filter(lacking).sort("difference_minor", "match")
    shown = owed.head(ROWS_MAX).with_row_index("number", offset=1)
    numbers = shown.select("match", "number")
    lines = found.lines.drop("verdict").join(numbers, on="match").sort("number", "line_key").head(ROWS_MAX)
    due = found.expected.drop("verdict").join(numbers, on="match").sort("number", "position", "key").head(ROWS_MAX)
    proofs, tracking = _proofs(entries, set(due.get_column("position")), set(due.get_column("document")))
    by_number: dict[int, list[str]] = {}
    for number, document in due.select("number", "document").iter_rows():
        by_number.setdefault(number, []).extend(tracking.get(document, ()))
    tell = _Teller(language, library)
    return Claims(
        language, until, [tell.claim(row, by_number) for row in shown.iter_rows(named=True)],
        [tell.line(row) for row in lines.iter_rows(named=True)],
        [tell.entry(row, proofs) for row in due.iter_rows(named=True)], owed.height - shown.height,
    )  # fmt: skip


def _proofs(
    entries: Iterable[Entry], positions: set[int], documents: set[str]
) -> tuple[dict[int, Proof], dict[str, list[str]]]:
    """Hashes and days of entries, and the tracking numbers of documents."""
    proofs: dict[int, Proof] = {}
    tracking: dict[str, list[str]] = {}
    for entry in entries:
        if entry.position in positions:
            proofs[entry.position] = Proof(entry.hash.hex(), entry.draft.occurred_at // 86_400)
        number = entry.draft.details.get("tracking_number")
        if number and entry.stream in documents and str(number) not in tracking.setdefault(entry.stream, []):
            tracking[entry.stream].append(str(number))
    return proofs, tracking


@dataclass(frozen=True, slots=True)
class _Teller:
    """Rows of the tables as text of one language."""

    language: Language
    library: Library

    def claim(self, row: Mapping[str, Any], tracking: Mapping[int, list[str]]) -> tuple[str, ...]:
        money = [format_minor(row[f"{name}_minor"], row["currency"]) for name in ("expected", "paid", "difference")]
        deadline = word("assumed" if row["deadline_assumed"] else "told", self.language) if row["deadline_on"] else ""
        return (
            str(row["number"]), word(row["verdict"], self.language), row["order_number"], row["sku"],
            kind_word(row["kind"], self.language),
            row["term"], row["contract_id"], self.sources(row["source"]), row["evidence"], *money, row["currency"],
            _day(row["due_on"]), _day(row["settled_on"]), _day(row["deadline_on"]), deadline,
            ", ".join(tracking.get(row["number"], ())),
        )  # fmt: skip

    def line(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        return (
            str(row["number"]), row["statement"], row["line_key"], row["order_number"], row["sku"], row["type"],
            kind_word(row["kind"], self.language), format_minor(row["amount_minor"], row["currency"]), row["currency"],
            _day(row["settled_on"]),
        )  # fmt: skip

    def entry(self, row: Mapping[str, Any], proofs: Mapping[int, Proof]) -> tuple[str, ...]:
        proof = proofs.get(row["position"])
        return (
            str(row["number"]), row["document"], str(row["position"]), row["term"],
            format_minor(row["amount_minor"], row["currency"]), row["currency"],
            iso(proof.occurred_on) if proof else "", proof.hash if proof else "", self.sources(row["source"]),
        )  # fmt: skip

    def sources(self, ids: str) -> str:
        """Each source by id, with what it is and the day it was held."""
        told = []
        for name in filter(None, ids.split(", ")):
            known = self.library.sources.get(name)
            told.append(f"{name}: {known.what} ({known.held or '–'})" if known else name)
        return "; ".join(told)


def word(key: str, language: Language) -> str:
    """The word in the language."""
    return WORDS[key][language == "zh"]


def kind_word(kind: str, language: str) -> str:
    """What a charge is for, in the language; a word that nobody knows as it is."""
    return KINDS_ZH.get(kind, kind) if language == "zh" else kind


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def guarded(text: str) -> str:
    """The text so that no spreadsheet runs it, also after it was copied into another file.

    >>> guarded("=1+1"), guarded("-2.50"), guarded("A-1")
    ("'=1+1", '-2.50', 'A-1')
    """
    is_number = text.removeprefix("-").replace(".", "", 1).isdecimal()
    return text if is_number or not text.startswith(EXECUTED) else f"'{text}"


def write_workbook(pack: Claims, path: Path) -> None:
    """The pack as an XLSX workbook of three sheets; every cell is text."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"title": word("title", pack.language), "created": datetime(2000, 1, 1)})
    bold = book.add_format({"bold": True})
    for name, columns, rows in _tables(pack):
        sheet = book.add_worksheet(word(name, pack.language))
        for at, column in enumerate(columns):
            sheet.write_string(0, at, word(column, pack.language), bold)
        for line, row in enumerate(rows, start=1):
            for at, text in enumerate(row):
                sheet.write_string(line, at, guarded(text))
        sheet.freeze_panes(1, 0)
    book.close()


def _tables(pack: Claims) -> tuple[tuple[str, tuple[str, ...], Rows], ...]:
    return (
        ("claims", CLAIM_COLUMNS, pack.claims), ("lines", LINE_COLUMNS, pack.lines),
        ("entries", ENTRY_COLUMNS, pack.entries),
    )  # fmt: skip


def page(pack: Claims) -> str:
    """The pack as one HTML page without anything from outside."""
    parts = [
        f'<!doctype html><html lang="{pack.language}"><head><meta charset="utf-8">',
        f"<title>{word('title', pack.language)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{word('title', pack.language)}</h1><p>{word('as_of', pack.language).format(day=iso(pack.until))}</p>",
    ]
    for name, columns, rows in _tables(pack):
        heads = "".join(f"<th>{html.escape(word(column, pack.language))}</th>" for column in columns)
        parts.append(f"<h2>{word(name, pack.language)}</h2><table><thead><tr>{heads}</tr></thead><tbody>")
        for row in rows[:PAGE_MAX]:
            parts.append("<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>")
        parts.append("</tbody></table>")
        more = len(rows) - len(rows[:PAGE_MAX]) + (pack.left_out if name == "claims" else 0)
        if more:
            parts.append(f"<p>{word('left_out', pack.language).format(count=more)}</p>")
    return "\n".join([*parts, "</body></html>\n"])


STYLE = (
    "body{font:14px/1.4 system-ui,'Noto Sans CJK SC',sans-serif;margin:2rem}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:.2rem .5rem;text-align:left;vertical-align:top}th{background:#f3f3f3}"
)
