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
    "added charge": "新增收费",
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
