"""A simulated path of the plan played through the live ledger, each duty by its owner."""

from tuoguan.rehearse.compare import Difference, Simulated, differences
from tuoguan.rehearse.diary import Diary
from tuoguan.rehearse.living import days_done, rehearse
from tuoguan.rehearse.world import World, world_of

__all__ = ["Diary", "Difference", "Simulated", "World", "days_done", "differences", "rehearse", "world_of"]
