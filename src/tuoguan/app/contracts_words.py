"""The words of contracts in English and Chinese: charges, clocks, facts, evidence and the rest of the vocabulary.

Hides nothing; `docs/glossary.md` rules the words of enumerations. Keeps the invariant that a word without an entry is
shown as it stands in the files, never dropped.
"""

from collections.abc import Mapping

from tuoguan.app.phrases import Language
from tuoguan.contracts import label

Words = Mapping[str, tuple[str, str]]

CHARGES: Words = {
    "buyer_shipping": ("shipping paid by the buyer", "买家支付的运费"),
    "commission": ("commission", "佣金"),
    "commission_on_vat": ("commission on the VAT part", "含税部分佣金"),
    "commission_refund": ("commission given back", "退还佣金"),
    "commission_refund_on_vat": ("commission on VAT given back", "退还含税部分佣金"),
    "conduct_damages": ("damages for misconduct", "违规赔偿"),
    "creator_commission": ("creator commission", "达人佣金"),
    "epr_fee": ("EPR fee", "EPR 环保费"),
    "fake_shipment_fine": ("fine for fake shipment", "虚假发货罚款"),
    "fake_tracking": ("fine for made-up tracking", "虚假轨迹罚款"),
    "false_transaction": ("fine for a false transaction", "虚假交易罚款"),
    "first_mile_subsidy": ("first-mile subsidy", "首公里运费补贴"),
    "free_return_cost": ("cost of the free return", "免费退货费用"),
    "fulfillment_delivery": ("fulfillment and delivery", "履约配送费"),
    "fulfillment_fee": ("fulfillment fee", "履约费"),
    "fulfillment_single_supplement": ("supplement for a single unit", "单件加收履约费"),
    "handling_fee_passed_on": ("customs handling passed on", "转嫁的清关处理费"),
    "hub_placement": ("placement into hubs", "分仓费"),
    "late_delivery": ("late delivery", "延迟送达罚款"),
    "late_handling": ("late handling", "延迟处理罚款"),
    "late_inbound": ("late inbound", "延迟入仓罚款"),
    "late_jit": ("late just-in-time goods", "JIT 迟到罚款"),
    "late_normal": ("late stock order", "普通备货单迟发罚款"),
    "late_pickup": ("late pick-up", "揽收超时罚款"),
    "late_urgent": ("late urgent stock order", "紧急备货单迟发罚款"),
    "line_haul_parcel": ("line-haul per parcel", "干线费（按包裹）"),
    "line_haul_weight": ("line-haul by weight", "干线费（按重量）"),
    "non_shipment_fine": ("fine for not shipping", "未发货罚款"),
    "parcel_duty_borne": ("parcel duty borne", "自担小包关税"),
    "parcel_duty_passed_on": ("parcel duty passed on", "转嫁的小包关税"),
    "payment_processing": ("payment processing", "支付手续费"),
    "payout_fee": ("payout fee", "回款手续费"),
    "payout_provider_fee": ("fee of the payout provider", "收款服务商手续费"),
    "pickup_fee": ("pick-up fee", "揽收费"),
    "platform_shipping_subsidy": ("shipping subsidy of the platform", "平台运费补贴"),
    "promotion": ("promotion", "推广费"),
    "promotion_service": ("promotion service", "推广服务费"),
    "quality_fine": ("fine for quality", "质量罚款"),
    "quality_incident": ("quality incident", "质量事故罚款"),
    "quality_return_cost": ("cost of a quality return", "质量退货费用"),
    "refund_admin_fee": ("refund administration fee", "退款管理费"),
    "refund_outbound_fee": ("outbound fee of a refund", "退款出库费"),
    "refund_to_buyer": ("refund to the buyer", "退款给买家"),
    "return_change_of_mind": ("return: change of mind", "无理由退货"),
    "return_handling": ("handling of a return", "退货处理费"),
    "return_label": ("return label", "退货面单"),
    "return_label_change_of_mind": ("return label: change of mind", "退货面单（无理由）"),
    "return_label_quality": ("return label: quality", "退货面单（质量）"),
    "return_label_seller_fault": ("return label: seller's fault", "退货面单（卖家责任）"),
    "return_label_wrong_goods": ("return label: wrong goods", "退货面单（发错货）"),
    "return_not_received": ("not received", "未收到货"),
    "return_quality": ("return: quality", "质量退货"),
    "return_refund": ("refund of a return", "退货退款"),
    "return_seller_fault": ("return: seller's fault", "卖家责任退货"),
    "return_to_seller_fee": ("return to the seller", "退回卖家费用"),
    "return_wrong_goods": ("return: wrong goods", "发错货退货"),
    "revenue": ("revenue", "货款"),
    "safety_incident": ("safety incident", "安全事故罚款"),
    "sales": ("sales", "销售额"),
    "sales_reversal": ("sales taken back", "销售冲回"),
    "self_fulfillment_fee": ("fee for own fulfillment", "自履约费"),
    "seller_funded_discount": ("discount paid by the seller", "卖家承担的折扣"),
    "service_clause": ("service clause", "服务费条款"),
    "setup_fee": ("set-up fee", "开通费"),
    "short_shipment": ("short shipment", "短发罚款"),
    "stock_out": ("stock-out", "缺货罚款"),
    "stock_out_fine": ("fine for a stock-out", "缺货罚款"),
    "stock_out_order": ("order lost to a stock-out", "缺货订单罚款"),
    "storage": ("storage", "仓储费"),
    "storage_fee": ("storage fee", "仓储费"),
    "warehouse_fee": ("warehouse fee", "仓库综合服务费"),
    "weight_misdeclared": ("weight misdeclared", "重量虚报罚款"),
    "weight_misdeclared_extra": ("weight misdeclared, extra", "重量虚报加罚"),
    "withdrawal_fee": ("withdrawal fee", "提现费"),
}  # fmt: skip

