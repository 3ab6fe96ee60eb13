"""The life of a sale in Tryton, server-side model API, many sales a transaction; prints one JSON line.

    .venv-peers-operate/bin/python benchmarks/peers/tryton_orders.py --orders 200 --batch 50

Each sale has two lines and goes quote -> confirm -> process -> invoice posted -> paid and reconciled -> stock
assigned -> picked -> packed -> done; whatever does not end with a sale, an invoice and a shipment that are done, with
nothing left in the customers' account, ends the run. Tryton sets SQLite's ``synchronous`` to NORMAL; FULL is asked for,
so that a commit is as durable as ours. Left out in its favor: tasks that it queues for later (the printed invoice).
"""

import argparse
import datetime
import json
import logging
import os
import sys
import tempfile
import time
from decimal import Decimal

WARM = 5
LOCKS: dict[str, object] = {}
TRIES: list[str] = []


def main(words: list[str]) -> int:
    arguments = _arguments(words)
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        _point_at(arguments, folder)
        begun, begun_cpu = time.perf_counter(), time.process_time()
        ids = _prepare(arguments.orders)
        set_up = {"set_up_s": time.perf_counter() - begun, "set_up_cpu_s": time.process_time() - begun_cpu}
        _live(ids, WARM)  # caches warm, locks known
        TRIES.clear()
        begun, begun_cpu = time.perf_counter(), time.process_time()
        for _ in range(0, arguments.orders, arguments.batch):
            _live(ids, arguments.batch)
        wall, cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
        left = _check(ids, arguments.orders + WARM)
        print_line(
            {
                "peer": "tryton", "version": _version(), "store": "sqlite",
                "orders": arguments.orders, "batch": arguments.batch, "orders_per_s": arguments.orders / wall,
                "cpu_ms_per_order": cpu / arguments.orders * 1e3, "tried_again": len(TRIES), **set_up, **left,
            }
        )  # fmt: skip
        from trytond.tests.test_tryton import drop_db

        drop_db()
    return 0


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--cache", default="", help="folder that keeps the empty company for the next run")
    return parser.parse_args(words)


def _point_at(arguments: argparse.Namespace, folder: str) -> None:
    os.environ["DB_NAME"] = "shop"
    if arguments.cache:
        os.environ["DB_CACHE"] = arguments.cache
    from trytond import config

    config.set("database", "uri", "sqlite://")
    config.set("database", "path", folder)


def _prepare(orders: int) -> dict[str, int]:
    """A company with a chart of accounts, a year, a tax, a customer, two products with stock; ids by name."""
    from proteus import Model
    from trytond.modules.account.tests.tools import create_chart, create_fiscalyear, create_tax, get_accounts
    from trytond.modules.account_invoice.tests.tools import create_payment_term, set_fiscalyear_invoice_sequences
    from trytond.modules.company.tests.tools import create_company, get_company
    from trytond.tests.tools import activate_modules

    config = activate_modules("sale", create_company, create_chart)
    set_fiscalyear_invoice_sequences(create_fiscalyear()).click("create_period")
    accounts = get_accounts()
    journal, *_ = Model.get("account.journal").find([("type", "=", "cash")])
    method = Model.get("account.invoice.payment.method")(
        name="Cash", journal=journal, credit_account=accounts["cash"], debit_account=accounts["cash"]
    )
    method.save()
    tax = create_tax(Decimal(".10"))
    tax.save()
    category = Model.get("product.category")(name="Goods", accounting=True)
    category.account_expense, category.account_revenue = accounts["expense"], accounts["revenue"]
    category.customer_taxes.append(tax)
    category.save()
    customer = Model.get("party.party")(name="Customer")
    customer.save()
    term = create_payment_term()
    term.save()
    products = [_product(Model, name, category, orders) for name in ("cup", "plate")]
    return {
        "user": config.user, "company": get_company().id, "customer": customer.id, "term": term.id, "method": method.id,
        "cup": products[0], "plate": products[1],
    }  # fmt: skip


def _product(model, name: str, category, orders: int) -> int:
    unit, *_ = model.get("product.uom").find([("name", "=", "Unit")])
    template = model.get("product.template")(name=name, default_uom=unit, type="goods", salable=True)
    template.list_price, template.account_category = Decimal("10"), category
    template.save()
    storage, *_ = model.get("stock.location").find([("code", "=", "STO")])
    inventory = model.get("stock.inventory")(location=storage)
    line = inventory.lines.new(product=template.products[0])
    line.quantity, line.expected_quantity = 10.0 * orders + 10_000, 0.0
    inventory.click("confirm")
    return int(template.products[0].id)


