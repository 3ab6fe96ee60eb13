"""Refusals as the code raises them come out in Chinese; beside names and values, no English is left in any part."""

import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from operate_world import DAY, HOUR, LINE, NOON, World, library
from tuoguan.app import overlays, uploads
from tuoguan.app.check import check_workspace
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Desk
from tuoguan.site.access_passwords import check_new
from tuoguan.web.refusals import said

BAD = Path(__file__).parents[2] / "bad" / "workspaces"
QUOTED = re.compile(r"`[^`]*`|'[^']*'|\"[^\"]*\"|“[^”]*”")
ENGLISH = re.compile(r"(?<![\w./#:=<\[*$@|-])[A-Za-z]?[a-z']+(?![\w./#=\]*@|(-]|:\w)")  # no paths, codes or numbers
NAMES = {
    "sku",
    "Parquet",
    "sea",
    "air",
    "rail",
    "express",
    "overlays",
    "products",
    "category",
    "id",
}


def left(text: str, at: str = "") -> set[str]:
    """English words that are no names; what ``at`` names in a file keeps its name."""
    words = {word for word in ENGLISH.findall(QUOTED.sub(" ", text)) if len(word) > 1}
    return words - NAMES - set(re.findall(r"\w+", at))


def refused(call: Callable[[], object]) -> Sequence[Problem]:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.problems


def wrong_move(folder: Path) -> Sequence[Problem]:
    world = World(folder / "ledger.db")
    terms = world.add("temu/semi/US")
    world.work.open("order", "1", contract=terms, lines=[LINE], place="la", at=NOON, by=Desk.PLATFORM)
    return refused(lambda: world.work.record("order/1", "deliver", at=NOON + HOUR, by=Desk.SELLER))


def too_early(folder: Path) -> Sequence[Problem]:
    world = World(folder / "ledger.db")
    terms = world.add("aliexpress/full/US")
    world.work.open("listing", "1", contract=terms, at=world.now, by=Desk.SELLER)
    world.live("listing/1")
    told = {"asked_price_minor": 900}
    world.work.record("listing/1", "reprice", at=world.now, by=Desk.SELLER, details=told)
    told = {"supply_price_minor": 850}
    return refused(
        lambda: world.work.record("listing/1", "take_price", at=world.now + HOUR, by=Desk.PLATFORM, details=told)
    )


def below_nought(folder: Path) -> Sequence[Problem]:
    world = World(folder / "ledger.db")
    terms = world.add("temu/semi/US")
    world.stock("la", 1)
    world.work.open("order", "1", contract=terms, lines=[LINE], place="la", at=NOON, by=Desk.PLATFORM)
    return refused(lambda: world.work.record("order/1", "reserve", at=NOON, by=Desk.SELLER))


def no_detail(folder: Path) -> Sequence[Problem]:
    world = World(folder / "ledger.db")
    terms = world.add("temu/semi/US")
    world.work.open("order", "1", contract=terms, lines=[LINE], place="la", at=NOON, by=Desk.PLATFORM)
    return refused(lambda: world.work.record("order/1", "lose", at=NOON, by=Desk.SELLER))


def bad_settings(folder: Path) -> Sequence[Problem]:
    text = 'name = "x"\ncahs = 1\n'
    (folder / "seller.toml").write_text(text)
    (folder / "products.csv").write_text("sku\ncup\n")
    return check_workspace(folder).problems


def broken_settings(folder: Path) -> Sequence[Problem]:
    (folder / "seller.toml").write_text("name = \n")
    return check_workspace(folder).problems


def no_contract(folder: Path) -> Sequence[Problem]:
    return refused(lambda: library().contract("acme/semi/XX"))


def wrong_overlay(folder: Path) -> Sequence[Problem]:
    text = (
        'schema = 1\n[overlay]\nid = "own"\noverlays = "temu/semi/US"\n'
        '[[charge]]\nname = "commission"\nkind = "commission"\non = "order_placed"\nrate = "30"\nbasis = "NONE"\n'
        'evidence = "negotiated"\n'
    )
    return overlays.review(folder, "own.toml", text, DAY).problems


def bad_upload(folder: Path) -> Sequence[Problem]:
    return refused(lambda: uploads.receive(folder, "import", [("a.exe", io.BytesIO(b"MZ"))], "li", NOON))


def weak_password(folder: Path) -> Sequence[Problem]:
    return refused(lambda: check_new("short", "li"))


RAISED = (
    wrong_move, too_early, below_nought, no_detail, bad_settings, broken_settings, no_contract, wrong_overlay,
    bad_upload, weak_password,
)  # fmt: skip


@pytest.mark.parametrize("raised", RAISED, ids=lambda raised: str(raised.__name__))
def test_a_real_refusal_has_no_english_left(raised: Callable[[Path], Sequence[Problem]], tmp_path: Path) -> None:
    problems = raised(tmp_path)
    assert problems
    for problem in problems:
        parts = (problem.found, problem.expected, problem.fix)
        chinese = [said(part, "zh", problem.at) for part in parts]
        assert not any(left(part, problem.at) for part in chinese), chinese
        assert not left(said(problem.at, "zh")), said(problem.at, "zh")
        assert any(left(part) for part in parts), "the English has words, so that this can fail"
        assert [said(part, "en", problem.at) for part in parts] == list(parts)


@pytest.mark.parametrize("name", sorted(path.name for path in BAD.iterdir() if not path.name.startswith("_")))
def test_what_is_wrong_with_bad_files_is_said_in_chinese(name: str) -> None:
    for problem in check_workspace(BAD / name).problems:
        chinese = [said(part, "zh", problem.at) for part in (problem.expected, problem.fix)]
        assert not any(left(part, problem.at) for part in chinese), chinese


@pytest.mark.parametrize(
    ("text", "at", "chinese"),
    [
        ("a document that is closed", "case/3: ship", "状态为已关闭的单据"),
        ("from accepted: send, miss", "stock_order/1: ship", "由已接单待发货可做：发货至仓库、超时"),
        ("order/1: ship", "", "order/1：发货"),
        ("a.csv, rows 3, 4 …, column sku", "", "a.csv，行 3, 4 …，列 sku"),
        ("use one of: seller, platform", "", "使用其中之一：seller, platform"),
        ("sales.csv, row 2, column status", "", "sales.csv，行 2，列 status"),
        ("change cash in seller.toml", "seller.toml: cash", "修改 seller.toml 中的 cash"),
        ("Unclosed array (at line 3, column 5)", "", "数组没有闭合（第 3 行，第 5 列）"),
    ],
)
def test_values_are_put_where_they_belong(text: str, at: str, chinese: str) -> None:
    assert said(text, "zh", at) == chinese


@pytest.mark.parametrize(
    "text",
    [
        "we went to the moon",
        "it is of no use, or so we hear",
        "",
        "{0}",
        "a price of 0 or more",
        "entry to look at 9",
        "no " * 2_000,
    ],
)
def test_what_nobody_translated_stands_as_it_is(text: str) -> None:
    assert said(text, "zh") == text
