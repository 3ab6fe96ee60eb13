"""What people call the unknowns and the contracts, in English and Chinese.

Hides whose an unknown is. Keeps the invariant that every name the reasons can utter has a Chinese word here.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tuoguan.contracts import Compiled

if TYPE_CHECKING:
    from tuoguan.simulate import Option

NAME_ZH = {
    "retail price": "零售价",
    "spread": "平台价差",
    "reach": "平台覆盖",
    "visibility": "曝光",
    "delivery days": "配送天数",
    "live after days": "上线时间",
    "pick order": "拣货费",
    "label parcel": "尾程运费",
    "return unit": "退货处理费",
    "minutes order": "每单工时",
    "minutes stock order": "备货工时",
    "minutes week": "每周工时",
    "elasticity": "价格弹性",
    "speed response": "时效响应",
    "duty ad valorem": "关税",
    "salvage": "残值",
    "unit cost": "进货成本",
    "return rate": "退货率",
    "freight": "运费",
    "storage": "仓储费",
    "buyer shipping": "买家运费",
    "commission": "佣金",
    "commission refund": "佣金退还",
    "creator commission": "达人佣金",
    "epr fee": "EPR 费用",
    "fake tracking": "虚假发货罚款",
    "first mile subsidy": "首公里补贴",
    "free return cost": "免费退货成本",
    "fulfillment delivery": "配送费",
    "fulfillment fee": "履约费",
    "fulfillment single supplement": "单件附加费",
    "handling fee passed on": "转嫁的操作费",
    "hub placement": "分仓费",
    "late delivery": "延迟到货赔付",
    "late handling": "延迟处理罚款",
    "late inbound": "延迟入仓罚款",
    "late normal": "普通备货延迟罚款",
    "late urgent": "紧急备货延迟罚款",
    "line haul parcel": "每单干线运费",
    "line haul weight": "按重干线运费",
    "parcel duty": "小包关税",
    "parcel ordinary duty": "小包普通关税",
    "parcel flat duty": "小包定额关税",
    "parcel duty borne": "承担的小包关税",
    "parcel duty passed on": "转嫁的小包关税",
    "payment processing": "支付手续费",
    "payout fee": "提现手续费",
    "payout provider fee": "收款服务费",
    "pickup fee": "揽收费",
    "promotion": "促销费",
    "promotion service": "推广服务费",
    "quality fine": "质量罚款",
    "quality incident": "质量罚款",
    "quality return cost": "质量退货成本",
    "refund admin fee": "退款管理费",
    "refund outbound fee": "退款出库费",
    "return change of mind": "无理由退货扣款",
    "return handling": "退货处理费",
    "return label": "退货面单费",
    "return label change of mind": "无理由退货面单费",
    "return label quality": "质量退货面单费",
    "return label seller fault": "卖家责任退货面单费",
    "return label wrong goods": "错货退货面单费",
    "return not received": "未收到货扣款",
    "return quality": "质量退货扣款",
    "return refund": "退货退款",
    "return seller fault": "卖家责任退货扣款",
    "return to seller fee": "退回卖家费",
    "return wrong goods": "错货退货扣款",
    "safety incident": "安全事故罚款",
    "sales reversal": "销售冲减",
    "self fulfillment fee": "自发货服务费",
    "seller funded discount": "卖家承担的折扣",
    "service clause": "服务条款费",
    "short shipment": "少货扣款",
    "stock out": "缺货罚款",
    "stock out fine": "缺货罚款",
    "stock out order": "缺货订单罚款",
    "storage fee": "仓储费",
    "warehouse fee": "仓库服务费",
    "weight misdeclared": "重量误报罚款",
}
# What an unknown of a listing is called in English where the field's name is no plain word.
NAME_EN = {
    "spread": "platform spread", "pick order": "picking fee", "label parcel": "parcel cost",
    "return unit": "return handling fee", "minutes order": "minutes per order",
    "minutes stock order": "minutes per stock order", "minutes week": "minutes per week",
    "live after days": "days until live", "duty ad valorem": "duty rate",
}  # fmt: skip
OWNER_ZH = {"sea": "海运", "air": "空运", "rail": "铁路", "express": "快递", "domestic": "国内", "sea_fcl": "整柜海运"}
MARKET_ZH = {
    "US": "美国", "EU": "欧盟", "UK": "英国", "JP": "日本", "KR": "韩国", "MX": "墨西哥", "IL": "以色列",
    "SA": "沙特阿拉伯", "CN": "中国",
}  # fmt: skip


def name_of(unknown: str, lang: str) -> str:
    """The unknown's word; as it stands where there is none."""
    return (NAME_ZH if lang == "zh" else NAME_EN).get(unknown, unknown)


def owner_of(owner: str, contracts: Iterable[Compiled], lang: str) -> str:
    """Whose it is, in words: a contract by its title, a market or a way of transport by its name, a product by SKU."""
    for contract in contracts:
        if contract.id == owner:
            return title(contract, lang)
    if lang == "zh":
        return MARKET_ZH.get(owner, OWNER_ZH.get(owner, owner))
    return owner


def title(contract: Compiled, lang: str) -> str:
    """The contract's title without its market."""
    if contract.head is None:
        return contract.id
    return contract.head.title_zh.split("（")[0] if lang == "zh" else contract.head.title.split(",")[0]


def titles(option: "Option | None", lang: str) -> str:
    """The titles of an option's contracts; empty for not selling."""
    return " + ".join(title(one.contract, lang) for one in option.listings) if option is not None else ""
