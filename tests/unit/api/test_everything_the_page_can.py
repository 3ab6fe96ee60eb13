"""Everything the page can do, the API can: each write and each table of the pages stands beside operations of the API.

A page that writes something new fails here until it is entered: with the operations that do the same, or with the
reason why it is a person's own affair in front of a browser.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.openapi.utils import get_openapi

from tuoguan.api import make_api
from tuoguan.site import KINDS, Site
from tuoguan.web import make_pages

W = "/w/{workspace}"
IN_PERSON = "signing in, passwords and second factors prove a person; a program shows its token instead"
OWN_BROWSER = "it is about this browser, and a program has none"
BY_WRITE: dict[str, str | tuple[str, ...]] = {
    "/me/language": OWN_BROWSER,
    "/me/password": IN_PERSON,
    "/me/second": IN_PERSON,
    "/me/second/confirm": IN_PERSON,
    "/me/second/end": IN_PERSON,
    "/me/second/paper": IN_PERSON,
    "/me/sessions/end": OWN_BROWSER,
    "/me/sessions/{id}/end": OWN_BROWSER,
    "/me/tokens": ("make_token",),
    "/me/tokens/{id}/revoke": ("revoke_token",),
    "/sign-in": IN_PERSON,
    "/sign-in/code": IN_PERSON,
    "/sign-out": OWN_BROWSER,
    "/welcome/{link}": IN_PERSON,
    "/welcome/{link}/join": IN_PERSON,
    "/workspaces": ("make_workspace",),
    f"{W}/bulk/{{flow}}": ("move_documents",),
    f"{W}/contracts/overlays": ("save_overlay",),
    f"{W}/contracts/overlays/preview": ("check_overlay",),
    f"{W}/contracts/overlays/remove": ("remove_overlay",),
    f"{W}/decide/accept": ("start_job accept",),
    f"{W}/decide/now": ("start_job decide",),
    f"{W}/documents/{{flow}}/{{number}}": ("move_document",),
    f"{W}/import": ("upload",),
    f"{W}/import/{{upload_id}}/discard": ("discard_upload",),
    f"{W}/import/{{upload_id}}/go": ("start_job import",),
    f"{W}/import/{{upload_id}}/map": ("layout_of_upload", "map_upload"),
    f"{W}/import/{{upload_id}}/said": ("say_of_upload", "look_at_upload", "effect_of_upload"),
    f"{W}/jobs": ("start_job",),
    f"{W}/jobs/{{job_id}}/again": ("job_again",),
    f"{W}/jobs/{{job_id}}/cancel": ("cancel_job",),
    f"{W}/new/{{flow}}": ("open_document",),
    f"{W}/people/invitations/{{id}}/withdraw": ("withdraw_invitation",),
    f"{W}/people/invite": ("invite",),
    f"{W}/people/tokens/{{id}}/revoke": ("revoke_token",),
    f"{W}/people/{{id}}": ("change_person",),
    f"{W}/people/{{id}}/remove": ("remove_person",),
    f"{W}/settings": ("write_seller",),
    f"{W}/settings/backups/{{kind}}": ("start_job backup", "start_job verify", "start_job restore"),
    f"{W}/settings/webhooks": ("make_webhook",),
    f"{W}/settings/webhooks/hosts": ("allow_host", "forbid_host"),
    f"{W}/settings/webhooks/{{hook_id}}": ("change_webhook",),
    f"{W}/settings/webhooks/{{hook_id}}/do": ("test_webhook", "switch_webhook", "send_all_again", "remove_webhook"),
    f"{W}/settings/webhooks/{{hook_id}}/messages/{{delivery_id}}/again": ("send_again",),
    f"{W}/settings/webhooks/{{hook_id}}/secret": ("webhook_secret",),
    f"{W}/start/files": ("send_tables",),
    f"{W}/start/files/{{upload_id}}/discard": ("discard_tables",),
    f"{W}/start/files/{{upload_id}}/go": ("try_tables", "write_tables"),
    f"{W}/start/files/{{upload_id}}/said": ("table_upload", "say_of_table"),
    f"{W}/start/sample": ("start_job sample",),
    f"{W}/start/shop": ("write_seller",),
    f"{W}/start/templates": ("start_job init",),
    f"{W}/start/{{kind}}": ("start_job decide", "start_job accept"),
    f"{W}/statements/learn": ("start_job calibrate",),
    f"{W}/statements/received/{{number}}": ("move_statement",),
    f"{W}/statements/reconcile": ("start_job reconcile",),
    f"{W}/stock/count": ("count_stock",),
    f"{W}/tracking": ("move_documents",),
}
DOCUMENTS = (
    "orders", "purchases", "returns", "cases", "violations", "listings", "promotions", "price-reviews", "stock-orders",
    "documents/holding", "documents/labor", "documents/payout", "documents/restock", "documents/statement",
    "documents/store",
)  # fmt: skip
BY_TABLE = {f"{W}/{path}.{{form}}": "export_documents" for path in DOCUMENTS} | {
    f"{W}/contracts.{{form}}": "export_contracts",
    f"{W}/decide.{{form}}": "export_groups",
    f"{W}/import/{{upload_id}}/rows.{{form}}": "export_upload_rows",
    f"{W}/money.{{form}}": "export_balances",
    f"{W}/money/fees.{{form}}": "export_fees",
    f"{W}/plan.{{form}}": "export_plan",
    f"{W}/products.{{form}}": "export_groups",
    f"{W}/start/files/{{upload_id}}/rows.{{form}}": "export_table_rows",
    f"{W}/start/templates.{{form}}.zip": "templates",
    f"{W}/statements/differences.{{form}}": "export_differences",
    f"{W}/statements/profit.{{form}}": "export_profit",
    f"{W}/stock.{{form}}": "export_stock",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(Path(tmp_path_factory.mktemp("both")))
    yield made
    made.close()


@pytest.fixture(scope="module")
def operations(site: Site) -> set[str]:
    return {one["operationId"] for methods in make_api(site).openapi()["paths"].values() for one in methods.values()}


@pytest.fixture(scope="module")
def pages(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = get_openapi(title="pages", version="0", routes=make_pages(site).routes)["paths"]
    return found


def test_what_a_page_writes_the_api_can_write(pages: dict[str, Any], operations: set[str]) -> None:
    writes = {path for path, methods in pages.items() if methods.keys() - {"get", "head"}}
    assert writes == BY_WRITE.keys(), "enter what does the same in the API, or why nothing can"
    reasons = {told for told in BY_WRITE.values() if isinstance(told, str)}
    assert reasons == {IN_PERSON, OWN_BROWSER}
    told = [one.partition(" ") for names in BY_WRITE.values() if not isinstance(names, str) for one in names]
    assert {name for name, _, _ in told} <= operations
    assert {kind for _, _, kind in told if kind} <= KINDS.keys()


def test_what_a_page_exports_the_api_exports(pages: dict[str, Any], operations: set[str]) -> None:
    tables = {path for path, methods in pages.items() if "get" in methods and ".{form}" in path}
    assert tables == BY_TABLE.keys(), "enter what exports the same in the API"
    assert set(BY_TABLE.values()) <= operations
