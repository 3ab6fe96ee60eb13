"""The words and arithmetic everyone shares; imports nothing of tuoguan."""
