"""The judge's end: everything that a grade cell does with the submission goes through here.

All that comes back is data, read by a reader that trusts nothing. An object of the submission is
a `remote.Remote`: its class is made here, and none of its code runs in this process.
"""

from __future__ import annotations

import contextlib
import types
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, final

import torch

from autograder.sealed import arrays, callbacks, copies, handles, instruments, raised, remote
from autograder.sealed.description import read_description, read_signature
from autograder.sealed.gradients import returned_tensor
from autograder.sealed.link import Answer, BridgeError, Exports, Lease, Link
from autograder.sealed.mirrors import Mirrors
from autograder.sealed.randomness import RandomStates
from autograder.sealed.tape import Tape
from autograder.sealed.values import CannotCross, Codec
from autograder.sealed.wire import Channel, Plain, WireError

__all__ = ["Bridge", "is_submissions", "place_of", "traceback_of"]

_MAX_TEXT: Final = 1 << 18
_NEVER: Final = (types.FrameType, types.CodeType, types.TracebackType)
"""They lead to the globals of the test, which do not cross either, or are its text."""
_REMEDY: Final = "Let the test use plain data, or mark its cell as open."


@final
@dataclass(slots=True)
class _Raised:
    """Where an exception of the submission came from, to ask for its traceback later."""

    bridge: Bridge
    lease: Lease


def is_submissions(error: BaseException) -> bool:
    """Whether code of the submission raised an exception."""
    return type(error.__dict__.get("_raised")) is _Raised


def place_of(error: BaseException) -> tuple[str, int] | None:
    """Where the submission says that it raised an exception: id of a cell and line."""
    origin = error.__dict__.get("_raised")
    if type(origin) is not _Raised:
        return None
    match origin.bridge.ask("place", origin.lease.key, runs_code=False):
        case [str() as cell, int() as line]:
            return cell, line
    return None


def traceback_of(error: BaseException) -> list[str]:
    """The submission's traceback of an exception it raised, in ANSI lines; else nothing."""
    origin = error.__dict__.get("_raised")
    if type(origin) is not _Raised:
        return []
    lines = origin.bridge.ask("traceback", origin.lease.key, runs_code=False)
    if type(lines) is not list or any(type(line) is not str for line in lines):
        return []
    return lines


