"""Files as seller centers write them, made up: the exact headers and quirks of public samples, with invented orders.

Every buyer in them has the same unmistakable texts (`BUYER`), so that a test can look for them in any bytes.
"""
# ruff: noqa: E501  rows of somebody else's tables are easier to read unbroken

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import xlsxwriter

TEMPLATES = Path(__file__).resolve().parents[2] / "shared" / "data" / "marketplace_templates.json"
BUYER = (
    "Zaphod Quillfeather", "+1 555 010 0142", "zaphod.quill@example.test", "77 Improbability Mews", "Vogsphere City",
    "QX7 9ZZ", "zquill_nick", "leave it with the mice",
)  # fmt: skip
Cells = list[list[str]]


@dataclass(frozen=True)
class Sale:
    """One line of an order, as the generators write it."""

    order: str
    line: str
    sku: str
    quantity: int = 1
    state: str = "placed"
    ordered: str = "2026-08-12 10:00:00"
    shipped: str = ""
    delivered: str = ""
    cancelled: str = ""
    tracking: str = ""
    price: str = "12.50"
    country: str = "United States"


SALES = (
    Sale("PO-211-00000000000000001", "211-00000000000000011", "MUG-01", 2),
    Sale("PO-211-00000000000000002", "211-00000000000000021", "MUG-01", 1, "shipped", shipped="2026-08-13 09:30:00",
         tracking="TRK-1"),
    Sale("PO-211-00000000000000002", "211-00000000000000022", "LAMP-02", 3, "cancelled",
         cancelled="2026-08-12 12:00:00"),
    Sale("PO-211-00000000000000003", "211-00000000000000031", "LAMP-02", 1, "delivered", shipped="2026-08-13 10:00:00",
         delivered="2026-08-20 18:00:00", tracking="TRK-2"),
)  # fmt: skip

TEMU_ZH = (
    "订单号 站点 订单状态 子订单号 应履约件数 商品名称 SKUID SKCID SPUID SKU货号 商品属性 收货人姓名 收货人联系方式 备用联系方式 邮箱 身份证号 税号 "
    "详细地址1 详细地址2 详细地址3 区县 城市 省份 收货地址邮编 国家 运单号 物流商 发货仓 订单创建时间 要求最晚发货时间 实际发货时间 预计送达时间 "
    "实际签收时间"
).split()
ZH_STATE = {
    "placed": "待发货",
    "shipped": "已发货",
    "delivered": "已签收",
    "cancelled": "已取消",
    "pending": "平台处理中",
}


def temu_zh(sales: Sequence[Sale] = SALES, *, buyers: bool = True) -> Cells:
    """Consumer orders of the Chinese pages; the buyer group can be left out of the export."""
    rows = [list(TEMU_ZH)]
    for one in sales:
        cells = dict.fromkeys(TEMU_ZH, "--")
        cells |= {
            "订单号": one.order, "站点": "美国站", "订单状态": ZH_STATE.get(one.state, one.state), "子订单号": one.line,
            "应履约件数": str(one.quantity), "商品名称": "杯子", "SKUID": "17592186044416001", "SKU货号": one.sku,
            "收货人姓名": BUYER[0], "收货人联系方式": BUYER[1], "邮箱": BUYER[2], "详细地址1": BUYER[3], "城市": BUYER[4],
            "收货地址邮编": BUYER[5], "国家": one.country, "运单号": one.tracking or "--", "物流商": "UPS",
            "订单创建时间": one.ordered, "要求最晚发货时间": "2026-08-14 10:00:00", "实际发货时间": one.shipped or "--",
            "实际签收时间": one.delivered or "--",
        }  # fmt: skip
        rows.append([cells[name] for name in TEMU_ZH])
    if buyers:
        return rows
    group = ("收货", "联系方式", "邮箱", "身份证", "税号", "详细地址", "区县", "城市", "省份")
    kept = [index for index, name in enumerate(TEMU_ZH) if not any(word in name for word in group)]
    return [[row[index] for index in kept] for row in rows]


