"""The page and the API as one server on one port."""

from tuoguan.serve.making import Server

__all__ = ["Server"]
