"""What forms of documents ask, by the name of the detail: its kind, its titles, its choices. Computes nothing.

A detail without an entry in `KINDS` is asked as plain text under its own name, so that a new flow works at once.
"""

from collections.abc import Mapping
from typing import Literal

from tuoguan.contracts import label

Kind = Literal["text", "money", "count", "instant", "units", "choice"]

KINDS: Mapping[str, tuple[Kind, str, str]] = {
    "reason": ("text", "Reason", "原因"),
    "amount_minor": ("money", "Amount", "金额"),
    "quote_minor": ("money", "Your quote a unit", "申报价（每件）"),
    "counter_minor": ("money", "The platform's counter-offer a unit", "平台还价（每件）"),
    "price_minor": ("money", "Campaign price a unit", "活动价（每件）"),
    "asked_price_minor": ("money", "Supply price you ask for", "申请的供货价"),
    "supply_price_minor": ("money", "New supply price", "新供货价"),
    "retail_price_minor": ("money", "New retail price", "新零售价"),
    "difference_minor": ("money", "Difference you claim", "争议金额"),
    "paid_minor": ("money", "What was really paid", "实际到账"),
    "buffer_units": ("count", "Units kept back from this listing", "该刊登保留的件数"),
    "minutes_late": ("count", "Minutes late", "超时分钟数"),
    "parcels": ("count", "Parcels", "包裹数"),
    "deadline": ("choice", "Which deadline", "哪个时限"),
    "outcome": ("text", "Outcome", "结果"),
    "kind": ("choice", "Kind", "类型"),
    "fact": ("choice", "What happened", "违规类型"),
    "evidence": ("choice", "Evidence", "证据"),
    "how": ("choice", "Paid or owed", "付款方式"),
    "tracking_number": ("text", "Tracking number", "运单号"),
    "carrier": ("text", "Carrier", "承运商"),
    "purchase": ("text", "Number of the purchase", "采购单号"),
    "to_contract": ("text", "To the contract", "目标合同"),
    "to_listing": ("text", "To the listing", "目标刊登"),
    "order_number": ("text", "Number of the order", "订单号"),
    "supplier": ("text", "Supplier", "供应商"),
    "source": ("text", "Sent from (place; empty: from the supplier)", "发出地（留空为供应商）"),
    "lane": ("text", "Lane", "线路"),
    "due_at": ("instant", "Due (as the platform says)", "截止时间（平台告知）"),
    "sent": ("units", "Units sent", "发出件数"),
    "received": ("units", "Units counted", "实收件数"),
    "refused": ("units", "Units refused", "不合格件数"),
    "place": ("text", "Place", "库存点"),
    "policy": ("choice", "Stock policy", "库存策略"),
    "order_up_to": ("count", "Order up to", "补货至"),
    "floor_minor": ("money", "Lowest supply price to accept", "可接受的最低供货价"),
}
# What may be told with a move beside its needs, by (flow, move).
OPTIONAL: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("order", "open"): ("due_at",),
    ("order", "ship"): ("tracking_number", "carrier", "parcels"),
    ("order", "track"): ("carrier",),
    ("order", "settle"): ("paid_minor",),
    ("stock_order", "open"): ("source", "lane", "due_at"),
    ("stock_order", "send"): ("tracking_number", "carrier", "sent"),
    ("stock_order", "receive"): ("received",),
    ("stock_order", "check"): ("refused",),
    ("purchase", "open"): ("supplier", "lane", "due_at"),
    ("purchase", "dispatch"): ("tracking_number", "carrier"),
    ("purchase", "pay"): ("how",), ("purchase", "bill_freight"): ("how",), ("purchase", "bill_duty"): ("how",),
    ("purchase", "bill_receiving"): ("how",),
    ("return", "open"): ("order_number", "due_at"),
    ("return", "send_back"): ("tracking_number", "carrier"),
    ("case", "open"): ("order_number", "due_at"),
    ("violation", "open"): ("amount_minor", "order_number", "due_at"),
    ("violation", "charge"): ("amount_minor",),
    ("price_review", "open"): ("due_at",),
    ("price_review", "counter"): ("due_at",),
    ("promotion", "open"): ("due_at",),
    ("payout", "pay"): ("paid_minor",),
}  # fmt: skip
CHOICES: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "kind": (
        ("normal", "Normal", "普通"), ("urgent", "Urgent", "紧急"), ("jit", "Made to order (JIT)", "JIT"),
        ("vmi", "Kept by the vendor (VMI)", "VMI"), ("custom", "Custom", "定制"),
    ),
    "outcome": (
        ("resale", "Can be sold again", "可二次销售"), ("scrap", "Scrap", "报废"),
        ("refused", "Refused, back to the buyer", "拒收退回买家"),
    ),
    "how": (("paid", "Paid now", "已付款"), ("billed", "Owed for now", "挂账未付"), 
            ("settled", "An owed bill paid", "结清挂账")),
}  # fmt: skip
REASONS_ZH = {
    "change_of_mind": "无理由", "quality": "质量问题", "not_received": "未收到货", "wrong_goods": "发错货",
    "seller_fault": "卖家原因",
}  # fmt: skip
FACTS_ZH = {
    "quality_incident": "质量事故", "safety_incident": "安全事故", "weight_misdeclared": "重量申报不符",
    "false_transaction": "虚假交易", "fake_tracking": "虚假轨迹", "conduct_breached": "违反行为规范",
    "deadline_missed": "超时", "stock_out": "缺货",
}  # fmt: skip
EVIDENCE_ZH = {
    "packing_photo": "打包照片", "tracking_number": "运单号", "carrier_receipt": "揽收凭证",
    "proof_of_delivery": "签收凭证", "statement_line": "账单明细", "carrier_claim": "承运商索赔单",
    "delivery_note": "发货单", "box_marks": "箱唛", "hand_over_receipt": "交接单", "receipt_counts": "收货清点记录",
    "inspection_report": "质检报告", "return_package": "退货包裹", "parcel_photo": "包裹照片",
    "inspection_photo": "验货照片", "answer_time": "回复时间", "price_comparison": "比价依据",
    "bill_of_lading": "提单", "arrival_notice": "到货通知", "customs_declaration": "报关单",
}  # fmt: skip


