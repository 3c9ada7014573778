"""Whose answers are alike beyond what the task explains."""

from autograder.similarity.compare import Cluster, Pair, Similarity, compare
from autograder.similarity.similar import similar
from autograder.similarity.write import kept_path, to_json, write_page

__all__ = [
    "Cluster",
    "Pair",
    "Similarity",
    "compare",
    "kept_path",
    "similar",
    "to_json",
    "write_page",
]
