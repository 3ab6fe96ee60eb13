"""tuoguan (托管): which platform, which model, how much stock, and was it paid right."""

__version__ = "0.1.0"
