"""The typed client against a real server, and as the description makes it."""

import importlib.util
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from api_world import CONTRACT, NOON, SELLER, World
from tuoguan.client import Client, NotDone, records


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    """A client of a server that listens."""
    config = uvicorn.Config(world.app, port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    made = Client(f"http://127.0.0.1:{socket.getsockname()[1]}")
    yield made
    made.close()
    server.should_exit = True
    thread.join(20)


def test_the_committed_client_is_what_the_description_makes(root: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_client", root / "tools" / "make_client.py")
    assert spec is not None and spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    for name, text in maker.written(maker.described()).items():
        assert (maker.CLIENT / name).read_text("utf-8") == text, f"run tools/make_client.py: {name} is old"


def test_an_order_goes_in_and_is_moved(client: Client) -> None:
    line = records.OrderLine(sku="CUP", quantity=2, retail_price_minor=1_999)
    new = records.NewOrder(number="s1/7", placed_at=NOON, contract=CONTRACT, place="ny", lines=[line])
    taken = client.take_order("shop", new)
    assert taken == client.take_order("shop", new)
    assert (taken.state, client.etag) == ("placed", '"1"')
    moved = client.move_document("shop", "order", "s1/7", records.Move(move="reserve"), if_match='"1"')
    assert (moved.state, moved.version) == ("reserved", 2)
    whole = client.document("shop", "order", "s1/7")
    assert [entry.kind for entry in whole.history] == ["order.reserve", "order.open"]
    assert {one.stream for one in client.work("shop", flow="order").items} == {"order/s1/7"}


def test_what_is_refused_is_raised_with_every_reason(client: Client) -> None:
    with pytest.raises(NotDone) as refused:
        client.move_document("shop", "order", "none", records.Move(move="reserve"))
    assert (refused.value.status, refused.value.codes) == (404, frozenset({"no_document"}))


def test_a_file_edited_by_two_is_never_written_over(client: Client) -> None:
    assert client.seller("shop") == SELLER
    seen = client.etag
    client.write_seller("shop", records.SellerText(text=SELLER.replace("Cups", "Mugs")), if_match=seen)
    with pytest.raises(NotDone) as late:
        client.write_seller("shop", records.SellerText(text=SELLER), if_match=seen)
    assert late.value.status == 412
    with pytest.raises(NotDone) as blind:
        client.write_seller("shop", records.SellerText(text=SELLER))
    assert blind.value.status == 428
    assert "Mugs" in client.seller("shop")


def test_files_are_sent_imported_and_taken_away(client: Client) -> None:
    table = b"SKU,Units\nCUP,5\n"
    sent = client.upload("shop", [("stock.csv", table)])
    assert sent.files[0].size == len(table)
    assert [one.id for one in client.uploads("shop")] == [sent.id]
    client.discard_upload("shop", sent.id)
    assert client.uploads("shop") == []
    assert client.export_documents("shop", "purchase", "csv").startswith(b"\xef\xbb\xbf")


def test_a_count_and_own_tables_go_in_as_they_were_seen(client: Client) -> None:
    count = records.NewCount(place="ny", counted_on="2026-03-02", lines=[records.CountedLine(sku="CUP", units=48)])
    assert client.count_stock("shop", count, preview=True).lines[0].difference == -2
    seen = client.etag
    assert client.count_stock("shop", count, if_match=seen).position
    sent = client.send_tables("shop", [("stock.csv", b"SKU,Units\nCUP,5\n")])
    said = records.TableSaid(file="stock.csv", table="stock", how="leave")
    assert client.say_of_table("shop", sent.upload.id, said, if_match=client.etag).files[0].how == "leave"
    with pytest.raises(NotDone) as nothing:
        client.write_tables("shop", sent.upload.id)
    assert nothing.value.codes == {"bad_choice"}


def test_a_job_runs_to_its_end(client: Client) -> None:
    started = client.start_job("shop", records.NewJob(kind="check"), idempotency_key="once")
    assert client.start_job("shop", records.NewJob(kind="check"), idempotency_key="once").id == started.id
    done = client.job("shop", started.id, wait=30)
    assert done.over and done.state == "done", done.problems
