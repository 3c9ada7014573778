"""What test cells may import: checks that tell a wrong answer apart by its message.

They work in one process (a student's Jupyter, stock nbgrader) and where the grader keeps student
code in a process of its own. Nothing here needs more than torch and numpy.
"""

from autograder.checks.behaviour import pure, repeatable, unchanged
from autograder.checks.closeness import TOLERANCE, close
from autograder.checks.cost import Cost, Counted, cost, counted, growth
from autograder.checks.derivatives import gradients, parameter_gradients
from autograder.checks.forbidden import Forbidden, forbidden
from autograder.checks.learning import needed, reaches, success_bound
from autograder.checks.samples import independent, mean, proportion, variance

__all__ = [
    "TOLERANCE",
    "Cost",
    "Counted",
    "Forbidden",
    "close",
    "cost",
    "counted",
    "forbidden",
    "gradients",
    "growth",
    "independent",
    "mean",
    "needed",
    "parameter_gradients",
    "proportion",
    "pure",
    "reaches",
    "repeatable",
    "success_bound",
    "unchanged",
    "variance",
]
