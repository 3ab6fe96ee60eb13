"""Calls to other programs when something happened: who is told what, and what became of it.

Hides tables, secrets at rest and the carrying. Keeps the invariants that nothing is told but to those a person named,
that what happened is told at least once and always under the same id, and that a subscription is only ever shown in its
own workspace.
"""

import json
import os
import secrets
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from tuoguan.foundation.problems import Problem, Refused
from tuoguan.operate import Ledger
from tuoguan.site.access_secrets import Secrets
from tuoguan.site.jobs import Jobs
from tuoguan.site.webhooks_carrying import Carrier
from tuoguan.site.webhooks_events import TEST, events, message
from tuoguan.site.webhooks_rows import Rows
from tuoguan.site.webhooks_sending import new_secret
from tuoguan.site.webhooks_target import is_host, require_reachable, target_of
from tuoguan.site.webhooks_words import Delivery, DeliveryState, Hook, Try
from tuoguan.site.workspaces import Workspaces

HOSTS = "TUOGUAN_WEBHOOK_HOSTS"
"""Environment variable: near hosts that every workspace may call, separated by commas."""
MOST_HOOKS = 20
OVERLAP_SECONDS = 86_400  # for which a secret that was renewed still signs
Tell = Callable[..., None]


class Webhooks:
    """The subscriptions of one server.

    ledger_of  gives the ledger of a workspace by its name; without it only jobs are told
    tell       the audit trail: workspace, who, what, details
    """

    def __init__(
        self, keep: Path, workspaces: Workspaces, *, ledger_of: Callable[[str], Ledger] | None = None,
        jobs: Jobs | None = None, tell: Tell | None = None, clock: Callable[[], int] = lambda: int(time.time()),
        carries: bool = True,
    ) -> None:  # fmt: skip
        self._workspaces, self._ledger_of, self._clock = workspaces, ledger_of, clock
        self._tell = tell or (lambda *_said, **_details: None)
        self._rows, self._secrets = Rows(keep), Secrets(keep)
        self.carrier = Carrier(self._rows, self._secrets, clock, ledger_of, jobs, self._hosts_of)
        if carries:
            self.carrier.start()

    def hooks(self, workspace: str) -> list[Hook]:
        """The subscriptions of a workspace, oldest first."""
        return self._rows.hooks(workspace)

    def hook(self, workspace: str, hook_id: str) -> Hook:
        """One subscription. Refused when it is not this workspace's."""
        hook = self._rows.hook(hook_id)
        if hook is None or hook.workspace != workspace:
            raise Refused([_unknown("webhook", hook_id)])
        return hook

    def make(self, workspace: str, url: str, wanted: Sequence[str], by: str) -> Hook:
        """A new subscription to what happens from now on. Refused for a URL or events that cannot be."""
        self._workspaces.find(workspace)
        self._check(workspace, url, wanted)
        if len(self._rows.hooks(workspace)) >= MOST_HOOKS:
            expected = f"at most {MOST_HOOKS} in a workspace"
            raise Refused([Problem("webhook", "one more", expected, "remove one first", "too_many")])
        hook_id, now = f"wh_{secrets.token_hex(8)}", self._clock()
        self._rows.run(
            "INSERT INTO hook (id, workspace, url, events, active, by, created_at, position, jobs_at, secret) "
            "VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?)",
            hook_id, workspace, url, json.dumps(list(dict.fromkeys(wanted))), by, now, self._end_of(workspace), now,
            self._secrets.seal(new_secret(), f"webhook/{hook_id}"),
        )  # fmt: skip
        self._tell(workspace, by, "webhook_made", webhook=hook_id, url=url, events=list(wanted))
        self.carrier.look()
        return self.hook(workspace, hook_id)

    def change(
        self, workspace: str, hook_id: str, url: str, wanted: Sequence[str], by: str, *, seen: str | None = None
    ) -> Hook:  # fmt: skip
        """Another URL or other events, from now on. Refused when its mark is no longer the one ``seen``."""
        self._check(workspace, url, wanted)
        with self._rows.changing():
            hook = self.hook(workspace, hook_id)
            if seen is not None and seen != hook.mark:
                fix = "look at it as it is now, and change it again"
                raise Refused(
                    [Problem("webhook", "changed meanwhile by somebody", "as you saw it", fix, "wrong_version")]
                )
            chosen = json.dumps(list(dict.fromkeys(wanted)))
            self._rows.run("UPDATE hook SET url = ?, events = ? WHERE id = ?", url, chosen, hook.id)
        self._tell(workspace, by, "webhook_changed", webhook=hook_id, url=url, events=list(wanted))
        return self.hook(workspace, hook_id)

    def switch(self, workspace: str, hook_id: str, on: bool, by: str) -> Hook:
        """On or off. Switched on it goes on where it stopped: what happened meanwhile is told too."""
        hook, now = self.hook(workspace, hook_id), self._clock()
        with self._rows.changing():
            self._rows.run(
                "UPDATE hook SET active = ?, why_off = '', failing_since = NULL WHERE id = ?", int(on), hook.id
            )
            if on:
                self._rows.run(
                    "UPDATE delivery SET since = ?, next_at = ? WHERE hook = ? AND state = ?",
                    now, now, hook.id, DeliveryState.WAITING,
                )  # fmt: skip
        self._tell(workspace, by, "webhook_on" if on else "webhook_off", webhook=hook_id)
        self.carrier.look()
        return self.hook(workspace, hook_id)

    def remove(self, workspace: str, hook_id: str, by: str) -> None:
        """Ends the subscription and forgets its messages."""
        hook = self.hook(workspace, hook_id)
        self._rows.run("DELETE FROM hook WHERE id = ?", hook.id)
        self._tell(workspace, by, "webhook_removed", webhook=hook_id, url=hook.url)

    def secret(self, workspace: str, hook_id: str, by: str) -> str:
        """The secret that the other program verifies with, to be shown to somebody who may see it."""
        hook = self.hook(workspace, hook_id)
        self._tell(workspace, by, "webhook_secret_shown", webhook=hook_id)
        sealed = self._rows.run("SELECT secret FROM hook WHERE id = ?", hook.id)[0][0]
        return self._secrets.open(sealed, f"webhook/{hook.id}")

    def renew_secret(self, workspace: str, hook_id: str, by: str) -> str:
        """A new secret; for a day the one before signs too, so that the other program can change over."""
        hook = self.hook(workspace, hook_id)
        fresh = new_secret()
        self._rows.run(
            "UPDATE hook SET secret_before = secret, before_until = ?, secret = ? WHERE id = ?",
            self._clock() + OVERLAP_SECONDS, self._secrets.seal(fresh, f"webhook/{hook.id}"), hook.id,
        )  # fmt: skip
        self._tell(workspace, by, "webhook_secret_renewed", webhook=hook_id)
        return fresh

    def test(self, workspace: str, hook_id: str, by: str) -> Delivery:
        """A message that tells nothing, to see whether it arrives."""
        hook, now = self.hook(workspace, hook_id), self._clock()
        made = message(hook, TEST, f"test/{secrets.token_hex(8)}", now, {"workspace": workspace, "by": by})
        self._rows.add([made], now)
        self.carrier.look()
        return self.delivery(workspace, made.id)

    def deliveries(
        self, workspace: str, hook_id: str, *, state: str = "", after: str | None = None, limit: int = 50
    ) -> tuple[list[Delivery], str | None]:  # fmt: skip
        """Messages of a subscription, newest first, and the mark of the next page; None behind the last."""
        hook = self.hook(workspace, hook_id)
        found = self._rows.deliveries(hook.id, state, after, limit + 1)
        return found[:limit], found[limit - 1].id if len(found) > limit else None

    def counts(self, workspace: str, hook_id: str) -> dict[DeliveryState, int]:
        """How many messages of a subscription are in which state; states without any left out."""
        return self._rows.counts(self.hook(workspace, hook_id).id)

    def delivery(self, workspace: str, delivery_id: str) -> Delivery:
        """One message. Refused when it is not this workspace's."""
        found = self._rows.delivery(delivery_id)
        if found is None or found.hook not in {hook.id for hook in self._rows.hooks(workspace)}:
            raise Refused([_unknown("message", delivery_id)])
        return found

    def tries(self, workspace: str, delivery_id: str) -> list[Try]:
        """All tries of a message, first to last."""
        return self._rows.tries(self.delivery(workspace, delivery_id).id)

    def again(self, workspace: str, delivery_id: str) -> Delivery:
        """Sends a message once more, under the same id, whatever became of it."""
        found = self.delivery(workspace, delivery_id)
        self._queue_again("id = ?", found.id)
        return self.delivery(workspace, found.id)

    def again_all(self, workspace: str, hook_id: str) -> int:
        """Sends everything again that was given up; how many messages."""
        hook = self.hook(workspace, hook_id)
        return self._queue_again("hook = ? AND state = 'given_up'", hook.id)

    def _queue_again(self, which: str, value: str) -> int:
        now = self._clock()
        moved = self._rows.run(
            f"UPDATE delivery SET state = ?, since = ?, next_at = ?, ended_at = NULL WHERE {which} RETURNING id",
            DeliveryState.WAITING, now, now, value,
        )  # fmt: skip
        self.carrier.look()
        return len(moved)

    def allowed(self, workspace: str) -> list[str]:
        """Near hosts that the workspace may call, by name."""
        return sorted(self._hosts_of(workspace))

    def allow(self, workspace: str, host: str, yes: bool, by: str) -> None:
        """Lets the workspace call a host of this network, or no longer.

        Refused on a server of many workspaces: there only the server's owner can, by `HOSTS`.
        """
        name = host.strip().lower()
        if self._workspaces.many:
            fix = f"ask the server's owner to name it in ${HOSTS}"
            raise Refused([Problem("host", name[:80], "a server of one workspace", fix, "not_allowed")])
        if not is_host(name):
            raise Refused([Problem("host", repr(host[:80]), "a host's name or address", "correct it", "bad_host")])
        if yes:
            self._rows.run("INSERT OR IGNORE INTO allowed VALUES (?, ?, ?, ?)", workspace, name, by, self._clock())
        else:
            self._rows.run("DELETE FROM allowed WHERE workspace = ? AND host = ?", workspace, name)
        self._tell(workspace, by, "webhook_host_allowed" if yes else "webhook_host_forbidden", host=name)

    def close(self) -> None:
        """Ends the carrying and lets go of the database; what was not sent is sent by the next server."""
        self.carrier.close()
        self._rows.close()

    def _hosts_of(self, workspace: str) -> Collection[str]:
        named = {name.strip().lower() for name in os.environ.get(HOSTS, "").split(",") if name.strip()}
        if self._workspaces.many:
            return named
        return named | {row[0] for row in self._rows.run("SELECT host FROM allowed WHERE workspace = ?", workspace)}

    def _check(self, workspace: str, url: str, wanted: Sequence[str]) -> None:
        require_reachable(target_of(url), self._hosts_of(workspace))
        unknown = [name for name in wanted if name not in events()]
        if unknown or not wanted:
            found = ", ".join(name[:40] for name in unknown[:5]) or "none"
            expected = "events such as document.moved, order.shipped, job.done"
            raise Refused([Problem("events", found, expected, "choose from the list", "unknown_event")])

    def _end_of(self, workspace: str) -> int:
        """Position of the ledger's end; 0 where there is none yet."""
        try:
            if self._ledger_of is None:
                return 0
            with self._ledger_of(workspace).store.reading() as view:
                return view.head().position
        except Refused:
            return 0


def _unknown(what: str, name: str) -> Problem:
    return Problem(what, repr(name[:40]), f"a {what} of this workspace", "choose it from the list", "no_page")