TEMU_EN = (
    "Order ID,order status,fulfillment mode,order item id,order item status,product name by customer order,product name,"
    "variation,contribution SKU,sku id,quantity purchased,quantity to ship,quantity shipped,quantity canceled,"
    "recipient name,ship city,ship state,ship country,purchase date,goods base price,base price total,retail price total,"
    "tracking number,carrier,order settlement status,currency"
).split(",")
EN_STATE = {"placed": "Un-shipping", "shipped": "Shipped", "delivered": "Delivered", "cancelled": "Canceled"}


def temu_en(sales: Sequence[Sale] = SALES) -> Cells:
    """Consumer orders of the English pages, below banner rows, with zones inside the cells."""
    rows: Cells = [["Note: this file holds your orders"], ["Export time", "2026-08-21"], [], list(TEMU_EN)]
    for one in sales:
        cells = dict.fromkeys(TEMU_EN, "")
        gone = str(one.quantity) if one.state == "cancelled" else "0"
        cells |= {
            "Order ID": one.order, "order item id": one.line, "order item status": EN_STATE.get(one.state, one.state),
            "contribution SKU": one.sku, "quantity purchased": str(one.quantity), "quantity canceled": gone,
            "recipient name": BUYER[0], "ship city": BUYER[4], "ship country": one.country,
            "purchase date": "Aug 12, 2026, 4:15 pm PDT(UTC-7)", "goods base price": f"${one.price}",
            "retail price total": "999.00", "tracking number": one.tracking, "currency": "USD",
        }  # fmt: skip
        rows.append([cells[name] for name in TEMU_EN])
    return rows


def temu_ja(sales: Sequence[Sale] = SALES) -> Cells:
    """Consumer orders of the Japanese pages."""
    header = [
        "注文ID",
        "注文商品ID",
        "注文商品ステータス",
        "顧客注文による製品名",
        "貢献SKU",
        "出荷数量",
        "受取人名",
        "注文日時",
    ]
    states = {"placed": "未発送", "shipped": "発送済み", "delivered": "配達済み", "cancelled": "キャンセル済み"}
    rows = [header]
    for one in sales:
        rows.append([one.order, one.line, states[one.state], "マグ", one.sku, str(one.quantity), BUYER[0], one.ordered])
    return rows


def temu_tracking(sales: Sequence[Sale] = SALES) -> Cells:
    """The template for uploading tracking numbers."""
    rows = [["订单号", "子订单号", "商品件数", "跟踪单号", "物流承运商", "发货仓库名称"]]
    return rows + [[one.order, one.line, str(one.quantity), one.tracking or "TRK-X", "UPS", "LA-1"] for one in sales]


def temu_settled() -> Cells:
    """Settled orders: two header rows with a merged group; further SKUs of an order leave its cells blank."""
    return [
        ["PO单号", "商品信息 * 销售件数", "", "", "", "", "", "币种", "销售回款", "销售回款已减优惠", "销售冲回", "运费回款",
         "运费回款已减优惠", "运费冲回"],
        ["", "SKU ID", "SKU名称", "SKU货号", "件数", "申报价格", "是否活动价"],
        ["PO-1", "17592186044416001", "杯子", "MUG-01", "1", "10.00", "是", "USD", "1,020.00", "3.00", "0", "2.99", "0", "0"],
        ["", "17592186044416002", "灯", "LAMP-02", "1", "10.00", "是"],
        ["PO-2", "17592186044416001", "杯子", "MUG-01", "2", "10.00", "否", "USD", "20.00", "/", "-10.00", "2.99", "-", "-2.99"],
    ]  # fmt: skip


def temu_flows() -> Cells:
    """Settlement flows, one row per flow."""
    return [
        ["结算流水ID", "批次号", "PO单号", "单据号", "交易类型", "结算金额", "商品信息 * 销售件数", "", "", "", "", "", "币种",
         "总申报价格", "单品优惠券金额", "店铺满减券优惠金额", "到账时间", "备注"],
        ["", "", "", "", "", "", "SKU ID", "SKU名称", "SKU货号", "件数", "申报价格", "是否活动价"],
        ["F-1", "B-1", "PO-3", "D-1", "销售回款", "11.06", "1001", "杯子", "MUG-01", "1", "11.06", "是", "USD", "11.06",
         "0.00", "0.00", "2026-07-31 07:36:10", ""],
        ["F-2", "B-1", "PO-3", "D-1", "运费回款", "2.99", "", "", "", "", "", "", "USD", "2.99", "0.00", "0.00",
         "2026-07-31 07:36:10", ""],
        ["F-3", "B-1", "PO-4", "D-2", "新型扣费", "-1.50", "", "", "", "", "", "", "USD", "0.00", "0.00", "0.00",
         "2026-07-31 07:36:10", ""],
    ]  # fmt: skip


