"""The life of an order in django-oscar: basket, order, payment source, shipped; prints one JSON line.

    .venv-peers-operate/bin/python benchmarks/peers/oscar_orders.py --orders 300

Each order has two lines. First commit: a basket is filled, the order placed, its stock allocated, its payment debited;
second commit: lines shipped, the allocation consumed, the order's state moved on. SQLite: WAL, ``synchronous`` FULL.
Oscar keeps no books: no invoice and no postings, so it does less than ours.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from decimal import Decimal

SETTINGS = {
    "SECRET_KEY": "benchmark", "USE_TZ": True, "SITE_ID": 1, "ROOT_URLCONF": "", "OSCAR_DEFAULT_CURRENCY": "USD",
    "DEFAULT_AUTO_FIELD": "django.db.models.AutoField", 
    "HAYSTACK_CONNECTIONS": {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
    "OSCAR_INITIAL_ORDER_STATUS": "Pending", "OSCAR_INITIAL_LINE_STATUS": "Pending",
    "OSCAR_ORDER_STATUS_PIPELINE": {"Pending": ("Shipped",), "Shipped": ()},
    "OSCAR_LINE_STATUS_PIPELINE": {"Pending": ("Shipped",), "Shipped": ()},
    "TEMPLATES": [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
}  # fmt: skip


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=300)
    count = parser.parse_args(words).orders
    with tempfile.TemporaryDirectory() as folder:
        _start(folder)
        shop = _prepare(count)
        for _ in range(20):
            _live(shop)  # caches warm
        begun, begun_cpu = time.perf_counter(), time.process_time()
        for _ in range(count):
            _live(shop)
        wall, cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
        left = _check(count + 20)
        values = {"peer": "django-oscar", "version": _version(), "store": "sqlite", "orders": count, "batch": 1}
        rates = {"orders_per_s": count / wall, "cpu_ms_per_order": cpu / count * 1e3}
        sys.stdout.write(json.dumps(values | rates | left) + "\n")
    return 0


def _start(folder: str) -> None:
    """Django with every app of Oscar and an empty database that waits for the disk at each commit."""
    import django
    import oscar
    from django.conf import settings
    from django.core.management import call_command
    from oscar import defaults

    words = {name: getattr(defaults, name) for name in dir(defaults) if name.startswith("OSCAR_")}
    options = {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", "transaction_mode": "IMMEDIATE"}
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.join(folder, "shop.sqlite"), "OPTIONS": options}
    extra = ["haystack", "treebeard", "django_tables2", "widget_tweaks"]
    apps = [*oscar.INSTALLED_APPS, *(app for app in extra if app not in oscar.INSTALLED_APPS)]
    settings.configure(**(words | SETTINGS), INSTALLED_APPS=apps, DATABASES={"default": database})
    django.setup()
    call_command("migrate", verbosity=0)


def _prepare(count: int) -> dict[str, object]:
    from django.contrib.auth import get_user_model
    from oscar.core.loading import get_model
    from oscar.test import factories

    country = get_model("address", "Country").objects.create(
        iso_3166_1_a2="US", iso_3166_1_a3="USA", iso_3166_1_numeric="840", printable_name="United States", name="US"
    )
    products = [
        factories.create_product(
            title=name, price=Decimal("10"), partner_name="Seller", partner_sku=name, num_in_stock=10 * count + 1_000
        )
        for name in ("cup", "plate")
    ]
    return {
        "user": get_user_model().objects.create_user("buyer", "buyer@example.com"),
        "country": country,
        "products": products,
        "source_type": get_model("payment", "SourceType").objects.create(name="Card"),
        "paid": get_model("order", "PaymentEventType").objects.create(name="Paid"),
        "shipped": get_model("order", "ShippingEventType").objects.create(name="Shipped"),
    }


def _live(shop: dict[str, object]) -> None:
    from django.db import transaction

    with transaction.atomic():
        order = _place(shop)
    with transaction.atomic():
        _ship(order.pk, shop)


def _place(shop: dict):
    """A basket with two lines becomes an order that is allocated and paid."""
    from oscar.apps.shipping.methods import Free
    from oscar.core.loading import get_class, get_model

    basket = get_model("basket", "Basket").objects.create(owner=shop["user"])
    basket.strategy = get_class("partner.strategy", "Selector")().strategy(user=shop["user"])
    for product, quantity in zip(shop["products"], (2, 1), strict=True):
        basket.add_product(product, quantity)
    get_class("offer.applicator", "Applicator")().apply(basket, shop["user"])
    address = get_model("order", "ShippingAddress").objects.create(
        first_name="A", last_name="B", line1="Street 1", line4="Town", postcode="10001", country=shop["country"]
    )
    method = Free()
    charge = method.calculate(basket)
    total = get_class("checkout.calculators", "OrderTotalCalculator")().calculate(basket, charge)
    order = get_class("order.utils", "OrderCreator")().place_order(
        basket, total, method, charge, user=shop["user"], shipping_address=address
    )
    source = get_model("payment", "Source").objects.create(order=order, source_type=shop["source_type"], currency="USD")
    source.allocate(total.incl_tax)
    source.debit(total.incl_tax)
    lines = list(order.lines.all())
    handler = get_class("order.processing", "EventHandler")(shop["user"])
    handler.handle_payment_event(order, shop["paid"], total.incl_tax, lines, [line.quantity for line in lines])
    basket.submit()
    return order


def _ship(order_id: int, shop: dict) -> None:
    """The lines of a paid order leave: their stock is consumed and the order is shipped."""
    from oscar.core.loading import get_class, get_model

    order = get_model("order", "Order").objects.get(pk=order_id)
    lines = list(order.lines.all())
    quantities = [line.quantity for line in lines]
    handler = get_class("order.processing", "EventHandler")(shop["user"])
    handler.handle_shipping_event(order, shop["shipped"], lines, quantities)
    handler.consume_stock_allocations(order, lines, quantities)
    for line in lines:
        line.set_status("Shipped")
    handler.handle_order_status_change(order, "Shipped")


def _check(count: int) -> dict[str, int]:
    """Raises where an order is not shipped and paid, or stock does not add up."""
    from django.db import connection
    from django.db.models import F
    from oscar.core.loading import get_model

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone()[0] == 2
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone()[0] == "wal"
    orders = get_model("order", "Order").objects
    assert orders.filter(status="Shipped").count() == count
    paid = get_model("payment", "Source").objects.filter(
        amount_debited=F("order__total_incl_tax"), amount_debited__gt=0
    )
    assert paid.count() == count
    records = list(get_model("partner", "StockRecord").objects.all())
    assert all(record.num_allocated == 0 for record in records)
    gone = sum(line.quantity for line in get_model("order", "Line").objects.all())
    assert gone == 3 * count
    return {"lines": get_model("order", "Line").objects.count()}


def _version() -> str:
    import oscar

    return str(oscar.get_version())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
