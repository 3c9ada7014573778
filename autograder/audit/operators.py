"""Small mistakes that can be made in numpy and torch code, as changes of one expression each.

An operator looks at one node of a syntax tree and gives texts to put in its place. Which mistakes:
the classical ones of mutation testing (arithmetic, comparisons, constants, removed branches and
statements), and those that hand-written mutants show for tensors: a dropped scale, a wrong
dimension, a missing transpose or `detach`, `eps` inside or outside of a root, a sum for a mean,
work in place instead of on a copy.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, final

__all__ = ["OPERATORS", "Change", "Text"]

Text = Callable[[ast.AST], str]
"""The source of a node."""


@final
@dataclass(frozen=True, slots=True)
class Change:
    """Another text in the place of a node.

    Args:
        operator: the kind of mistake.
        node: what is replaced.
        text: by what.
    """

    operator: str
    node: ast.AST
    text: str


def _wrapped(node: ast.AST, text: Text) -> str:
    """A node's source such that it can stand anywhere."""
    simple = (ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.Constant)
    return text(node) if isinstance(node, simple) else f"({text(node)})"


_ARITHMETIC: Final[dict[type[ast.operator], str]] = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.FloorDiv: "/",
    ast.Mod: "//",
    ast.Pow: "*",
}


def arithmetic(node: ast.AST, text: Text) -> Iterator[Change]:
    """Another operator: a sign, a product for a quotient."""
    if isinstance(node, ast.BinOp) and (other := _ARITHMETIC.get(type(node.op))):
        left, right = _wrapped(node.left, text), _wrapped(node.right, text)
        yield Change("arithmetic", node, f"{left} {other} {right}")
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=operand) if not isinstance(operand, ast.Constant):
            yield Change("arithmetic", node, _wrapped(operand, text))
    if isinstance(node, ast.AugAssign):
        target, value = text(node.target), text(node.value)
        swapped = {ast.Add: "-=", ast.Sub: "+=", ast.Mult: "/=", ast.Div: "*="}
        if other := swapped.get(type(node.op)):
            yield Change("arithmetic", node, f"{target} {other} {value}")
        yield Change("arithmetic", node, f"{target} = {value}")


def dropped_operand(node: ast.AST, text: Text) -> Iterator[Change]:
    """One side of a sum or product is left out: a scale, a shift, a penalty."""
    if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.MatMult):
        yield Change("dropped operand", node, _wrapped(node.left, text))
        if isinstance(node.op, ast.Add | ast.Mult):
            yield Change("dropped operand", node, _wrapped(node.right, text))


def swapped(node: ast.AST, text: Text) -> Iterator[Change]:
    """Operands or the first two arguments change places."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.Div | ast.MatMult):
        sign = {ast.Sub: "-", ast.Div: "/", ast.MatMult: "@"}[type(node.op)]
        left, right = _wrapped(node.left, text), _wrapped(node.right, text)
        yield Change("swapped", node, f"{right} {sign} {left}")
    if isinstance(node, ast.Call) and len(node.args) >= 2:
        first, second, *rest = node.args
        starred = isinstance(first, ast.Starred) or isinstance(second, ast.Starred)
        if not starred and _name(node.func) not in _SYMMETRIC:
            parts = [text(second), text(first), *map(text, rest)]
            parts += [text(keyword) for keyword in node.keywords]
            yield Change("swapped", node, f"{text(node.func)}({', '.join(parts)})")


_SYMMETRIC: Final = {
    *("allclose", "broadcast_shapes", "equal", "isinstance", "max", "maximum", "min", "minimum"),
    *("promote_types", "result_type", "swapaxes", "transpose"),
}


def comparison(node: ast.AST, text: Text) -> Iterator[Change]:
    """A comparison that is off by one, or the other way round; a condition negated."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, right = text(node.left), text(node.comparators[0])
        for sign in _COMPARISONS.get(type(node.ops[0]), ()):
            yield Change("comparison", node, f"{left} {sign} {right}")
    if isinstance(node, ast.BoolOp):
        sign = " or " if isinstance(node.op, ast.And) else " and "
        yield Change("comparison", node, sign.join(_wrapped(v, text) for v in node.values))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
        yield Change("comparison", node, _wrapped(node.operand, text))


_COMPARISONS: Final[dict[type[ast.cmpop], tuple[str, ...]]] = {
    ast.Lt: ("<=", ">="),
    ast.LtE: ("<", ">"),
    ast.Gt: (">=", "<="),
    ast.GtE: (">", "<"),
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
    ast.In: ("not in",),
    ast.NotIn: ("in",),
}


