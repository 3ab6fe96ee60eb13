"""The choice as dated purchases, shipments and quotes, with cash and hours calendars."""

from typing import TYPE_CHECKING

from tuoguan.foundation.doors import opening

if TYPE_CHECKING:
    from tuoguan.plan.make import make_plan
    from tuoguan.plan.schema import CASH, HOURS, PURCHASES, QUOTES, SHIPMENTS, Plan

__all__ = ["CASH", "HOURS", "PURCHASES", "QUOTES", "SHIPMENTS", "Plan", "make_plan"]
__getattr__ = opening(__name__)
