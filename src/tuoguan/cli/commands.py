"""One function per command: arguments in, one call of `app`, the answer out in text or JSON, exit code back."""

from argparse import Namespace
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tuoguan.cli.output import Progress, say, say_json, say_problems, summary, tell
from tuoguan.foundation.problems import Problem, Severity, has_errors

CLEAN, WARNED, ERRONEOUS = 0, 1, 2


def init(arguments: Namespace) -> int:
    """Writes the templates of a workspace."""
    from tuoguan.intake import init as write_templates

    return _written(write_templates(arguments.dir, lang=arguments.lang), arguments)


def sample(arguments: Namespace) -> int:
    """Builds the sample workspace."""
    from tuoguan.app.sample import make_sample

    return _written(make_sample(arguments.dir, arguments.seller), arguments)


def export(arguments: Namespace) -> int:
    """Writes the tables as read."""
    from tuoguan.intake import export as write_tables
    from tuoguan.intake import read

    return _written(write_tables(read(arguments.dir), arguments.out), arguments)


def _written(paths: Iterable[Path], arguments: Namespace) -> int:
    names = [str(path) for path in paths]
    if arguments.json:
        say_json({"written": names})
    for name in () if arguments.json else names:
        say(f"wrote {name}")
    return CLEAN


def check(arguments: Namespace) -> int:
    """Every problem of a workspace; 2 with errors, 1 with warnings under --strict."""
    from tuoguan.app.check import check_workspace

    checked = check_workspace(arguments.dir)
    if arguments.json:
        counts = [asdict(count) for count in checked.batch.counts] if checked.batch else []
        say_json({"problems": [problem.as_json() for problem in checked.problems], "files": counts})
    else:
        say_problems(checked.problems)
        for count in checked.batch.counts if checked.batch else ():
            listed = f", {count.rows_listed} listed with a reason" if count.rows_listed else ""
            say(f"{count.file}: {count.rows_in} rows in, {count.rows_used} used{listed}")
        say(summary(checked.problems))
    return _code(checked.problems, arguments.strict)


def _code(problems: Iterable[Problem], strict: bool) -> int:
    listed = list(problems)
    if has_errors(listed):
        return ERRONEOUS
    return WARNED if strict and any(problem.severity is Severity.WARNING for problem in listed) else CLEAN


def decide(arguments: Namespace) -> int:
    """Chooses, writes the six outputs, the study and the plan, prints the table."""
    from tuoguan.app.deciding import decide_into
    from tuoguan.app.outputs import decision_json
    from tuoguan.cli.decision import decision_lines

    progress = Progress(quiet=arguments.quiet or arguments.json)
    made, written = decide_into(
        arguments.dir, arguments.out or arguments.dir / "decision", language=arguments.lang,
        **_run(arguments, progress),
    )  # fmt: skip
    progress.close()
    if arguments.json:
        return _answer(arguments, decision_json(made.decision))
    return _answer(arguments, None, decision_lines(made.decision, arguments.lang), written)


def explain(arguments: Namespace) -> int:
    """The options of one product side by side."""
    from tuoguan.app.explain import explain as explain_product
    from tuoguan.cli.explanation import explanation_lines

    progress = Progress(quiet=arguments.quiet or arguments.json)
    explained = explain_product(arguments.dir, arguments.sku, arguments.market, **_run(arguments, progress))
    progress.close()
    if arguments.json:
        return _answer(arguments, explained.as_json())
    return _answer(arguments, None, explanation_lines(explained, arguments.lang))


def plan(arguments: Namespace) -> int:
    """The choice as dated purchases, shipments, quotes and calendars."""
    from tuoguan.app.plan import plan as make_plan
    from tuoguan.app.plan import write_plan
    from tuoguan.cli.explanation import plan_lines

    progress = Progress(quiet=arguments.quiet or arguments.json)
    planned = make_plan(arguments.dir, **_run(arguments, progress))
    progress.close()
    written = write_plan(planned, arguments.out or arguments.dir / "plan")
    names = {"written": [str(path) for path in written]}
    return _answer(arguments, names, plan_lines(planned, arguments.lang), written)


def what_if(arguments: Namespace) -> int:
    """The choice again under other limits, risk, terms or contracts."""
    from tuoguan.app.contracts import parse_on
    from tuoguan.app.whatif import what_if as ask
    from tuoguan.app.whatif_asked import Asked
    from tuoguan.app.whatif_told import whatif_json
    from tuoguan.cli.whatif import whatif_lines

    asked = Asked(
        cash=arguments.cash, hours=arguments.hours, space=arguments.space, risk_weight=arguments.risk_weight,
        risk_level=arguments.risk_level, without=tuple(arguments.without), only=tuple(arguments.only),
        terms=tuple(arguments.set),
        contracts_on=parse_on(arguments.contracts_on, "--contracts-on") if arguments.contracts_on else None,
        contract_file=arguments.contract, is_exact=arguments.exact,
    )  # fmt: skip
    progress = Progress(quiet=arguments.quiet or arguments.json)
    found = ask(arguments.dir, asked, workspace=arguments.workspace, threads=arguments.threads, progress=progress)
    progress.close()
    return _answer(arguments, whatif_json(found), whatif_lines(found, arguments.lang))


def scale(arguments: Namespace) -> int:
    """The choice for a catalog past one machine."""
    from tuoguan.cli.scale import scale as choose_in_blocks

    return choose_in_blocks(arguments)


