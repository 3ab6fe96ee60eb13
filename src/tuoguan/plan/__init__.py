"""The choice as dated purchases, shipments and quotes, with cash and hours calendars."""

from tuoguan.plan.make import make_plan
from tuoguan.plan.schema import CASH, HOURS, PURCHASES, QUOTES, SHIPMENTS, Plan

__all__ = ["CASH", "HOURS", "PURCHASES", "QUOTES", "SHIPMENTS", "Plan", "make_plan"]
