"""The page and the API as one server on one port."""

from tuoguan.serve.making import Server
from tuoguan.serve.running import run

__all__ = ["Server", "run"]