def temu_account() -> Cells:
    """Account flow."""
    return [
        ["账务时间", "账务类型", "收支金额", "币种", "备注"],
        ["2026-08-01 10:00:00", "结算", "120.00", "CNY", ""],
        ["2026-08-02 10:00:00", "支出", "-3.20", "CNY", "推广服务费"],
        ["2026-08-02 10:00:00", "支出", "-4.00", "CNY", "仓储综合服务费"],
        ["2026-08-03 10:00:00", "支出", "-0.50", "CNY", "EPR费用"],
        ["2026-08-04 10:00:00", "提现", "-100.00", "CNY", ""],
        ["2026-08-05 10:00:00", "支出", "-9.00", "CNY", "从未见过的费用"],
    ]


def temu_income() -> Cells:
    """Income detail: estimates."""
    return [
        [
            "PO单号",
            "销售回款",
            "销售冲回",
            "运费回款",
            "运费税收入",
            "税金收入",
            "预估扣除金额",
            "运费冲回",
            "预计收入",
            "币种",
        ],
        ["PO-5", "20.00", "0", "2.99", "0.20", "1.00", "-2.00", "0", "22.19", "USD"],
    ]


def temu_late() -> Cells:
    """Deductions for late delivery."""
    return [["订单编号", "支出金额", "币种"], ["PO-6", "5.00", "USD"], ["PO-7", "2.50", "USD"]]


def temu_label_bill() -> Cells:
    """Bill of platform labels."""
    return [
        ["包裹号", "运单号", "服务商code", "账单类型", "备注", "运费(单位元)-支出为负、退款为正", "币种", "对账单状态",
         "支出/退款时间(时区：GMT+8)"],
        ["PK-1", "TRK-1", "SPEx", "支出", "发货面单费（全段）", "-5.00", "USD", "支出成功", "2026-08-30 04:20:11.004"],
        ["PK-2", "TRK-2", "GOFo", "支出", "", "-4.33", "USD", "支出待完结", "--"],
    ]  # fmt: skip


def temu_stock() -> Cells:
    """Fully managed: counters and stock, fields of the partner interface as columns."""
    header = [
        "productId", "productSkcId", "productSkuId", "skuExtCode", "productName", "todaySaleVolume",
        "lastSevenDaysSaleVolume", "lastThirtyDaysSaleVolume", "totalSaleVolume", "inventoryNumInfo.warehouseInventoryNum",
        "inventoryNumInfo.unavailableWarehouseInventoryNum", "inventoryNumInfo.waitOnShelfNum", "inventoryNumInfo.waitQcNum",
        "inventoryNumInfo.waitReceiveNum", "supplierPrice (cents CNY, 申报价)",
    ]  # fmt: skip
    return [
        header,
        ["1", "2", "3", "MUG-01", "杯子", "1", "9", "30", "400", "55", "2", "3", "4", "12", "1250"],
        ["1", "2", "4", "LAMP-02", "灯", "0", "1", "2", "20", "0", "0", "0", "0", "0", "2500"],
    ]


def temu_stock_orders() -> Cells:
    """Fully managed: stock orders, fields of the partner interface as columns, times in milliseconds."""
    header = ["subPurchaseOrderSn", "status", "purchaseTime", "purchaseStockType", "urgencyType", "settlementType",
              "extCode", "productSkuId", "purchaseQuantity", "deliverQuantity", "realReceiveAuthenticQuantity",
              "receiveWarehouseName"]  # fmt: skip
    return [
        header,
        ["WB2608120001", "2", "1786507200000", "0", "1", "0", "MUG-01", "3", "100", "100", "0", "佛山1号仓"],
        ["WB2608120002", "77", "1786507200000", "1", "0", "0", "LAMP-02", "4", "20", "0", "0", "佛山1号仓"],
    ]


