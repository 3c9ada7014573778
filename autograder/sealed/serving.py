"""The student process's answers to the judge: calls, attributes, items, gradients."""

from __future__ import annotations

import builtins
import contextlib
import copy
import importlib
import inspect
import os
import sys
import threading
import types
import weakref
from collections.abc import Callable, Iterator
from typing import Any, Final, cast, final

import torch

from autograder.sealed import arrays, copies, instruments, randomness, shortcuts
from autograder.sealed.callbacks import JudgeObject
from autograder.sealed.description import BASES, DUNDERS, describe, signature_form
from autograder.sealed.link import Answer, BridgeError, Exports, Lease, Link
from autograder.sealed.mirrors import Mirrors
from autograder.sealed.shell import CellShell
from autograder.sealed.values import EXCEPTIONS, CannotCross, Codec
from autograder.sealed.wire import Channel, Plain, WireError

__all__ = ["Server"]

_MAX_TEXT: Final = 1 << 18
_KEPT_ERRORS: Final = 8


@final
class Server(Codec):
    """Serves the judge from the objects of this process.

    Args:
        channel: to the judge.
        shell: whose namespace the judge's names are resolved in.
    """

    def __init__(self, channel: Channel, shell: CellShell) -> None:
        self.link = Link(channel, self._serve)
        self._shell = shell
        self._exports = Exports()
        self._mirrors = Mirrors(-1)
        self._leases: weakref.WeakValueDictionary[int, JudgeObject] = weakref.WeakValueDictionary()
        self._returned: list[tuple[int, int]] = []
        self._outputs: dict[int, tuple[list[int], list[torch.Tensor]]] = {}
        self._errors: list[BaseException] = []
        self._named: dict[str, object] = {}
        self._text: list[tuple[str, str]] = []
        self._text_size = 0
        self._serving = 0
        self._thread = threading.get_ident()
        self._process = os.getpid()

    def _serve(self, operation: str, payload: Plain, extras: Plain) -> Answer:
        handler = getattr(self, f"_do_{operation}", None)
        if handler is None or type(payload) is not tuple:
            raise WireError("unknown request")
        self._serving += 1
        self._thread = threading.get_ident()
        try:
            order = extras and extras.get("instruments")
            with (
                self._shell.collect_text(self._take_text),
                self._environment(extras),
                instruments.ordered(order) as reports,
            ):
                ok, form = self._attempt(handler, payload)
        finally:
            self._serving -= 1
        beside = self._extras()
        if reports:
            empty: dict[str, Plain] = {"text": [], "sync": [], "drop": [], "rebound": []}
            beside = {**(beside or empty), "reports": reports}
        return Answer(ok, form, beside)

    def _attempt(self, handler: Callable[..., Plain], payload: tuple[Plain, ...]) -> Any:
        try:
            return True, handler(*payload)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the finding
            return False, self._encode_error(error)

    @contextlib.contextmanager
    def _environment(self, extras: Plain) -> Iterator[None]:
        """The judge's random states, modes, tensors and names while a request is served."""
        if extras is None:
            yield
            return
        self._apply(extras)
        if "dtype" in extras:
            torch.set_default_dtype(self.decode(extras["dtype"]))
        if extras.get("rng"):
            randomness.restore(extras["rng"])
        with torch.set_grad_enabled(extras.get("grad", True)):
            yield

    def _apply(self, extras: Plain) -> None:
        """Take the judge's changes of tensors, ended leases and names."""
        self._exports.drop(extras.get("drop", []))
        for key, _ in extras.get("drop", []):
            if key in self._outputs:
                with contextlib.suppress(WireError):
                    self._exports.get(key)
                    continue
                del self._outputs[key]
        # A tensor may have been written to and then died before anything was asked.
        self._mirrors.apply(extras.get("sync", []))
        self._mirrors.drop(extras.get("dead", []))
        for name, bound, form in extras.get("names", []):
            if bound:
                self._shell.namespace[name] = self.decode(form)
            else:
                self._shell.namespace.pop(name, None)

    def _extras(self) -> Plain:
        text, self._text, self._text_size = self._text, [], 0
        changes = self._mirrors.changes()
        drop, self._returned[:] = list(self._returned), []
        names = self._shell.namespace
        rebound = [name for name, value in self._named.items() if names.get(name) is not value]
        for name in rebound:
            del self._named[name]
        if not text and not changes and not drop and not rebound:
            return None
        return {"text": text, "sync": changes, "drop": drop, "rebound": rebound}

    def _take_text(self, stream: str, text: str) -> None:
        room = _MAX_TEXT - self._text_size
        if room > 0:
            self._text.append((stream, text[:room]))
        self._text_size += len(text)

    def ask_judge(self, operation: str, key: int, *values: object) -> Any:
        """See `callbacks.Judge`."""
        if (
            not self._serving
            or threading.get_ident() != self._thread
            or os.getpid() != self._process
        ):
            raise RuntimeError(
                "an object of a test can be used only in the process and the thread that the test "
                "called, and only while it waits for this code"
            )
        forms = [self.encode(value) for value in values]
        answer = self.link.ask(operation, (key, forms), self._extras())
        if answer.extras is not None:
            self._apply(answer.extras)
        if not answer.ok and answer.payload[0] == "bridge":
            raise RuntimeError(answer.payload[1])
        result = self.decode(answer.payload)
        if answer.ok:
            return result
        raise result if isinstance(result, BaseException) else RuntimeError(str(result))

    # The requests of the judge.

    def _do_name(self, name: str) -> Plain:
        value = self._named[name] = self._shell.namespace[name]
        return self.encode(value)

    def _do_import(self, name: str) -> Plain:
        return self.encode(importlib.import_module(name))

    def _do_call(self, key: int, args: Plain, kwargs: Plain) -> Plain:
        function = self._exports.get(key)
        values = [self.decode(form) for form in args]
        named = {name: self.decode(form) for name, form in kwargs.items()}
        with instruments.at_work(values, named):
            result = function(*values, **named)
        return self.encode(result)

    def _do_method(self, key: int, name: str, args: Plain, kwargs: Plain) -> Plain:
        owner = self._exports.get(key)
        values = [self.decode(form) for form in args]
        named = {name: self.decode(form) for name, form in kwargs.items()}
        with instruments.at_work(values, named):
            result = getattr(owner, name)(*values, **named)
        return self.encode(result)

    def _do_attr(self, key: int, name: str) -> Plain:
        owner = self._exports.get(key)
        with instruments.at_work():
            value = getattr(owner, name)
        return self.encode(value)

    def _do_setattr(self, key: int, name: str, form: Plain) -> Plain:
        setattr(self._exports.get(key), name, self.decode(form))

    def _do_delattr(self, key: int, name: str) -> Plain:
        delattr(self._exports.get(key), name)

    def _do_dunder(self, key: int, name: str, forms: Plain) -> Plain:
        if name not in DUNDERS:
            raise WireError("unknown special method")
        value = self._exports.get(key)
        args = [self.decode(form) for form in forms]
        method = getattr(type(value), name, None)
        if method is None and name == "__iter__":
            return self.encode(iter(value))
        if method is None:
            raise TypeError(f"{type(value).__name__} has no {name}")
        with instruments.at_work(args):
            result = method(value, *args)
        return self.encode(result)

    def _do_iter(self, key: int) -> Plain:
        return self.encode(iter(self._exports.get(key)))

    def _do_next(self, key: int) -> Plain:
        walk = self._exports.get(key)
        with instruments.at_work():
            items, ended = shortcuts.steps(walk)
        return [[self.encode(item) for item in items], ended]

    def _do_text(self, key: int, how: str, spec: str) -> Plain:
        value = self._exports.get(key)
        match how:
            case "repr":
                text = repr(value)
            case "str":
                text = str(value)
            case _:
                text = format(value, spec)
        return "".join(str.__iter__(text))

    def _do_base(self, key: int) -> Plain:
        value = self._exports.get(key)
        for base in BASES:
            if isinstance(value, base):
                plain = cast("Any", base)
                walk = plain.items if base is dict else plain.__iter__
                return self.encode(plain(walk(value)))
        raise TypeError("not a container")

    def _do_isinstance(self, key: int, kind: int) -> Plain:
        return bool(isinstance(self._exports.get(key), self._exports.get(kind)))

    def _do_typeof(self, key: int) -> Plain:
        return self.encode(type(self._exports.get(key)))

    def _do_issubclass(self, key: int, kind: int) -> Plain:
        return bool(issubclass(self._exports.get(key), self._exports.get(kind)))

    def _do_describe(self, key: int) -> Plain:
        return describe(self._exports.get(key))

    def _do_dir(self, key: int) -> Plain:
        return [str(name) for name in dir(self._exports.get(key))]

    def _do_copy(self, key: int, *, deep: bool = False) -> Plain:
        value = self._exports.get(key)
        return self.encode(copy.deepcopy(value) if deep else copy.copy(value))

    def _do_deepcopy(self, key: int) -> Plain:
        return self._do_copy(key, deep=True)

    def _do_signature(self, key: int) -> Plain:
        return signature_form(self._exports.get(key), self._encode_or_text)

    def _encode_or_text(self, value: object) -> Plain:
        try:
            return self.encode(value)
        except (BridgeError, WireError, TypeError):
            return repr(value)

    def _do_source(self, key: int) -> Plain:
        return inspect.getsource(self._exports.get(key))

    def _do_traceback(self, key: int) -> Plain:
        error = self._exports.get(key)
        return self._shell.format_exception(_without_machinery(error))

    def _do_foundations(self, names: Plain) -> Plain:
        def lookup(name: str) -> object:
            known = self._shell.namespace
            return known[name] if name in known else vars(builtins)[name]

        return self.encode(self._shell.foundations(names, lookup))

    def _do_place(self, key: int) -> Plain:
        """The last line of a cell that an exception passed: the cell's id and the line."""
        found: Plain = None
        trace = self._exports.get(key).__traceback__
        while trace is not None:
            cell = self._shell.cell_of(trace.tb_frame.f_code.co_filename)
            found = found if cell is None else [cell, trace.tb_lineno]
            trace = trace.tb_next
        return found

    def _do_end(self) -> Plain:
        """A grade cell has ended."""
        self._errors.clear()
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            pyplot.close("all")

    def _do_grad(self, key: int, form: Plain, keys: Plain, create_graph: bool) -> Plain:
        """The gradients of a tensor that was returned, towards tensors that have twins.

        Leaves without a twin accumulate theirs here, as `backward()` would have them do.
        """
        output = self._exports.get(key)
        _, others = self._outputs[key]
        wanted = [self._mirrors.tensor(item) for item in keys]
        seed = self.decode(form)
        leaves = [*wanted, *others]
        with torch.set_grad_enabled(create_graph), instruments.at_work():
            grads = torch.autograd.grad(
                output,
                leaves,
                seed,
                retain_graph=True,
                create_graph=create_graph,
                allow_unused=True,
            )
        for leaf, grad in zip(others, grads[len(wanted) :], strict=True):
            if grad is not None:
                leaf.grad = grad.detach() if leaf.grad is None else leaf.grad + grad.detach()
        return self.encode(list(grads[: len(wanted)]))

    # What crosses by reference.

    def encode_reference(self, value: object) -> Plain:
        """A handle to an object of this process, or an object of the judge going home."""
        if isinstance(value, JudgeObject):
            return ("j", value.judge_key)
        key, new = self._exports.add(value)
        return ("h", key, describe(value) if new else None)

    def encode_tensor(self, tensor: torch.Tensor) -> Plain:
        """A leaf by its twin; a result together with the leaves it was computed from."""
        key = self._mirrors.key_of(tensor)
        if key is not None:
            mirror = self._mirrors.mirror(key)
            if mirror is not None and not mirror.sends and mirror.touched:
                # The judge's own tensor does not change; it gets the new values beside it.
                return arrays.encode_tensor(tensor)
            return ("m", key)
        if tensor.is_leaf:
            key = self._mirrors.new_key()
            self._mirrors.add(key, tensor, strong=True, sends=True, accepts=True)
            return _leaf_form(key, tensor)
        keys, others = self._leaves(tensor)
        form = arrays.encode_tensor(tensor)
        if form is None:
            raise BridgeError(f"a tensor of {tensor.dtype}, {tensor.layout} cannot cross")
        handle, _ = self._exports.add(tensor)
        self._outputs[handle] = (keys, others)
        return ("B", handle, form, keys)

    def _leaves(self, tensor: torch.Tensor) -> tuple[list[int], list[torch.Tensor]]:
        """The leaves under a tensor: keys of those with a twin, and the others."""
        keys: list[int] = []
        others: list[torch.Tensor] = []
        seen: set[Any] = {tensor.grad_fn}
        queue: list[Any] = [tensor.grad_fn]
        while queue:
            node = queue.pop()
            before = node.next_functions
            for item, _ in before:
                if item is not None and item not in seen:
                    seen.add(item)
                    queue.append(item)
            leaf = None if before else getattr(node, "variable", None)
            if leaf is not None:
                key = self._mirrors.key_of(leaf)
                if key is None:
                    others.append(leaf)
                else:
                    keys.append(key)
        return keys, others

    def _encode_error(self, error: BaseException) -> Plain:
        """A built-in exception as data; of any other its name, text and nearest known types."""
        if isinstance(error, BridgeError | CannotCross):
            return ("bridge", str(error))
        self._errors = [*self._errors[1 - _KEPT_ERRORS :], error]
        key, _ = self._exports.add(error)
        kind = type(error)
        name = kind.__name__ if EXCEPTIONS.get(kind.__name__) is kind else ""
        try:
            text = "".join(str.__iter__(str(error)))
        except Exception:  # noqa: BLE001 - a student's __str__ may raise anything
            text = ""
        args: Plain = []
        if name:
            try:
                args = self.encode(
                    [arg for arg in error.args if not isinstance(arg, BaseException)]
                )
            except Exception:  # noqa: BLE001 - a student's __str__ may raise anything
                args = [text]
        names = [f"{owner.__module__}:{owner.__qualname__}" for owner in kind.__mro__]
        return ("err", key, name, args, kind.__name__, text, names[:64])

    def decode_reference(self, form: tuple[Plain, ...]) -> Any:
        """What the judge's references stand for. The judge is trusted; its bytes may be pickle."""
        match form:
            case ("h", key):
                return self._exports.get(key)
            case ("m", key):
                return self._mirrors.tensor(key)
            case ("M", key, data, grad, requires_grad, parameter, leaf):
                return self._new_twin(key, data, grad, requires_grad, parameter, leaf)
            case ("j", key, name):
                return self._judge_object(key, name)
            case ("lib", module, path):
                found: Any = sys.modules.get(module) or __import__(module, fromlist=["_"])
                for part in path.split("."):
                    found = getattr(found, part)
                return found
            case ("name", name):
                return self._shell.namespace[name]
            case ("mod", module):
                return sys.modules.get(module) or __import__(module, fromlist=["_"])
            case ("pk", data, forms):
                return copies.rebuilt(data, [self.decode(item) for item in forms])
        raise WireError("unknown reference")

    def _new_twin(
        self,
        key: int,
        data: Plain,
        grad: Plain,
        requires_grad: bool,
        parameter: bool,
        leaf: bool,
    ) -> torch.Tensor:
        mirror = self._mirrors.mirror(key)
        known = None if mirror is None else mirror.tensor()
        if known is not None:
            return known
        tensor = arrays.decode_tensor(data)
        if parameter:
            tensor = torch.nn.Parameter(tensor, requires_grad=requires_grad)
        else:
            tensor.requires_grad_(requires_grad)
        if grad is not None:
            tensor.grad = arrays.decode_tensor(grad)
        self._mirrors.add(key, tensor, strong=True, sends=parameter, accepts=True)
        if not leaf:
            hook = self._pass_gradient_on(key)
            tensor.register_post_accumulate_grad_hook(hook)
        return tensor

    def _pass_gradient_on(self, key: int) -> Callable[[torch.Tensor], None]:
        """`backward()` in student code goes on in the judge's graph."""

        def pass_on(tensor: torch.Tensor) -> None:
            grad, tensor.grad = tensor.grad, None
            self.ask_judge("backward", key, grad)

        return pass_on

    def _judge_object(self, key: int, name: str) -> JudgeObject:
        known = self._leases.get(key)
        if known is not None:
            known.lease.again()
            return known
        made = JudgeObject(self, Lease(key, self._returned), name)
        self._leases[key] = made
        return made


def _leaf_form(key: int, tensor: torch.Tensor) -> Plain:
    grad = None if tensor.grad is None else arrays.encode_tensor(tensor.grad)
    parameter = isinstance(tensor, torch.nn.Parameter)
    return ("M", key, arrays.encode_tensor(tensor), grad, tensor.requires_grad, parameter, True)


def _without_machinery(error: BaseException) -> BaseException:
    """The error with the frames of this package cut off its traceback's top."""
    package = __name__.rpartition(".")[0] + "."
    trace: types.TracebackType | None = error.__traceback__
    while trace is not None and trace.tb_frame.f_globals.get("__name__", "").startswith(package):
        trace = trace.tb_next
    error.__traceback__ = trace
    return error
