"""Load, check, compile as of a day, and apply the terms of one platform, model and market."""

from tuoguan.contracts.assessing import assess
from tuoguan.contracts.checking import check
from tuoguan.contracts.compiled import Charge, Compiled, CompiledCard, DeadlineTerm, Uncertain
from tuoguan.contracts.compiling import compile, compile_card
from tuoguan.contracts.library import Contract, Library, Overlays, PlacedCard
from tuoguan.contracts.loading import load, load_overlays
from tuoguan.contracts.schema import (
    Basis,
    CardKind,
    ChargeEntry,
    ChargeKind,
    Distribution,
    Evidence,
    Per,
    QuantityName,
    Rounding,
    SettingName,
    State,
)

__all__ = [
    "Basis",
    "CardKind",
    "Charge",
    "ChargeEntry",
    "ChargeKind",
    "Compiled",
    "CompiledCard",
    "Contract",
    "DeadlineTerm",
    "Distribution",
    "Evidence",
    "Library",
    "Overlays",
    "Per",
    "PlacedCard",
    "QuantityName",
    "Rounding",
    "SettingName",
    "State",
    "Uncertain",
    "assess",
    "check",
    "compile",
    "compile_card",
    "load",
    "load_overlays",
]
