"""A simulated path of the plan played through the live ledger, each duty by its owner."""