def backtest(arguments: Namespace) -> int:
    """Tests the choice on real history."""
    from tuoguan.cli.backtest import run

    return run(arguments)


def accept(arguments: Namespace) -> int:
    """Takes the decision."""
    from tuoguan.cli.work import accept as take

    return take(arguments)


def work(arguments: Namespace) -> int:
    """What is next at a desk."""
    from tuoguan.cli.work import work as show

    return show(arguments)


def import_(arguments: Namespace) -> int:
    """Reads files into the ledger."""
    from tuoguan.cli.importing import run

    return run(arguments)


def rehearse(arguments: Namespace) -> int:
    """Lives a path of the plan through a ledger."""
    from tuoguan.cli.rehearse import rehearse as live

    return live(arguments)


def reconcile(arguments: Namespace) -> int:
    """Checks statements against the contract."""
    from tuoguan.cli.reconciling import run_reconcile

    return run_reconcile(arguments)


def calibrate(arguments: Namespace) -> int:
    """Learns from own lines."""
    from tuoguan.cli.reconciling import run_calibrate

    return run_calibrate(arguments)


def backup(arguments: Namespace) -> int:
    """Copies the ledger into one file."""
    return _care(arguments, "backup")


def restore(arguments: Namespace) -> int:
    """Makes a ledger anew from a backup."""
    return _care(arguments, "restore")


def verify(arguments: Namespace) -> int:
    """Walks the whole ledger."""
    return _care(arguments, "verify")


def _care(arguments: Namespace, verb: str) -> int:
    from tuoguan.cli.ledger_care import run

    return run(arguments, verb)


def accounts(arguments: Namespace) -> int:
    """`tuoguan accounts VERB`: who may use the server."""
    from tuoguan.cli.accounts import run

    return run(arguments, arguments.verb)


def serve(arguments: Namespace) -> int:
    """`tuoguan serve`: the page and the API."""
    from tuoguan.cli.serve import serve as run

    return run(arguments)


def doctor(arguments: Namespace) -> int:
    """Whether machine and workspace are in order."""
    from tuoguan.app.doctor import doctor as examine
    from tuoguan.app.doctor import in_order

    checks = examine(arguments.dir)
    if arguments.json:
        say_json([one.as_json() for one in checks])
    else:
        for one in checks:
            mark = {Severity.NOTE: "ok", Severity.WARNING: "look", Severity.ERROR: "broken"}[one.severity]
            say(f"{mark:7}{one.name}: {one.found}" + (f"; fix: {one.fix}" if one.fix else ""))
    return CLEAN if in_order(checks) else ERRONEOUS


def contracts_list(arguments: Namespace) -> int:
    """Every contract with its state on the day."""
    from tuoguan.app.contracts import list_contracts, parse_on
    from tuoguan.contracts import list_lines

    rows = list_contracts(parse_on(arguments.on))
    return _answer(arguments, [asdict(row) for row in rows], list_lines(rows, arguments.lang))


def contracts_show(arguments: Namespace) -> int:
    """One contract or card with every source."""
    from tuoguan.app.contracts import parse_on, show_contract
    from tuoguan.contracts import show_lines

    rows = show_contract(arguments.id, parse_on(arguments.on))
    return _answer(arguments, [asdict(row) for row in rows], show_lines(rows, arguments.lang))


def contracts_compare(arguments: Namespace) -> int:
    """Two contracts side by side."""
    from tuoguan.app.contracts import compare_contracts, parse_on
    from tuoguan.contracts import compare_lines

    found = compare_contracts(arguments.a, arguments.b, parse_on(arguments.on))
    return _answer(arguments, asdict(found), compare_lines(found, arguments.lang))


def contracts_diff(arguments: Namespace) -> int:
    """What changed between two days."""
    from tuoguan.app.contracts import differences, parse_on
    from tuoguan.contracts import diff_lines

    rows = differences(parse_on(arguments.day1, "DAY1"), parse_on(arguments.day2, "DAY2"))
    command = f"`tuoguan what-if DIR --contracts-on {arguments.day2}`"
    hint = f"哪些产品改变方式、代价多少：{command}" if arguments.lang == "zh" else f"Which products move: {command}"
    return _answer(arguments, [asdict(row) for row in rows], [*diff_lines(rows, arguments.lang), *[hint] * bool(rows)])


def contracts_check(arguments: Namespace) -> int:
    """Problems of a contract file, or of all our terms."""
    from tuoguan.app.contracts import check_contracts, parse_on

    problems = check_contracts(arguments.file, parse_on(None))
    if arguments.json:
        say_json({"problems": [problem.as_json() for problem in problems]})
    else:
        say_problems(problems)
        say(summary(problems))
    return _code(problems, strict=False)


def contracts_new(arguments: Namespace) -> int:
    """The template of a contract."""
    from tuoguan.contracts import new

    return _written([new(arguments.platform, arguments.model, arguments.market, arguments.dir)], arguments)


def _run(arguments: Namespace, progress: Progress) -> dict[str, Any]:
    """What every command that plays futures passes on."""
    return {
        "seed": arguments.seed, "paths": arguments.paths, "threads": arguments.threads, "progress": progress,
    }  # fmt: skip


def _answer(arguments: Namespace, value: object, lines: Iterable[str] = (), written: Iterable[Path] = ()) -> int:
    """Says the value as JSON where that is asked for, else the lines; names of written files go beside them."""
    if arguments.json:
        say_json(value)
        return CLEAN
    for line in lines:
        say(line)
    for path in written:
        tell(f"wrote {path}")
    return CLEAN
