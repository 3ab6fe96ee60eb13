"""Names of terms for people, in English and Chinese.

Keeps the invariant that a word without an entry here is shown as it stands in the files, never dropped.
"""

_ZH = {
    # duties
    "supply_price": "供货价", "retail_price": "零售价", "listing": "刊登", "promotion": "促销", "storage": "仓储",
    "first_mile": "首公里", "line_haul": "干线", "customs": "清关", "last_mile": "尾程", "customer_service": "客服",
    "returns": "退货处理", "payment": "收款", "consumer_tax": "消费税",
    # parties and states
    "seller": "卖家", "platform": "平台", "carrier": "承运商", "buyer": "买家",
    "planned": "筹备中", "open": "开放", "suspended": "暂停", "ended": "终止",
    # sections and headings
    "status": "状态", "duty": "职责", "setting": "设置", "deadline": "时限", "charge": "费用", "quantity": "数值",
    "number": "数值", "info": "公开事实", "contract": "合同", "state": "状态", "values": "条目", "sourced": "有来源",
    "ranged": "有区间", "assumed": "假设", "title": "名称", "source": "来源", "held": "核实于", "from": "自",
    "until": "至",
    "who does what": "谁负责什么", "one parcel": "一个包裹", "settings": "设置", "quantities": "数值",
    "deadlines": "时限", "total": "合计", "term": "条款", "nothing": "无", "no change": "没有变化",
    "blocks": "资料块", "note": "备注",
    # stories
    "delivered": "正常送达", "returned_change_of_mind": "无理由退货", "returned_quality": "质量退货",
    "late_1_day": "迟到一天",
    "late_3_days": "迟到三天", "stock_out": "缺货", "quality_incident": "质量事故", "stored_day_30": "存放第30天的一天",
    "stored_day_120": "存放第120天的一天",
    "block": "资料块", "base": "基础文件",
    # options of settings
    "platform_origin": "平台仓（发货国）", "platform_market": "平台仓（销售国）", "seller_origin": "卖家仓（发货国）",
    "seller_market": "卖家仓（销售国）", "parcel": "小包", "bulk": "大货", "none": "无", "shipped": "发货",
    "received": "确认收货", "new_store": "新开店铺", "same_store": "同店", "per_product": "按商品",
    "orders": "订单明细",
    "snapshots": "滚动计数", "stock_order": "备货单", "urgent_order": "紧急备货单", "jit": "及时制",
    "own": "自备", "local": "本地", "choice": "优选",
    "three_day": "三日达",
    # settings
    "stock_at": "库存位置", "customs_regime": "通关方式", "settlement_trigger": "结算触发", "switch": "切换方式",
    "history": "可见历史", "inbound": "入仓方式", "badge": "标识",
    # quantities
    "settlement_lag_days": "结算天数", "settlement_fallback_days": "兜底结算天数", "transfer_days": "到账天数",
    "reserve_share": "预留比例", "reserve_days": "预留天数", "reserve_cap": "预留上限", "freeze_days": "冻结天数",
    "deposit": "保证金", "penalty_delay_days": "罚款延迟天数", "delivery_days": "配送天数", "reach": "平台覆盖",
    "visibility": "曝光", "platform_spread": "平台价差", "price_factor": "价格系数", "return_rate": "退货率",
    "return_window_days": "退货期", "resale_share": "可二次销售比例", "quality_incident_rate": "质量问题率",
    "late_rate": "迟发率",
    "contact_rate": "咨询率", "price_review_days": "核价天数", "listing_days": "上架天数",
    "onboarding_days": "入驻天数",
    "switch_days": "切换天数", "notice_days": "通知期", "stores_per_entity": "每主体店铺数",
    "regime_changes_per_year": "每年政策变动", "salvage_share": "残值比例", "min_products": "最少商品数",
    "min_weight_g": "最低重量（克）", "first_order_cap_units": "首单上限件数", "cover_days": "备货天数",
    "settlements_per_month": "每月结算次数",
}  # fmt: skip


def label(word: str, language: str) -> str:
    """The name of a word of the files in the language; the word with blanks for underscores where there is none."""
    if language == "zh" and word in _ZH:
        return _ZH[word]
    return word.replace("_", " ")
