"""What tables, fields and kinds of amounts are called on import pages. Words only; translated where they are shown."""


def _(text: str) -> str:
    """Marks a text for the translators."""
    return text


TABLE_TITLES = {
    "order_lines": _("Consumer orders"), "tracking": _("Tracking numbers"), "stock": _("Stock counts"),
    "stock_orders": _("Stock orders of a platform's warehouse"), "statement": _("Settlement statements"),
    "account": _("Account movements"), "payout": _("Payouts"), "unsettled": _("Estimates of what is not settled yet"),
    "bill": _("Carriers' and forwarders' bills"), "products": _("Products"), "sales": _("Sales"),
    "stock_outs": _("Days without stock"), "prices": _("Prices"), "returns": _("Returns"), "costs": _("Unit costs"),
}  # fmt: skip
MOVE_TITLES = {
    "statement.open": _("statements opened"), "lines.keep": _("payouts, estimates or bills kept"),
    "count.find": _("stock counts recorded"),
}  # fmt: skip
FIELD_TITLES = {
    "order_number": _("order number"), "line": _("number of the order's line"), "sku": _("your SKU"),
    "platform_sku": _("the platform's SKU id"), "quantity": _("units"), "state": _("status of the order"),
    "substate": _("second status"), "flow_id": _("number of the movement"), "statement_id": _("statement number"),
    "amount": _("amount (of the line)"), "currency": _("currency"), "order_amount": _("amount of the whole order"),
    "canceled_quantity": _("units cancelled"), "cancelled_at": _("cancelled at"), "cancelled_by": _("cancelled by"),
    "carrier": _("carrier"), "country": _("country or site"), "delivered_at": _("delivered at"),
    "goods": _("goods in words"), "ordered_at": _("ordered at"), "paid_at": _("paid at"),
    "returned_quantity": _("units returned"), "ship_by_at": _("to be shipped by"), "shipped_at": _("shipped at"),
    "site": _("warehouse"), "supply_price": _("supply price"), "tracking": _("tracking number"),
    "unit_price": _("price of a unit"), "settled_at": _("settled at"), "weight_kg": _("weight in kg"),
    "remark": _("remark"), "total": _("total of the row"), "transaction": _("kind of transaction"), "type": _("type"),
    "captured_on": _("day of the count"), "total_sold": _("units sold so far"), "arrive_by_at": _("to arrive by"),
    "custom": _("custom order (yes or no)"), "received_at": _("received at"), "received_quantity": _("units received"),
    "shipped_quantity": _("units shipped"), "stock_kind": _("made when ordered (yes or no)"),
    "urgent": _("urgent (yes or no)"), "vmi": _("VMI (yes or no)"),
    "name": _("name"), "brand": _("brand"), "category": _("category"), "hs_code": _("HS code"),
    "supplier": _("supplier"), "unit_cost": _("unit cost"), "retail_price": _("retail price"),
    "weight_g": _("weight in g"), "volume_cm3": _("volume in cm³"), "length_cm": _("length in cm"),
    "width_cm": _("width in cm"), "height_cm": _("height in cm"), "moq": _("smallest order (MOQ)"),
    "carton": _("units in a carton"), "supplier_lead_days": _("supplier's lead time in days"),
    "return_rate": _("return rate"), "keep": _("duties that stay with you"),
    "today": _("contract it is sold under now"),
    "assumed": _("columns that are assumed"), "order_id": _("order number"), "market": _("market"),
    "channel": _("sales channel"), "status": _("status of the order"), "returned_at": _("returned at"),
    "description": _("goods in words"), "last7": _("units sold in 7 days"), "last30": _("units sold in 30 days"),
    "day": _("day"), "on_hand": _("units on hand"), "until": _("until"), "contract": _("contract"),
    "units": _("units"),
}  # fmt: skip
KIND_TITLES = {
    "revenue": _("payment for goods"), "commission": _("commission"), "service": _("service fee"),
    "promotion": _("promotion and advertising"), "fulfillment": _("picking, packing, shipping"),
    "storage": _("storage"), "logistics": _("carriage"), "subsidy": _("subsidy of the platform"),
    "return": _("handling of returns"), "refund": _("refund to buyers"), "penalty": _("fine or deduction"),
    "duty": _("import duty"), "tax": _("tax"), "environment": _("packaging and recycling"), "payout": _("payout fee"),
}  # fmt: skip
ACCOUNT_TITLES = {
    "at": _("units that can be sold"), "reserved": _("units reserved"), "quarantined": _("units under check"),
    "in_transit": _("units on the way"),
}  # fmt: skip
