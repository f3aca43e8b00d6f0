"""The work of runscripts/run; README.md has the reading order."""
