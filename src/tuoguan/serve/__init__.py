"""The page and the API as one server on one port."""

from tuoguan.serve.making import make_server

__all__ = ["make_server"]
