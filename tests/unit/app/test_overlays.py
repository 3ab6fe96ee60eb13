"""A seller's own terms: nothing broken is saved, nothing that somebody else changed is overwritten."""

import threading
import tomllib
from pathlib import Path

import pytest

from tuoguan.app import overlays, overlays_text
from tuoguan.app.contracts_view import as_of, terms_of
from tuoguan.app.overlays import NEW
from tuoguan.app.overlays_text import Edit, edit_of, editable, negotiated, new_text, with_edit, without
from tuoguan.contracts import Provenance
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.problems import Refused

ON = parse_day("2026-11-22")
SEMI, NAME = "temu/semi/US", "temu-semi-us.toml"
KEY = ("quantity", "settlement_lag_days")


def edit(**changes: str) -> Edit:
    item = next(item for item in editable(terms_of(Path("nowhere")).contract(SEMI).placed, ON) if item.key == KEY)
    begun = negotiated(edit_of(item.entry, KEY), ON)
    return Edit(KEY, {**begun.fields, **changes})


def draft(**changes: str) -> str:
    return with_edit(new_text(SEMI), terms_of(Path("nowhere")), edit(**changes))


def test_a_saved_term_holds_from_then_on(tmp_path: Path) -> None:
    before = as_of(terms_of(tmp_path), SEMI, ON)
    overlays.save(tmp_path, NAME, draft(value="3"), NEW, ON)
    after = as_of(terms_of(tmp_path), SEMI, ON)
    assert after.quantities["settlement_lag_days"].value == 3 != before.quantities["settlement_lag_days"].value
    assert [file.name for file in overlays.files(tmp_path, ON)] == [NAME]
    overlays.remove(tmp_path, NAME, overlays.version_of(tmp_path, NAME))
    assert as_of(terms_of(tmp_path), SEMI, ON).hash == before.hash


def test_the_review_tells_what_differs_and_saves_nothing(tmp_path: Path) -> None:
    found = overlays.review(tmp_path, NAME, draft(value="3"), ON)
    assert found.can_be_saved and [row.key for row in found.changed] == [KEY]
    assert found.changed[0].id == SEMI and found.changed[0].new is not None
    assert not (tmp_path / "contracts").exists()


@pytest.mark.parametrize(
    "text",
    [
        "schema = 1", "this is no toml [", "", draft(value="three"), draft(value="3", low="4", high="5"),
        draft(value="3", evidence="official"), draft(value="3", source="NO1"), draft(value="3", held="soon"),
        new_text("no/such/US"), new_text(SEMI) + '[[quantity]]\nname = "nonsense"\nvalue = "1"\n',
        new_text(SEMI) + "x" * 300_000,
    ],
)  # fmt: skip
def test_what_is_broken_is_never_saved(tmp_path: Path, text: str) -> None:
    with pytest.raises(Refused):
        overlays.save(tmp_path, NAME, text, NEW, ON)
    assert not (tmp_path / "contracts" / NAME).exists()


def test_two_files_that_state_the_same_term_are_refused(tmp_path: Path) -> None:
    overlays.save(tmp_path, NAME, draft(value="3"), NEW, ON)
    with pytest.raises(Refused) as refused:
        overlays.save(tmp_path, "other.toml", draft(value="4"), NEW, ON)
    assert {problem.code for problem in refused.value.problems} == {"overlay_conflict"}


def test_the_second_tab_is_told_and_nothing_is_overwritten(tmp_path: Path) -> None:
    overlays.save(tmp_path, NAME, draft(value="3"), NEW, ON)
    seen = overlays.version_of(tmp_path, NAME)
    overlays.save(tmp_path, NAME, draft(value="4"), seen, ON)
    for act in (lambda: overlays.save(tmp_path, NAME, draft(value="5"), seen, ON),
                lambda: overlays.save(tmp_path, NAME, draft(value="5"), NEW, ON),
                lambda: overlays.remove(tmp_path, NAME, seen)):  # fmt: skip
        with pytest.raises(Refused) as refused:
            act()
        assert [problem.code for problem in refused.value.problems] == ["changed_meanwhile"]
    assert as_of(terms_of(tmp_path), SEMI, ON).quantities["settlement_lag_days"].value == 4


