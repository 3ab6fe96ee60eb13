"""A new contract file in which everything that must be stated is asked for; `check` lists what is still open.

Hides the list of required terms. Keeps the invariant that a template never passes for a contract.
"""

from pathlib import Path

from tuoguan.contracts.checking import REQUIRED_QUANTITIES, REQUIRED_SETTINGS
from tuoguan.contracts.library import unknown
from tuoguan.contracts.schema import SCALE_BY_QUANTITY, SCHEMA_NUMBER, SETTING_OPTIONS, QuantityName, Scale, SettingName
from tuoguan.foundation.parties import MARKETS, Duty, Party
from tuoguan.foundation.problems import Problem, Refused

_EXAMPLE = {Scale.DAYS: '"7"', Scale.SHARE: '"0.085" for 8.5 %', Scale.FACTOR: '"1.2"', Scale.COUNT: '"3"'}


def new(platform: str, model: str, market: str, folder: Path | str) -> Path:
    """The path of the written template ``folder/platform/model/MARKET.toml``.

    Refused when the market is unknown, a name is not plain lower case, or the file is there already.
    """
    path = Path(folder) / platform / model / f"{market}.toml"
    problems = [] if market in MARKETS else [unknown("market", market, MARKETS, "a market", "unknown_market")]
    for what, name in (("platform", platform), ("model", model)):
        if not name.replace("_", "").isalnum() or name != name.lower():
            fix = "use letters, digits and _ in lower case"
            problems.append(Problem(what, repr(name), "a plain name", fix, "bad_name"))
    if path.exists():
        problems.append(Problem(str(path), "a file", "no file yet", "choose another name or edit it", "exists"))
    if problems:
        raise Refused(problems)
    from tuoguan.foundation.tables import whole_file

    with whole_file(path) as temporary:
        temporary.write_text(template(platform, model, market), encoding="utf-8")
    return path


def template(platform: str, model: str, market: str) -> str:
    """The text of the file: head, status, 13 duties, required settings and quantities, one commented charge."""
    parts = [_head(platform, model, market), _status()]
    parts += [_entry("duty", f'duty = "{duty}"', "owner", ", ".join(Party)) for duty in Duty]
    parts += [_setting(name) for name in REQUIRED_SETTINGS]
    parts += [_quantity(name) for name in (*REQUIRED_QUANTITIES, QuantityName.PLATFORM_SPREAD)]
    return "\n".join([*parts, _charge()])


def _head(platform: str, model: str, market: str) -> str:
    return f"""# Every "?" is to be filled; `contracts check` lists what is still open. A value needs a source, or
# evidence = "assumed" with a range and a distribution. Dates may be reduced ("2026-07").
schema = {SCHEMA_NUMBER}

[contract]
id = "{platform}/{model}/{market}"
platform = "{platform}"
model = "{model}"
market = "{market}"
currency = "USD"  # the currency of its statements
title = "{platform} {model}, {market}"
title_zh = "{platform} {model}（{market}）"
"""


def _status() -> str:
    return _entry("status", '# from = "2026-01-01"', "state", "planned, open, suspended, ended")


def _entry(section: str, key: str, field: str, options: str) -> str:
    return f'[[{section}]]\n{key}\n{field} = "?"  # {options}\nevidence = "assumed"\n'


def _setting(name: SettingName) -> str:
    return _entry("setting", f'name = "{name}"', "option", ", ".join(SETTING_OPTIONS[name]))


def _quantity(name: QuantityName) -> str:
    example = _EXAMPLE.get(SCALE_BY_QUANTITY[name], '"1000"')
    lines = [f'name = "{name}"', f'value = "?"  # text, such as {example}', 'range = ["?", "?"]']
    return "\n".join(["[[quantity]]", *lines, 'distribution = "triangular"', 'evidence = "assumed"', ""])


def _charge() -> str:
    return """# [[charge]]
# name = "commission"
# kind = "commission"
# on = "order_placed"
# basis = "RETAIL_VALUE"
# rate = "0.05"
# source = ["T10"]
# evidence = "press"
# held = "2026-01"
"""