def constant(node: ast.AST, text: Text) -> Iterator[Change]:
    """A number is off: by one where it is whole, by a factor where it is not."""
    del text
    if not isinstance(node, ast.Constant):
        return
    match node.value:
        case bool():
            yield Change("constant", node, str(not node.value))
        case int():
            yield Change("constant", node, str(node.value + 1))
            yield Change("constant", node, f"({node.value - 1})" if node.value < 1 else
                         str(node.value - 1))  # fmt: skip
        case float():
            yield Change("constant", node, "1.0" if node.value == 0 else repr(2 * node.value))


def bound(node: ast.AST, text: Text) -> Iterator[Change]:
    """A slice begins or ends one off, or not at all; a range too."""
    if isinstance(node, ast.Slice):
        for end in (node.lower, node.upper):
            if end is not None and not isinstance(end, ast.Constant):
                yield Change("bound", end, f"{_wrapped(end, text)} + 1")
        if node.lower is not None:
            yield Change("bound", node, f":{text(node.upper) if node.upper else ''}")
        if node.upper is not None:
            yield Change("bound", node, f"{text(node.lower) if node.lower else ''}:")
    if isinstance(node, ast.Call) and _name(node.func) in {"range", "arange"} and node.args:
        stop = node.args[min(1, len(node.args) - 1)]
        yield Change("bound", stop, f"{_wrapped(stop, text)} - 1")


_SISTERS: Final = {
    name: other
    for one, two in (
        *(("sum", "mean"), ("amax", "amin"), ("max", "min"), ("argmax", "argmin")),
        *(("maximum", "minimum"), ("cos", "sin"), ("zeros", "ones"), ("tril", "triu")),
        *(("zeros_like", "ones_like"), ("any", "all"), ("floor", "ceil"), ("exp", "expm1")),
        *(("log", "log1p"), ("sqrt", "square"), ("rsqrt", "sqrt"), ("relu", "gelu")),
        *(("rand", "randn"), ("rand_like", "randn_like"), ("append", "extend")),
        *(("cat", "stack"), ("repeat", "repeat_interleave"), ("var", "std")),
    )
    for name, other in ((one, two), (two, one))
}


def sister(node: ast.AST, text: Text) -> Iterator[Change]:
    """A function of nearly the same name: mean for sum, minimum for maximum, tril for triu."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name, value=owner)) if name in _SISTERS:
            yield Change("sister", node.func, f"{text(owner)}.{_SISTERS[name]}")
        case ast.Call(func=ast.Name(id="max" | "min" | "any" | "all" as name)):
            yield Change("sister", node.func, _SISTERS[name])


def dropped_call(node: ast.AST, text: Text) -> Iterator[Change]:
    """A step is left out: a transpose, a mask, a copy, a root, a change of dtype."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        library = isinstance(owner, ast.Name) and owner.id in _LIBRARIES
        if library and len(node.args) >= 1 and node.func.attr in _OF_ONE:
            yield Change("dropped call", node, _wrapped(node.args[0], text))
        elif not library and node.func.attr in _STEPS and not _is_super(owner):
            yield Change("dropped call", node, _wrapped(owner, text))
    if isinstance(node, ast.Attribute) and node.attr in {"T", "mT", "H", "data"}:
        yield Change("dropped call", node, _wrapped(node.value, text))
    match node:
        case ast.Call(
            func=ast.Name(id="abs" | "float" | "int" | "round" | "sorted"), args=[first, *_]
        ):
            yield Change("dropped call", node, _wrapped(first, text))


_LIBRARIES: Final = {"torch", "F", "np", "numpy", "math", "nn"}
_OF_ONE: Final = {
    *("sqrt", "rsqrt", "exp", "log", "abs", "square", "tanh", "sigmoid", "relu", "gelu", "sign"),
    *("where", "flip", "clamp", "clip", "softmax", "dropout", "cumsum", "cumprod", "tril", "triu"),
}
_STEPS: Final = {
    *("abs", "add", "bool", "clamp", "clip", "clone", "contiguous", "copy", "cumsum", "cumprod"),
    *("detach", "div", "double", "exp", "expand", "flatten", "flip", "float", "log", "long"),
    *("masked_fill", "mul", "neg", "permute", "pow", "repeat", "repeat_interleave", "reshape"),
    *("rsqrt", "sigmoid", "sign", "sqrt", "square", "squeeze", "sub", "swapaxes", "t", "tanh"),
    *("to", "transpose", "tril", "triu", "type", "unsqueeze", "view", "where"),
    *("items", "values", "item", "mean", "sum"),
}


def dropped_keyword(node: ast.AST, text: Text) -> Iterator[Change]:
    """A keyword argument is forgotten, so that its default holds."""
    if isinstance(node, ast.Call):
        for left_out in node.keywords:
            kept = [text(a) for a in node.args]
            kept += [text(k) for k in node.keywords if k is not left_out]
            yield Change("dropped keyword", node, f"{text(node.func)}({', '.join(kept)})")