@final
class Bridge(Codec):
    """Speaks with one student process.

    Args:
        channel: to the student process.
        states: this process's random states, for the student process.
        print_text: takes `(stream, text)` that the submission prints during a call.
        refused: takes the reason of everything that could not cross.
        shared: classes of locked cells, which the student process defines too, and their names.
    """

    def __init__(
        self,
        channel: Channel,
        states: RandomStates,
        print_text: Callable[[str, str], None],
        refused: list[str],
        shared: Mapping[type, str],
    ) -> None:
        self.link = Link(channel, self._serve)
        self.generation = 0
        self.names: Callable[[], list[tuple[str, bool, Any]]] = list
        self.refused = refused
        self.shared = shared
        self.rebound: list[Plain] = []
        self._states = states
        self._print = print_text
        self._exports = Exports()
        self._mirrors = Mirrors(1)
        self._returned: list[tuple[int, int]] = []
        self._proxies: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        self._leases: weakref.WeakValueDictionary[int, Lease] = weakref.WeakValueDictionary()
        self._dtype: torch.dtype | None = None
        self._passed: list[torch.Tensor] = []
        self.takes_writes = True
        self.methods: frozenset[str] | None = frozenset()
        self.asked: set[str] = set()
        self.tape: Tape | None = None
        self._ended: BaseException | None = None
        self._new: dict[int, Plain] = {}
        self._naming = False

    def asks(self, method: str) -> bool:
        """Whether this cell may ask a method of an object about values of its own."""
        if self.methods is None:
            self.asked.add(method)
        return self.methods is None or method in self.methods

    def refuse(self, reason: str) -> BridgeError:
        """Note that something could not cross: the cell fails, whatever its code catches."""
        self.refused.append(reason)
        return BridgeError(reason)

    def pass_value(self, value: object, label: str) -> Plain:
        """The form of a value of the test for the submission's `label`.

        Raises:
            BridgeError: the value cannot cross.
        """
        try:
            return self.encode(value)
        except CannotCross as error:
            raise self.refuse(f"{label}: {error}. {_REMEDY}") from None
        except WireError as error:
            raise self.refuse(f"{label}: {error}. {_REMEDY}") from None

    def ask(self, operation: str, *payload: Plain, runs_code: bool = True) -> Any:
        """Ask the student process and rebuild its answer.

        Args:
            operation: one of `serving.Server`'s.
            payload: plain data.
            runs_code: whether code of the submission may run.

        Raises:
            BaseException: what the submission's code raised.
            BridgeError: the value cannot cross, or the student process is gone or lies.
        """
        if runs_code:
            self.generation += 1
        asked = tuple(instruments.judge.wanted) if runs_code else ()
        answer = self.link.ask(operation, payload, self._extras(runs_code=runs_code))
        if self.tape is not None and (runs_code or operation == "name"):
            self.tape.hear(answer)
        ended, self._ended = self._ended, None
        try:
            with self._guard():
                dropped = self._take_extras(answer.extras)
                if asked:
                    instruments.judge.read(asked, (answer.extras or {}).get("reports"))
                if ended is not None:
                    raise ended
                if answer.ok:
                    value = self.decode(answer.payload)
                    self._exports.drop(dropped)
                    return value
                error = self._error(answer.payload)
                self._exports.drop(dropped)
        finally:
            if not self.link.depth:
                self._passed.clear()
        raise error

    def _guard(self) -> _Guard:
        return _Guard(self.link)

    # What goes beside a request.

    def _extras(self, *, runs_code: bool) -> Plain:
        extras: dict[str, Plain] = {}
        if runs_code:
            if instruments.judge.wanted:
                extras["instruments"] = instruments.judge.order()
            if not torch.is_grad_enabled():
                extras["grad"] = False
            if (dtype := torch.get_default_dtype()) is not self._dtype:
                self._dtype = dtype
                extras["dtype"] = self.encode(dtype)
            if changed := self._states.changes():
                extras["rng"] = changed
            if names := self._bindings():
                extras["names"] = names
        self._new.clear()
        extras.update(self._sync())
        return extras or None

    def _bindings(self) -> list[Plain]:
        names: list[Plain] = []
        self._naming = True
        try:
            for name, bound, value in self.names():
                with contextlib.suppress(CannotCross, WireError):
                    names.append((name, bound, self.encode(value) if bound else None))
        finally:
            self._naming = False
        return names

    def _sync(self) -> dict[str, Plain]:
        extras: dict[str, Plain] = {}
        if changes := self._mirrors.changes():
            extras["sync"] = changes
        if dead := self._mirrors.take_dead():
            extras["dead"] = dead
        if self._returned:
            extras["drop"], self._returned[:] = list(self._returned), []
        return extras

    def _take_extras(self, extras: Plain) -> Plain:
        """Take what is beside a message; gives the leases that end when its values are read: an
        object of the test may come home with the last word of whoever held it.
        """
        match extras:
            case None:
                return []
            case {"text": list() as text, "sync": sync, "drop": drop, "rebound": list() as rebound}:
                if any(type(name) is not str for name in rebound):
                    raise WireError("malformed names")
                self.rebound.extend(rebound)
            case _:
                raise WireError("malformed answer")
        for piece in text:
            match piece:
                case ("stdout" | "stderr" as stream, str() as printed):
                    self._print(stream, printed[:_MAX_TEXT])
                case _:
                    raise WireError("malformed text")
        self._mirrors.apply(sync, to_own=self.takes_writes)
        return drop

    # The judge's values on their way.

    def encode_tensor(self, tensor: torch.Tensor) -> Plain:
        """A tensor that wants gradients, by its twin."""
        key = self._mirrors.key_of(tensor)
        if key is not None:
            self._passed.append(tensor)
            # Names are read there before the arguments that bring this tensor's twin.
            return self._new.get(key, ("m", key)) if self._naming else ("m", key)
        form = arrays.encode_tensor(tensor)
        if form is None:
            raise CannotCross(f"a tensor of {tensor.dtype}, {tensor.layout} cannot be passed")
        parameter = isinstance(tensor, torch.nn.Parameter)
        key = self._mirrors.new_key()
        self._mirrors.add(key, tensor, strong=False, sends=True, accepts=parameter)
        self._passed.append(tensor)
        grad = tensor.grad if tensor.is_leaf else None
        grad_form = None if grad is None else arrays.encode_tensor(grad)
        self._new[key] = (
            *("M", key, form, grad_form),
            *(tensor.requires_grad, parameter, tensor.is_leaf),
        )
        return self._new[key]

    def encode_reference(self, value: object) -> Plain:
        """The submission's own objects by handle, library objects by copy, others by callback."""
        if handles.is_remote(value):
            return handles.handle(value, self)
        if isinstance(value, types.ModuleType):
            return ("mod", value.__name__)
        if isinstance(value, type) and value in self.shared:
            return ("name", self.shared[value])
        if (known := copies.library_name(value)) is not None:
            return ("lib", *known)
        globals_too = isinstance(value, dict) and dict.__contains__(value, "__builtins__")
        if globals_too or isinstance(value, _NEVER):
            raise CannotCross(f"a {type(value).__name__} of the test cannot be passed")
        if not isinstance(value, copies.FUNCTIONS) and not isinstance(value, type):
            try:
                return copies.copy_of(value, self.encode, self.shared)
            except copies.CannotCopy:
                pass
        key, _ = self._exports.add(value)
        return ("j", key, str(getattr(value, "__name__", type(value).__name__)))

    # The submission's values on arrival.

    def decode_reference(self, form: tuple[Plain, ...]) -> Any:
        """What the student process's references stand for."""
        try:
            return self._reference(form)
        except (ArithmeticError, LookupError, TypeError, ValueError, RuntimeError) as error:
            raise WireError(f"malformed reference: {error}"[:300]) from None

    def _reference(self, form: tuple[Plain, ...]) -> Any:
        match form:
            case ("h", int() as key, description):
                return self._proxy(key, description)
            case ("m", key):
                return self._mirrors.tensor(key)
            case (
                "M",
                int() as key,
                data,
                grad,
                bool() as requires_grad,
                bool() as parameter,
                True,
            ):
                return self._student_leaf(key, data, grad, requires_grad, parameter)
            case ("B", int() as key, ("T", *_) as data, list() as keys):
                alive = [item for item in keys if not self._mirrors.gone(item)]
                leaves = [self._mirrors.tensor(item) for item in alive]
                tensor = arrays.decode_tensor(data)
                return returned_tensor(self, self._lease(key), tensor, alive, leaves)
            case ("j", key):
                return self._exports.get(key)
        raise WireError("malformed reference")

    def _lease(self, key: int) -> Lease:
        lease = self._leases.get(key)
        if lease is None:
            lease = self._leases[key] = Lease(key, self._returned)
        else:
            lease.again()
        return lease

    def _proxy(self, key: int, form: Plain) -> Any:
        known = self._proxies.get(key)
        lease = self._lease(key)
        if known is not None:
            return known
        if form is None:
            form = self.ask_description(key)
        made = remote.make(self, lease, read_description(form))
        self._proxies[key] = made
        return made

    def ask_description(self, key: int) -> Plain:
        """The description of an object that this side has forgotten."""
        answer = self.link.ask("describe", (key,), None)
        if not answer.ok:
            raise WireError("no description of an object")
        return answer.payload

    def _student_leaf(
        self,
        key: int,
        data: Plain,
        grad: Plain,
        requires_grad: bool,
        parameter: bool,
    ) -> torch.Tensor:
        if key >= 0 or self._mirrors.mirror(key) is not None:
            raise WireError("a tensor under a name that is taken")
        tensor = self._plain_tensor(data)
        if requires_grad and not (tensor.is_floating_point() or tensor.is_complex()):
            raise WireError("a gradient for a tensor that cannot have one")
        if parameter:
            tensor = torch.nn.Parameter(tensor, requires_grad=requires_grad)
        else:
            tensor.requires_grad_(requires_grad)
        if grad is not None:
            gradient = self._plain_tensor(grad)
            if gradient.shape != tensor.shape or gradient.dtype != tensor.dtype:
                raise WireError("a gradient that does not fit its tensor")
            tensor.grad = gradient
        self._mirrors.add(key, tensor, strong=False, sends=True, accepts=True)
        return tensor

    def _plain_tensor(self, form: Plain) -> torch.Tensor:
        if type(form) is not tuple or len(form) != 5 or form[0] != "T":
            raise WireError("malformed tensor")
        return arrays.decode_tensor(form)

    def gradients(
        self, lease: Lease, grad: torch.Tensor, keys: list[int]
    ) -> list[torch.Tensor | None]:
        """Ask for the gradients of a returned tensor towards the leaves with these keys."""
        for key in keys:
            self._mirrors.hold(key)
        create_graph = torch.is_grad_enabled()
        grads = self.ask("grad", lease.key, self.encode(grad), keys, create_graph)
        with self._guard():
            if type(grads) is not list or len(grads) != len(keys):
                raise WireError("malformed gradients")
            if any(item is not None and type(item) is not torch.Tensor for item in grads):
                raise WireError("malformed gradients")
        return grads

    def _error(self, form: Plain) -> BaseException:
        match form:
            case ("bridge", str() as text):
                return self.refuse(f"{text}. {_REMEDY}")
            case ("err", int() as key, *rest):
                error = raised.rebuild(rest, self.decode)
            case _:
                raise WireError("malformed error")
        error.__dict__["_raised"] = _Raised(self, self._lease(key))
        return error

    def signature(self, key: int) -> Any:
        """The signature of a remote callable, as `inspect.Signature`."""
        answer = self.link.ask("signature", (key,), self._extras(runs_code=False))
        with self._guard():
            if not answer.ok:
                error = self._error(answer.payload)
            else:
                return read_signature(answer.payload, self.decode)
        raise error

    # The other direction: the submission calls what the test passed.

    def _serve(self, operation: str, payload: Plain, extras: Plain) -> Answer:
        dropped = self._take_extras(extras)
        match payload:
            case (int() as key, list() as forms):
                pass
            case _:
                raise WireError("malformed request")
        if operation == "backward":
            target: Any = self._mirrors.tensor(key)
        else:
            target = self._exports.get(key)
        values = [self.decode(form) for form in forms]
        self._exports.drop(dropped)
        try:
            result = callbacks.perform(operation, target, values, self.asks)
            form = self.encode(result)
        except WireError:
            raise
        except CannotCross as error:
            reason = self.refuse(f"{error}. {_REMEDY}")
            return Answer(ok=False, payload=("bridge", str(reason)), extras=None)
        except BridgeError as error:
            return Answer(ok=False, payload=("bridge", str(error)), extras=None)
        except Exception as error:  # noqa: BLE001 - goes on in the submission's code
            form = callbacks.error_form(error)
            return Answer(ok=False, payload=form, extras=self._sync() or None)
        except BaseException as error:  # noqa: BLE001 - as of `pytest.fail`: no code may catch it
            self._ended = error
            return Answer(ok=False, payload=("ex", "RuntimeError", ["the test ended"]), extras=None)
        return Answer(ok=True, payload=form, extras=self._sync() or None)


@final
@dataclass(slots=True)
class _Guard:
    """Breaks the link when an answer is malformed."""

    link: Link
    _nothing: None = field(default=None)

    def __enter__(self) -> None:
        """Nothing to do before."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, WireError):
            reason = f"the process of the submission sent nonsense: {error}"
            raise self.link.fail(reason) from None