def evidence_title(name: str, language: str) -> str:
    """The name of a kind of evidence for people."""
    return EVIDENCE_ZH.get(name, name) if language == "zh" else name.replace("_", " ")


# Not among `CHOICES`: "jit" is also a kind of stock order, which forms offer under another title.
POLICIES: tuple[tuple[str, str, str], ...] = (
    ("jit", "bought when sold", "按需发货"), ("newsvendor", "one order at the start", "报童"),
    ("base_stock", "base stock", "基准库存"), ("capped_base_stock", "capped base stock", "限量基准库存"),
    ("projected", "projected stock", "预计库存"), ("capped_projected", "capped projected stock", "限量预计库存"),
    ("reorder", "reorder point", "再订货点"), ("capped_reorder", "capped reorder point", "限量再订货点"),
    ("single_index", "single index", "单指标"), ("dual_index", "dual index", "双指标"),
    ("capped_dual_index", "capped dual index", "限量双指标"),
    ("tailored_base_surge", "tailored base surge", "基量加急"),
)  # fmt: skip


def actor_title(actor: str, language: str) -> str:
    """Who did it: the desk or party, and the person behind it."""
    party, _, person = actor.partition("/")
    return f"{label(party, language)} · {person}" if person else label(party, language)


def said_title(value: str, language: str) -> str:
    """A word that a form offers as people read it; any other text as it stands."""
    if language == "zh":
        offered = {word: title for choices in CHOICES.values() for word, _, title in choices}
        policies = {word: title for word, _, title in POLICIES}
        return {**policies, **EVIDENCE_ZH, **REASONS_ZH, **FACTS_ZH, **offered}.get(value, value)
    return value.replace("_", " ") if value in EVIDENCE_ZH or value in REASONS_ZH or value in FACTS_ZH else value
