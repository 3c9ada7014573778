"""Whether student code calls what it was asked to write itself."""

from __future__ import annotations

import contextlib
import importlib
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self, final

import torch
from torch import nn

from autograder.checks import sources
from autograder.checks.dispatch import Trace, recorded
from autograder.checks.instruments import at_work, submitted_sources

__all__ = ["Forbidden", "Lookout", "forbidden"]

_MOST: Final = 50
_SHORT: Final = {"F": "torch.nn.functional", "nn": "torch.nn", "np": "numpy"}
_RELATED: Final[Mapping[str, tuple[str, ...]]] = {
    "scaled_dot_product_attention": (
        "_scaled_dot_product_attention_math",
        "_scaled_dot_product_attention_math_for_mps",
        "_scaled_dot_product_flash_attention",
        "_scaled_dot_product_flash_attention_for_cpu",
        "_scaled_dot_product_efficient_attention",
    ),
    "multi_head_attention_forward": ("_native_multi_head_attention",),
    "MultiheadAttention": ("_native_multi_head_attention",),
    "softmax": ("_softmax", "_safe_softmax", "special_softmax"),
    "log_softmax": ("_log_softmax", "special_log_softmax"),
    "layer_norm": ("native_layer_norm",),
    "LayerNorm": ("layer_norm", "native_layer_norm"),
    "rms_norm": ("_fused_rms_norm",),
    "RMSNorm": ("rms_norm", "_fused_rms_norm"),
    "batch_norm": ("native_batch_norm", "_batch_norm_impl_index", "_native_batch_norm_legit"),
    "BatchNorm1d": ("batch_norm", "native_batch_norm", "_batch_norm_impl_index"),
    "BatchNorm2d": ("batch_norm", "native_batch_norm", "_batch_norm_impl_index"),
    "dropout": ("dropout_", "native_dropout", "feature_dropout", "alpha_dropout"),
    "Dropout": ("dropout", "dropout_", "native_dropout"),
    "cross_entropy": ("cross_entropy_loss",),
    "Adam": ("_fused_adam", "_fused_adam_"),
    "AdamW": ("_fused_adamw", "_fused_adamw_"),
    "SGD": ("_fused_sgd", "_fused_sgd_"),
    "Adagrad": ("_fused_adagrad", "_fused_adagrad_"),
}
"""Operations that do the work of a function or a class under another name."""


@final
class Forbidden:
    """What student code may not call; made by `forbidden`.

    Args:
        names: as the author wrote them.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        # Found now, before student code runs and could put something else in their place.
        for name in names:
            _target(name)

    def _repr_markdown_(self) -> str:
        return "Write these yourself; calling them gives no points: " + ", ".join(
            f"`{name}`" for name in self.names
        )

    def __repr__(self) -> str:
        return f"forbidden({', '.join(map(repr, self.names))})"

    @contextlib.contextmanager
    def watch(self, *written: str) -> Iterator[None]:
        """Fail if student code that runs in the block calls what is forbidden.

        Let the block call the student's functions and little else: where everything is one process
        the test's own calls are seen too.

        Args:
            *written: names of the student's functions and classes under test. Their source, and
                what they use of the submission, is read as well.

        Raises:
            AssertionError: something forbidden was called, or is mentioned in the source.
        """
        if found := self._read(written):
            raise AssertionError(found)
        seen: list[tuple[str, str]] = []
        with at_work(f"{__name__}:Lookout", (list(self.names),), _taker(self.names, seen)):
            yield
        if seen:
            name, where = seen[0]
            raise AssertionError(
                f"{name} was called{f' {where}' if where else ''}. "
                "This exercise asks you to write it yourself."
            )

    def _read(self, written: Sequence[str]) -> str:
        """What the source of these names says; empty if it is in order."""
        cells = submitted_sources()
        if cells is None:
            cells = sources.of_this_process(written)
        return sources.find(cells, written, self.names, _path)


def forbidden(*names: str) -> Forbidden:
    """Declare what student code may not call, in a locked cell that students see.

    A forbidden function is seen however it is reached: by another name, as a method of a tensor,
    through `torch.ops` or TorchScript, and also where a class or a function that is allowed calls
    it. A forbidden class is seen when any of its methods runs, those of subclasses included.

    Args:
        *names: such as `F.softmax`, `nn.MultiheadAttention`, `torch.optim.Adam`.

    Raises:
        ValueError: there is no such function or class.

    Examples:
        >>> import torch
        >>> from autograder import checks
        >>> library = checks.forbidden("F.softmax", "torch.logsumexp")
        >>> def mine(x):
        ...     return torch.nn.Softmax(dim=-1)(x)
        >>> with library.watch("mine"):
        ...     _ = mine(torch.ones(3))
        Traceback (most recent call last):
        ...
        AssertionError: F.softmax was called in mine, line 2. \