TIKTOK_US = (
    "Order ID,Order Status,Order Substatus,Cancelation/Return Type,Normal or Pre-order,SKU ID,Seller SKU,Product ID,"
    "Product Name,Variation,Virtual Bundle Seller SKU,Quantity,Sku Quantity of return,SKU Unit Original Price,"
    "SKU Subtotal Before Discount,SKU Platform Discount,SKU Seller Discount,SKU Subtotal After Discount,"
    "Shipping Fee After Discount,Original Shipping Fee,Shipping Fee Seller Discount,Co-Funded Shipping Fee Discount,"
    "Shipping Fee Platform Discount,Payment platform discount,Retail Delivery Fee,Taxes,Order Amount,"
    "Order Refund Amount,Created Time,Paid Time,RTS Time,Shipped Time,Delivered Time,Cancelled Time,Cancel By,"
    "Cancel Reason,Fulfillment Type,Warehouse Name,Tracking ID,Delivery Option Type,Delivery Option,"
    "Shipping Provider Name,Buyer Message,Buyer Nickname,Buyer Username,Recipient,Phone #,Country,State,City,Zipcode,"
    "Address Line 1,Address Line 2,Delivery Instruction,Payment Method,Weight(kg),Product Category,Package ID,"
    "Seller Note,Shipping Information"
).split(",")
TIKTOK_TH = [
    *(name for name in TIKTOK_US
      if name not in ("Product ID", "Virtual Bundle Seller SKU", "Co-Funded Shipping Fee Discount", "Retail Delivery Fee",
                      "State", "City", "Address Line 1", "Address Line 2")),
    "Province", "District", "Districts", "Detail Address", "Additional address information", "Checked Status",
    "Checked Marked by", "Request Tax Invoice",
]  # fmt: skip
TIKTOK_ID = [
    *(name for name in TIKTOK_TH if name not in ("District", "Request Tax Invoice")),
    "Regency and City", "Villages", "Buyer Service Fee", "Handling Fee", "Dynamic Commission", "Tokopedia Invoice Number",
]  # fmt: skip
TT_STATE = {
    "US": {"placed": "To ship", "shipped": "Shipped", "delivered": "Completed", "cancelled": "Canceled"},
    "TH": {"placed": "ที่จะจัดส่ง", "shipped": "จัดส่งแล้ว", "delivered": "สำเร็จแล้ว", "cancelled": "ยกเลิกแล้ว"},
    "ID": {"placed": "Perlu dikirim", "shipped": "Dikirim", "delivered": "Selesai", "cancelled": "Dibatalkan"},
}
TT_TIME = {
    "US": "{m}/{d}/{y} {h12}:{mi}:{s} {half}",
    "TH": "{d}/{m}/{y} {h}:{mi}:{s}",
    "ID": "{d}/{m}/{y} {h}:{mi}:{s}",
}


def _time(text: str, market: str) -> str:
    if not text:
        return ""
    y, m, d, h, mi, s = re.split(r"[- :]", text)
    hour = int(h)
    parts = {"y": y, "m": m, "d": d, "h": h, "mi": mi, "s": s, "h12": str((hour + 11) % 12 + 1),
             "half": "AM" if hour < 12 else "PM"}  # fmt: skip
    return TT_TIME[market].format(**parts)


