"""tuoguan (托管): which platform, which model, how much stock, and was it paid right.

The Python door is one function per job: ``tuoguan.decide(folder)`` answers what ``tuoguan decide`` prints.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tuoguan.app.decide import decide as decide

__version__ = "0.1.0"
__all__ = ["__version__", "decide"]


def __getattr__(name: str) -> Any:
    """Imports the main job only when it is asked for, so that the command line starts at once."""
    if name == "decide":
        from tuoguan.app.decide import decide

        return decide
    raise AttributeError(f"module 'tuoguan' has no attribute {name!r}")
