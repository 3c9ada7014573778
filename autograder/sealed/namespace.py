"""The globals of grade cells: the judge's own names, and the student's resolved when read."""

from __future__ import annotations

import builtins
import importlib
import types
from typing import Any, Final, final

from autograder.sealed.bridge import Bridge
from autograder.sealed.exposure import NOTICE, Exposure
from autograder.sealed.handles import is_remote, labelled
from autograder.sealed.link import BridgeError
from autograder.sealed.ownership import Ownership
from autograder.sealed.remote import type_of
from autograder.sealed.values import is_exact

__all__ = ["Namespace"]

_ALWAYS: Final = -1
"""Marks a cached value that stays until the student process tells that its name was rebound."""


class _Builtins(dict[str, Any]):
    """Built-in names for code that runs in a `Namespace`.

    Code in class bodies looks past `Namespace.__missing__`; it gets here.
    """

    def __init__(self, namespace: Namespace) -> None:
        super().__init__(
            __import__=namespace.import_module,
            __build_class__=builtins.__build_class__,
            __type_of__=type_of,
        )
        self[NOTICE] = namespace.exposure.notice
        self._namespace = namespace

    def __missing__(self, name: str) -> Any:
        if name in self._namespace.table.student:
            try:
                return self._namespace.resolve(name)
            except KeyError:
                pass
        try:
            return vars(builtins)[name]
        except KeyError:
            return self._namespace.resolve(name)


