"""Calls of the API, made by tools/make_client.py from its description. Over 400 lines: it has all.

Hides paths and methods. Keeps the invariant that every operation of the description has a method.
"""

import json
from collections.abc import Sequence
from typing import Literal

from tuoguan.client import records
from tuoguan.client.talking import Talk, part, read


class Client(Talk):
    """Every operation of the API as a method; each raises NotDone with everything that is wrong."""

    def take_order(
        self,
        workspace: str,
        body: records.NewOrder,
        *,
        desk: Literal["seller", "platform"] = "seller",
        idempotency_key: str | None = None,
    ) -> records.TakenOrder:
        """The order, durable. The same number and content again: the same order."""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/orders",
            query={"desk": desk},
            body=body,
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.TakenOrder = read(records.TakenOrder, json.loads(told))
        return answer

    def take_orders(
        self,
        workspace: str,
        body: records.NewOrders,
        *,
        desk: Literal["seller", "platform"] = "seller",
        idempotency_key: str | None = None,
    ) -> records.TakenOrders:
        """An answer for each order, in their order; each stands alone."""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/orders/batch",
            query={"desk": desk},
            body=body,
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.TakenOrders = read(records.TakenOrders, json.loads(told))
        return answer

    def work(
        self,
        workspace: str,
        *,
        flow: str | None = None,
        kind: records.StepKind | None = None,
        limit: int = 50,
        after: str | None = None,
        desk: records.Desk = "seller",
    ) -> records.PageStep:
        """The most money at risk first, then the earliest due."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/work",
            query={"flow": flow, "kind": kind, "limit": limit, "after": after, "desk": desk},
        )
        answer: records.PageStep = read(records.PageStep, json.loads(told))
        return answer

    def today(self, workspace: str, *, desk: records.Desk = "seller") -> records.TodayShown:
        """What the page of today says."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/today", query={"desk": desk})
        answer: records.TodayShown = read(records.TodayShown, json.loads(told))
        return answer

    def flows(self, workspace: str, *, desk: records.Desk = "seller") -> list[records.FlowShown]:
        """Every flow with its states and moves, and the rights that each move wants."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/flows", query={"desk": desk})
        answer: list[records.FlowShown] = read(list[records.FlowShown], json.loads(told))
        return answer

    def export_documents(
        self,
        workspace: str,
        flow: str,
        form: Literal["xlsx", "csv", "parquet", "jsonl"],
        *,
        state: list[str] | None = None,
        find: str = "",
        contract: str = "",
        market: str = "",
        place: str = "",
        sku: str = "",
        sort: str = "-opened_at",
        desk: records.Desk = "seller",
    ) -> bytes:
        """All rows of the same query."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/documents/{part(flow)}.{part(form)}",
            query={
                "state": state,
                "find": find,
                "contract": contract,
                "market": market,
                "place": place,
                "sku": sku,
                "sort": sort,
                "desk": desk,
            },
        )
        return told

    def documents(
        self,
        workspace: str,
        flow: str,
        *,
        limit: int = 50,
        after: str | None = None,
        state: list[str] | None = None,
        find: str = "",
        contract: str = "",
        market: str = "",
        place: str = "",
        sku: str = "",
        sort: str = "-opened_at",
        desk: records.Desk = "seller",
    ) -> records.PageListed:
        """A page of them, as the desk may see them."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/documents/{part(flow)}",
            query={
                "limit": limit,
                "after": after,
                "state": state,
                "find": find,
                "contract": contract,
                "market": market,
                "place": place,
                "sku": sku,
                "sort": sort,
                "desk": desk,
            },
        )
        answer: records.PageListed = read(records.PageListed, json.loads(told))
        return answer

    def open_document(
        self,
        workspace: str,
        flow: str,
        body: records.NewDocument,
        *,
        desk: records.Desk = "seller",
        idempotency_key: str | None = None,
    ) -> records.DocumentShown:
        """The new document, durable. The same number and content again: the same document."""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/documents/{part(flow)}",
            query={"desk": desk},
            body=body,
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.DocumentShown = read(records.DocumentShown, json.loads(told))
        return answer

    def document_counts(self, workspace: str, flow: str, *, desk: records.Desk = "seller") -> dict[str, int]:
        """Documents of the flow by state; states without any are left out."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/document-counts/{part(flow)}", query={"desk": desk}
        )
        answer: dict[str, int] = read(dict[str, int], json.loads(told))
        return answer

    def document(
        self, workspace: str, flow: str, number: str, *, desk: records.Desk = "seller"
    ) -> records.DocumentWhole:
        """The document with its history, charges and their sources, and every move that it allows."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/documents/{part(flow)}/{part(number)}", query={"desk": desk}
        )
        answer: records.DocumentWhole = read(records.DocumentWhole, json.loads(told))
        return answer

    def move_document(
        self,
        workspace: str,
        flow: str,
        number: str,
        body: records.Move,
        *,
        preview: bool = False,
        desk: records.Desk = "seller",
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> records.DocumentShown:
        """The document behind the move, durable. With If-Match it is refused (412) when somebody was …"""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/documents/{part(flow)}/{part(number)}",
            query={"preview": preview, "desk": desk},
            body=body,
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )
        answer: records.DocumentShown = read(records.DocumentShown, json.loads(told))
        return answer

    def move_documents(
        self, workspace: str, body: records.Moves, *, desk: records.Desk = "seller", idempotency_key: str | None = None
    ) -> records.MovesDone:
        """Each stands alone; those that can be done are in one commit. Later ones see what earlier ones …"""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/moves",
            query={"desk": desk},
            body=body,
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.MovesDone = read(records.MovesDone, json.loads(told))
        return answer

    def decision(self, workspace: str, *, desk: records.Desk = "seller") -> records.DecisionShown:
        """What was chosen, what it earns in the mean and in the worst futures, and its proven gap. Its …"""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/decision", query={"desk": desk})
        answer: records.DecisionShown = read(records.DecisionShown, json.loads(told))
        return answer

    def decision_groups(
        self,
        workspace: str,
        *,
        limit: int = 50,
        after: str | None = None,
        market: str = "",
        way: str = "",
        find: str = "",
        state: Literal["", "sold", "left", "undecided", "moves"] = "",
        sort: str = "-gain",
        desk: records.Desk = "seller",
    ) -> records.PageGroup:
        """The pick for each product in each market, what it earns, and how sure that is."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/decision/groups",
            query={
                "limit": limit,
                "after": after,
                "market": market,
                "way": way,
                "find": find,
                "state": state,
                "sort": sort,
                "desk": desk,
            },
        )
        answer: records.PageGroup = read(records.PageGroup, json.loads(told))
        return answer

    def export_groups(
        self,
        workspace: str,
        form: Literal["xlsx", "csv", "parquet", "jsonl"],
        *,
        market: str = "",
        way: str = "",
        find: str = "",
        state: Literal["", "sold", "left", "undecided", "moves"] = "",
        sort: str = "-gain",
        desk: records.Desk = "seller",
    ) -> bytes:
        """All rows of the same query."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/decision/groups.{part(form)}",
            query={"market": market, "way": way, "find": find, "state": state, "sort": sort, "desk": desk},
        )
        return told

    def decision_limits(self, workspace: str, *, desk: records.Desk = "seller") -> list[records.LimitShown]:
        """Cash, hours, room and numbers by week: used, allowed, and the worth of one unit more."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/decision/limits", query={"desk": desk})
        answer: list[records.LimitShown] = read(list[records.LimitShown], json.loads(told))
        return answer

    def frontier(self, workspace: str, *, desk: records.Desk = "seller") -> list[records.FrontierPoint]:
        """What other weights on risk and tighter limits would have given."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/decision/frontier", query={"desk": desk})
        answer: list[records.FrontierPoint] = read(list[records.FrontierPoint], json.loads(told))
        return answer

    def decision_product(
        self, workspace: str, market: str, sku: str, *, desk: records.Desk = "seller"
    ) -> records.ProductInMarket:
        """Its options side by side, the terms at which the answer turns, and what to quote."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/decision/products/{part(market)}/{part(sku)}",
            query={"desk": desk},
        )
        answer: records.ProductInMarket = read(records.ProductInMarket, json.loads(told))
        return answer

    def what_if(
        self,
        workspace: str,
        body: records.WhatIfAsked,
        *,
        desk: records.Desk = "seller",
        idempotency_key: str | None = None,
    ) -> records.WhatIfAnswer:
        """The choice again under other limits, risk, terms or contracts, within seconds; nothing is kept."""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/decision/what-if",
            query={"desk": desk},
            body=body,
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.WhatIfAnswer = read(records.WhatIfAnswer, json.loads(told))
        return answer

    def export_plan(
        self,
        workspace: str,
        table: Literal["purchases", "shipments", "quotes", "cash", "hours"],
        form: Literal["xlsx", "csv", "parquet", "jsonl"],
        *,
        desk: records.Desk = "seller",
    ) -> bytes:
        """The whole table."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/plan/{part(table)}.{part(form)}", query={"desk": desk}
        )
        return told

    def plan_table(
        self,
        workspace: str,
        table: Literal["purchases", "shipments", "quotes", "cash", "hours"],
        *,
        limit: int = 50,
        after: str | None = None,
        desk: records.Desk = "seller",
    ) -> records.PagePlanRow:
        """Dated purchases, shipments and quotes, or cash and hours by week."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/plan/{part(table)}",
            query={"limit": limit, "after": after, "desk": desk},
        )
        answer: records.PagePlanRow = read(records.PagePlanRow, json.loads(told))
        return answer

    def contracts(
        self, workspace: str, *, on: str | None = None, desk: records.Desk = "seller"
    ) -> list[records.Summary]:
        """One row per contract: how many of its values have a source, a range, or are assumed."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/contracts", query={"on": on, "desk": desk})
        answer: list[records.Summary] = read(list[records.Summary], json.loads(told))
        return answer

    def export_contracts(
        self,
        workspace: str,
        form: Literal["xlsx", "csv", "parquet", "jsonl"],
        *,
        on: str | None = None,
        desk: records.Desk = "seller",
    ) -> bytes:
        """Every contract that can be signed, with who owns each duty."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/contracts.{part(form)}", query={"on": on, "desk": desk}
        )
        return told

    def contract_changes(
        self, workspace: str, *, since: str, until: str, desk: records.Desk = "seller"
    ) -> list[records.Changed]:
        """Every term of every contract and card that is not the same on both days, with its source."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/contracts/changes",
            query={"since": since, "until": until, "desk": desk},
        )
        answer: list[records.Changed] = read(list[records.Changed], json.loads(told))
        return answer

    def compare_contracts(
        self, workspace: str, *, first: str, second: str, on: str | None = None, desk: records.Desk = "seller"
    ) -> records.ComparisonShown:
        """Duties, settings, quantities and deadlines of both, and what one reference parcel moves under …"""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/contracts/compare",
            query={"first": first, "second": second, "on": on, "desk": desk},
        )
        answer: records.ComparisonShown = read(records.ComparisonShown, json.loads(told))
        return answer

    def contract(
        self, workspace: str, contract: str, *, on: str | None = None, desk: records.Desk = "seller"
    ) -> records.ContractShown:
        """Its terms as the workspace has them, the seller's own overlays included; also a card such as …"""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/contracts/show/{part(contract)}",
            query={"on": on, "desk": desk},
        )
        answer: records.ContractShown = read(records.ContractShown, json.loads(told))
        return answer

    def overlays(self, workspace: str, *, desk: records.Desk = "seller") -> list[records.OverlayShown]:
        """Every overlay file with what is wrong with it."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/overlays", query={"desk": desk})
        answer: list[records.OverlayShown] = read(list[records.OverlayShown], json.loads(told))
        return answer

    def check_overlay(
        self,
        workspace: str,
        body: records.OverlayText,
        *,
        desk: records.Desk = "seller",
        idempotency_key: str | None = None,
    ) -> records.OverlayReview:
        """Everything that is wrong with the draft and every term it would change; nothing is saved."""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/overlays/check",
            query={"desk": desk},
            body=body,
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.OverlayReview = read(records.OverlayReview, json.loads(told))
        return answer

    def overlay(self, workspace: str, name: str, *, desk: records.Desk = "seller") -> str:
        """The file as TOML; its ETag is what a change must bring as If-Match."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/overlays/{part(name)}", query={"desk": desk})
        return told.decode()

    def save_overlay(
        self,
        workspace: str,
        name: str,
        body: records.OverlayText,
        *,
        desk: records.Desk = "seller",
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> records.OverlayReview:
        """Saves it as active where nothing is wrong with it. If-Match is the ETag that you saw, `"none"` …"""
        told, _ = self.call(
            "PUT",
            f"/api/v1/workspaces/{part(workspace)}/overlays/{part(name)}",
            query={"desk": desk},
            body=body,
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )
        answer: records.OverlayReview = read(records.OverlayReview, json.loads(told))
        return answer

    def remove_overlay(
        self,
        workspace: str,
        name: str,
        *,
        desk: records.Desk = "seller",
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Takes the file away, unless somebody changed it since."""
        self.call(
            "DELETE",
            f"/api/v1/workspaces/{part(workspace)}/overlays/{part(name)}",
            query={"desk": desk},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )

    def stock_places(self, workspace: str, *, desk: records.Desk = "seller") -> list[records.PlaceShown]:
        """Everywhere first, then each place that holds anything or ever did."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/stock/places", query={"desk": desk})
        answer: list[records.PlaceShown] = read(list[records.PlaceShown], json.loads(told))
        return answer

    def export_stock(
        self,
        workspace: str,
        form: Literal["xlsx", "csv", "parquet", "jsonl"],
        *,
        place: str = "",
        tab: Literal["", "short", "arriving", "waiting", "reserved", "lost"] = "",
        find: str = "",
        desk: records.Desk = "seller",
    ) -> bytes:
        """All rows of the same query."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/stock/products.{part(form)}",
            query={"place": place, "tab": tab, "find": find, "desk": desk},
        )
        return told

    def stock_products(
        self,
        workspace: str,
        *,
        place: str = "",
        tab: Literal["", "short", "arriving", "waiting", "reserved", "lost"] = "",
        find: str = "",
        limit: int = 50,
        after: str | None = None,
        desk: records.Desk = "seller",
    ) -> records.PageProductShown:
        """Those that run out first stand first."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/stock/products",
            query={"place": place, "tab": tab, "find": find, "limit": limit, "after": after, "desk": desk},
        )
        answer: records.PageProductShown = read(records.PageProductShown, json.loads(told))
        return answer

    def stock_movements(
        self, workspace: str, sku: str, *, limit: int = 50, after: str | None = None, desk: records.Desk = "seller"
    ) -> records.PageMovementShown:
        """Entries that moved it, the latest first."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/stock/movements/{part(sku)}",
            query={"limit": limit, "after": after, "desk": desk},
        )
        answer: records.PageMovementShown = read(records.PageMovementShown, json.loads(told))
        return answer

    def stock_product(self, workspace: str, sku: str, *, desk: records.Desk = "seller") -> records.ProductWhole:
        """Every place, what comes, when it runs out, its layers of cost, and what listings may offer."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/stock/product/{part(sku)}", query={"desk": desk}
        )
        answer: records.ProductWhole = read(records.ProductWhole, json.loads(told))
        return answer

    def count_stock(
        self,
        workspace: str,
        body: records.NewCount,
        *,
        preview: bool = False,
        desk: records.Desk = "seller",
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> records.CountShown:
        """The count, durable: the ledger then has what was counted. Looked at first (`preview=true`): …"""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/stock/counts",
            query={"preview": preview, "desk": desk},
            body=body,
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )
        answer: records.CountShown = read(records.CountShown, json.loads(told))
        return answer

    def money_balances(self, workspace: str, *, desk: records.Desk = "seller") -> records.BalancesShown:
        """Expected, pending, in settlement, frozen, reserve, deposit, bank, payable, and what nobody …"""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/money/balances", query={"desk": desk})
        answer: records.BalancesShown = read(records.BalancesShown, json.loads(told))
        return answer

    def export_balances(
        self, workspace: str, form: Literal["xlsx", "csv", "parquet", "jsonl"], *, desk: records.Desk = "seller"
    ) -> bytes:
        """The same rows."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/money/balances.{part(form)}", query={"desk": desk}
        )
        return told

    def money_late(self, workspace: str, *, desk: records.Desk = "seller") -> list[records.LateShown]:
        """What should have come and has not, by 1 to 7, 8 to 30, 31 to 60 and more days late; the most …"""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/money/late", query={"desk": desk})
        answer: list[records.LateShown] = read(list[records.LateShown], json.loads(told))
        return answer

    def money_forecast(
        self, workspace: str, *, currency: str, days: int = 120, desk: records.Desk = "seller"
    ) -> list[records.ForecastDay]:
        """The bank by day as entries and contracts have it, beside the plan's balance."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/money/forecast",
            query={"currency": currency, "days": days, "desk": desk},
        )
        answer: list[records.ForecastDay] = read(list[records.ForecastDay], json.loads(told))
        return answer

    def money_coming(self, workspace: str, *, days: int = 120, desk: records.Desk = "seller") -> list[records.DueShown]:
        """Amounts by the day they can be expected on; what is late stands on today."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/money/coming", query={"days": days, "desk": desk}
        )
        answer: list[records.DueShown] = read(list[records.DueShown], json.loads(told))
        return answer

    def money_fees(self, workspace: str, *, weeks: int = 26, desk: records.Desk = "seller") -> list[records.FeeWeek]:
        """What each kind of charge brought or took."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/money/fees", query={"weeks": weeks, "desk": desk}
        )
        answer: list[records.FeeWeek] = read(list[records.FeeWeek], json.loads(told))
        return answer

    def export_fees(
        self,
        workspace: str,
        form: Literal["xlsx", "csv", "parquet", "jsonl"],
        *,
        weeks: int = 26,
        desk: records.Desk = "seller",
    ) -> bytes:
        """The same rows."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/money/fees.{part(form)}", query={"weeks": weeks, "desk": desk}
        )
        return told

    def money_entries(
        self,
        workspace: str,
        *,
        currency: str,
        state: str,
        contract: str = "",
        limit: int = 50,
        after: str | None = None,
        desk: records.Desk = "seller",
    ) -> records.PageMoved:
        """Entries that moved a state of a contract ("" for the bank), the latest first."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/money/entries",
            query={
                "currency": currency,
                "state": state,
                "contract": contract,
                "limit": limit,
                "after": after,
                "desk": desk,
            },
        )
        answer: records.PageMoved = read(records.PageMoved, json.loads(told))
        return answer

    def money_exchanges(
        self, workspace: str, *, limit: int = 100, desk: records.Desk = "seller"
    ) -> list[records.ExchangeShown]:
        """What came against what the published rate of the day makes, the latest first."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/money/exchanges", query={"limit": limit, "desk": desk}
        )
        answer: list[records.ExchangeShown] = read(list[records.ExchangeShown], json.loads(told))
        return answer

    def statements(
        self,
        workspace: str,
        *,
        state: str = "",
        find: str = "",
        sort: str = "-opened_at",
        limit: int = 50,
        after: str | None = None,
        desk: records.Desk = "seller",
    ) -> records.PageStatementShown:
        """Every statement that was imported, with what differs on it."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/statements",
            query={"state": state, "find": find, "sort": sort, "limit": limit, "after": after, "desk": desk},
        )
        answer: records.PageStatementShown = read(records.PageStatementShown, json.loads(told))
        return answer

    def reconciliation(self, workspace: str, *, desk: records.Desk = "seller") -> records.Run:
        """As known on which day, how many lines and expectations, and sums by verdict. A new one is a job."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/reconciliation", query={"desk": desk})
        answer: records.Run = read(records.Run, json.loads(told))
        return answer

    def export_differences(
        self,
        workspace: str,
        form: Literal["xlsx", "csv", "parquet", "jsonl"],
        *,
        verdict: records.Verdict | None = None,
        kind: str = "",
        contract_id: str = "",
        statement: str = "",
        currency: str = "",
        find: str = "",
        desk: records.Desk = "seller",
    ) -> bytes:
        """All rows of the same query."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/differences.{part(form)}",
            query={
                "verdict": verdict,
                "kind": kind,
                "contract_id": contract_id,
                "statement": statement,
                "currency": currency,
                "find": find,
                "desk": desk,
            },
        )
        return told

    def differences(
        self,
        workspace: str,
        *,
        sort: Literal[
            "-size",
            "size",
            "difference",
            "-difference",
            "deadline_on",
            "-deadline_on",
            "due_on",
            "-due_on",
            "settled_on",
            "-settled_on",
        ] = "-size",
        limit: int = 50,
        after: str | None = None,
        verdict: records.Verdict | None = None,
        kind: str = "",
        contract_id: str = "",
        statement: str = "",
        currency: str = "",
        find: str = "",
        desk: records.Desk = "seller",
    ) -> records.PageDifferenceRow:
        """Every match that is not as expected, the largest first."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/differences",
            query={
                "sort": sort,
                "limit": limit,
                "after": after,
                "verdict": verdict,
                "kind": kind,
                "contract_id": contract_id,
                "statement": statement,
                "currency": currency,
                "find": find,
                "desk": desk,
            },
        )
        answer: records.PageDifferenceRow = read(records.PageDifferenceRow, json.loads(told))
        return answer

    def difference(
        self, workspace: str, difference_id: str, *, desk: records.Desk = "seller"
    ) -> records.DifferenceShown:
        """Both sides, with the source of every term."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/differences/{part(difference_id)}", query={"desk": desk}
        )
        answer: records.DifferenceShown = read(records.DifferenceShown, json.loads(told))
        return answer

    def move_statement(
        self,
        workspace: str,
        number: str,
        body: records.StatementMove,
        *,
        preview: bool = False,
        desk: records.Desk = "seller",
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> records.DocumentShown:
        """Matched, settled or disputed, with the amounts that the last run found on it."""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/statements/{part(number)}/moves",
            query={"preview": preview, "desk": desk},
            body=body,
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )
        answer: records.DocumentShown = read(records.DocumentShown, json.loads(told))
        return answer

    def claims(
        self,
        workspace: str,
        language: Literal["en", "zh"],
        form: Literal["xlsx", "html"],
        *,
        desk: records.Desk = "seller",
    ) -> bytes:
        """What can be claimed, with its evidence, as the last run wrote it."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/claims/{part(language)}.{part(form)}", query={"desk": desk}
        )
        return told

    def realized_profit(self, workspace: str, *, desk: records.Desk = "seller") -> records.Kept:
        """The bridge from the decision's profit to what was realized, as the last run found it."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/realized-profit", query={"desk": desk})
        answer: records.Kept = read(records.Kept, json.loads(told))
        return answer

    def export_profit(
        self, workspace: str, form: Literal["xlsx", "csv", "parquet", "jsonl"], *, desk: records.Desk = "seller"
    ) -> bytes:
        """Every product of the bridge."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/realized-profit.{part(form)}", query={"desk": desk}
        )
        return told

    def calibrations(self, workspace: str, *, desk: records.Desk = "seller") -> records.Kept:
        """Numbers learned from own orders and statements, with how sure they are. Learning anew is a job."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/calibrations", query={"desk": desk})
        answer: records.Kept = read(records.Kept, json.loads(told))
        return answer

    def job_kinds(self, workspace: str, *, desk: records.Desk = "seller") -> list[records.JobKind]:
        """Every kind with the right that it wants and the schema of what it takes."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/job-kinds", query={"desk": desk})
        answer: list[records.JobKind] = read(list[records.JobKind], json.loads(told))
        return answer

    def start_job(
        self,
        workspace: str,
        body: records.NewJob,
        *,
        desk: records.Desk = "seller",
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> records.JobShown:
        """The job, on the disk and waiting for its turn; `Location` is where to watch it. The same key: …"""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/jobs",
            query={"desk": desk},
            body=body,
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )
        answer: records.JobShown = read(records.JobShown, json.loads(told))
        return answer

    def jobs(
        self,
        workspace: str,
        *,
        kind: str | None = None,
        limit: int = 50,
        after: str | None = None,
        desk: records.Desk = "seller",
    ) -> records.PageJobShown:
        """The newest first."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/jobs",
            query={"kind": kind, "limit": limit, "after": after, "desk": desk},
        )
        answer: records.PageJobShown = read(records.PageJobShown, json.loads(told))
        return answer

    def job(self, workspace: str, job: str, *, wait: float = 0.0, desk: records.Desk = "seller") -> records.JobShown:
        """How far it is, and what came of it."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/jobs/{part(job)}", query={"wait": wait, "desk": desk}
        )
        answer: records.JobShown = read(records.JobShown, json.loads(told))
        return answer

    def cancel_job(
        self, workspace: str, job: str, *, desk: records.Desk = "seller", idempotency_key: str | None = None
    ) -> records.JobShown:
        """Asks it to end; it does within seconds and writes nothing half. One that is over stays as it is."""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/jobs/{part(job)}/cancel",
            query={"desk": desk},
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.JobShown = read(records.JobShown, json.loads(told))
        return answer

    def job_again(
        self, workspace: str, job: str, *, desk: records.Desk = "seller", idempotency_key: str | None = None
    ) -> records.JobShown:
        """An interrupted, failed or cancelled one goes on, from what it kept where its kind keeps …"""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/jobs/{part(job)}/again",
            query={"desk": desk},
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.JobShown = read(records.JobShown, json.loads(told))
        return answer

    def job_file(self, workspace: str, job: str, number: int, *, desk: records.Desk = "seller") -> bytes:
        """The output by its place in ``result.files``, counted from 0."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/jobs/{part(job)}/files/{part(number)}", query={"desk": desk}
        )
        return told

    def upload(
        self,
        workspace: str,
        files: Sequence[tuple[str, bytes]],
        *,
        desk: records.Desk = "seller",
        idempotency_key: str | None = None,
    ) -> records.UploadShown:
        """Keeps the files for an import and looks at them; a job of the kind `import` with this id …"""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/uploads",
            query={"desk": desk},
            files=files,
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.UploadShown = read(records.UploadShown, json.loads(told))
        return answer

    def uploads(self, workspace: str, *, desk: records.Desk = "seller") -> list[records.UploadShown]:
        """The newest first; files go a week after they came."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/uploads", query={"desk": desk})
        answer: list[records.UploadShown] = read(list[records.UploadShown], json.loads(told))
        return answer

    def upload_of(self, workspace: str, upload: str, *, desk: records.Desk = "seller") -> records.UploadShown:
        """What was sent, what was said of it, and the job that took it over."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/uploads/{part(upload)}", query={"desk": desk})
        answer: records.UploadShown = read(records.UploadShown, json.loads(told))
        return answer

    def discard_upload(
        self, workspace: str, upload: str, *, desk: records.Desk = "seller", idempotency_key: str | None = None
    ) -> None:
        """Throws files and notes away; what was imported stays in the ledger."""
        self.call(
            "DELETE",
            f"/api/v1/workspaces/{part(workspace)}/uploads/{part(upload)}",
            query={"desk": desk},
            headers={"Idempotency-Key": idempotency_key},
        )

    def say_of_upload(
        self,
        workspace: str,
        upload: str,
        body: records.Said,
        *,
        desk: records.Desk = "seller",
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> records.UploadShown:
        """Words that hold for the look, the trial and the import, in place of those said before. An …"""
        told, _ = self.call(
            "PUT",
            f"/api/v1/workspaces/{part(workspace)}/uploads/{part(upload)}/said",
            query={"desk": desk},
            body=body,
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )
        answer: records.UploadShown = read(records.UploadShown, json.loads(told))
        return answer

    def look_at_upload(
        self, workspace: str, upload: str, *, desk: records.Desk = "seller"
    ) -> list[records.FileLookShown]:
        """Each file: how it is recognized, its first rows, what is wrong. Nothing is recorded."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/uploads/{part(upload)}/look", query={"desk": desk}
        )
        answer: list[records.FileLookShown] = read(list[records.FileLookShown], json.loads(told))
        return answer

    def effect_of_upload(self, workspace: str, upload: str, *, desk: records.Desk = "seller") -> records.EffectShown:
        """What importing the files as they are said would do, tried on a copy of the ledger. Nothing is …"""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/uploads/{part(upload)}/effect", query={"desk": desk}
        )
        answer: records.EffectShown = read(records.EffectShown, json.loads(told))
        return answer

    def export_upload_rows(
        self,
        workspace: str,
        upload: str,
        form: Literal["xlsx", "csv", "parquet", "jsonl"],
        *,
        desk: records.Desk = "seller",
    ) -> bytes:
        """Every row that is not used, or used with a doubt, as the last look or trial found them."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/uploads/{part(upload)}/rows.{part(form)}",
            query={"desk": desk},
        )
        return told

    def layout_of_upload(
        self,
        workspace: str,
        upload: str,
        *,
        file: str,
        table: records.Table = "order_lines",
        desk: records.Desk = "seller",
    ) -> records.LayoutShown:
        """Its header with samples, what each column may be, and a first guess."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/uploads/{part(upload)}/layout",
            query={"file": file, "table": table, "desk": desk},
        )
        answer: records.LayoutShown = read(records.LayoutShown, json.loads(told))
        return answer

    def map_upload(
        self,
        workspace: str,
        upload: str,
        body: records.NewMapping,
        *,
        preview: bool = False,
        desk: records.Desk = "seller",
        idempotency_key: str | None = None,
    ) -> records.MappingShown:
        """The file as the mapping reads it. Said once: files with these columns are known from then on."""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/uploads/{part(upload)}/mappings",
            query={"preview": preview, "desk": desk},
            body=body,
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.MappingShown = read(records.MappingShown, json.loads(told))
        return answer

    def send_tables(
        self,
        workspace: str,
        files: Sequence[tuple[str, bytes]],
        *,
        desk: records.Desk = "seller",
        idempotency_key: str | None = None,
    ) -> records.TablesLook:
        """Keeps the files and says what each is taken for; nothing is written yet."""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/table-uploads",
            query={"desk": desk},
            files=files,
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.TablesLook = read(records.TablesLook, json.loads(told))
        return answer

    def table_uploads(self, workspace: str, *, desk: records.Desk = "seller") -> list[records.TablesUpload]:
        """The newest first; what was not written goes a week after it came."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/table-uploads", query={"desk": desk})
        answer: list[records.TablesUpload] = read(list[records.TablesUpload], json.loads(told))
        return answer

    def table_kinds(self, workspace: str, *, desk: records.Desk = "seller") -> list[records.TableKind]:
        """Every table that a workspace can hold, with its fields."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/table-kinds", query={"desk": desk})
        answer: list[records.TableKind] = read(list[records.TableKind], json.loads(told))
        return answer

    def templates(
        self,
        workspace: str,
        language: Literal["en", "zh"],
        form: Literal["xlsx", "csv"],
        *,
        desk: records.Desk = "seller",
    ) -> bytes:
        """A ZIP of every table with its head, and a seller.toml, to be filled in."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/templates/{part(language)}/{part(form)}", query={"desk": desk}
        )
        return told

    def table_upload(self, workspace: str, upload: str, *, desk: records.Desk = "seller") -> records.TablesLook:
        """What each file is taken for, its columns and first rows."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/table-uploads/{part(upload)}", query={"desk": desk}
        )
        answer: records.TablesLook = read(records.TablesLook, json.loads(told))
        return answer

    def discard_tables(
        self, workspace: str, upload: str, *, desk: records.Desk = "seller", idempotency_key: str | None = None
    ) -> None:
        """Throws the files away; what was written of them stays in the workspace."""
        self.call(
            "DELETE",
            f"/api/v1/workspaces/{part(workspace)}/table-uploads/{part(upload)}",
            query={"desk": desk},
            headers={"Idempotency-Key": idempotency_key},
        )

    def say_of_table(
        self,
        workspace: str,
        upload: str,
        body: records.TableSaid,
        *,
        desk: records.Desk = "seller",
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> records.TablesLook:
        """The files as they are understood then; what was said of the others stays."""
        told, _ = self.call(
            "PUT",
            f"/api/v1/workspaces/{part(workspace)}/table-uploads/{part(upload)}/said",
            query={"desk": desk},
            body=body,
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )
        answer: records.TablesLook = read(records.TablesLook, json.loads(told))
        return answer

    def try_tables(self, workspace: str, upload: str, *, desk: records.Desk = "seller") -> records.TriedShown:
        """The workspace with the tables, checked on a copy; nothing is written."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/table-uploads/{part(upload)}/check", query={"desk": desk}
        )
        answer: records.TriedShown = read(records.TriedShown, json.loads(told))
        return answer

    def export_table_rows(
        self,
        workspace: str,
        upload: str,
        form: Literal["xlsx", "csv", "parquet", "jsonl"],
        *,
        desk: records.Desk = "seller",
    ) -> bytes:
        """Every row that would be left out, or is doubtful."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/table-uploads/{part(upload)}/rows.{part(form)}",
            query={"desk": desk},
        )
        return told

    def write_tables(
        self,
        workspace: str,
        upload: str,
        *,
        desk: records.Desk = "seller",
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> records.TablesWritten:
        """The tables in the workspace, and what was said of columns kept for the next time. Once: then …"""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/table-uploads/{part(upload)}/write",
            query={"desk": desk},
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )
        answer: records.TablesWritten = read(records.TablesWritten, json.loads(told))
        return answer

    def seller(self, workspace: str, *, desk: records.Desk = "seller") -> str:
        """seller.toml as it is; empty where there is none yet. Its ETag is what a change must bring as …"""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/seller", query={"desk": desk})
        return told.decode()

    def write_seller(
        self,
        workspace: str,
        body: records.SellerText,
        *,
        desk: records.Desk = "seller",
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Checked by reading it, written whole, the old one kept. If-Match is the ETag that you saw, …"""
        self.call(
            "PUT",
            f"/api/v1/workspaces/{part(workspace)}/seller",
            query={"desk": desk},
            body=body,
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )

    def seller_versions(self, workspace: str, *, desk: records.Desk = "seller") -> list[records.Version]:
        """Versions that were written over, the newest first."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/seller/versions", query={"desk": desk})
        answer: list[records.Version] = read(list[records.Version], json.loads(told))
        return answer

    def sources(self, workspace: str, *, desk: records.Desk = "seller") -> records.SourcesShown:
        """The workspace's own tables and what was imported, with the last day that each speaks of."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/sources", query={"desk": desk})
        answer: records.SourcesShown = read(records.SourcesShown, json.loads(told))
        return answer

    def backups(self, workspace: str, *, desk: records.Desk = "seller") -> list[records.Backup]:
        """Backups that the server keeps, the newest first; making and restoring one is a job."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/backups", query={"desk": desk})
        answer: list[records.Backup] = read(list[records.Backup], json.loads(told))
        return answer

    def people(self, workspace: str, *, desk: records.Desk = "seller") -> list[records.MemberShown]:
        """Everybody of the workspace, by name; nothing of what they are elsewhere."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/people", query={"desk": desk})
        answer: list[records.MemberShown] = read(list[records.MemberShown], json.loads(told))
        return answer

    def change_person(
        self,
        workspace: str,
        person: str,
        body: records.Part,
        *,
        desk: records.Desk = "seller",
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> records.MemberShown:
        """Another role or other desks. Refused (412) when it is no longer the part that you saw."""
        told, _ = self.call(
            "PUT",
            f"/api/v1/workspaces/{part(workspace)}/people/{part(person)}",
            query={"desk": desk},
            body=body,
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )
        answer: records.MemberShown = read(records.MemberShown, json.loads(told))
        return answer

    def remove_person(
        self, workspace: str, person: str, *, desk: records.Desk = "seller", idempotency_key: str | None = None
    ) -> None:
        """Takes the part away, and the person's keys for programs with it. The last owner stays."""
        self.call(
            "DELETE",
            f"/api/v1/workspaces/{part(workspace)}/people/{part(person)}",
            query={"desk": desk},
            headers={"Idempotency-Key": idempotency_key},
        )

    def invitations(self, workspace: str, *, desk: records.Desk = "seller") -> list[records.InvitationShown]:
        """Links into the workspace that nobody used yet."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/invitations", query={"desk": desk})
        answer: list[records.InvitationShown] = read(list[records.InvitationShown], json.loads(told))
        return answer

    def invite(
        self,
        workspace: str,
        body: records.NewInvitation,
        *,
        desk: records.Desk = "seller",
        idempotency_key: str | None = None,
    ) -> records.Link:
        """What a link must carry for somebody to come in, once, within a week."""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/invitations",
            query={"desk": desk},
            body=body,
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.Link = read(records.Link, json.loads(told))
        return answer

    def withdraw_invitation(
        self, workspace: str, invitation: str, *, desk: records.Desk = "seller", idempotency_key: str | None = None
    ) -> None:
        """Ends it; one that is not there any more is ended already."""
        self.call(
            "DELETE",
            f"/api/v1/workspaces/{part(workspace)}/invitations/{part(invitation)}",
            query={"desk": desk},
            headers={"Idempotency-Key": idempotency_key},
        )

    def tokens(self, workspace: str, *, desk: records.Desk = "seller") -> list[records.TokenShown]:
        """One's own; everybody's with the right to people. What they open with is nowhere."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/tokens", query={"desk": desk})
        answer: list[records.TokenShown] = read(list[records.TokenShown], json.loads(told))
        return answer

    def make_token(
        self,
        workspace: str,
        body: records.NewToken,
        *,
        desk: records.Desk = "seller",
        idempotency_key: str | None = None,
    ) -> records.TokenMade:
        """A key for a program with some of your own rights, shown this once. A key makes no keys."""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/tokens",
            query={"desk": desk},
            body=body,
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.TokenMade = read(records.TokenMade, json.loads(told))
        return answer

    def revoke_token(
        self, workspace: str, token: str, *, desk: records.Desk = "seller", idempotency_key: str | None = None
    ) -> None:
        """Ends one's own, or anybody's with the right to people, at once."""
        self.call(
            "DELETE",
            f"/api/v1/workspaces/{part(workspace)}/tokens/{part(token)}",
            query={"desk": desk},
            headers={"Idempotency-Key": idempotency_key},
        )

    def audit(self, workspace: str, *, month: str, desk: records.Desk = "seller") -> list[records.ToldShown]:
        """Signing in, roles, keys and settings of a month, the latest first; it stands in the ledger."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/audit", query={"month": month, "desk": desk})
        answer: list[records.ToldShown] = read(list[records.ToldShown], json.loads(told))
        return answer

    def webhook_events(self, workspace: str, *, desk: records.Desk = "seller") -> list[records.EventShown]:
        """Every event by name; `order.shipped`: an order came into the state shipped."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/webhook-events", query={"desk": desk})
        answer: list[records.EventShown] = read(list[records.EventShown], json.loads(told))
        return answer

    def webhook_hosts(self, workspace: str, *, desk: records.Desk = "seller") -> records.Hosts:
        """Those that somebody allowed, by name."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/webhook-hosts", query={"desk": desk})
        answer: records.Hosts = read(records.Hosts, json.loads(told))
        return answer

    def allow_host(
        self, workspace: str, host: str, *, desk: records.Desk = "seller", idempotency_key: str | None = None
    ) -> records.Hosts:
        """Lets messages go to a host of this network. A person's to say, on a server of one workspace."""
        told, _ = self.call(
            "PUT",
            f"/api/v1/workspaces/{part(workspace)}/webhook-hosts/{part(host)}",
            query={"desk": desk},
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.Hosts = read(records.Hosts, json.loads(told))
        return answer

    def forbid_host(
        self, workspace: str, host: str, *, desk: records.Desk = "seller", idempotency_key: str | None = None
    ) -> records.Hosts:
        """Lets no more messages go there."""
        told, _ = self.call(
            "DELETE",
            f"/api/v1/workspaces/{part(workspace)}/webhook-hosts/{part(host)}",
            query={"desk": desk},
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.Hosts = read(records.Hosts, json.loads(told))
        return answer

    def webhooks(self, workspace: str, *, desk: records.Desk = "seller") -> list[records.HookShown]:
        """The oldest first."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/webhooks", query={"desk": desk})
        answer: list[records.HookShown] = read(list[records.HookShown], json.loads(told))
        return answer

    def make_webhook(
        self,
        workspace: str,
        body: records.NewHook,
        *,
        desk: records.Desk = "seller",
        idempotency_key: str | None = None,
    ) -> records.HookShown:
        """A subscription to what happens from now on."""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/webhooks",
            query={"desk": desk},
            body=body,
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.HookShown = read(records.HookShown, json.loads(told))
        return answer

    def webhook(self, workspace: str, hook: str, *, desk: records.Desk = "seller") -> records.HookShown:
        """As it is now."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}/webhooks/{part(hook)}", query={"desk": desk})
        answer: records.HookShown = read(records.HookShown, json.loads(told))
        return answer

    def change_webhook(
        self,
        workspace: str,
        hook: str,
        body: records.NewHook,
        *,
        desk: records.Desk = "seller",
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> records.HookShown:
        """Another address or other events, from now on."""
        told, _ = self.call(
            "PUT",
            f"/api/v1/workspaces/{part(workspace)}/webhooks/{part(hook)}",
            query={"desk": desk},
            body=body,
            headers={"If-Match": if_match, "Idempotency-Key": idempotency_key},
        )
        answer: records.HookShown = read(records.HookShown, json.loads(told))
        return answer

    def remove_webhook(
        self, workspace: str, hook: str, *, desk: records.Desk = "seller", idempotency_key: str | None = None
    ) -> None:
        """Ends it and forgets its messages."""
        self.call(
            "DELETE",
            f"/api/v1/workspaces/{part(workspace)}/webhooks/{part(hook)}",
            query={"desk": desk},
            headers={"Idempotency-Key": idempotency_key},
        )

    def switch_webhook(
        self,
        workspace: str,
        hook: str,
        body: records.Switch,
        *,
        desk: records.Desk = "seller",
        idempotency_key: str | None = None,
    ) -> records.HookShown:
        """Switched on it goes on where it stopped."""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/webhooks/{part(hook)}/switch",
            query={"desk": desk},
            body=body,
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.HookShown = read(records.HookShown, json.loads(told))
        return answer

    def webhook_secret(
        self,
        workspace: str,
        hook: str,
        *,
        renew: bool = False,
        desk: records.Desk = "seller",
        idempotency_key: str | None = None,
    ) -> records.Secret:
        """What the other program verifies with; that it was shown stands in the audit trail."""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/webhooks/{part(hook)}/secret",
            query={"renew": renew, "desk": desk},
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.Secret = read(records.Secret, json.loads(told))
        return answer

    def test_webhook(
        self, workspace: str, hook: str, *, desk: records.Desk = "seller", idempotency_key: str | None = None
    ) -> records.DeliveryShown:
        """A message that tells nothing, to see whether it arrives."""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/webhooks/{part(hook)}/test",
            query={"desk": desk},
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.DeliveryShown = read(records.DeliveryShown, json.loads(told))
        return answer

    def deliveries(
        self,
        workspace: str,
        hook: str,
        *,
        state: records.DeliveryState | None = None,
        limit: int = 50,
        after: str | None = None,
        desk: records.Desk = "seller",
    ) -> records.PageDeliveryShown:
        """The newest first."""
        told, _ = self.call(
            "GET",
            f"/api/v1/workspaces/{part(workspace)}/webhooks/{part(hook)}/deliveries",
            query={"state": state, "limit": limit, "after": after, "desk": desk},
        )
        answer: records.PageDeliveryShown = read(records.PageDeliveryShown, json.loads(told))
        return answer

    def send_all_again(
        self, workspace: str, hook: str, *, desk: records.Desk = "seller", idempotency_key: str | None = None
    ) -> records.SentAgain:
        """Everything that was tried for days in vain, under the same ids."""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/webhooks/{part(hook)}/again",
            query={"desk": desk},
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.SentAgain = read(records.SentAgain, json.loads(told))
        return answer

    def tries(self, workspace: str, delivery: str, *, desk: records.Desk = "seller") -> list[records.Try]:
        """First to last: the answer's status, how long it took, and what went wrong."""
        told, _ = self.call(
            "GET", f"/api/v1/workspaces/{part(workspace)}/deliveries/{part(delivery)}/tries", query={"desk": desk}
        )
        answer: list[records.Try] = read(list[records.Try], json.loads(told))
        return answer

    def send_again(
        self, workspace: str, delivery: str, *, desk: records.Desk = "seller", idempotency_key: str | None = None
    ) -> records.DeliveryShown:
        """Once more, under the same id, whatever became of it."""
        told, _ = self.call(
            "POST",
            f"/api/v1/workspaces/{part(workspace)}/deliveries/{part(delivery)}/again",
            query={"desk": desk},
            headers={"Idempotency-Key": idempotency_key},
        )
        answer: records.DeliveryShown = read(records.DeliveryShown, json.loads(told))
        return answer

    def me(self, *, desk: records.Desk = "seller") -> records.CallerShown:
        """The caller as the server knows them."""
        told, _ = self.call("GET", "/api/v1/me", query={"desk": desk})
        answer: records.CallerShown = read(records.CallerShown, json.loads(told))
        return answer

    def workspaces(self, *, desk: records.Desk = "seller") -> list[records.WorkspaceShown]:
        """Every workspace of the caller, by name; of others nothing is told, not even that they exist."""
        told, _ = self.call("GET", "/api/v1/workspaces", query={"desk": desk})
        answer: list[records.WorkspaceShown] = read(list[records.WorkspaceShown], json.loads(told))
        return answer

    def make_workspace(
        self, body: records.NewWorkspace, *, desk: records.Desk = "seller", idempotency_key: str | None = None
    ) -> records.WorkspaceShown:
        """An empty workspace of which the caller is the owner; on a server of many, for who may make them."""
        told, _ = self.call(
            "POST", "/api/v1/workspaces", query={"desk": desk}, body=body, headers={"Idempotency-Key": idempotency_key}
        )
        answer: records.WorkspaceShown = read(records.WorkspaceShown, json.loads(told))
        return answer

    def workspace(self, workspace: str, *, desk: records.Desk = "seller") -> records.WorkspaceShown:
        """The workspace, and what the caller may do in it."""
        told, _ = self.call("GET", f"/api/v1/workspaces/{part(workspace)}", query={"desk": desk})
        answer: records.WorkspaceShown = read(records.WorkspaceShown, json.loads(told))
        return answer
