"""Documents: paged, moved once, never written over."""

import pytest

from api_world import NOON, ROOT, World

MOVE = f"{ROOT}/documents/order/s1/1"


@pytest.fixture(autouse=True)
def _an_order(world: World) -> None:
    assert world.order("s1/1").status_code == 201


def test_pages_follow_the_link_to_the_end(world: World) -> None:
    for number in range(2, 8):
        world.order(f"s1/{number}", placed_at=NOON + number)
    seen, answer = [], world.get("documents/order", limit=3)
    while True:
        seen += [one["number"] for one in answer.json()["items"]]
        if "Link" not in answer.headers:
            break
        answer = world.client.get(answer.headers["Link"].partition(">")[0].lstrip("<"))
    assert seen == [f"s1/{number}" for number in (7, 6, 5, 4, 3, 2, 1)]


def test_a_move_with_the_version_seen_is_done_and_a_late_one_told(world: World) -> None:
    done = world.client.post(MOVE, json={"move": "reserve"}, headers={"If-Match": '"1"'})
    assert (done.status_code, done.json()["state"], done.headers["ETag"]) == (200, "reserved", '"2"')
    late = world.client.post(MOVE, json={"move": "cancel", "details": {"reason": "change_of_mind"}},
                             headers={"If-Match": '"1"'})  # fmt: skip
    assert late.status_code == 412
    assert world.client.get(MOVE).json()["document"]["state"] == "reserved"


def test_a_move_sent_again_under_its_key_is_done_once(world: World) -> None:
    headers = {"Idempotency-Key": "k1"}
    first = world.client.post(MOVE, json={"move": "reserve"}, headers=headers)
    again = world.client.post(MOVE, json={"move": "reserve"}, headers=headers)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["version"] == first.json()["version"] == 2
    other = world.client.post(MOVE, json={"move": "pack"}, headers=headers)
    assert other.status_code == 409


def test_a_document_shows_what_it_allows_and_why_not(world: World) -> None:
    shown = world.client.get(MOVE).json()
    allowed = {one["move"]: one for one in shown["allowed"]}
    assert allowed["reserve"]["proposed"] and not allowed["reserve"]["why_not"]
    assert shown["history"][0]["kind"] == "order.open"


def test_a_preview_writes_nothing(world: World) -> None:
    seen = world.client.post(f"{MOVE}?preview=true", json={"move": "reserve"})
    assert seen.json()["state"] == "reserved"
    assert world.client.get(MOVE).json()["document"]["state"] == "placed"


def test_many_moves_stand_alone(world: World) -> None:
    sent = [{"stream": "order/s1/1", "move": "reserve"}, {"stream": "order/none", "move": "reserve"},
            {"stream": "order/s1/1", "move": "pack"}]  # fmt: skip
    answer = world.client.post(f"{ROOT}/moves", json={"moves": sent}).json()
    assert [one["status"] for one in answer["answers"]] == [200, 404, 200]
    assert world.client.get(MOVE).json()["document"]["state"] == "packed"


def test_documents_are_opened_in_every_flow(world: World) -> None:
    sent = {"number": "c1", "currency": "USD", "at": NOON, "details": {"reason": "question"}}
    first = world.client.post(f"{ROOT}/documents/case", json=sent)
    assert first.status_code == 201, first.text
    assert world.client.post(f"{ROOT}/documents/case", json=sent).json() == first.json()
    assert world.client.get(first.headers["Location"]).json()["document"]["number"] == "c1"


def test_an_export_holds_what_the_list_shows(world: World) -> None:
    csv = world.get("documents/order.csv")
    assert csv.headers["Content-Type"].startswith("text/csv")
    assert csv.text.count("\n") == 2 and "s1/1" in csv.text
    lines = world.get("documents/order.jsonl", state="reserved")
    assert lines.text.strip() == ""


def test_strange_flows_moves_and_marks_are_told(world: World) -> None:
    assert world.get("documents/nothing").status_code == 404
    assert world.get("documents/order", after="x").status_code == 422
    assert world.client.post(MOVE, json={"move": "fly"}).status_code in (409, 422)
    assert world.get("documents/order", sort="colour").status_code == 422
