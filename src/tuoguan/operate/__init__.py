"""Record what happened, append-only; say who must do what next, by when, and what is at stake."""
