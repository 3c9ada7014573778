"""What was done to marks, when and on what grounds; kept for ever, and told to whoever asks."""

from autograder.trail.log import Entry, Trail, TrailDamageError, read_trail

__all__ = ["Entry", "Trail", "TrailDamageError", "read_trail"]
