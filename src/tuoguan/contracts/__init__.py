"""Load, check, compile as of a day, and apply the terms of one platform, model and market."""

from tuoguan.contracts.checking import check
from tuoguan.contracts.loading import load, load_overlays

__all__ = ["check", "load", "load_overlays"]