@final
class Namespace(dict[str, Any]):
    """Globals that know which names are the student's.

    It resolves names only while a cell runs (`begin` to `end`): IPython's own bookkeeping sees a
    plain dictionary.
    """

    def __init__(self) -> None:
        super().__init__()
        self.table = Ownership()
        self.exposure = Exposure()
        self.bridge: Bridge | None = None
        self._running = False
        self._touched: set[str] = set()
        self._cached: dict[str, tuple[int, Any]] = {}

    def begin(self, table: Ownership) -> None:
        """A cell starts; `table` tells whose its names are."""
        self.table = table
        self._touched.clear()
        self._cached.clear()
        for name in table.student | table.lent:
            dict.pop(self, name, None)
        dict.__setitem__(self, "__builtins__", _Builtins(self))
        if self.bridge is not None:
            self.bridge.names = self.take_changes
            self.bridge.takes_writes = table.writes
            self.bridge.methods = table.methods
            self.bridge.asked.clear()
        self._running = True

    def end(self) -> list[tuple[str, bool, Any]]:
        """The cell has ended; gives the names to send on."""
        self._running = False
        forward = [(name, True, dict.__getitem__(self, name)) for name in self._forwarded()]
        return [*self.take_changes(), *forward]

    def _forwarded(self) -> list[str]:
        return [name for name in sorted(self.table.forward) if dict.__contains__(self, name)]

    def take_changes(self) -> list[tuple[str, bool, Any]]:
        """Bindings since the last time that student functions may read."""
        touched, self._touched = self._touched, set()
        return [
            (name, dict.__contains__(self, name), dict.get(self, name)) for name in sorted(touched)
        ]

    def __setitem__(self, name: str, value: Any) -> None:
        dict.__setitem__(self, name, value)
        if self._running and name in self.table.mirrored:
            self._touched.add(name)

    def __delitem__(self, name: str) -> None:
        if not self._running or name not in self.table.mirrored:
            dict.__delitem__(self, name)
            return
        if not dict.__contains__(self, name):
            self.resolve(name)
        dict.pop(self, name, None)
        self._touched.add(name)

    def __missing__(self, name: str) -> Any:
        if not self._running or (name in vars(builtins) and name not in self.table.student):
            raise KeyError(name)
        return self.resolve(name)

    def __contains__(self, name: object) -> bool:
        if dict.__contains__(self, name):
            return True
        if not self._running or type(name) is not str or name.startswith("_"):
            return False
        try:
            self.resolve(name)
        except KeyError:
            return False
        return True

    def keys(self) -> Any:
        """With the student's names while a cell runs: what `dir()` lists."""
        if not self._running:
            return dict.keys(self)
        own = dict.fromkeys(dict.keys(self))
        known = self.table.student | self.table.imports.keys()
        return (own | {name: None for name in sorted(known) if name in self}).keys()

    def get(self, name: str, default: Any = None) -> Any:
        """As of a dictionary that holds the student's names too."""
        return self[name] if name in self else default  # noqa: SIM401 - that would be this method

    def resolve(self, name: str) -> Any:
        """What a name that is not bound here stands for.

        Raises:
            KeyError: nothing.
        """
        if name in self.table.imports:
            return self._import(name)
        if name in self.table.judge or name in self._touched or name.startswith("__"):
            raise KeyError(name)
        bridge = self.bridge
        if bridge is None:
            raise KeyError(name)
        for rebound in bridge.rebound:
            self._cached.pop(rebound, None)
        bridge.rebound.clear()
        generation, value = self._cached.get(name, (-2, None))
        if generation in (_ALWAYS, bridge.generation):
            return value
        value = self._ask(bridge, name)
        labelled(value, name, genuine=name in self.table.genuine)
        lasting = is_remote(value) or is_exact(value)
        self._cached[name] = (_ALWAYS if lasting else bridge.generation, value)
        return value

    def _ask(self, bridge: Bridge, name: str) -> Any:
        try:
            return bridge.ask("name", name, runs_code=False)
        except KeyError:
            raise
        except BridgeError:
            raise
        except Exception as error:  # noqa: BLE001 - goes on in the submission's code
            raise bridge.refuse(f"the name {name!r} cannot be read: {error}") from None

    def _is_borrowed(self, module: str, value: object) -> bool:
        return isinstance(value, type) and module.partition(".")[0] in self.table.modules

    def _borrow(self, module: str, name: str) -> Any:
        bridge = self.bridge
        if bridge is None:
            raise KeyError(name)
        return labelled(getattr(bridge.ask("import", module), name), name, genuine=True)

    def import_module(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """The `import` statement: classes that are the student's in this cell stay there."""
        module = builtins.__import__(name, *args, **kwargs)
        wanted = kwargs.get("fromlist", args[2] if len(args) > 2 else ()) or ()
        caller = kwargs.get("globals", args[0] if args else None)
        if not self._running or caller is not self:
            return module
        borrowed = {
            item: self._borrow(name, item)
            for item in wanted
            if self._is_borrowed(name, vars(module).get(item))
        }
        if not borrowed:
            return module
        mixed = types.ModuleType(name)
        vars(mixed).update(vars(module) | borrowed)
        return mixed

    def own(self, name: str) -> object:
        """What a name of a library stands for in this process.

        Raises:
            KeyError: it is no import of the notebook's and not built in, or the student's.
        """
        if name in self.table.student or name in self.table.lent & self.table.modules:
            raise KeyError(name)
        return self._import(name) if name in self.table.imports else vars(builtins)[name]

    def own_classes(self) -> dict[type, str]:
        """Classes that cells defined here, and their names."""
        return {
            value: name
            for name, value in self.items()
            if not is_remote(value) and isinstance(value, type) and value.__module__ == "__main__"
        }

    def _import(self, name: str) -> Any:
        module, attribute = self.table.imports[name]
        try:
            value: Any = importlib.import_module(module)
            if attribute is not None:
                try:
                    value = getattr(value, attribute)
                except AttributeError:
                    value = importlib.import_module(f"{module}.{attribute}")
        except ImportError:
            if name in self.table.lent and self.bridge is not None:
                # A module that the student's cells made. Nothing of it runs here.
                return self._ask(self.bridge, name)
            raise KeyError(name) from None
        if attribute is not None and self._is_borrowed(module, value):
            return self._borrow(module, attribute)
        dict.__setitem__(self, name, value)
        return value