This exercise asks you to write it yourself.
    """
    if not names:
        raise ValueError("checks.forbidden: name at least one function or class")
    return Forbidden(names)


@final
class _Target:
    """A forbidden function or class, in every form in which it can run."""

    def __init__(self, name: str, value: Any) -> None:
        self.name = name
        self.codes: set[types.CodeType] = set()
        self.optimizer = ""
        short = name.rpartition(".")[2]
        self.operations = {short, f"{short}_", *_RELATED.get(short, ())}
        if isinstance(value, type):
            self.operations.discard(short)
            self.operations.discard(f"{short}_")
            self._add_class(value)
        elif isinstance(value, types.FunctionType):
            self.codes.add(_unwrapped(value).__code__)
            if not value.__module__.startswith("torch"):
                self.operations = set()
        self.builtin = value if isinstance(value, types.BuiltinFunctionType) else None

    def _add_class(self, value: type) -> None:
        shared = {nn.Module, torch.optim.Optimizer, object}
        for owner in value.__mro__:
            if owner in shared or owner is not value:
                continue
            for member in vars(owner).values():
                function = _unwrapped(getattr(member, "__func__", member))
                if isinstance(function, types.FunctionType):
                    self.codes.add(function.__code__)
        if issubclass(value, torch.optim.Optimizer):
            self.optimizer = value.__name__
            module = sys.modules[value.__module__]
            for member in vars(module).values():
                function = _unwrapped(member)
                if isinstance(function, types.FunctionType) and (
                    function.__module__ == value.__module__
                ):
                    self.codes.add(function.__code__)


def _unwrapped(function: Any) -> Any:
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    return function


_targets: dict[str, _Target] = {}


def _path(name: str) -> str:
    first, dot, rest = name.partition(".")
    return f"{_SHORT.get(first, first)}{dot}{rest}"


def _target(name: str) -> _Target:
    known = _targets.get(name)
    if known is None:
        known = _targets[name] = _Target(name, _resolve(name))
    return known


def _resolve(name: str) -> Any:
    parts = _path(name).split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for part in parts[cut:]:
            found = getattr(found, part, None)
        if callable(found):
            return found
    raise ValueError(f"checks.forbidden: there is no function or class {name!r}")


def _taker(names: Sequence[str], seen: list[tuple[str, str]]) -> Any:
    def take(report: Any) -> None:
        if report is None:
            return
        if type(report) is not list or len(report) > _MOST:
            raise ValueError("no list of calls")
        for entry in report:
            match entry:
                case [str() as name, str() as where] if name in names and len(where) < 200:
                    seen.append((name, where))
                case _:
                    raise ValueError("no call")

    return take


@final
class Lookout:
    """Sees forbidden calls: Python functions as they begin, operations in torch's dispatcher."""

    def __init__(self, names: Sequence[str]) -> None:
        self._targets = [_target(name) for name in names]
        self._by_code = {code: target for target in self._targets for code in target.codes}
        self._found: dict[str, str] = {}
        self._calls: dict[str, str] = {}
        self._recorded: Any = None
        self._trace = Trace()
        self._before: Any = None

    def __enter__(self) -> Self:
        self._recorded = recorded()
        self._trace = self._recorded.__enter__()
        self._before = sys.getprofile()
        sys.setprofile(self._see)
        return self

    def __exit__(self, *error: object) -> None:
        sys.setprofile(self._before)
        self._recorded.__exit__(*error)
        for target in self._targets:
            if target.name in self._found:
                continue
            if target.operations & set(self._trace.operations) or (
                target.optimizer and target.optimizer in self._trace.steps
            ):
                places = (self._calls[name] for name in self._calls if name in target.operations)
                self._found[target.name] = next(places, "")

    def arguments(self, values: Sequence[Any], named: Mapping[str, Any]) -> None:
        """Of no interest."""

    def report(self) -> list[list[str]]:
        """Name and place of each, in the order of the list of names."""
        return [[t.name, self._found[t.name]] for t in self._targets if t.name in self._found]

    def _see(self, frame: types.FrameType, event: str, arg: Any) -> None:
        if event == "call":
            target = self._by_code.get(frame.f_code)
            if target is not None:
                self._found.setdefault(target.name, _place(frame.f_back))
        elif event == "c_call":
            name = getattr(arg, "__name__", "")
            if isinstance(name, str) and name not in self._calls:
                for target in self._targets:
                    if name in target.operations or arg is target.builtin:
                        self._calls[name] = _place(frame)
                        break
            for target in self._targets:
                if target.builtin is not None and arg is target.builtin:
                    self._found.setdefault(target.name, _place(frame))


_LIBRARIES: Final = tuple(
    {sys.prefix, sys.base_prefix, str(Path(__file__).parents[1]), str(Path(torch.__file__).parent)}
)


def _place(frame: types.FrameType | None) -> str:
    """The innermost line on the way to a call that is in no library."""
    while frame is not None:
        if not frame.f_code.co_filename.startswith(_LIBRARIES):
            name = frame.f_code.co_name
            inside = "" if name.startswith("<") else f"in {name[:100]}, "
            line = frame.f_lineno - (frame.f_code.co_firstlineno if inside else 0)
            return f"{inside}line {line + bool(inside)}"
        frame = frame.f_back
    return ""
