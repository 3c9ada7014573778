"""A class with known copies, built from the variants of the attention assignment."""

from __future__ import annotations

import ast
import builtins
import random
from pathlib import Path

from autograder.audit.variants import load_variants
from autograder.similarity.compare import Work

VARIANTS = Path(__file__).parents[1] / "assignments" / "attention"


class Renamed(ast.NodeTransformer):
    """The same code with other names for parameters and local variables."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.copy_location(ast.Name(self.names.get(node.id, node.id), node.ctx), node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.copy_location(ast.arg(self.names.get(node.arg, node.arg), None), node)


def disguised(source: str, rng: random.Random) -> str:
    """The same code with other names, layout, comments and order of definitions."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return source
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and is_stored(node)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)} - {"self"}
    names = {name: f"{rng.choice('xyzuvw')}{rng.randrange(1000)}" for name in sorted(bound)}
    tree = Renamed({k: v for k, v in names.items() if not hasattr(builtins, k)}).visit(tree)
    rng.shuffle(tree.body)
    lines = ast.unparse(tree).split("\n")
    return "\n".join(f"{line}  # {rng.random()}" if rng.random() < 0.2 else line for line in lines)


def is_stored(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def pool() -> dict[str, list[str]]:
    """Different answers to each exercise, by its id."""
    found: dict[str, list[str]] = {}
    for folder in ("alternatives", "mutants"):
        for variant in load_variants(VARIANTS / folder):
            for cell, source in variant.cells.items():
                found.setdefault(cell, []).append(source)
    return found


def build(size: int, seed: int = 0) -> tuple[dict[str, Work], list[tuple[str, str]]]:
    """A class, and its pairs of copy and original.

    Independent students choose an answer to each exercise by themselves. One student in ten copies
    everything in disguise, one in twenty two thirds of the exercises.
    """
    rng = random.Random(seed)
    answers = {cell: options for cell, options in sorted(pool().items()) if len(options) > 3}
    works: dict[str, Work] = {}
    copies = []
    for number in range(size):
        name = f"s{number:04}"
        if number % 10 == 9 or number % 20 == 4:
            original = rng.choice([student for student in works if student.startswith("s")])
            share = 1.0 if number % 10 == 9 else 2 / 3
            cells = {
                cell: disguised(source, rng)
                if rng.random() < share
                else disguised(rng.choice(answers[cell]), rng)
                for cell, source in works[original].cells.items()
            }
            copies.append((original, name))
        else:
            cells = {cell: disguised(rng.choice(options), rng) for cell, options in answers.items()}
        works[name] = Work(cells)
    return works, copies
