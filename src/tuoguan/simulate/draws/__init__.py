"""What is drawn before a path begins."""
