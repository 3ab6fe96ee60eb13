"""The server starts light: what computes is loaded when something is computed."""

import subprocess
import sys
from pathlib import Path

HEAVY = ("numba", "highspy", "scipy", "altair", "xlsxwriter", "tuoguan.simulate.engine", "tuoguan.choose.policies")
START = """
import sys
from pathlib import Path
from starlette.testclient import TestClient
from tuoguan.serve import Server
from tuoguan.site import Site

site = Site(Path(sys.argv[1]))
with TestClient(Server(site), base_url="http://localhost") as client:
    name = site.workspaces.names()[0]
    for path in ("jobs", "contracts", "start"):
        assert client.get(f"/w/{name}/{path}").status_code == 200, path
site.close()
print(*[name for name in sys.argv[2:] if name in sys.modules])
"""


def test_the_server_starts_and_answers_without_what_computes(tmp_path: Path) -> None:
    words = [sys.executable, "-c", START, str(tmp_path), *HEAVY]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
