"""A package only so that its parts can be run by name."""
