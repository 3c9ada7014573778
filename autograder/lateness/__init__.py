"""Due dates, extensions and late penalties, as `policy.toml` of a course says."""

from autograder.lateness.apply import Deduction, apply_policy, assess_course, sync
from autograder.lateness.assess import Lateness, assess, explain
from autograder.lateness.rules import Rules, carries_errors, load_rules, parse_rules

__all__ = [
    "Deduction",
    "Lateness",
    "Rules",
    "apply_policy",
    "assess",
    "assess_course",
    "carries_errors",
    "explain",
    "load_rules",
    "parse_rules",
    "sync",
]