def test_of_many_at_once_one_is_saved(tmp_path: Path) -> None:
    told: list[bool] = []

    def save(days: int) -> None:
        try:
            overlays.save(tmp_path, NAME, draft(value=str(days)), NEW, ON)
            told.append(True)
        except Refused:
            told.append(False)

    threads = [threading.Thread(target=save, args=(days,)) for days in range(2, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told.count(True) == 1


@pytest.mark.parametrize(
    "name", ["../seller.toml", "/etc/x.toml", "a/b.toml", "x.txt", ".toml", "", "A.toml", "x.toml\n"]
)
def test_a_name_never_leads_elsewhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "seller.toml").write_text("kept", "utf-8")
    for act in (lambda: overlays.save(tmp_path, name, draft(value="3"), NEW, ON),
                lambda: overlays.remove(tmp_path, name, NEW),
                lambda: overlays.text_of(tmp_path, name)):  # fmt: skip
        with pytest.raises(Refused):
            act()
    assert (tmp_path / "seller.toml").read_text("utf-8") == "kept"


def test_what_calibrate_learned_is_shown_and_not_edited(tmp_path: Path) -> None:
    learned = tmp_path / "contracts" / "calibrated" / "temu-semi-US.toml"
    learned.parent.mkdir(parents=True)
    learned.write_text(draft(value="3"), "utf-8")
    name = "calibrated/temu-semi-US.toml"
    assert overlays.files(tmp_path, ON)[0].is_learned
    text, version = overlays.text_of(tmp_path, name)
    with pytest.raises(Refused):
        overlays.save(tmp_path, name, text, version, ON)
    overlays.remove(tmp_path, name, version)
    assert not learned.exists()


def test_every_editable_term_of_every_contract_survives_its_form(tmp_path: Path) -> None:
    """Put in as it is published, a term changes nothing but its standing, and the file holds together."""
    library = terms_of(tmp_path)
    for contract in ("temu/semi/US", "tiktok_shop/fbt/US"):
        text = new_text(contract)
        placed = editable(library.contract(contract).placed, ON)
        for item in placed:
            text = with_edit(text, library, edit_of(item.entry, item.key))
        found = overlays.review(tmp_path, "all.toml", text, ON)
        assert found.can_be_saved, [str(problem) for problem in found.problems if problem.severity == "error"][:3]
        kept = {item.key: _figures(item.entry) for item in found.overlay.placed} if found.overlay else {}
        assert kept == {item.key: _figures(item.entry) for item in placed}


def _figures(entry: Provenance) -> object:
    return edit_of(entry, ()).fields


def test_a_term_taken_out_is_gone(tmp_path: Path) -> None:
    assert "settlement_lag_days" in draft(value="3")
    assert "settlement_lag_days" not in without(draft(value="3"), KEY)


def test_text_with_everything_toml_knows_survives() -> None:
    plain = 'schema = 1\nx = [1, 2.5, true, "a\\u007f\\n"]\nd = 2026-01-01\nt = 07:32:00\nf = nan\n'
    text = plain + '\n[overlay]\n"odd key" = { a = 1 }\n\n[[quantity]]\nname = "x"\n'
    first, again = tomllib.loads(text), tomllib.loads(overlays_text.to_toml(tomllib.loads(text)))
    assert repr(first) == repr(again)


def test_an_unknown_term_is_refused(tmp_path: Path) -> None:
    for key in (("quantity", "nonsense"), (), ("info", "x"), ("status",)):
        with pytest.raises(Refused):
            with_edit(new_text(SEMI), terms_of(tmp_path), Edit(key, {"value": "1"}))
    with pytest.raises(Refused):
        with_edit("no toml [", terms_of(tmp_path), edit())


def test_a_free_name_is_found() -> None:
    assert overlays.name_for(SEMI, []) == NAME
    assert overlays.name_for(SEMI, [NAME]) == "temu-semi-us-2.toml"
