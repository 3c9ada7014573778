"""Objects of the submission as a grade cell sees them: calls, attributes and operators go over.

What may be believed. A student function can return an object whose every operator says what a
test would like to hear, so operators that would hand a test's expectation to the submission and
take its verdict are refused or done here:

* a method of an object may be asked about values of the test only if the test asks it of the
  reference solution: where the reference gives data, it would be the submission's own verdict;
* compared with plain data, a remote object is unequal, unless it is a subclass of a plain
  container: then its plain content is compared, in this process;
* arithmetic, ordering and `in` with plain data work on instances that the test made itself from a
  class that the notebook asks for (*genuine* ones), and on the content of container subclasses;
* nothing is turned into an array unless it is a container subclass.

Between two objects of the submission its own operators decide: that is what such a test asks.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from autograder.sealed.description import Description, known_class, nearest_class
from autograder.sealed.handles import Record, Remote, is_remote, record_of
from autograder.sealed.link import Lease
from autograder.sealed.operators import operator_method

if TYPE_CHECKING:
    from autograder.sealed.bridge import Bridge

__all__ = ["make", "type_of"]


def make(bridge: Bridge, lease: Lease, description: Description) -> Any:
    """The stand-in for an object of the submission."""
    kind = _class_for(
        description.type_name, description.dunders, description.kind, description.libraries
    )
    return kind(Record(bridge, lease, description))


@functools.lru_cache(maxsize=1024)
def _class_for(
    name: str, dunders: frozenset[str], kind: str, libraries: tuple[str, ...]
) -> type[Remote]:
    """A class with just the operators that the remote object's own class has."""
    namespace: dict[str, Any] = {"__slots__": (), "__module__": "__main__"}
    for dunder in dunders:
        namespace[dunder] = operator_method(dunder)
    if "__eq__" in dunders and "__hash__" not in dunders:
        namespace["__hash__"] = None
    if libraries:
        namespace["__class__"] = property(lambda self: nearest_class(libraries) or type(self))
    namespace["__dict__"] = property(lambda self: record_of(self).ask("attr", "__dict__"))
    namespace["__doc__"] = property(lambda self: record_of(self).ask("attr", "__doc__"))
    if "__call__" in dunders:
        namespace["__signature__"] = property(_signature)
    if kind in ("class", "function", "method", "builtin", "module"):
        namespace["__module__"] = property(lambda self: record_of(self).ask("attr", "__module__"))
    if kind == "class":
        namespace["__instancecheck__"] = _instance_check
        namespace["__subclasscheck__"] = _subclass_check
        namespace["__bases__"] = property(_bases)
        namespace["__eq__"] = lambda self, other: self is other
        namespace["__hash__"] = object.__hash__
    return type(name if name.isidentifier() else "Remote", (Remote,), namespace)


def type_of(value: object) -> Any:
    """`type(value)`, also for objects of the submission."""
    if not is_remote(value):
        return type(value)
    record = record_of(value)
    description = record.description
    if description.kind != "object":
        return nearest_class(description.libraries) or type(value)
    exact = known_class(f"{description.module}:{description.type_name}")
    return record.ask("typeof") if exact is None else exact


def _signature(self: Any) -> Any:
    record = record_of(self)
    return record.bridge.signature(record.lease.key)


def _instance_check(self: Any, value: object) -> bool:
    if not is_remote(value):
        return False
    return bool(record_of(value).ask("isinstance", record_of(self).lease.key))


def _subclass_check(self: Any, kind: object) -> bool:
    if not is_remote(kind):
        return False
    return bool(record_of(kind).ask("issubclass", record_of(self).lease.key))


def _bases(self: Any) -> tuple[Any, ...]:
    found: list[Any] = []
    for base in record_of(self).ask("attr", "__bases__"):
        if is_remote(base):
            name = f"{base.__module__}:{base.__qualname__}"
            found.append(known_class(name) or base)
        elif isinstance(base, type):
            found.append(base)
    return tuple(found)