CLOCKS: Words = {
    "auto_cancel": ("order is cancelled by itself", "订单自动取消"),
    "cancel_response": ("answer a cancellation", "答复取消申请"),
    "deliver": ("deliver", "送达"),
    "delivery": ("deliver", "送达"),
    "dispatch": ("hand to the carrier", "交运"),
    "handling": ("handle the order", "处理订单"),
    "inbound": ("bring into the warehouse", "送达仓库"),
    "jit_arrival": ("just-in-time goods at the warehouse", "JIT 到仓"),
    "pickup": ("be picked up", "揽收"),
    "response": ("answer the buyer", "答复买家"),
    "return_decision": ("decide a return", "处理退货申请"),
    "scan_5d": ("first scan, five days", "首次扫描（5天）"),
    "scan_72h": ("first scan, 72 hours", "首次扫描（72小时）"),
    "ship": ("ship", "发货"),
    "ship_by_normal": ("ship a stock order", "普通备货单发货"),
    "ship_by_urgent": ("ship an urgent stock order", "紧急备货单发货"),
    "transit": ("transit", "运输"),
}  # fmt: skip

# Behind "due": when a fact moves money; and as an event, of which a clock starts.
FACTS: Words = {
    "listing_opened": ("the listing opens", "商品上架"),
    "price_reviewed": ("the price is reviewed", "核价"),
    "stock_order_placed": ("a stock order is placed", "下备货单"),
    "units_inbound": ("units enter the warehouse", "入仓"),
    "stock_held": ("each day in stock", "每日在库"),
    "order_placed": ("the buyer orders", "消费者下单"),
    "units_shipped": ("units are shipped", "发货"),
    "units_delivered": ("units are delivered", "妥投"),
    "units_returned": ("units come back", "退货"),
    "refund_issued": ("the buyer is refunded", "退款"),
    "order_cancelled": ("the order is cancelled", "取消订单"),
    "deadline_missed": ("a deadline is missed", "超时"),
    "stock_out": ("stock runs out", "缺货"),
    "quality_incident": ("a quality incident", "质量问题"),
    "safety_incident": ("a safety incident", "安全事故"),
    "weight_misdeclared": ("the weight is misdeclared", "重量虚报"),
    "false_transaction": ("a false transaction is found", "虚假交易"),
    "fake_tracking": ("made-up tracking is found", "虚假轨迹"),
    "customer_contacted": ("a buyer writes", "买家咨询"),
    "parcel_imported": ("a parcel is imported", "小包进口"),
    "bulk_imported": ("bulk freight is imported", "大货进口"),
    "payout_sent": ("a payout is sent", "打款"),
    "store_opened": ("a store is opened", "开店"),
    "store_closed": ("a store is closed", "关店"),
    "month_started": ("each month", "每月初"),
    "conduct_breached": ("a rule of conduct is broken", "违规"),
}  # fmt: skip

