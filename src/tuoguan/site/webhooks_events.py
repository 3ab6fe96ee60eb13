"""What can be told to others: moves of documents, jobs that ended, differences that were found.

Hides how an event is read off an entry or a job. Keeps the invariants that a message made of the same thing has the
same id and the same bytes, and that it says what happened and where to look, never what a document holds.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from tuoguan.operate import Entry, load_flows, move_of
from tuoguan.site.webhooks_words import Hook, Message
from tuoguan.site.words import Job, JobState

TEST = "webhook.test"
OPENED, MOVED = "document.opened", "document.moved"
JOB_DONE, JOB_FAILED, DIFFERENCE = "job.done", "job.failed", "difference.found"
FAILED = (JobState.FAILED, JobState.INTERRUPTED)


class Event(NamedTuple):
    """A title in both languages; ``flow`` is the kind of document it is of, "" for none."""

    title: str
    title_zh: str
    flow: str = ""


@cache
def events() -> Mapping[str, Event]:
    """Everything that can be subscribed to, by its name; "order.shipped": an order came into the state shipped."""
    found = {
        OPENED: Event("Any document opened", "任意单据新建"), MOVED: Event("Any document moved", "任意单据推进"),
        JOB_DONE: Event("Job done", "任务完成"), JOB_FAILED: Event("Job failed or interrupted", "任务失败或中断"),
        DIFFERENCE: Event("Reconciliation found differences", "对账发现差异"),
    }  # fmt: skip
    for name, flow in load_flows().items():
        for state in flow.states:
            title, title_zh = f"{flow.title}: {state.title}", f"{flow.title_zh}：{state.title_zh}"
            found[f"{name}.{state.name}"] = Event(title, title_zh, name)
    return found


@cache
def kinds() -> tuple[str, ...]:
    """Kinds of entries that are moves of documents."""
    return tuple(f"{name}.{move.name}" for name, flow in load_flows().items() for move in flow.moves)


@cache
def names_of(kind: str) -> tuple[str, ...]:
    """The names of what an entry of the kind tells, the most telling first."""
    name, _, done = kind.partition(".")
    move = move_of(load_flows()[name], done)
    general = OPENED if done == "open" else MOVED
    return (f"{name}.{move.target}", general) if move is not None and move.target else (general,)


def of_entries(hook: Hook, entries: Iterable[Entry]) -> Iterator[Message]:
    """A message for each entry that the subscription wants to hear of."""
    for entry in entries:
        name = next((one for one in names_of(entry.draft.kind) if one in hook.events), None)
        if name is None:
            continue
        flow, _, number = entry.stream.partition("/")
        yield message(hook, name, f"entry/{entry.position}", entry.recorded_at, {
            "workspace": hook.workspace, "position": entry.position, "flow": flow, "number": number,
            "move": entry.draft.kind.partition(".")[2], "state": entry.state, "version": entry.version,
            "by": entry.actor, "occurred_at": instant(entry.draft.occurred_at),
        })  # fmt: skip


def of_jobs(hook: Hook, jobs: Iterable[Job]) -> Iterator[Message]:
    """Messages of jobs that ended."""
    for job in jobs:
        if job.ended_at is None:
            continue
        told = {
            "workspace": hook.workspace, "job": job.id, "kind": job.kind, "state": job.state.value, "by": job.by,
            "problems": len(job.problems),
        }  # fmt: skip
        name = JOB_DONE if job.state is JobState.DONE else JOB_FAILED if job.state in FAILED else ""
        if name in hook.events:
            yield message(hook, name, f"job/{job.id}/{job.attempt}", job.ended_at, told)
        if DIFFERENCE in hook.events and job.result.get("differing"):
            found = {name: job.result[name] for name in ("until", "differing", "by_verdict")}
            yield message(hook, DIFFERENCE, f"difference/{job.id}", job.ended_at, told | found)


def message(hook: Hook, event: str, source: str, at: int, data: Mapping[str, Any]) -> Message:
    """A message of a source, such as an entry's position, to a subscription."""
    name = hashlib.sha256(f"{hook.id}/{source}".encode()).hexdigest()[:32]
    body = {"type": event, "timestamp": instant(at), "data": data}
    return Message(f"msg_{name}", hook.id, event, json.dumps(body, ensure_ascii=False, sort_keys=True).encode())


def instant(at: int) -> str:
    """UTC seconds as ISO 8601 writes them.

    >>> instant(0)
    '1970-01-01T00:00:00Z'
    """
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
