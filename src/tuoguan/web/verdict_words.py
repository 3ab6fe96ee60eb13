"""The words of verdicts, of what they mean, and of how two sides found each other. Computes nothing."""

from tuoguan.web.asking import Asking

KINDS = {"missing": "bad", "fee": "bad", "penalty": "bad", "duplicate": "warn", "unknown": "warn", "fx": "warn",
         "timing": "", "rounding": "", "matched": "good"}  # fmt: skip


def verdict_words(ask: Asking) -> dict[str, tuple[str, str, str]]:
    """(word, what it means, kind of badge) by verdict, what asks for action first."""
    told = {
        "missing": (ask.t("Missing"), ask.t("due and not paid, or not in full")),
        "fee": (ask.t("Fee"), ask.t("a deduction that the contract does not name, or at another rate")),
        "penalty": (ask.t("Fine"), ask.t("a fine that differs from the contract")),
        "duplicate": (ask.t("Duplicate"), ask.t("a line that repeats one already counted")),
        "unknown": (ask.t("Unknown"), ask.t("paid, and nobody knows what for")),
        "fx": (ask.t("Exchange rate"), ask.t("the rate at which a currency was changed")),
        "timing": (ask.t("Timing"), ask.t("not due yet, of another period, or kept back for a time")),
        "rounding": (ask.t("Rounding"), ask.t("a minor unit")),
        "matched": (ask.t("Matched"), ask.t("paid what was expected")),
    }
    return {verdict: (word, meaning, KINDS[verdict]) for verdict, (word, meaning) in told.items()}


def matched_by_words(ask: Asking) -> dict[str, str]:
    """How two sides found each other."""
    return {
        "key": ask.t("by order, SKU and kind"), "total": ask.t("by the order's total"),
        "statement": ask.t("by the statement's total"), "amount": ask.t("by amount and day"),
        "nothing": ask.t("one side only"),
    }  # fmt: skip
