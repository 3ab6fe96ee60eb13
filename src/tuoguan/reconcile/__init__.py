"""What the contract says against what the platform paid; and what is learned from the difference."""
