"""A mapping for a file nobody knows: its headers as a template that a person fills in once.

Hides the layout of the TOML. Keeps the invariant that no column of a buyer stands in it, and that nobody's mapping is
overwritten.
"""

import json
import re
from functools import cache
from pathlib import Path

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.foundation.tables import whole_file
from tuoguan.intake.exports_find import candidates
from tuoguan.intake.exports_formats import FOLDER, NEEDED, own_formats
from tuoguan.intake.grids import Window, grids_of
from tuoguan.intake.guard import may_open
from tuoguan.intake.log import Log
from tuoguan.intake.sheets import HEADER_DEPTH
from tuoguan.intake.words import is_buyer_header, normalize

_HEAD = """\
# A mapping of one kind of file, used by every later `tuoguan import` of this workspace.
# 给一种文件的列映射；以后每次导入本工作区都会用到。
# Say what the file is about (table), then put each header of the file behind the field it stands for; delete the rest.
# table: order_lines, tracking, stock, stock_orders, statement, account, payout, unsettled, bill

[[format]]
id = {id}
title = {title}
table = "statement"            # 改成文件的内容
platform = ""                  # as contract ids begin; models: such as ["full"]
models = []
required = []                  # fields without which a file is none of this kind
# currency = "CNY"             # where the file has no column with it
# zone = "Asia/Shanghai"       # of times without one
# kind = "penalty"             # where every row is of one kind of charge
# types = ""                   # a table of kinds.toml, where a column `type` says the kind

[format.columns]
{guessed}
# Fields there are: {fields}
# Headers of the file that no field has yet (columns of buyers are left out, and never read):
{rest}
# A column with an amount of its own kind:
# [[format.part]]
# columns = ["..."]
# kind = "revenue"             # commission, service, promotion, fulfillment, storage, logistics, subsidy, return,
#                              # refund, penalty, duty, tax, environment, payout, or unclassified
"""


def template(workspace: Path, path: Path) -> Path:
    """The mapping's file, with what known formats call these headers filled in. Refused when it cannot be written."""
    log = Log()
    target = workspace / FOLDER / f"{re.sub(r'[^0-9A-Za-z_.-]', '_', path.stem)[:60] or 'mapping'}.toml"
    if target.exists():
        fix = "edit it, or remove it first; nothing was written"
        raise Refused([Problem(str(target), "a mapping of this name", "no such file", fix, "file_exists")])
    grids = grids_of(path, path.name, log, Window(rows=HEADER_DEPTH + 1)) if may_open(path, path.name, log) else []
    if not grids:
        raise Refused(log.problems)
    headers = _headers(grids[0].frame.drop("row").head(HEADER_DEPTH).rows())
    names = names_known()
    guessed = {names[text]: header for header in reversed(headers) if (text := normalize(header)) in names}
    rest = [header for header in headers if header not in guessed.values()]
    text = _HEAD.format(
        id=_quoted(f"own-{target.stem}"), title=_quoted(path.stem), fields=", ".join(sorted(set(names.values()))),
        guessed="".join(f"{field} = [{_quoted(header)}]\n" for field, header in sorted(guessed.items())),
        rest="".join(f"#   {_quoted(header)}\n" for header in rest),
    )  # fmt: skip
    with whole_file(target) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return target


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _headers(rows: list[tuple[str | None, ...]]) -> list[str]:
    """The texts of the row (or two) that is most likely the header, buyers left out."""
    top = [tuple((cell or "").strip()[:200] for cell in row) for row in rows]
    known = names_known()

    def likely(texts: tuple[str, ...]) -> tuple[int, int]:
        named = sum(normalize(text) in known for text in texts if text)
        return named, sum(bool(text) and not text[:1].isdigit() for text in texts)

    best = max((texts for _, texts, depth in candidates(top) if depth == 1), key=likely, default=())
    return [text for text in dict.fromkeys(best) if text and not is_buyer_header(normalize(text))]


@cache
def names_known() -> dict[str, str]:
    """What known formats call a header."""
    found: dict[str, str] = {field: field for fields in NEEDED.values() for field in fields}
    for format in own_formats():
        for field, spellings in format.columns.items():
            for text in spellings:
                found.setdefault(normalize(text), field)
    return found
