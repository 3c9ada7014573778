"""Whose answers are alike beyond what the task explains."""

from autograder.similarity.compare import Cluster, Pair, Similarity, compare
from autograder.similarity.similar import similar
from autograder.similarity.write import to_json, write_page

__all__ = ["Cluster", "Pair", "Similarity", "compare", "similar", "to_json", "write_page"]
