"""Orders in: durable, once, without anything about a buyer."""

import json
from concurrent.futures import ThreadPoolExecutor

from api_world import NOON, ROOT, World, order


def test_an_order_is_taken_in_with_its_version_and_place(world: World) -> None:
    answer = world.order("s1/7")
    assert answer.status_code == 201
    assert answer.json() | {"contract_id": ""} == {
        "stream": "order/s1/7", "number": "s1/7", "state": "placed", "version": 1, "contract_id": "",
        "currency": "USD", "place": "ny", "opened_at": NOON,
    }  # fmt: skip
    assert answer.headers["ETag"] == '"1"'
    shown = world.client.get(answer.headers["Location"]).json()
    assert shown["document"]["lines"][0] | {"weight_g": 0, "volume_cm3": 0} == {
        "sku": "CUP", "quantity": 2, "retail_price_minor": 1_999, "supply_price_minor": 1_200, "weight_g": 0,
        "volume_cm3": 0, "customs_value_minor": 0,
    }  # fmt: skip
    assert shown["history"][0]["actor"] == "seller/owner"


def test_weights_and_sizes_come_from_the_workspaces_products(world: World) -> None:
    world.order("s1/7")
    line = world.get("documents/order/s1/7").json()["document"]["lines"][0]
    assert (line["weight_g"], line["volume_cm3"]) == (300, 800)


def test_the_same_order_again_is_the_same_order(world: World) -> None:
    first, second = world.order("s1/7"), world.order("s1/7")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()


def test_other_goods_under_the_same_number_are_refused(world: World) -> None:
    world.order("s1/7")
    answer = world.order("s1/7", lines=[{"sku": "MUG", "quantity": 1}])
    assert answer.status_code == 409
    assert answer.json()["problems"][0]["code"] == "key_used"
    assert world.get("documents/order/s1/7").json()["document"]["lines"][0]["sku"] == "CUP"


def test_what_speaks_of_a_buyer_is_refused_by_its_name(world: World) -> None:
    for sent in (order() | {"buyer_phone": "1"}, order(details={"recipient_name": "Li"})):
        answer = world.client.post(f"{ROOT}/orders", json=sent)
        assert answer.status_code == 422
        assert {one["code"] for one in answer.json()["problems"]} == {"buyer_data"}
    assert world.get("document-counts/order").json() == {}


def test_many_orders_stand_alone(world: World) -> None:
    sent = {"orders": [order("s1/1"), order("s1/2", contract="none/such/US"), order("s1/3")]}
    answer = world.client.post(f"{ROOT}/orders/batch", json=sent).json()
    assert (answer["recorded"], answer["refused"]) == (2, 1)
    assert [one["status"] for one in answer["answers"]] == [201, 422, 201]
    assert answer["answers"][1]["problems"][0]["fix"]
    assert world.get("document-counts/order").json() == {"placed": 2}


def test_orders_come_as_json_lines_too(world: World) -> None:
    lines = "\n".join(json.dumps(order(f"s1/{number}")) for number in range(1_500))
    answer = world.client.post(f"{ROOT}/orders/batch", content=lines, headers={"Content-Type": "application/jsonl"})
    assert answer.json()["recorded"] == 1_500


def test_callers_at_once_share_commits_and_get_their_own_answers(world: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: world.order(f"s1/{number}"), range(40)))
    assert [one.json()["number"] for one in answers] == [f"s1/{number}" for number in range(40)]
    assert world.get("document-counts/order").json() == {"placed": 40}


def test_broken_bodies_are_refused_in_the_one_shape(world: World) -> None:
    deep = b'{"number":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    nan = json.dumps(order()).replace("1999", "NaN").encode()
    huge = json.dumps(order()).replace("1999", "9" * 400).encode()
    surrogate = json.dumps(order()).replace("CUP", "\\ud800").encode()
    for body in (
        b"",
        b"{",
        b"[]",
        deep,
        nan,
        huge,
        surrogate,
        b"\xff\xfe",
        json.dumps(order(number="a\x00b")).encode(),
    ):
        answer = world.client.post(f"{ROOT}/orders", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, (body[:40], answer.text)
        assert set(answer.json()["problems"][0]) >= {"at", "found", "expected", "fix", "code"}


def test_other_kinds_and_sizes_are_refused(world: World) -> None:
    kind = world.client.post(f"{ROOT}/orders", content=b"<a/>", headers={"Content-Type": "text/xml"})
    assert kind.status_code == 415
    large = world.client.post(f"{ROOT}/orders", content=b" " * (2 << 20), headers={"Content-Type": "application/json"})
    assert large.status_code == 413
    assert large.json()["problems"][0]["code"] == "too_large"
