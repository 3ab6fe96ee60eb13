"""Load, check, compile as of a day, and apply the terms of one platform, model and market."""

from tuoguan.contracts.assessing import assess
from tuoguan.contracts.checking import check
from tuoguan.contracts.checking_entries import OWN_STATEMENTS
from tuoguan.contracts.comparing import Comparison, compare
from tuoguan.contracts.compiled import CHARGE_DTYPE, NONE, Charge, Compiled, CompiledCard, DeadlineTerm, Uncertain
from tuoguan.contracts.compiling import compile, compile_card
from tuoguan.contracts.examples import run_examples
from tuoguan.contracts.explaining import Changed, Explained, Summary, coverage, diff, explain, summary
from tuoguan.contracts.keeping import compile_kept, keep
from tuoguan.contracts.labels import label
from tuoguan.contracts.library import Contract, Library, Overlays, PlacedCard, PlacedOverlay
from tuoguan.contracts.loading import load, load_overlays
from tuoguan.contracts.pinning import pin
from tuoguan.contracts.rendering import compare_lines, diff_lines, list_lines, show_lines
from tuoguan.contracts.scaffold import new
from tuoguan.contracts.schema import (
    SETTING_OPTIONS,
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
    "CHARGE_DTYPE",
    "NONE",
    "OWN_STATEMENTS",
    "SETTING_OPTIONS",
    "Basis",
    "CardKind",
    "Changed",
    "Charge",
    "ChargeEntry",
    "ChargeKind",
    "Comparison",
    "Compiled",
    "CompiledCard",
    "Contract",
    "DeadlineTerm",
    "Distribution",
    "Evidence",
    "Explained",
    "Library",
    "Overlays",
    "Per",
    "PlacedCard",
    "PlacedOverlay",
    "QuantityName",
    "Rounding",
    "SettingName",
    "State",
    "Summary",
    "Uncertain",
    "assess",
    "check",
    "compare",
    "compare_lines",
    "compile",
    "compile_card",
    "compile_kept",
    "coverage",
    "diff",
    "diff_lines",
    "explain",
    "keep",
    "label",
    "list_lines",
    "load",
    "load_overlays",
    "new",
    "pin",
    "run_examples",
    "show_lines",
    "summary",
]
