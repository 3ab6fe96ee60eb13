"""The fixed words of tables, reports and workbooks in English and Chinese; `docs/glossary.md` rules the terms."""

from typing import Literal

from tuoguan.choose import COMPONENT_WORDS

Language = Literal["en", "zh"]

PHRASES: dict[str, tuple[str, str]] = {
    "title": ("Which platform and model for each product", "每个产品选哪个平台、哪种托管模式"),
    "decided_on": ("decided as of", "决策日期"),
    "horizon": ("horizon", "计划期"),
    "days": ("days", "天"),
    "futures": ("futures played", "模拟路径数"),
    "summary": ("In one look", "一览"),
    "expected_profit": ("Expected profit", "预期利润"),
    "worst": ("Mean of the worst {share} %", "最差 {share} % 的平均"),
    "objective": ("Objective: profit less risk", "目标值：利润减风险"),
    "bound": ("No choice can be worth more than", "理论上限"),
    "gap": ("gap", "差距"),
    "today_profit": ("The same products kept as today", "保持现状的利润"),
    "rule_profit": ("The rule of thumb", "经验法则的利润"),
    "rule_why": (
        "small sellers fully-managed, larger ones with capacity semi-managed",
        "小卖家用全托管，有履约能力的大卖家用半托管",
    ),
    "product": ("Product", "产品"),
    "market": ("Market", "市场"),
    "today": ("Today", "现在"),
    "best": ("Best platform and model", "最佳平台与模式"),
    "gain": ("Gain", "增益"),
    "gain_range": ("5 % to 95 %", "5 % 至 95 %"),
    "probability": ("P best", "最优概率"),
    "hours": ("Hours", "工时"),
    "cash": ("Cash", "资金"),
    "reason": ("Why", "理由"),
    "undecided": ("undecided", "未定"),
    "do_not_sell": ("do not sell", "不卖"),
    "elsewhere": ("elsewhere", "其他渠道"),
    "count": ("products", "产品数"),
    "week": ("week", "周"),
    "profit_distribution": ("Profit of the whole choice over the futures played", "整体方案在各条路径上的利润分布"),
    "profit_bridge": ("Where the profit comes from", "利润构成"),
    "profit": ("profit", "利润"),
    "mean": ("mean", "均值"),
    "worst_mark": ("worst outcomes", "最差情形"),
    "ways_chosen": ("What was chosen, by market", "各市场的选择"),
    "cash_used": ("Cash tied up, by week", "每周占用资金"),
    "hours_used": ("Staff hours, by week", "每周工时"),
    "volume_used": ("Space at the seller's sites, by week", "每周仓储体积"),
    "shadow_prices": ("What one more unit of a limit is worth", "放宽一个单位的限制值多少"),
    "no_shadow": (
        "No limit binds: more cash, hours or space would change nothing.",
        "没有任何限制起作用：增加资金、工时或库容不会改变结果。",
    ),
    "limit": ("limit", "限制"),
    "limit_value": ("limit set", "上限"),
    "more_sold": ("more to sell", "更多要卖的"),
    "screened": (
        "earned less than another way to sell the same product; left out to keep a large catalogue quick",
        "同一产品有更赚的方式；为加快大目录的计算而略去",
    ),
    "used": ("used", "已用"),
    "worth": ("worth of one more", "再多一单位的价值"),
    "assumed_title": ("What nobody publishes and we assumed", "无人公布、由我们假设的数值"),
    "assumed_lead": (
        "The answer depends on these. Replace them by your own figures in seller.toml, in your files or in contracts/.",
        "答案取决于这些假设。请在 seller.toml、数据文件或 contracts/ 中换成您自己的数字。",
    ),
    "term": ("term", "条款"),
    "value": ("value", "取值"),
    "range": ("range", "区间"),
    "products_touched": ("options that use it", "涉及的方案数"),
    "data_title": ("What was read, and what was refused", "读入与拒收"),
    "file": ("file", "文件"),
    "rows_in": ("rows in", "总行数"),
    "rows_used": ("used", "采用"),
    "rows_listed": ("listed with a reason", "列出原因"),
    "problems": ("problems", "问题"),
    "contracts_title": ("The contracts compared", "参与比较的合同"),
    "contract": ("contract", "合同"),
    "state": ("state on the day", "当日状态"),
    "excluded_title": ("What could not be considered, and why", "未能考虑的方案及原因"),
    "risk_weight": ("risk weight", "风险权重"),
    "frontier_title": ("Profit against risk", "利润与风险"),
    "advantages_title": ("Each way of selling, measured on these products", "各种方式的实测优劣"),
    "way": ("way of selling", "销售方式"),
    "convenience": ("staff hours a week per product", "每品每周工时"),
    "visibility": ("sales against today", "相对现在的销量"),
    "delivery": ("delivery days", "送达天数"),
    "late": ("late", "延迟率"),
    "returns": ("returned", "退货率"),
    "fees": ("platform takes, share of revenue", "平台费用占收入"),
    "adaptability": ("days until a change is live", "变更生效天数"),
    "price_owner": ("who sets the price", "定价方"),
    "payout_days": ("days to payout", "回款天数"),
    "seller": ("seller", "卖家"),
    "platform": ("platform", "平台"),
    "reproduce": ("Same inputs, same seed, same bytes", "相同输入与种子得到相同结果"),
    "chart_table": ("the numbers", "数据"),
    "component": ("component", "项目"),
    # reasons
    "hours_peak": ("busiest week, hours", "最忙一周工时"),
    "cash_peak": ("cash tied up at most", "最多占用资金"),
    "limit_share": ("hours, times today's", "工时上限（现值倍数）"),
    "cash_share": ("cash, times today's", "资金上限（现值倍数）"),
    "at_least": ("at least", "至少"),
    "frontier_part": ("Profit, risk, hours and cash: other ways to choose", "利润、风险、工时与资金：其他取舍"),
    "frontier_lead": (
        "Each row is the best choice for another attitude to risk, other hours or other cash; the marked one is yours.",
        "每行是在另一种风险态度、工时或资金上限下的最优方案；带标记的是您的设置。",
    ),
    "yours": ("yours", "当前"),
    "used_peak": ("used at most", "最多使用"),
    "binding_weeks": ("weeks at the limit", "触限周"),
    "unit_word": ("one more", "增加"),
    "worth_all": ("worth in every week", "每周都增加的价值"),
    "worth_week": ("worth in its dearest week", "最值钱的一周"),
    "freed": ("worth of no limit", "取消限制的价值"),
    "shadow_lead": (
        "Worth of one unit more of a limit, at the prices in the proof of the bound; small steps only.",
        "按证明上限所用的影子价格计算多一个单位的价值；只适用于小幅变化。",
    ),
    "pilots_title": ("What to find out first, and what the answer is worth", "先弄清什么，答案值多少"),
    "pilots_lead": (
        "For choices that the unknowns decide. Ask costs nothing but the question; the others are small first orders. "
        "The worth counts every undecided product that hangs on the same unknown.",
        "针对由未知数决定的选择。“询问”只需提问；其余为小批量试卖。价值合计了取决于同一未知数的所有未定产品。",
    ),
    "pilots_none": ("Nothing that can be found out is worth its cost.", "没有值得花成本去弄清的未知数。"),
    "unknown": ("what nobody knows", "未知数"),
    "try_with": ("try it with", "用哪个产品"),
    "how": ("how", "方式"),
    "ask": ("ask for a quote or a price review", "询价或核价"),
    "sell_units": ("sell about {units} units in {weeks} weeks", "{weeks} 周内约卖 {units} 件"),
    "hang_on": ("undecided products on it", "取决于它的未定产品数"),
    "evsi": ("worth of the answer", "答案的价值"),
    "evpi": ("of knowing it exactly", "完全知道的价值"),
    "stock_needed": ("stock to buy", "备货资金"),
    "forgone": ("profit forgone", "放弃的利润"),
    "net": ("worth less cost", "净值"),
    "rule_title": ("The rule of thumb beside this answer", "经验法则与本方案对比"),
    "rule_lead": (
        "“{why}”: for this seller {says}. It would earn {rule}; this answer earns {ours}, {difference} more.",
        "“{why}”：对本卖家而言应{says}。按此可赚 {rule}；本方案赚 {ours}，多 {difference}。",
    ),
    "rule_kept": ("keep stock and shipping (semi-managed)", "自己备货发货（半托管）"),
    "rule_handed": ("hand everything over (fully-managed)", "全部交给平台（全托管）"),
    "rule_pick": ("the rule's choice", "法则的选择"),
    "difference": ("difference", "差额"),
    "details_title": ("Reasons, product by product", "逐个产品的理由"),
    "details_lead": (
        "The {shown} products with the most at stake; all others: decision.parquet, reasons.parquet.",
        "列出利害最大的 {shown} 个；其余见 decision.parquet 与 reasons.parquet。",
    ),
    "turns": ("turns at", "临界值"),
    "now": ("now", "现值"),
    "loses": ("the pick loses", "何时失去优势"),
    "how_known": ("how known", "依据"),
    "played": ("played again", "重新模拟"),
    "first_order": ("from the components", "由构成推算"),
    "review_line": (
        "In a price review: take nothing below {floor}. Quote {counter} (chance about {chance}, {low} to {high} for "
        "harder or easier reviewers; the platform's ceiling is assumed).",
        "核价：低于 {floor} 不接受。建议报 {counter}（通过机会约 {chance}，视审核松紧为 {low} 至 {high}；"
        "平台上限为假设）。",
    ),
    "review_asks": ("If the platform asks for", "平台要价"),
    "review_answer": ("answer", "答复"),
    "review_gain": ("worth beside the next best way", "相对次优方案的价值"),
    "accept": ("accept", "接受"),
    "leave": ("leave: the next best way earns more", "放弃：次优方案更赚"),
    "counter": ("counter with {price} (chance {chance})", "还价 {price}（机会 {chance}）"),
    "rule_line": (
        "The rule of thumb would choose {way}: {difference}.",
        "经验法则会选 {way}：{difference}。",
    ),
    "rule_less": ("{money} less", "少赚 {money}"),
    "rule_more": ("{money} more", "多赚 {money}"),
    "rule_same": ("The rule of thumb would choose the same.", "经验法则的选择相同。"),
    "beside": ("Beside each other way", "与其他方式相比"),
    "not_selling": ("not selling", "不销售"),
}


