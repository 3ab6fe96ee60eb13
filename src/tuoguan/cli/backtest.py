"""A test on history as lines of text for a terminal, at most 100 columns wide, and its command."""

from argparse import Namespace
from typing import Any

from tuoguan.app.backtest import Backtest
from tuoguan.app.phrases import Language
from tuoguan.app.wording import money, money_short, percent
from tuoguan.cli.output import WIDTH, Progress, say, say_json, table, tell
from tuoguan.foundation.text import wrapped

KEPT_FOLDER = ".cells"  # in the folder of the outputs: played cells, for a test that was stopped
WIDTHS = (21, 8, 8, 8, 8, 8, 8, 24)
HEADS = {
    "en": ("cell", "ours", "fully", "semi", "greedy", "restock", "seer", "against better side"),
    "zh": ("情形", "本选择", "全托管", "半托管", "贪心", "补货规则", "先知", "比较好的一边"),
}
WORDS: dict[str, tuple[str, str]] = {
    "legend": (
        "Profit over {weeks} weeks in {currency}, mean of ten replays. Cell: traffic of fully-managed, its price cut "
        "and elasticity, cost and supply price as shares of today's price. Restock: our models under the best rule in "
        "use. Seer: knows the demand. Last column: 95 % interval of ours less the better of all fully- and all "
        "semi-managed.",
        "{weeks} 周利润（{currency}），十次重放的平均。情形：全托管流量、降价与弹性、成本和供货价占现价的百分比。"
        "补货规则：本选择的模式配现用规则中最好的一个。先知：知道需求。"
        "末列：本选择减去全部全托管与全部半托管中较好者，95 % 区间。",
    ),
    "looked": (
        "{day}: {pairs} products x markets, {share} of the value sold before the day; {cold} more had never sold "
        "there and are told apart.",
        "{day}：{pairs} 个产品×市场，占此前销售额的 {share}；另有 {cold} 个此前未在该市场售出，单独列出。",
    ),
    "beats": (
        "{cells} cells: ours is surely better than the better side in {beats}, better on average in {ahead}, surely "
        "worse in {worse}; the greedy margin is surely better in {greedy}.",
        "{cells} 个情形：本选择确定优于较好一边的占 {beats}，平均更好的占 {ahead}，确定更差的占 {worse}；"
        "毛利贪心确定更好的占 {greedy}。",
    ),
    "regret": (
        "Against the seer on average {total}: {model} by the model, {quantity} by quantities; the latter are {ratio} "
        "of what the best restock rule in use leaves (median).",
        "与先知相比平均少赚 {total}：模式 {model}，数量 {quantity}；后者是现用最佳补货规则的 {ratio}（中位数）。",
    ),
    "sure": (
        "{day}, cost {cost} %, supply price {supply} %: {count} picks called at least 90 % sure ({called} on "
        "average) were right in {right}; of {flips} picks that flip within the ranges {doubt} were called undecided.",
        "{day}，成本 {cost} %，供货价 {supply} %：{count} 个自称至少 90 % 把握的选择（平均 {called}）对了 {right}；"
        "区间内会翻转的 {flips} 个中 {doubt} 被称为未定。",
    ),
    "other": (
        "{day}, middle cell, {view}: ours {ours}, better side {better}.",
        "{day}，中间情形，{view}：本选择 {ours}，较好一边 {better}。",
    ),
}
VIEWS_ZH = {"orders": "按订单", "not capped": "批发不封顶", "counters only": "只看计数器"}


def run(arguments: Namespace) -> int:
    """Tests the choice on the workspace's history, writes the two files, prints the table."""
    from tuoguan.app.backtest import backtest, write_backtest

    progress = Progress(quiet=arguments.quiet or arguments.json)
    out = arguments.out or arguments.dir / "backtest"
    result = backtest(
        arguments.dir, decide_on=arguments.decide_on or (), weeks=arguments.weeks, grid=arguments.grid,
        seed=arguments.seed, threads=arguments.threads, progress=progress, keep=out / KEPT_FOLDER,
    )  # fmt: skip
    written = write_backtest(result, out)
    progress.close()
    if arguments.json:
        say_json(result.answer)
        return 0
    for line in backtest_lines(result, arguments.lang):
        say(line)
    for path in written:
        tell(f"wrote {path}")
    return 0


def backtest_lines(result: Backtest, lang: Language) -> list[str]:
    """The table of cells day by day, then what they say together."""
    answer, lines = result.answer, list[str]()
    currency = str(answer["currency"])
    for day in answer["days"]:
        rows = [_row(row, currency) for row in result.cells if row["day"] == day["day"]]
        share = percent(day["share_of_value"], 0)
        pairs, cold = day["products_x_markets"], day["never_sold_before"]
        lines += _told("looked", lang, day=day["day"], pairs=pairs, share=share, cold=cold)
        lines += [*table(rows, HEADS[lang], WIDTHS, " >>>>>>>"), ""]
    lines += _told("legend", lang, weeks=answer["weeks"], currency=currency)
    return lines + _together(answer, currency, lang)


def _row(row: dict[str, Any], currency: str) -> tuple[str, ...]:
    profit = row["profit_minor"]
    ways = (
        profit[way] for way in ("ours", "all_full", "all_semi", "greedy", row["regret"]["best_rule"], "clairvoyant")
    )
    gain = row["gain"]["sum"]
    interval = f"{money_short(gain['low'], currency)} … {money_short(gain['high'], currency)}"
    return (row["cell"], *(money_short(one, currency) for one in ways), interval)


def _together(answer: Any, currency: str, lang: Language) -> list[str]:
    one, lines = answer["summary"], list[str]()
    shares = {
        name: percent(one[key], 0) for name, key in (("beats", "beats"), ("ahead", "ahead"), ("greedy", "greedy_beats"))
    }
    lines += _told("beats", lang, cells=one["cells"], worse=percent(1 - one["not_behind"], 0), **shares)
    parts = {name: money(one[f"regret_{name}_minor"], currency) for name in ("total", "model", "quantity")}
    ratio = "–" if one["regret_ratio_median"] is None else percent(one["regret_ratio_median"], 0)
    lines += _told("regret", lang, ratio=ratio, **parts)
    for pick in answer["picks"]:
        lines += _told(
            "sure", lang, day=pick["day"], cost=pick["cost_share"], supply=pick["supply_share"],
            count=pick["sure_count"], called=_part(pick["sure_called"]), right=_part(pick["sure_right"]),
            flips=pick["flipped"], doubt=_part(pick["flipped_undecided"]),
        )  # fmt: skip
    for day in answer["other"]:
        for name, view in day["views"].items():
            shown = VIEWS_ZH.get(name, name.replace("capped at", "封顶于")) if lang == "zh" else name
            ours, better = view["profit_minor"]["ours"], view["profit_minor"][view["better_side"]]
            lines += _told(
                "other", lang, day=day["day"], view=shown, ours=money(ours, currency), better=money(better, currency)
            )
    return lines


def _part(share: float) -> str:
    """A share as a percentage, a dash where there was nothing to share."""
    return "–" if share < 0 else percent(share, 1)


def _told(key: str, lang: Language, **given: object) -> list[str]:
    english, chinese = WORDS[key]
    return list(wrapped((chinese if lang == "zh" else english).format(**given), WIDTH))