def tiktok(sales: Sequence[Sale] = SALES, market: str = "US", *, described: bool = True) -> Cells:
    """Consumer orders: row 2 describes the columns, cells end in a tab, the order's amount stands on every SKU row."""
    header = {"US": TIKTOK_US, "TH": TIKTOK_TH, "ID": TIKTOK_ID}[market]
    words = {"Order ID": "Platform unique order ID.", "Quantity": "SKU sold quantity in the order.",
             "Created Time": "Order created time.", "SKU Unit Original Price": "It equals SKU unit price.",
             "SKU Subtotal After Discount": "It equals the subtotal.", "Order Amount": "It equals all of it."}  # fmt: skip
    rows = [list(header), [words.get(name, "Words about it.") for name in header]] if described else [list(header)]
    for one in sales:
        cells = dict.fromkeys(header, "")
        amount = f"{float(one.price) * one.quantity:.2f}"
        amount = f"IDR {int(float(one.price) * 1000) * one.quantity:,}".replace(",", ".") if market == "ID" else amount
        cells |= {
            "Order ID": one.order[-18:] + "\t", "Order Status": TT_STATE[market].get(one.state, one.state),
            "Order Substatus": "x", "SKU ID": "1729" + one.line[-15:] + "\t", "Seller SKU": one.sku + "\t",
            "Product Name": "mug, blue", "Quantity": str(one.quantity), "Sku Quantity of return": "0",
            "SKU Subtotal After Discount": amount, "Order Amount": "777.77" if market != "ID" else "IDR 777.000",
            "Created Time": _time(one.ordered, market) + "\t", "Shipped Time": _time(one.shipped, market),
            "Delivered Time": _time(one.delivered, market), "Cancelled Time": _time(one.cancelled, market), "Cancel By": "Seller" if one.cancelled else "",
            "Tracking ID": one.tracking, "Buyer Message": BUYER[7], "Buyer Nickname": BUYER[6], "Recipient": BUYER[0],
            "Phone #": BUYER[1], "Country": {"US": "United States", "TH": "Thailand", "ID": "Indonesia"}[market],
            "City": BUYER[4], "Zipcode": BUYER[5], "Address Line 1": BUYER[3], "Detail Address": BUYER[3],
            "Seller Note": BUYER[2],
        }  # fmt: skip
        rows.append([cells[name] for name in header])
    return rows


def tiktok_income(*, spelled: str = "Order/adjustment ID  ", typed: str = "Type ", repeat: bool = False) -> Cells:
    """Income: parents beside their children; ``repeat`` puts the first settlement's block into the file again."""
    header = [
        spelled, typed, "Order created time(UTC)", "Order settled time(UTC)", "Currency", "Total settlement amount",
        "Total Revenue", "Subtotal after seller discounts", "Subtotal before discounts", "Seller discounts",
        "Refund subtotal after seller discounts", "Refund subtotal before seller discounts", "Refund of seller discounts",
        "Total Fees", "Transaction fee", "TikTok Shop commission fee", "Seller shipping fee", "Actual shipping fee",
        "Platform shipping fee discount", "Customer shipping fee", "Affiliate Commission", "Ajustment amount",
        "Related order ID", "Customer payment",
    ]  # fmt: skip
    first = [
        ["577000000000000001", "Order", "2026/08/01", "2026/08/10", "USD", "85.50", "95.00", "95.00", "100.00", "-5.00",
         "0", "0", "0", "-9.50", "-2.00", "-5.70", "-0.80", "-4.80", "4.00", "0", "-1.00", "0", "/", "102.00"],
        ["577000000000000002", "Order", "2026/08/02", "2026/08/10", "USD", "-2.30", "0.00", "50.00", "50.00", "0",
         "-50.00", "-50.00", "0", "-2.30", "-1.00", "0", "-1.30", "-5.30", "4.00", "0", "0", "0", "/", "0"],
        ["577000000000000901", "Platform penalty", "/", "2026/08/10", "USD", "-7.00", "0", "0", "0", "0", "0", "0", "0",
         "0", "0", "0", "0", "0", "0", "0", "0", "-7.00", "577000000000000001", "0"],
    ]  # fmt: skip
    second = [
        ["577000000000000003", "Order", "2026/08/05", "2026/08/17", "USD", "18.00", "20.00", "20.00", "20.00", "0", "0",
         "0", "0", "-2.00", "-0.50", "-1.20", "0", "0", "0", "0", "0", "0", "/", "21.00"],  # 0.30 of fees unexplained
        ["577000000000000902", "Brand new adjustment", "/", "2026/08/17", "USD", "1.11", "0", "0", "0", "0", "0", "0",
         "0", "0", "0", "0", "0", "0", "0", "0", "0", "1.11", "/", "0"],
    ]  # fmt: skip
    return [header, *first, *second, *(first if repeat else [])]