REASONS: Words = {
    "change_of_mind": ("change of mind", "无理由"), "quality": ("quality", "质量原因"),
    "not_received": ("not received", "未收到"), "wrong_goods": ("wrong goods", "发错货"),
    "seller_fault": ("seller's fault", "卖家责任"),
}  # fmt: skip
KINDS: Words = {
    "revenue": ("revenue", "货款"), "commission": ("commission", "佣金"), "service": ("service fee", "技术服务费"),
    "promotion": ("promotion", "推广费"), "fulfillment": ("fulfillment", "履约费"), "storage": ("storage", "仓储费"),
    "logistics": ("logistics", "物流费"), "subsidy": ("subsidy", "补贴"), "return": ("returns", "退货费"),
    "refund": ("refund", "退款"), "penalty": ("penalty", "罚款"), "duty": ("import duty", "关税"), "tax": ("tax", "税"),
    "environment": ("environment", "环保费"), "payout": ("payout", "回款费"),
}  # fmt: skip
BASES: Words = {
    "RETAIL_VALUE": ("retail value", "零售额"), "SUPPLY_VALUE": ("supply value", "供货额"),
    "CUSTOMS_VALUE": ("customs value", "申报额"),
}  # fmt: skip
PERS: Words = {
    "FACT": ("", ""), "ORDER": ("per order", "每单"), "UNIT": ("per unit", "每件"), "PARCEL": ("per parcel", "每包裹"),
    "LINE": ("per HS6 line", "每税则行"), "KG": ("per kg", "每公斤"), "UNIT_DAY": ("per unit and day", "每件每天"),
    "CBM_DAY": ("per m³ and day", "每立方米每天"),
}  # fmt: skip
EVIDENCE: Words = {
    "official": ("official", "官方"), "official-api": ("official interface", "官方接口"),
    "official-copy": ("copy of an official page", "官方转载"), "academic": ("academic", "学术"),
    "analyst": ("analyst", "研究机构"), "press": ("press", "媒体"), "vendor": ("service provider", "服务商"),
    "forum": ("forum", "论坛"), "derived": ("derived", "推算"), "negotiated": ("negotiated", "协商"),
    "assumed": ("assumed", "假设"),
}  # fmt: skip
DISTRIBUTIONS: Words = {
    "fixed": ("fixed", "固定"), "uniform": ("uniform", "均匀"), "triangular": ("triangular", "三角"),
    "loguniform": ("log-uniform", "对数均匀"),
}  # fmt: skip
# What work each duty is, so that a newcomer sees what is handed over.
DUTIES: Words = {
    "supply_price": ("set what the platform pays the seller", "确定平台付给卖家的价格"),
    "retail_price": ("set what the buyer pays", "确定买家支付的价格"),
    "listing": ("make and keep the product page", "制作并维护商品页面"),
    "promotion": ("advertise and discount", "广告与折扣"),
    "storage": ("keep the stock", "保管库存"),
    "first_mile": ("bring goods to the origin warehouse", "把货送到发货国仓库"),
    "line_haul": ("carry goods to the market", "把货运到销售国"),
    "customs": ("clear customs and pay duty", "清关并缴纳关税"),
    "last_mile": ("bring the parcel to the buyer", "把包裹送到买家手中"),
    "customer_service": ("answer buyers", "答复买家"),
    "returns": ("take goods back and pay back", "收回退货并退款"),
    "payment": ("collect the buyer's money", "向买家收款"),
    "consumer_tax": ("collect and pay VAT or sales tax", "代收代缴增值税或销售税"),
}  # fmt: skip
MODELS: Words = {
    "full": ("fully-managed", "全托管"), "semi": ("semi-managed", "半托管"), "self": ("self-operated", "自运营"),
    "overseas": ("overseas warehouse", "海外仓"), "local": ("local seller", "本地卖家"),
    "marketplace": ("marketplace", "平台模式"), "pop": ("self-operated store", "自运营店铺"),
    "fbt": ("fulfilled by the platform", "官方仓"),
    "semi_y2": ("semi-managed, stock at origin", "半托管（发货国备货）"),
}  # fmt: skip
STATES: Words = {
    "planned": ("planned", "筹备中"), "open": ("open", "开放"), "suspended": ("suspended", "暂停"),
    "ended": ("ended", "终止"),
}  # fmt: skip
STANDINGS: Words = {
    "sourced": ("sourced", "有来源"), "ranged": ("sourced, with a range", "有来源和区间"),
    "assumed": ("assumed", "假设"),
}  # fmt: skip
SECTIONS: Words = {
    "status": ("state", "状态"), "duty": ("duty", "职责"), "setting": ("setting", "设置"),
    "deadline": ("clock", "时限"),
    "charge": ("charge", "费用"), "quantity": ("quantity", "数值"), "number": ("number", "数值"),
    "info": ("published fact", "公开事实"),
}  # fmt: skip
STORIES: Words = {
    "delivered": ("sold and delivered", "售出并送达"),
    "returned_change_of_mind": ("comes back: change of mind", "无理由退货"),
    "returned_quality": ("comes back: quality", "质量退货"),
    "late_1_day": ("one day late", "迟到一天"), "late_3_days": ("three days late", "迟到三天"),
    "stock_out": ("stock-out", "缺货"), "quality_incident": ("quality incident", "质量事故"),
    "stored_day_30": ("a day in stock, after 30 days", "存放第30天的一天"),
    "stored_day_120": ("a day in stock, after 120 days", "存放第120天的一天"),
}  # fmt: skip


def word(words: Words, name: str, language: Language) -> str:
    """The name's word; where there is none the room's own, then the name with blanks for underscores."""
    pair = words.get(name)
    return pair[language == "zh"] if pair is not None else label(name, language)
