"""The work of tests/run; README.md of the folder above has the rules."""
