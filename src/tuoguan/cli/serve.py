"""The command `serve`: the page and the API on this machine.

Keeps the invariant that without accounts nothing but the machine itself can reach the server.
"""

import argparse
from pathlib import Path
from threading import Timer

from tuoguan.foundation.cycles import uncollected
from tuoguan.foundation.problems import Problem, Refused

READY_AFTER_SECONDS = 3.0  # the first page comes first
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def register(command: argparse.ArgumentParser) -> None:
    """The options of `serve`."""
    command.add_argument("dir", type=Path)
    command.add_argument("--many", action="store_true", help="DIR holds one workspace a folder")
    command.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    command.add_argument("--port", type=int, default=8765, help="port (default %(default)s; 0: any free one)")
    command.add_argument("--accounts", action="store_true", help="ask for accounts on loopback too")
    help_ = "where people reach the server through a proxy, such as https://shop.example.com; asks for accounts"
    command.add_argument("--url", default="", help=help_)
    command.add_argument("--open", action="store_true", help="open the page in the browser")


def serve(arguments: argparse.Namespace) -> int:
    """Serves until stopped."""
    with uncollected():  # half a second of looking for garbage among modules that stay
        from tuoguan.cli.output import tell
        from tuoguan.serve import Server, run
        from tuoguan.site import Site

    local = arguments.host in LOOPBACK and not arguments.accounts and not arguments.url
    site = Site(arguments.dir, many=arguments.many, local=local)
    if not local and not site.access.ready():
        site.close()
        fix = f"make one: tuoguan accounts add {arguments.dir} NAME --role owner"
        raise Refused(
            [Problem(f"serve --host {arguments.host}", "no account", "an owner's account", fix, "no_account")]
        )

    server = Server(site, arguments.url)
    soon = Timer(READY_AFTER_SECONDS, lambda: server.api)
    soon.daemon = True

    def told(url: str) -> None:
        tell(f"serving {arguments.dir} on {url} (stop with Ctrl+C)")
        site.get_ready(READY_AFTER_SECONDS)
        soon.start()
        if arguments.open:
            import webbrowser

            webbrowser.open(url)

    try:
        run(server, arguments.host, arguments.port, told)
    finally:
        soon.cancel()
        site.close()
    return 0
