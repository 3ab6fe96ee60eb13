"""Load, check, compile (as of a day) and apply the terms of one platform, model and market."""