def tiktok_unsettled() -> Cells:
    """Orders on hold, below banners."""
    header = ["Type", "Order/adjustment ID", "Related order ID", "creation date", "Total estimated settlement amount",
              "Estimated Settle time", "unsettled reasons", "SKU ID", "Quantity", "Product name", "SKU name", "Net sales",
              "Gross sales", "Fees", "Referral fee", "Sales tax on referral fees", "Adjustment amount", "Currency"]  # fmt: skip
    return [
        ["Disclaimer: reference only."], ["Download time", "2026-06-12 16:55:33"], ["Total Transactions", "1"], [], header,
        ["Order", "577431091617435979", "577431091617435979", "2026/06/12", "13.76", "Delivered + 1 days",
         "Waiting for package delivery", "1732440158393635811", "1", "mug", "151", "15.00", "16.00", "-1.24", "-1.00",
         "-0.24", "0", "USD"],
    ]  # fmt: skip


def tiktok_payout() -> Cells:
    """Payout export."""
    header = [
        "Statement date",
        "Status",
        "Order/adjustment ID",
        "SKU ID",
        "Quantity",
        "Total settlement amount",
        "Currency",
    ]
    return [header, ["2026/08/10", "Paid", "577000000000000001", "1729000000000000001", "1", "85.50", "USD"]]


def aliexpress() -> Cells:
    """Orders: one row per order, several goods inside one cell."""
    header = ("订单号 订单状态 买家名称 下单时间 付款时间 产品数量 产品总金额 物流费用 订单金额 店铺优惠 商品信息 商品编码 收货地址 收件人名称 收货国家 "
              "州/省 城市 地址 邮编 买家选择物流 发货期限 实际发货单号 发货时间 确认收货时间").split()  # fmt: skip

    def row(**cells: str) -> list[str]:
        person = {
            "买家名称": BUYER[0],
            "收货地址": BUYER[3],
            "收件人名称": BUYER[0],
            "城市": BUYER[4],
            "邮编": BUYER[5],
        }
        return [({**person, **cells}).get(name, "") for name in header]

    paid = {"下单时间": "2026-08-12 10:00", "收货国家": "Spain", "订单金额": "30.00"}
    return [
        header,
        row(订单号="8130000000000001", 订单状态="等待您发货", 产品数量="2", 产品总金额="25.00", 商品编码="MUG-01",
            商品信息="Mug (数量:2)", **paid),
        row(订单号="8130000000000002", 订单状态="等待买家收货", 产品数量="3", 产品总金额="40.00", 发货时间="2026-08-13 08:00",
            商品编码="MUG-01\nLAMP-02", 商品信息="【1】Mug 数量:1\n【2】Lamp 数量:2", 实际发货单号="LP-1", **paid),
        row(订单号="8130000000000003", 订单状态="等待您发货", 产品数量="5", 产品总金额="40.00", 商品编码="MUG-01\nLAMP-02",
            商品信息="Mug and lamp", **paid),
    ]  # fmt: skip


def first_leg() -> Cells:
    """A forwarder's bill."""
    return [["平台单号", "收费重(KG)", "合计应收"], ["PO-1", "12.345", "88.10元"], ["PO-2", "3", "21.00元"]]


def shopify(sales: Sequence[Sale] = SALES) -> Cells:
    """Orders: cells of the order stand on its first row only."""
    header = ("Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Total,Created at,"
              "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,Shipping Name,Shipping Address1,"
              "Shipping City,Shipping Country,Phone,Notes").split(",")  # fmt: skip
    rows, seen = [header], set()
    states = {"placed": "unfulfilled", "shipped": "fulfilled", "delivered": "delivered", "cancelled": "cancelled"}
    for one in sales:
        cells = dict.fromkeys(header, "")
        cells |= {"Name": "#" + one.order[-4:], "Lineitem quantity": str(one.quantity), "Lineitem sku": one.sku,
                  "Lineitem price": one.price, "Lineitem name": "mug"}  # fmt: skip
        if one.order not in seen:
            cells |= {"Email": BUYER[2], "Financial Status": "paid", "Fulfillment Status": states[one.state],
                      "Fulfilled at": f"{one.shipped} -0700" if one.shipped else "", "Currency": "USD", "Total": "99.00",
                      "Created at": f"{one.ordered} -0700", "Shipping Name": BUYER[0], "Shipping Address1": BUYER[3],
                      "Shipping City": BUYER[4], "Shipping Country": "US", "Phone": BUYER[1], "Notes": BUYER[7]}  # fmt: skip
        seen.add(one.order)
        rows.append([cells[name] for name in header])
    return rows


