"""The command `accounts`: who may use a server that is not for this machine alone.

Keeps the invariant that a password comes from the terminal or from standard input, never from the command line, where
other users of the machine would see it.
"""

import getpass
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuoguan.foundation.problems import Problem, Refused

if TYPE_CHECKING:
    from tuoguan.site import Access, Membership

VERBS = {
    "add": "make an account, or give one that there is a part in the workspace",
    "list": "who may do what",
    "role": "give somebody another role or other desks",
    "remove": "take somebody out of the workspace",
    "reset": "set a new password, end all sessions and lift a lock-out",
}
ROLES = ("owner", "decider", "operator", "warehouse", "finance", "viewer")
DESKS = ("seller", "platform")
CONSOLE = "console"  # who did it, in the audit trail
HEAD, WIDTHS = ("name", "role", "desks", "second factor"), (40, 10, 16, 13)


def register(command: ArgumentParser, verb: str) -> None:
    """The arguments of one verb."""
    command.add_argument("dir", type=Path, help="what `tuoguan serve` is started with")
    if verb != "list":
        command.add_argument("name", help="name of the account")
    if verb != "reset":
        command.add_argument("--workspace", metavar="NAME", help="one of many workspaces (serve --many)")
    if verb in ("add", "role"):
        command.add_argument("--role", choices=ROLES, required=True, help="what they may do")
        command.add_argument("--desk", choices=DESKS, action="append", help="only at this desk (default: both)")
    if verb in ("add", "reset"):
        help_ = "make a link by which they choose the password themselves, instead of asking for one"
        command.add_argument("--link", action="store_true", help=help_)
    if verb == "reset":
        help_ = "turn the second factor off as well: the phone and the codes on paper are lost"
        command.add_argument("--second-factor-off", action="store_true", help=help_)


def run(arguments: Namespace, verb: str) -> int:
    """Does what the verb says."""
    from tuoguan.site import open_access

    if not arguments.dir.is_dir():
        fix = "look at the path"
        raise Refused([Problem(str(arguments.dir), "no folder", "a workspace, or a folder of them", fix, "no_folder")])
    name = getattr(arguments, "workspace", None)
    with open_access(arguments.dir, many=name is not None) as (access, workspaces):
        workspace = workspaces.find(name).name if name is not None else workspaces.names()[0]
        done: dict[str, Any] = {
            "add": _add, "list": _list, "role": _role, "remove": _remove, "reset": _reset,
        }[verb](access, workspace, arguments)  # fmt: skip
    return _answer(done, arguments)


def _add(access: "Access", workspace: str, arguments: Namespace) -> dict[str, Any]:
    part = _part(arguments)
    if arguments.link:
        value = access.people.invite(workspace, part, arguments.name, CONSOLE)
        return {"said": [f"{arguments.name} comes in by this link, once, within a week:", _path(value)]}
    account = access.people.find(arguments.name)
    account_id = account["id"] if account is not None else access.people.add(arguments.name, _password())
    access.people.join(workspace, account_id, part, CONSOLE)
    return {"said": [f"{arguments.name} is {part.role} of {workspace}"]}


def _list(access: "Access", workspace: str, arguments: Namespace) -> dict[str, Any]:
    rows = [
        {
            "name": one.name, "role": one.role.value, "desks": sorted(desk.value for desk in one.desks),
            "second_factor": one.second_factor,
        }
        for one in access.people.members(workspace)
    ]  # fmt: skip
    return {"workspace": workspace, "people": rows}


def _role(access: "Access", workspace: str, arguments: Namespace) -> dict[str, Any]:
    part = _part(arguments)
    access.people.join(workspace, _member(access, workspace, arguments.name), part, CONSOLE)
    return {"said": [f"{arguments.name} is {part.role} of {workspace}"]}


def _remove(access: "Access", workspace: str, arguments: Namespace) -> dict[str, Any]:
    access.people.remove(workspace, _member(access, workspace, arguments.name), CONSOLE)
    return {"said": [f"{arguments.name} may do nothing in {workspace} any more"]}


def _reset(access: "Access", workspace: str, arguments: Namespace) -> dict[str, Any]:
    account = access.people.find(arguments.name)
    if account is None:
        raise Refused([_unknown(arguments.name)])
    said = [f"{arguments.name} signs in anew everywhere"]
    if arguments.link:
        said += ["with a password chosen by this link, once, within a week:",
                 _path(access.people.reset_link(account["id"], CONSOLE))]  # fmt: skip
    else:
        access.people.set_password(account["id"], _password())
    if arguments.second_factor_off:
        access.second.end(account["id"])
        access.people.tell_all(account["id"], "second_factor_off")
    access.unlock(arguments.name)
    return {"said": said}


def _answer(done: dict[str, Any], arguments: Namespace) -> int:
    from tuoguan.cli.output import say, say_json, table

    if arguments.json:
        say_json(done)
        return 0
    for line in done.get("said", ()):
        say(line)
    if "people" in done:
        rows = [
            (one["name"], one["role"], " ".join(one["desks"]), "on" if one["second_factor"] else "off")
            for one in done["people"]
        ]
        for line in table(rows, HEAD, WIDTHS):
            say(line)
    return 0


def _part(arguments: Namespace) -> "Membership":
    from tuoguan.operate import Desk
    from tuoguan.site import Membership, Role

    return Membership(Role(arguments.role), frozenset(map(Desk, arguments.desk or DESKS)))


def _member(access: "Access", workspace: str, name: str) -> str:
    account = access.people.find(name)
    if account is None or account["id"] not in {one.id for one in access.people.members(workspace)}:
        raise Refused([_unknown(name)])
    return str(account["id"])


def _password() -> str:
    """Typed twice without being shown, or the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed = getpass.getpass("Password: ")
    if typed != getpass.getpass("Again: "):
        raise Refused([Problem("password", "two that differ", "the same twice", "type both again", "not_the_same")])
    return typed


def _path(value: str) -> str:
    return f"/welcome/{value}  (behind the server's address)"


def _unknown(name: str) -> Problem:
    return Problem("name", repr(name[:60]), "an account of the list", "see: tuoguan accounts list DIR", "no_person")
