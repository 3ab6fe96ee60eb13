"""`what-if` as lines of text and as JSON: old and new figures side by side, then what moves.

Hides the layout. Keeps the invariant that everything a person reads exists in English and Chinese.
"""

from collections.abc import Iterator
from typing import Any

from tuoguan.app.phrases import Language, phrase
from tuoguan.app.whatif import Moved, WhatIf
from tuoguan.app.whatif_told import counts_of, sold_of
from tuoguan.app.wording import money, money_short, percent
from tuoguan.choose import price_words
from tuoguan.cli.output import WIDTH, table
from tuoguan.contracts import diff_lines
from tuoguan.foundation.text import wrapped

ROWS_SHOWN = 25
WIDTHS = (13, 6, 27, 27, 9, 9)
WORDS: dict[str, tuple[str, str]] = {
    "before": ("before", "原来"), "after": ("after", "之后"), "difference": ("difference", "差额"),
    "sold": ("sold", "销售的产品×市场"), "kept": ("the same choice, after the change", "维持原选择、变化之后"),
    "worth": ("what changing the choice is worth", "改变选择的价值"),
    "breaks": ("it would pass {count} limits, first {first}", "它会超出 {count} 个限制，首先是 {first}"),
    "from": ("before", "原方式"), "to": ("after", "新方式"), "gain": ("gain", "增益"), "cash": ("cash", "资金"),
    "nothing": ("No product changes its way.", "没有产品改变方式。"),
    "moves": ("{count} of {all} products x markets change their way; {shown} are shown.",
              "{all} 个产品×市场中有 {count} 个改变方式；此处列出 {shown} 个。"),
    "limits": ("Limits that bind now:", "现在起作用的限制："),
    "no_limits": ("No limit binds.", "没有限制起作用。"),
    "gone": ("{count} options are no longer open and left out.", "{count} 个方案不再可选，已去除。"),
    "fresh": ("Open now and never evaluated: {names}; run `tuoguan decide` for them.",
              "新开放、尚未评估：{names}；请运行 `tuoguan decide`。"),
    "terms": ("Terms that differ:", "不同的条款："),
    "how": ("Options answered from kept means: {from_kept_means}; played again: {played}; policies as found. "
            "Loaded in {load:.2f} s, changed in {change:.2f} s, solved in {solve:.2f} s.",
            "{from_kept_means} 个方案由保存的均值推算，{played} 个重新模拟；库存策略不变。"
            "读取 {load:.2f} 秒，变更 {change:.2f} 秒，求解 {solve:.2f} 秒。"),
    "shifted": ("Means are exact but for capital and left-over stock; spread and weekly cash are estimates: "
                "--exact plays them.",
                "均值除资金成本与剩余库存外是精确的；分布与每周资金为估计：--exact 会重新模拟。"),
}  # fmt: skip


def said(key: str, lang: Language, **values: Any) -> str:
    """The words in the language with the values in them."""
    return WORDS[key][lang == "zh"].format(**values)


def whatif_lines(found: WhatIf, lang: Language) -> list[str]:
    """The figures, the limits, the products that move, the terms that differ, and how it was found."""
    lines = [*_figures(found, lang), "", *_limits(found, lang), "", *_moves(found, lang), ""]
    if found.again.terms:
        lines += [said("terms", lang), *diff_lines(found.again.terms, lang), ""]
    if found.again.gone.any():
        lines.append(said("gone", lang, count=int(found.again.gone.sum())))
    if found.again.fresh:
        lines += wrapped(said("fresh", lang, names=", ".join(found.again.fresh)), WIDTH)
    lines += wrapped(said("how", lang, **counts_of(found), **found.seconds), WIDTH)
    return lines + (wrapped(said("shifted", lang), WIDTH) if found.again.shifted.any() else [])


def _figures(found: WhatIf, lang: Language) -> list[str]:
    currency = found.study.currency
    tail = round((1 - found.seller.risk.level) * 100)
    old, new = found.old, found.new
    pairs = [
        (phrase("expected_profit", lang), old.mean, new.mean), (phrase("worst", lang, share=tail), old.cvar, new.cvar),
        (phrase("objective", lang), old.objective, new.objective),
    ]  # fmt: skip
    rows = [(name, money(a, currency), money(b, currency), money(b - a, currency)) for name, a, b in pairs]
    sold = [sold_of(old), sold_of(new)]
    rows.append((said("sold", lang), str(sold[0]), str(sold[1]), f"{sold[1] - sold[0]:+d}"))
    rows.append((phrase("gap", lang), percent(old.gap, 3), percent(new.gap, 3), ""))
    heads = ["", *(said(key, lang) for key in ("before", "after", "difference"))]
    kept = f"{said('kept', lang)}: {money(found.kept_minor, currency)}"
    worth = f"{said('worth', lang)}: {money(new.mean - found.kept_minor, currency)}"
    if found.broken:
        worth = said("breaks", lang, count=len(found.broken), first=found.broken[0])
    return [*table(rows, heads, (40, 18, 18, 18), " >>>"), kept, worth]


def _limits(found: WhatIf, lang: Language) -> Iterator[str]:
    words = price_words(found.new, found.study.currency, lang)
    yield said("limits" if words else "no_limits", lang)
    for sentence in words:
        yield from wrapped(sentence, WIDTH, "  ")


def _moves(found: WhatIf, lang: Language) -> list[str]:
    if not found.moved:
        return [said("nothing", lang)]
    keys = ("product", "market")
    heads = [*(phrase(key, lang) for key in keys), said("from", lang), said("to", lang), said("before", lang)]
    shown = found.moved[:ROWS_SHOWN]
    rows = [_row(one, found.study.currency, lang) for one in shown]
    count = {"count": len(found.moved), "all": len(found.new.chosen), "shown": len(shown)}
    return [said("moves", lang, **count), *table(rows, [*heads, said("after", lang)], WIDTHS, "    >>")]


def _row(one: Moved, currency: str, lang: Language) -> tuple[str, ...]:
    ways = [_way(key) or phrase("do_not_sell", lang) for key in (one.old, one.new)]
    return (
        one.sku, one.market, *ways, money_short(one.before_minor, currency), money_short(one.after_minor, currency),
    )  # fmt: skip


def _way(key: str) -> str:
    """An option's key without what the market column says: ``a/b/US@site/sea`` -> a/b site/sea."""
    parts = [part.partition("@") for part in key.split(" + ") if part]
    return " + ".join(f"{contract.rpartition('/')[0]} {place}" for contract, _, place in parts)