AMAZON = (
    "settlement-id settlement-start-date settlement-end-date deposit-date total-amount currency transaction-type order-id "
    "merchant-order-id adjustment-id shipment-id marketplace-name amount-type amount-description amount fulfillment-id "
    "posted-date posted-date-time order-item-code merchant-order-item-id merchant-adjustment-item-id sku "
    "quantity-purchased promotion-id"
).split()


def amazon(total: str = "8,37") -> Cells:
    """Settlement, flat file version 2, with decimal commas; the first row carries the deposit."""
    rows = [AMAZON, ["17000001", "2026-07-01", "2026-07-15", "2026-07-17", total, "EUR"] + [""] * 18]
    for kind, what, amount in (("ItemPrice", "Principal", "12,50"), ("ItemFees", "Commission", "-1,88"),
                               ("ItemFees", "FBAPerUnitFulfillmentFee", "-2,75"), ("other-new", "Thing", "0,50")):  # fmt: skip
        cells = dict.fromkeys(AMAZON, "")
        cells |= {"settlement-id": "17000001", "transaction-type": "Order", "order-id": "302-0000001-0000001",
                  "amount-type": kind, "amount-description": what, "amount": amount, "posted-date": "2026-07-03",
                  "posted-date-time": "2026-07-03 07:10:11 UTC", "order-item-code": "61", "sku": "MUG-01",
                  "quantity-purchased": "1"}  # fmt: skip
        rows.append([cells[name] for name in AMAZON])
    return rows


def amazon_stock() -> Cells:
    """Stock in the platform's warehouses."""
    header = ("sku fnsku asin product-name condition your-price mfn-listing-exists mfn-fulfillable-quantity "
              "afn-listing-exists afn-warehouse-quantity afn-fulfillable-quantity afn-unsellable-quantity "
              "afn-reserved-quantity afn-total-quantity per-unit-volume afn-inbound-working-quantity "
              "afn-inbound-shipped-quantity afn-inbound-receiving-quantity").split()  # fmt: skip
    return [header, ["MUG-01", "X001", "B0X", "mug", "New", "9.99", "No", "", "Yes", "12", "10", "1", "1", "17", "0.1",
                     "0", "5", "0"]]  # fmt: skip


def shopee(sales: Sequence[Sale] = SALES) -> Cells:
    """Orders of Indonesia: headers in NFD, points between thousands, "-" for nought."""
    header = ("No. Pesanan,Status Pesanan,Alasan Pembatalan,No. Resi,Opsi Pengiriman,"
              "Pesanan Harus Dikirimkan Sebelum (Menghindari keterlambatan),Waktu Pengiriman Diatur,Waktu Pesanan Dibuat,"
              "Nomor Referensi SKU,Nama Produk,Harga Awal,Harga Setelah Diskon,Jumlah,Returned quantity,Total Pembayaran,"
              "Waktu Pesanan Selesai,Nama Penerima,No. Telepon").split(",")  # fmt: skip
    states = {"placed": "Perlu Dikirim", "shipped": "Sedang Dikirim", "delivered": "Selesai", "cancelled": "Batal"}
    rows = [[unicodedata.normalize("NFD", name) for name in header]]
    for one in sales:
        cells = dict.fromkeys(header, "-")
        cells |= {"No. Pesanan": "2608" + one.order[-6:], "Status Pesanan": states[one.state], "No. Resi": one.tracking or "-",
                  "Waktu Pesanan Dibuat": one.ordered[:16], "Nomor Referensi SKU": one.sku, "Harga Setelah Diskon": "12.500",
                  "Jumlah": str(one.quantity), "Waktu Pengiriman Diatur": one.shipped[:16] or "-",
                  "Waktu Pesanan Selesai": one.delivered[:16] or "-", "Total Pembayaran": "99.000",
                  "Nama Penerima": BUYER[0], "No. Telepon": BUYER[1]}  # fmt: skip
        rows.append([cells[name] for name in header])
    return rows


