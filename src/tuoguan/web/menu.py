"""The menu: every screen by its group, in the order of the corridor."""

from typing import NamedTuple

from tuoguan.site import Right


class Screen(NamedTuple):
    """One entry: the path behind the workspace, the title to translate, the right it wants, the letter behind "g"."""

    path: str
    title: str
    right: Right = Right.VIEW
    key: str = ""


def _(text: str) -> str:
    """Marks a title for the translators; translated where it is shown."""
    return text


GROUPS: tuple[tuple[str, tuple[Screen, ...]], ...] = (
    ("", (Screen("home", _("Today"), key="h"),)),
    (
        _("Decide"),
        (
            Screen("decide", _("Decision"), key="d"),
            Screen("products", _("Products"), key="p"),
            Screen("contracts", _("Contracts"), key="c"),
            Screen("plan", _("Plan"), key="l"),
        ),
    ),
    (
        _("Operate"),
        (
            Screen("orders", _("Orders"), key="o"),
            Screen("stock-orders", _("Stock orders"), key="b"),
            Screen("price-reviews", _("Price reviews"), key="r"),
            Screen("promotions", _("Promotions")),
            Screen("returns", _("Returns")),
            Screen("cases", _("Cases")),
            Screen("violations", _("Violations")),
            Screen("purchases", _("Purchases")),
            Screen("listings", _("Listings")),
        ),
    ),
    (
        _("Stock and money"),
        (
            Screen("stock", _("Stock"), key="s"),
            Screen("money", _("Money"), key="m"),
            Screen("statements", _("Statements"), key="t"),
        ),
    ),
    (
        _("Workspace"),
        (
            Screen("import", _("Import"), Right.IMPORT, key="i"),
            Screen("jobs", _("Jobs")),
            Screen("settings", _("Settings"), Right.SETTINGS),
            Screen("people", _("People"), Right.PEOPLE),
        ),
    ),
)
