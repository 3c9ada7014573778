"""Sealed execution of notebooks: student code never runs in the process that decides."""
