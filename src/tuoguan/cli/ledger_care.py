"""The commands that keep a ledger safe: their words, one call of `app` each, the answer in lines.

Keeps the invariant that every answer names the ledger's end, the one thing to note down elsewhere.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuoguan.app.ledger_care import Care

WORDS = {
    "en": {
        "backup": "backed up {entries} entries to {file}",
        "restore": "restored {entries} entries from {file}",
        "verify": "{entries} entries hold: hashes, sums, versions, balances",
        "broken": "{entries} entries, {count} problems",
        "end": "end of the ledger: {hash} (note it elsewhere: the same hash later proves that nothing was changed)",
    },
    "zh": {
        "backup": "已备份 {entries} 条分录到 {file}",
        "restore": "已从 {file} 恢复 {entries} 条分录",
        "verify": "{entries} 条分录全部成立：哈希、借贷、版本、余额",
        "broken": "{entries} 条分录，{count} 个问题",
        "end": "账本末端：{hash}（请另行记下：以后哈希相同即证明此前无改动）",
    },
}


def register(command: ArgumentParser, verb: str) -> None:
    """The arguments of one of the three commands."""
    if verb == "restore":
        command.add_argument("file", type=Path, help="the backup")
    command.add_argument("dir", type=Path, help="the workspace; its ledger is DIR/ledger.db")
    if verb == "backup":
        command.add_argument("file", type=Path, help="a new file")
    told = "a PostgreSQL server instead, such as postgresql://host/database#workspace (default: $TUOGUAN_STORE)"
    command.add_argument("--server", metavar="URL", help=told)
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the answer")


def run(arguments: Namespace, verb: str) -> int:
    """Does what the command says; 2 when the ledger does not hold."""
    from tuoguan.app import ledger_care
    from tuoguan.app.ledgers import server_of

    store = arguments.server or server_of(arguments.dir)
    if verb == "backup":
        care = ledger_care.backup(arguments.dir, arguments.file, store)
    elif verb == "restore":
        care = ledger_care.restore(arguments.file, arguments.dir, store)
    else:
        care = ledger_care.verify(arguments.dir, store)
    return _answer(care, arguments, verb)


def _answer(care: "Care", arguments: Namespace, verb: str) -> int:
    from tuoguan.cli.output import say, say_json, say_problems

    problems = [problem.as_json() for problem in care.problems]
    if arguments.json:
        say_json({"entries": care.entries, "hash": care.hash, "problems": problems})
        return 2 if problems else 0
    say_problems(care.problems)
    words = WORDS[arguments.lang]
    line = words["broken"] if problems else words[verb]
    say(line.format(entries=care.entries, file=getattr(arguments, "file", ""), count=len(problems)))
    say(words["end"].format(hash=care.hash))
    return 2 if problems else 0