MADE = {
    "temu-semi-orders-zh": ("orders.xlsx", temu_zh()), "temu-semi-orders-en": ("orders.csv", temu_en()),
    "temu-semi-orders-ja": ("orders.csv", temu_ja()), "temu-semi-tracking": ("upload.xlsx", temu_tracking()),
    "temu-semi-settled-orders": ("SettledParentFlow-2026-08-01-2026-08-31.xlsx", temu_settled()),
    "temu-semi-unsettled-orders": ("UnsettleFlow-2026-08-01-2026-08-31.xlsx", temu_settled()),
    "temu-semi-settled-flows": ("SettledFlow.xlsx", temu_flows()), "temu-account-flow": ("FundDetail.xlsx", temu_account()),
    "temu-semi-income": ("income.csv", temu_income()), "temu-late-deduction": ("late.xlsx", temu_late()),
    "temu-label-bill": ("labels.xlsx", temu_label_bill()), "temu-full-sales-stock": ("stock-2026-08-20.csv", temu_stock()),
    "temu-full-stock-orders": ("stock-orders.csv", temu_stock_orders()), "tiktok-orders-us": ("orders.xlsx", tiktok()),
    "tiktok-orders-th": ("orders.csv", tiktok(market="TH")), "tiktok-orders-id": ("orders.csv", tiktok(market="ID")),
    "tiktok-income": ("income.xlsx", tiktok_income()), "tiktok-unsettled": ("Onhold(UTC-7).xlsx", tiktok_unsettled()),
    "tiktok-payout": ("payout.csv", tiktok_payout()), "aliexpress-orders": ("orders.xlsx", aliexpress()),
    "first-leg-bill": ("bill.xlsx", first_leg()), "shopify-orders": ("orders.csv", shopify()),
    "amazon-settlement": ("settlement.txt", amazon()), "amazon-fba-inventory": ("stock-2026-08-20.txt", amazon_stock()),
    "shopee-orders-id": ("orders.csv", shopee()),
}  # fmt: skip


def put(path: Path, rows: Cells, *, encoding: str = "utf-8", sign: str | None = None, sheet: str = "sheet1") -> Path:
    """Writes rows as a workbook or a text file, by the name's ending."""
    if path.suffix == ".xlsx":
        with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
            page = book.add_worksheet(sheet)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if cell:
                        page.write_string(row, column, cell)
        return path
    text = io.StringIO()
    csv.writer(text, delimiter=sign or ("\t" if path.suffix == ".txt" else ",")).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def made(folder: Path, id: str) -> Path:
    """The made file of a format."""
    name, rows = MADE[id]
    return put(folder / name, rows)


def with_wrong_dimension(path: Path) -> Path:
    """The workbook with a dimension tag that claims two rows."""
    with zipfile.ZipFile(path) as source:
        parts = {info.filename: source.read(info) for info in source.infolist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = re.sub(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1:B2"/>', parts[sheet])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in parts.items():
            target.writestr(name, data)
    return path


def template_headers(name: str) -> list[str]:
    """The real headers of a template; skips where the shared folder is absent."""
    if not TEMPLATES.is_file():
        pytest.skip("the shared folder is not here")
    entry = json.loads(TEMPLATES.read_text(encoding="utf-8"))[name]
    return list(entry.get("headers") or entry["fields"])


def numbered(count: int, first: int = 1, **changes: object) -> list[Sale]:
    """So many orders of one line, ids counting up."""
    return [
        replace(Sale(f"PO-211-{at:020d}", f"211-{at:020d}", "MUG-01"), **changes)  # type: ignore[arg-type]
        for at in range(first, first + count)
    ]
