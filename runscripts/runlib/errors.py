"""The one way in which every step gives up."""

from __future__ import annotations


class Stop(Exception):
    """
    One clear sentence for the user, naming the thing that is wrong; the run ends with a non-zero
    status.
    """
