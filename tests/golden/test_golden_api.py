"""The description of the API did not change by accident."""

import json
from pathlib import Path

from tuoguan.api import make_api
from tuoguan.site import Site

FILE = Path(__file__).parent / "api" / "openapi.json"


def test_the_description_is_as_recorded(tmp_path: Path, record_golden: bool) -> None:
    site = Site(tmp_path)
    spec = make_api(site).openapi()
    site.close()
    text = json.dumps(spec | {"info": spec["info"] | {"version": "0"}}, indent=1, ensure_ascii=False, sort_keys=True)
    if record_golden:
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(text + "\n", "utf-8")
    assert FILE.read_text("utf-8") == text + "\n", "make golden, and answer for every changed line"
