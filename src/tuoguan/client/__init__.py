"""A small typed client of the API, made from its description; needs nothing but the standard library.

>>> from tuoguan.client import Client
>>> client = Client("http://127.0.0.1:8765", token="…")  # doctest: +SKIP
>>> client.work("shop").items[0].stream  # doctest: +SKIP
'order/s1/1001'
"""

from tuoguan.client import records
from tuoguan.client.calls import Client
from tuoguan.client.talking import NotDone, Trouble

__all__ = ["Client", "NotDone", "Trouble", "records"]
