"""The web page: server-rendered, a page is a pure function of its URL and the workspace. No business rule here."""

from tuoguan.web.making import make_pages

__all__ = ["make_pages"]
