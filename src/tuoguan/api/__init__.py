"""REST under /api/v1: everything the page can do, for programs. Translates to `app` and back; no business rule."""

from tuoguan.api.making import make_api

__all__ = ["make_api"]
