"""Checks of the sources themselves; README.md says what and why."""
