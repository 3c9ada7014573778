"""`python -m autograder` is the command line."""

from __future__ import annotations

from autograder.cli import main

main()
