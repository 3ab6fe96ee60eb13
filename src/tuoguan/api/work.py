"""What is next at a desk: steps by money at risk and deadline, and the page of today."""

from typing import Any

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field

from tuoguan.api.asking import Caller, asking
from tuoguan.api.paging import After, Limit, Page, paged
from tuoguan.api.routing import strict_router
from tuoguan.app.today import Todo, today_of
from tuoguan.foundation.parties import Party
from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Step, StepKind, load_flows

routes = strict_router()


class TodayShown(BaseModel):
    """The page of today: what is late, what is due within 24 hours, what others must do, and the money at stake."""

    late: list[Todo]
    today: list[Todo]
    next: list[Todo]
    watches: list[Todo]
    stake_by_currency: dict[str, int]
    counts: dict[str, dict[str, int]] = Field(description="Documents by flow and state.")
    cash: dict[str, dict[str, int]] = Field(description="Minor units by state and currency.")


@routes.get("/work", tags=["work"], summary="What is next at a desk", operation_id="work")
def work(
    request: Request,
    response: Response,
    flow: str | None = Query(None, max_length=40),
    kind: StepKind | None = Query(None, description="task: the desk does it; watch: somebody else does."),
    limit: int = Limit,
    after: str | None = After,
    caller: Caller = Depends(asking()),
) -> Page[Step]:
    """The most money at risk first, then the earliest due."""
    if flow is not None and flow not in load_flows():
        known = ", ".join(load_flows())
        raise Refused([Problem("flow", repr(flow)[:60], f"a flow: {known}", "name one of them", "unknown_flow")])
    last = _step(caller, after) if after is not None else None
    steps = caller.work.next_steps(caller.desk, caller.now, flow=flow, kind=kind, after=last, limit=limit + 1)
    more = len(steps) > limit
    return paged(request, response, steps[:limit], _mark(steps[limit - 1]) if more else None)


@routes.get("/today", tags=["work"], summary="Today at a desk", operation_id="today")
def today(caller: Caller = Depends(asking())) -> TodayShown:
    """What the page of today says."""
    found = today_of(caller.work, caller.desk, caller.now)
    tasks: dict[str, Any] = {name: list(found.tasks.get(name, ())) for name in ("late", "today", "next")}
    return TodayShown(
        **tasks, watches=list(found.watches), stake_by_currency=dict(found.stake_by_currency),
        counts={flow: dict(states) for flow, states in found.counts.items()},
        cash={name: dict(sums) for name, sums in found.cash.items()},
    )  # fmt: skip


def _mark(step: Step) -> str:
    due = "" if step.due_at is None else str(step.due_at)
    return f"{step.stake_minor}|{step.currency}|{due}|{step.move}|{step.stream}"


def _step(caller: Caller, mark: str) -> Step:
    """The step that a mark stands for. Refused for one that no page gave."""
    stake, *rest = mark.split("|", 4)
    if len(rest) == 4 and stake.lstrip("-").isdigit() and len(stake) < 19:
        currency, due, move, stream = rest
        flow = load_flows().get(stream.partition("/")[0])
        if (
            flow is not None
            and any(one.name == move for one in flow.moves)
            and (not due or due.isdigit())
            and len(due) < 19
        ):
            return Step(stream, flow.name, move, caller.desk, StepKind.TASK, Party.SELLER, int(due) if due else None,
                        int(stake), currency, ())  # fmt: skip
    fix = "begin at the first page"
    raise Refused([Problem("query.after", repr(mark)[:40], "a mark of this list", fix, "bad_mark")])
