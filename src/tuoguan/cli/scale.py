"""The command for a catalog past one machine: its words, who does the work, and the answer in lines.

Hides which driver an option asks for. Keeps the invariant that workers are given back however the command ends.
"""

import argparse
from pathlib import Path
from typing import Any

from tuoguan.foundation.problems import Problem, Refused

FIX = "start the machines again and run the same command: finished blocks are kept and not worked for again"


def register(command: argparse.ArgumentParser, count: Any) -> None:
    """The options of the command; ``count`` reads a whole number from 1."""
    command.add_argument("dir", type=Path)
    command.add_argument(
        "--out", type=Path, help="folder of the outputs and of unfinished work (default: DIR/decision)"
    )
    who = command.add_mutually_exclusive_group()
    who.add_argument("--threads", type=count, default=None, help="threads of this process (default: all cores)")
    who.add_argument("--workers", type=count, default=None, help="processes of a cluster on this machine")
    who.add_argument("--scheduler", metavar="ADDRESS", help="a cluster that runs already, such as tcp://10.0.0.5:8786")
    command.add_argument("--memory", type=count, default=None, metavar="MB", help="most memory of one of --workers")
    command.add_argument("--block", type=count, default=3_000, metavar="GROUPS", help="products x markets in a block")
    command.add_argument("--seed", type=int, default=1, help="address of all luck; same inputs and seed, same bytes")
    command.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the answer")
    command.add_argument("--quiet", action="store_true", help="no progress on stderr")


def scale(arguments: argparse.Namespace) -> int:
    """Chooses for the whole catalog, writes the parts and prints what they add up to."""
    from tuoguan.app.scale import decide_large
    from tuoguan.cli.output import Progress, say, say_json, tell
    from tuoguan.foundation.executor import Contradiction, ExecutorLost

    progress = Progress(quiet=arguments.quiet or arguments.json)
    executor = _executor(arguments)
    try:
        large = decide_large(
            arguments.dir, arguments.out or arguments.dir / "decision", executor=executor, block_groups=arguments.block,
            seed=arguments.seed, progress=progress,
        )  # fmt: skip
    except ExecutorLost as lost:
        raise Refused([Problem("cluster", str(lost), "a cluster that lives", FIX, "cluster_lost")]) from None
    except Contradiction as twice:
        fix = "give every worker the same installation, and run again"
        raise Refused([Problem("cluster", str(twice), "one answer per block", fix, "contradiction")]) from None
    finally:
        executor.close()
        progress.close()
    if arguments.json:
        say_json(large.answer)
        return 0
    for line in answer_lines(large.answer, arguments.lang):
        say(line)
    for path in (large.written[0], large.written[-1].parent):
        tell(f"wrote {path}")
    return 0


def _executor(arguments: argparse.Namespace) -> Any:
    from tuoguan.scale import Threads, cluster

    if arguments.workers is None and arguments.scheduler is None:
        return Threads(arguments.threads)
    memory = None if arguments.memory is None else arguments.memory << 20
    return cluster(workers=arguments.workers, scheduler=arguments.scheduler, memory_bytes=memory)


def answer_lines(answer: Any, lang: str) -> list[str]:
    """The answer as a whole, then what each limit is worth."""
    currency, counts = answer["currency"], answer["counts"]

    def money(minor: float) -> str:
        from tuoguan.foundation.money import format_minor

        return f"{format_minor(round(minor), currency)} {currency}"

    profit, bound = money(answer["expected_profit_minor"]), money(answer["bound_minor"])
    objective, gap = money(answer["objective_minor"]), f"{100 * answer['gap']:.3f} %"
    names = ", ".join(f"{name} {count}" for name, count in answer["sold_by_model"].items())
    used = [f"{one['name']}: {_share(one)}" for one in answer["capacities"]]
    if lang == "zh":
        return [
            f"{counts['groups']} 个产品×市场：卖 {counts['sold']}，不卖 {counts['groups'] - counts['sold']}",
            f"预期利润 {profit}（解析估算）；目标值 {objective}，上界 {bound}，差距 {gap}", f"按平台/模式：{names}",
            f"限额使用：{'；'.join(used)}",
        ]  # fmt: skip
    return [
        f"{counts['groups']} products x markets: {counts['sold']} to sell, {counts['groups'] - counts['sold']} not",
        f"expected profit {profit} (closed form); objective {objective}, bound {bound}, gap {gap}",
        f"by platform/model: {names}", f"limits used: {'; '.join(used)}",
    ]  # fmt: skip


def _share(capacity: Any) -> str:
    return f"{100 * capacity['used'] / capacity['limit']:.1f} %" if capacity["limit"] else f"{capacity['used']:g}"