def eps(node: ast.AST, text: Text) -> Iterator[Change]:
    """A small number is added outside of the root, or inside."""
    match node:
        case ast.Call(
            func=ast.Attribute(attr="sqrt" | "rsqrt"), args=[ast.BinOp(op=ast.Add()) as inside]
        ):
            outer = f"{text(node.func)}({text(inside.left)})"
            yield Change("eps", node, f"({outer} + {text(inside.right)})")
        case ast.Call(
            func=ast.Attribute(attr="sqrt" as root, value=ast.BinOp(op=ast.Add()) as inside),
            args=[],
        ):
            left = _wrapped(inside.left, text)
            yield Change("eps", node, f"({left}.{root}() + {text(inside.right)})")
        case ast.BinOp(
            op=ast.Add(),
            left=ast.Call(func=ast.Attribute(attr="sqrt", value=value), args=[]),
            right=right,
        ):
            yield Change("eps", node, f"({_wrapped(value, text)} + {text(right)}).sqrt()")
        case ast.BinOp(
            op=ast.Add(),
            left=ast.Call(func=ast.Attribute(attr="sqrt") as root_of, args=[value]),
            right=right,
        ):
            yield Change("eps", node, f"{text(root_of)}({text(value)} + {text(right)})")


def detached(node: ast.AST, text: Text) -> Iterator[Change]:
    """The gradient is cut where a result is named or returned."""
    value = node.value if isinstance(node, ast.Assign | ast.Return) else None
    if value is not None and any(_name(inner) == "arange" for inner in ast.walk(value)):
        return
    if isinstance(value, ast.BinOp) or (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and not _is_module(value.func)
    ):
        yield Change("detached", value, f"({text(value)}).detach()")


def in_place(node: ast.AST, text: Text) -> Iterator[Change]:
    """A new value is written into the old tensor, which others still hold."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp() as value):
            signs = {ast.Add: "+=", ast.Sub: "-=", ast.Mult: "*=", ast.Div: "/="}
            sign = signs.get(type(value.op))
            if sign and isinstance(value.left, ast.Name) and value.left.id == name:
                yield Change("in place", node, f"{name} {sign} {text(value.right)}")
        case ast.Call(func=ast.Attribute(attr=method, value=owner)) if method in _IN_PLACE:
            if not (isinstance(owner, ast.Name) and owner.id in _LIBRARIES):
                given = [*map(text, node.args), *map(text, node.keywords)]
                yield Change("in place", node, f"{text(owner)}.{method}_({', '.join(given)})")


_IN_PLACE: Final = {
    *("add", "sub", "mul", "div", "masked_fill", "clamp", "exp", "sqrt", "abs", "neg", "pow"),
    *("square", "tanh", "sigmoid", "lerp", "addcmul", "addcdiv", "relu", "index_add"),
}


def branch(node: ast.AST, text: Text) -> Iterator[Change]:
    """A condition always or never holds; gradients are tracked where they were not."""
    match node:
        case ast.If() | ast.IfExp() | ast.While():
            if not isinstance(node, ast.While):
                yield Change("branch", node.test, "True")
            yield Change("branch", node.test, "False")
        case ast.withitem(context_expr=ast.Call() as context) if _name(context.func) in {
            "no_grad",
            "inference_mode",
        }:
            yield Change("branch", context, "torch.enable_grad()")
        case ast.Break():
            yield Change("branch", node, "continue")
        case ast.Continue():
            yield Change("branch", node, "break")
    del text


def dropped_statement(node: ast.AST, text: Text) -> Iterator[Change]:
    """A statement is left out."""
    del text
    match node:
        case ast.AugAssign() | ast.Delete():
            yield Change("dropped statement", node, "pass")
        case ast.Expr(value=ast.Call() as call) if not _is_super(call.func):
            yield Change("dropped statement", node, "pass")
        case ast.Assign(targets=[ast.Subscript() | ast.Attribute()]):
            yield Change("dropped statement", node, "pass")


def _name(function: ast.AST) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _is_super(node: ast.AST) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "super" for n in ast.walk(node))


def _is_module(function: ast.Attribute) -> bool:
    """Whether a call makes a layer, which has no gradient of its own."""
    return isinstance(function.value, ast.Name) and function.value.id == "nn"


OPERATORS: Final[tuple[Callable[[ast.AST, Text], Iterator[Change]], ...]] = (
    arithmetic,
    dropped_operand,
    swapped,
    comparison,
    constant,
    bound,
    sister,
    dropped_call,
    dropped_keyword,
    eps,
    detached,
    in_place,
    branch,
    dropped_statement,
)
"""All of them, in the order in which mutants are numbered."""