def _live(ids: dict[str, int], count: int) -> None:
    """One transaction that takes ``count`` sales from nothing to done; tried again with the locks Tryton asks for.

    The locks are kept for the batches that follow, so that only the first one is done over.
    """
    from trytond.transaction import Transaction, TransactionError

    while True:
        with _durable(Transaction(), ids, LOCKS) as transaction:
            try:
                _sell(ids, count)
                return
            except TransactionError as error:
                transaction.rollback()
                error.fix(LOCKS)
                TRIES.append(type(error).__name__)


def _durable(transaction, ids: dict[str, int], extras: dict[str, object]):
    """A started transaction whose commit waits for the disk."""
    from trytond import backend

    if backend.name == "sqlite":
        connection = backend.Database("shop").connect().get_connection()
        connection.execute("PRAGMA synchronous = FULL")
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    return transaction.start("shop", ids["user"], context={"company": ids["company"]}, **extras)


def _sell(ids: dict[str, int], count: int) -> None:
    from trytond.pool import Pool

    pool = Pool()
    sale, line = pool.get("sale.sale"), pool.get("sale.line")
    shipment, invoice = pool.get("stock.shipment.out"), pool.get("account.invoice")
    sales = [_draft(sale, line, ids) for _ in range(count)]
    sale.save(sales)
    sale.quote(sales)
    sale.confirm(sales)
    sale.process(sales)
    invoices = [each for one in sale.browse(sales) for each in one.invoices]
    invoice.post(invoices)
    _pay(pool, invoice.browse(invoices), ids["method"])
    shipments = [each for one in sale.browse(sales) for each in one.shipments]
    shipment.assign_try(shipments)
    assert all(one.state == "assigned" for one in shipment.browse(shipments))
    shipment.pick(shipments)
    shipment.pack(shipments)
    shipment.do(shipments)
    invoice.process(invoices)
    sale.process(sale.browse(sales))
    assert all(one.state == "done" for one in sale.browse(sales))


def _draft(sale, line, ids: dict[str, int]):
    draft = sale(company=ids["company"], party=ids["customer"], payment_term=ids["term"], invoice_method="order")
    draft.on_change_party()
    draft.payment_term = ids["term"]
    draft.lines = [_line(line, draft, ids[name], quantity) for name, quantity in (("cup", 2.0), ("plate", 1.0))]
    return draft


def _line(line, draft, product: int, quantity: float):
    new = line(sale=draft, type="line", product=product, quantity=quantity)
    new.on_change_product()
    new.on_change_quantity()
    return new


def _pay(pool, invoices, method: int) -> None:
    """What the wizard "pay invoice" does."""
    means, line = pool.get("account.invoice.payment.method")(method), pool.get("account.move.line")
    for one in invoices:
        amount = one.amount_to_pay
        to_reconcile = [each for each in one.lines_to_pay if not each.reconciliation]
        to_reconcile += one.pay_invoice(amount, means, datetime.date.today())
        line.reconcile(to_reconcile)


def _check(ids: dict[str, int], orders: int) -> dict[str, int]:
    """Numbers of finished documents; raises where something is left open."""
    from trytond.pool import Pool
    from trytond.transaction import Transaction

    with Transaction().start("shop", ids["user"], context={"company": ids["company"]}, readonly=True):
        pool = Pool()
        done = {
            "sales": pool.get("sale.sale").search([("state", "=", "done")], count=True),
            "invoices": pool.get("account.invoice").search([("state", "=", "paid")], count=True),
            "shipments": pool.get("stock.shipment.out").search([("state", "=", "done")], count=True),
        }
        assert set(done.values()) == {orders}, done
        lines = pool.get("account.move.line").search([])
        assert sum(each.debit - each.credit for each in lines) == 0
        receivable = [each for each in lines if each.account.type.receivable]
        assert sum(each.debit - each.credit for each in receivable) == 0
        assert all(each.move.state == "posted" for each in lines)
        return {"account_move_lines": len(lines), "stock_moves": pool.get("stock.move").search([], count=True)}


def _version() -> str:
    import trytond

    return str(trytond.__version__)


def print_line(values: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(values) + "\n")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