# Words that `choose` uses for what nobody knows and for thresholds; a word without an entry stays English.
WORDS_ZH = {
    "reach": "平台覆盖", "visibility": "曝光", "retail price": "零售价", "supply price": "供货价",
    "delivery days": "配送天数",
    "staff minutes": "人工用时", "parcel cost": "单包运费", "time to go live": "上线时间",
    "platform spread": "平台价差",
    "unit cost": "进货成本", "weight": "重量", "volume": "体积", "MOQ": "MOQ", "carton": "装箱数", "category": "类目",
    "supplier lead time": "供应商交期", "return rate": "退货率", "warehouse abroad": "海外仓费用",
    "warehouse at origin": "国内仓费用", "sea freight": "海运费", "air freight": "空运费", "rail freight": "铁路运费",
    "express freight": "快递费", "freight": "运费", "overlap of the two listings": "两个方案的重叠",
    "commission": "佣金率", "duty": "关税", "minutes per order": "每单工时", "minutes": "分钟",
    "above": "高于时", "below": "低于时", "never": "不会", "share": "比例", "x": "倍", "x today": "倍（现值）",
}  # fmt: skip


def word(text: str, language: Language) -> str:
    """A word of `choose` in this language."""
    return WORDS_ZH.get(text, text) if language == "zh" else text


def phrase(key: str, language: Language, **values: object) -> str:
    """The words for ``key`` in this language."""
    return PHRASES[key][language == "zh"].format(**values)


def component_phrase(name: str, language: Language) -> str:
    """The words for a component of the profit bridge."""
    return COMPONENT_WORDS[name][language == "zh"]
