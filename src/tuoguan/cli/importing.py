"""The command `import`: its words, its answer in lines and as JSON.

Hides the layout. Keeps the invariant that every row that was not used is told or counted, in both languages.
"""

import argparse
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuoguan.cli.output import Progress, say, say_json, say_problems, tell
from tuoguan.foundation.days import parse_day
from tuoguan.foundation.problems import Problem, Refused

if TYPE_CHECKING:
    from tuoguan.app.importing import Asked, Imported

PROBLEMS_SHOWN = 40
WORDS: dict[str, tuple[str, str]] = {
    "file": ("{file}: {format}; {rows_in} rows in, {rows_used} used, {rows_listed} listed",
             "{file}：{format}；读入 {rows_in} 行，使用 {rows_used} 行，列出 {rows_listed} 行"),
    "documents": ("{opened} documents opened, {moved} moves made, {unchanged} as they were",
                  "新建 {opened} 张单据，推进 {moved} 步，{unchanged} 张不变"),
    "statements": ("{statements} statements with {lines} new lines kept",
                   "保存 {statements} 份账单，共 {lines} 条新明细"),
    "stopped": ("stopped; what was recorded stays, and the same command goes on from there",
                "已停止；已记录的内容保留，再次运行同一命令即可继续"),
    "mapping": ("wrote {path}; fill in what its columns mean, then import again",
                "已写入 {path}；请填写各列含义后再次导入"),
}  # fmt: skip


def register(command: argparse.ArgumentParser) -> None:
    """The options of the command."""
    command.add_argument("dir", type=Path, help="the workspace; its ledger is made where there is none")
    command.add_argument("files", type=Path, nargs="+", metavar="FILE")
    command.add_argument("--store", default="", metavar="NAME", help="whose files these are (default: the platform)")
    command.add_argument("--contract", default="", metavar="ID", help="the contract of all orders in the files")
    command.add_argument("--place", default="", metavar="NAME", help="where the goods of the orders lie")
    command.add_argument("--currency", default="", metavar="CODE", help="of amounts without a currency")
    command.add_argument("--zone", default="", metavar="ZONE", help="of times without a zone, such as Asia/Shanghai")
    command.add_argument("--on", default="", metavar="DAY", help="day of a count whose file names none")
    command.add_argument(
        "--format", default="", metavar="ID", help="what the files are, where headers alone do not say"
    )
    command.add_argument("--map", action="store_true", help="write a mapping to fill in for files nobody knows")
    command.add_argument("--listed", type=Path, metavar="FILE", help="write every listed row to FILE.csv or FILE.xlsx")
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the answer")
    command.add_argument("--quiet", action="store_true", help="no progress on stderr")


def run(arguments: argparse.Namespace) -> int:
    """Imports the files, or writes mappings for them; 2 when rows or files were refused."""
    from tuoguan.app.importing import failed, import_files
    from tuoguan.app.importing_listed import write_listed

    if arguments.map:
        return _map(arguments)
    progress = Progress(quiet=arguments.quiet or arguments.json)
    try:
        found = import_files(arguments.dir, arguments.files, _asked(arguments), now=int(time.time()), progress=progress)
    except KeyboardInterrupt:
        progress.close()
        tell(_said("stopped", arguments.lang))
        return 130
    finally:
        progress.close()
    if arguments.listed:
        write_listed(found.listed, arguments.listed)
    if arguments.json:
        say_json(as_json(found))
    else:
        say_problems(found.problems, limit=PROBLEMS_SHOWN)
        for line in lines_of(found, arguments.lang):
            say(line)
    return 2 if failed(found) else 0


def _map(arguments: argparse.Namespace) -> int:
    from tuoguan.app.importing import write_mapping

    paths = [str(write_mapping(arguments.dir, path)) for path in arguments.files]
    if arguments.json:
        say_json({"written": paths})
    for path in () if arguments.json else paths:
        say(_said("mapping", arguments.lang, path=path))
    return 0


def _asked(arguments: argparse.Namespace) -> "Asked":
    from tuoguan.app.importing import Asked

    day = None
    if arguments.on:
        try:
            day = parse_day(arguments.on)
        except ValueError:
            fix = "write the day as 2026-11-22"
            raise Refused([Problem("--on", arguments.on, "a day", fix, "bad_date")]) from None
    return Asked(
        arguments.store, arguments.contract, arguments.place, arguments.currency, arguments.zone, day, arguments.format
    )


def lines_of(found: "Imported", lang: str) -> list[str]:
    """What was done, in a person's words."""
    lines = [
        _said("file", lang, format=format, **asdict(count))
        for (_, format), count in zip(found.formats, found.counts, strict=True)
    ]
    lines.append(_said("documents", lang, opened=found.opened, moved=found.moved, unchanged=found.unchanged))
    return [*lines, _said("statements", lang, statements=found.statements, lines=found.lines)]


def as_json(found: "Imported") -> dict[str, Any]:
    """The answer as JSON, every listed row in it."""
    return {
        "files": [
            asdict(count) | {"format": format} for (_, format), count in zip(found.formats, found.counts, strict=True)
        ],
        "documents": {"opened": found.opened, "moved": found.moved, "unchanged": found.unchanged},
        "statements": {"kept": found.statements, "lines": found.lines},
        "problems": [problem.as_json() for problem in found.problems],
        "listed": found.listed.to_dicts(),
    }


def _said(key: str, lang: str, **values: Any) -> str:
    return WORDS[key][lang == "zh"].format(**values)
