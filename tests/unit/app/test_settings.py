"""Settings by a form: comments stay, nobody's change is written over, every mistake is told, no setting is missing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from files_world import SELLER, shop
from tuoguan.app.settings import OLD, current, save, versions
from tuoguan.app.settings_fields import FIRST, MEANS, PAGES, PLACES, SHOP, Field, Rows
from tuoguan.foundation.problems import Refused
from tuoguan.intake import Lane, Limits, ProductCount, Seller, Site, Supplier, Switching, rewritten, settings_of

MEANT = {"limits.cash": ["50000"], "limits.hours_per_week": ["40"]}


def changed_form(**more: list[str]) -> dict[str, list[str]]:
    return MEANT | {name.replace("__", "."): texts for name, texts in more.items()}


def test_a_changed_value_keeps_its_comment_and_the_old_file_is_kept_beside(tmp_path: Path) -> None:
    seen = current(shop(tmp_path)).digest
    assert save(tmp_path, MEANS, changed_form(limits__cash=["60000"], risk__weight=["0.5"]), seen) == [
        "limits.cash", "risk",
    ]  # fmt: skip
    text = (tmp_path / "seller.toml").read_text()
    assert 'cash = "60000"  # the most' in text and 'name = "Cups"                 # how it is called' in text
    assert settings_of(text)["risk"] == {"weight": 0.5} and "[[sites]]" in text
    ((name, _size),) = versions(tmp_path)
    assert (tmp_path / OLD / name).read_text() == SELLER


def test_a_form_that_changes_nothing_writes_nothing(tmp_path: Path) -> None:
    seen = current(shop(tmp_path)).digest
    assert save(tmp_path, MEANS, MEANT, seen) == [] and versions(tmp_path) == []
    assert (tmp_path / "seller.toml").read_text() == SELLER


def test_the_second_of_two_tabs_is_told_and_nothing_is_written_over(tmp_path: Path) -> None:
    seen = current(shop(tmp_path)).digest
    save(tmp_path, MEANS, changed_form(limits__cash=["60000"]), seen)
    with pytest.raises(Refused) as refused:
        save(tmp_path, MEANS, changed_form(limits__cash=["70000"]), seen)
    assert refused.value.problems[0].code == "changed_meanwhile"
    assert 'cash = "60000"' in (tmp_path / "seller.toml").read_text()


def test_all_mistakes_of_a_form_are_told_at_once_by_their_fields(tmp_path: Path) -> None:
    seen = current(shop(tmp_path)).digest
    with pytest.raises(Refused) as refused:
        save(tmp_path, MEANS, {"limits.cash": ["much"], "limits.hours_per_week": ["forty"]}, seen)
    assert [problem.at for problem in refused.value.problems] == [
        "seller.toml: limits.hours_per_week", "seller.toml: limits.cash",
    ]  # fmt: skip
    assert (tmp_path / "seller.toml").read_text() == SELLER


def test_rows_are_added_changed_and_removed(tmp_path: Path) -> None:
    form = {
        "sites[0].id": ["la"], "sites[0].market": ["US"], "sites[0].-": ["1"], "sites[1].id": ["nj"],
        "sites[1].market": ["US"], "sites[1].volume_cbm": ["12.5"], "sites[2].id": [""],
        "lanes[0].id": ["sea"], "lanes[0].market": ["US"], "lanes[0].mode": ["sea"], "lanes[0].currency": ["USD"],
        "lanes[0].lead_days": ["28", "40"],
    }  # fmt: skip
    save(shop(tmp_path), PLACES, form, current(tmp_path).digest)
    values = current(tmp_path).values
    assert values["sites"] == [{"id": "nj", "market": "US", "volume_cbm": 12.5}]
    assert values["lanes"][0]["lead_days"] == [28, 40]
    with pytest.raises(Refused) as refused:
        save(tmp_path, PLACES, form | {"lanes[0].lead_days": ["40", "28"]}, current(tmp_path).digest)
    assert "lanes[0].lead_days" in refused.value.problems[0].at


def test_a_new_shop_begins_with_the_comments_of_the_template_in_its_language(tmp_path: Path) -> None:
    form = {"name": ["杯子"], "currency": ["CNY"], "markets": ["US", "UK"], **MEANT}
    save(tmp_path, FIRST, form, "", lang="zh")
    text = (tmp_path / "seller.toml").read_text()
    assert "# 卖家设置" in text and settings_of(text)["markets"] == ["US", "UK"]
    save(tmp_path, SHOP, form | {"today[0].key": ["US"], "today[0].": ["temu/full/US"]}, current(tmp_path).digest)
    assert current(tmp_path).values["today"] == {"US": "temu/full/US"}


def names_of(struct: type[msgspec.Struct], at: str = "") -> Iterator[str]:
    """Paths of every setting that a struct accepts; those of its own tables and blocks entered."""
    blocks = {"sites": Site, "lanes": Lane, "suppliers": Supplier, "limits.products": ProductCount,
              "switching": Switching}  # fmt: skip
    hints: dict[str, Any] = get_type_hints(struct)
    for one in msgspec.structs.fields(struct):
        path, kind = f"{at}{one.name}", hints[one.name]
        if path in blocks:
            yield from (f"{path}[].{inner}" for inner in names_of(blocks[path]))
        elif isinstance(kind, type) and issubclass(kind, msgspec.Struct) and not get_args(kind):
            yield from names_of(kind, f"{path}.")
        else:
            yield path


def test_no_setting_that_reading_accepts_is_missing_from_the_forms() -> None:
    def shown() -> Iterator[str]:
        for page in PAGES.values():
            yield from (field.path for field in page.fields)
            for rows in page.rows:
                plain = [column.path for column in rows.columns] == [""]
                yield from [rows.path] if plain else [f"{rows.path}[].{column.path}" for column in rows.columns]

    accepted = set(names_of(Seller)) - {"schema"}
    assert "limits.cash" in accepted and "lanes[].sailing_days" in accepted and Limits and Field and Rows
    assert accepted == set(shown())


@pytest.mark.parametrize("text", ["a = 1\nb.c = 2\n", "[x]\ny = [\n  1, # one\n  2,\n]\n", 'q = "# no comment"\n'])
def test_lines_of_every_shape_are_rewritten_to_what_was_asked_for(text: str) -> None:
    before = settings_of(text)
    assert rewritten(text, before) == text
    for wanted in ({"a": 5, "n": {"m": [1, 2]}, "blocks": [{"i": 1}, {"i": 2}]}, {"x": {"y": [3]}, "q": "#"}, {}):
        assert settings_of(rewritten(text, wanted)) == wanted
