"""Runs cells with IPython's semantics in this process and reports their outputs as they come.

One shell serves one process. It keeps no history, writes no files and asks nobody anything.
"""

from __future__ import annotations

import ast
import base64
import builtins
import contextlib
import getpass
import os
import subprocess
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, cast, final

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import IPythonCoreError
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from autograder.sealed.compiling import CellCode
from autograder.sealed.model import Failure
from autograder.sealed.reports import Done
from autograder.sealed.streams import Stream
from autograder.sealed.trust import Foundations, foundations

__all__ = ["CellShell", "Emit", "prepare"]

Emit = Callable[[dict[str, Any]], None]
"""Takes one report as `reports.parse_report` reads it."""

_INLINE_BACKEND: Final = "module://matplotlib_inline.backend_inline"


class StdinNotImplementedError(IPythonCoreError, NotImplementedError):
    """A cell asked for keyboard input while nobody is there; named as Jupyter names it."""


def _refuse_input(*_args: object, **_kwargs: object) -> str:
    raise StdinNotImplementedError(
        "input() has nobody to ask while a notebook is graded. "
        "Put the value into a variable instead."
    )


class _Publisher(DisplayPublisher):
    """Sends what `display()` shows."""

    emit: Emit = staticmethod(lambda _report: None)

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *_args: Any,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_kwargs: Any,
    ) -> None:
        display_id = (transient or {}).get("display_id")
        if update:
            if display_id is not None:
                self.emit(
                    {
                        "op": "update_display",
                        "display_id": _text(display_id),
                        "data": _bundle(data),
                        "metadata": _json(metadata or {}),
                    }
                )
            return
        report: dict[str, Any] = {
            "op": "output",
            "output": {
                "output_type": "display_data",
                "data": _bundle(data),
                "metadata": _json(metadata or {}),
            },
        }
        if display_id is not None:
            report["display_id"] = _text(display_id)
        self.emit(report)

    def clear_output(self, wait: bool = False) -> None:  # noqa: FBT001, FBT002 - IPython's own
        self.emit({"op": "clear_output", "wait": bool(wait)})


class _ResultHook(DisplayHook):
    """Sends the value of a cell's last expression."""

    emit: Emit = staticmethod(lambda _report: None)
    returned: str | None = None

    def write_output_prompt(self) -> None:
        """Notebooks have none."""

    def finish_displayhook(self) -> None:
        """Notebooks need no empty line."""

    def write_format_data(
        self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None
    ) -> None:
        data = _bundle(format_dict)
        text = data.get("text/plain")
        self.returned = text if isinstance(text, str) else None
        self.emit(
            {
                "op": "output",
                "output": {
                    "output_type": "execute_result",
                    "data": data,
                    "metadata": _json(md_dict or {}),
                    "execution_count": self.prompt_count,
                },
            }
        )


class _Compiler(CachingCompiler):
    """IPython's, which makes nothing of a cell that is compiled already."""

    ready: CellCode | None = None

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        if self.ready is not None and self.ready.text == transformed_code:
            return self.ready.filename
        return super().get_code_name(raw_code, transformed_code, number)

    def ast_parse(self, source: str, filename: str = "", symbol: str = "exec") -> ast.AST:
        if self.ready is not None and self.ready.filename == filename:
            return ast.Module([ast.Pass()], [])
        return super().ast_parse(source, filename, symbol)


class _Shell(InteractiveShell):
    """IPython without a terminal, a home directory or a history."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_ResultHook)
    compiler_class = Type(_Compiler)
    compile: _Compiler
    failure: Failure | None = None

    def transform_cell(self, raw_cell: str) -> Any:
        ready = self.compile.ready
        return super().transform_cell(raw_cell) if ready is None else ready.text  # type: ignore[no-untyped-call]  # IPython's

    def should_run_async(self, raw_cell: str, **options: Any) -> bool:
        return self.compile.ready is None and super().should_run_async(raw_cell, **options)

    async def run_ast_nodes(
        self, nodelist: list[ast.stmt], cell_name: str, *args: Any, **options: Any
    ) -> Any:
        ready = self.compile.ready
        if ready is None or ready.filename != cell_name:
            return await super().run_ast_nodes(nodelist, cell_name, *args, **options)
        # What the cell itself runs as a cell is compiled here.
        self.compile.ready = None
        for code in ready.statements:
            if await self.run_code(code, options.get("result")):  # type: ignore[no-untyped-call]  # IPython's
                return True
        return False

    def init_ipython_dir(self, _ipython_dir: str | None) -> None:
        """No directory in a home."""

    def init_profile_dir(self, _profile_dir: str | None) -> None:
        """No profile."""

    def init_history(self) -> None:
        config = Config()
        config.HistoryManager.enabled = False
        config.HistoryManager.hist_file = ":memory:"
        self.config.merge(config)
        super().init_history()  # type: ignore[no-untyped-call]

    def enable_gui(self, _gui: str | None = None) -> None:
        """No event loop of a window system."""

    def ask_exit(self) -> None:
        """`exit` and `quit` stop nothing here."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        try:
            text = _text(evalue)
        except Exception:  # noqa: BLE001 - a student's __str__ may raise anything
            text = f"<the message of this {etype.__name__} cannot be shown>"
        lines = [line for part in stb for line in str(part).split("\n")]
        self.failure = Failure(_text(etype.__name__), text, tuple(lines))

    def system(self, cmd: str) -> None:
        """Run `!command`; its output goes to the cell's."""
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        command = self.var_expand(cmd, depth=1)  # type: ignore[no-untyped-call]
        with subprocess.Popen(  # noqa: S602 - a shell is what was asked for
            command,
            shell=True,
            executable="/bin/bash" if os.access("/bin/bash", os.X_OK) else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            if process.stdout is not None:
                while chunk := os.read(process.stdout.fileno(), 1 << 16):
                    sys.stdout.write(chunk.decode("utf-8", "replace"))
        self.user_ns["_exit_code"] = process.returncode

    system_piped = system
    system_raw = system


def _bundle(data: dict[str, Any]) -> dict[str, Any]:
    """A MIME bundle as a notebook holds it: images in base64, JSON as it is, else text."""
    bundle: dict[str, Any] = {}
    for mime, value in data.items():
        if isinstance(value, bytes):
            bundle[_text(mime)] = base64.b64encode(value).decode("ascii")
        elif _text(mime) == "application/json" or _text(mime).endswith("+json"):
            bundle[_text(mime)] = _json(value)
        else:
            bundle[_text(mime)] = _text(value)
    return bundle


def _text(value: object) -> str:
    """The text of anything, exactly a `str`: texts of other classes (of templates, of symbols) are
    no plain data.
    """
    return str.__str__(str(value))


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {_text(key): _json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    if value is None or type(value) in (bool, int, float, str):
        return value
    return _text(value)


def prepare() -> None:
    """Build this process's one shell ahead of time (costly; may be done before a fork)."""
    if not _Shell.initialized():
        os.environ.setdefault("MPLBACKEND", _INLINE_BACKEND)
        namespace = {"__name__": "__main__", "__builtins__": builtins}
        shell: Any = _Shell.instance(user_ns=namespace)
        shell.colors = "neutral"
        shell.run_cell("pass", store_history=False)


@final
class CellShell:
    """This process's shell.

    Args:
        emit: takes the reports of the running cell.
    """

    def __init__(self, emit: Emit) -> None:
        prepare()
        self._shell = cast("Any", _Shell.instance())
        self.emit = emit
        self._budget = 0
        self._shell.display_pub.emit = self._report
        self._shell.displayhook.emit = self._report
        self._streams = [Stream(name, self._text) for name in ("stdout", "stderr")]
        self.text: Callable[[str, str], None] | None = None
        self.error: BaseException | None = None
        self._keys: dict[int, str] = {}

    def cell_of(self, filename: str) -> str | None:
        """The id of the cell whose code has this file name; None for other code."""
        number = self._shell.compile._filename_map.get(filename)  # noqa: SLF001 - IPython's own use
        return self._keys.get(number)

    @property
    def namespace(self) -> dict[str, Any]:
        """The globals of the cells."""
        namespace: dict[str, Any] = self._shell.user_ns
        return namespace

    def use_namespace(self, namespace: dict[str, Any]) -> None:
        """Run cells with these globals (a `dict` or a subclass of it) from now on.

        The names that IPython itself provides are carried over.
        """
        namespace.update(self._shell.user_ns)
        module = types.ModuleType("__main__")
        holder = type("_Main", (types.ModuleType,), {"__dict__": property(lambda _: namespace)})
        module.__class__ = holder
        self._shell.user_module = module
        self._shell.user_ns = namespace
        sys.modules["__main__"] = module

    def foundations(self, names: list[str], lookup: Callable[[str], object]) -> Foundations:
        """What code that uses these names relies on in this process; see `trust`."""
        return foundations(names, lookup, self._shell)

    def transform(self, transformers: Iterable[ast.NodeTransformer]) -> None:
        """Change the code of cells by these before it is compiled, from the next one on."""
        self._shell.ast_transformers[:] = transformers

    def take_over(self) -> None:
        """Make this shell's streams the process's own, down to the descriptors."""
        for stream in self._streams:
            stream.redirect()
        sys.stdout, sys.stderr = self._streams
        sys.modules["__main__"] = self._shell.user_module
        builtins.input = _refuse_input
        getpass.getpass = _refuse_input

    def run(
        self, source: str, output_bytes: int, key: str = "", code: CellCode | None = None
    ) -> Done:
        """Run one cell; its outputs are reported while it runs.

        Args:
            source: Python with IPython syntax.
            output_bytes: how much output is reported; the rest is dropped, and that is said.
            key: the cell's id.
            code: the source compiled, if somebody has done that.
        """
        self._keys[self._shell.execution_count] = key
        self._budget = output_bytes
        shell = self._shell
        shell.failure = None
        shell.displayhook.returned = None
        shell.compile.ready = code
        try:
            result = shell.run_cell(source, store_history=True)
        finally:
            shell.compile.ready = None
            self.finish_output()
        failure = shell.failure
        error = self.error = result.error_before_exec or result.error_in_exec
        if error is not None and failure is None:
            failure = Failure(_text(type(error).__name__), _text(error))
        if error is None:
            failure = None
        return Done(failure, shell.displayhook.returned)

    def detach(self) -> None:
        """Report nothing from now on: this process is a child of the one that does."""
        self.emit = _report_nothing

    def finish_output(self) -> None:
        """Report what is still held back."""
        for stream in self._streams:
            with contextlib.suppress(OSError):
                stream.take_in()
            stream.flush()

    @contextlib.contextmanager
    def collect_text(self, text: Callable[[str, str], None]) -> Iterator[None]:
        """Send printed text to `text(stream, text)` instead, and drop other outputs."""
        self.finish_output()
        before, self.text = self.text, text
        try:
            yield
        finally:
            self.finish_output()
            self.text = before

    def format_exception(self, error: BaseException) -> list[str]:
        """The traceback of `error` as IPython shows it, in ANSI lines."""
        shell = self._shell
        stb = shell.InteractiveTB.structured_traceback(
            type(error), error, error.__traceback__, tb_offset=0
        )
        return [line for part in stb for line in str(part).split("\n")]

    def _text(self, stream: str, text: str) -> None:
        if self.text is not None:
            self.text(stream, text)
            return
        self._report(
            {"op": "output", "output": {"output_type": "stream", "name": stream, "text": text}}
        )

    def _report(self, report: dict[str, Any]) -> None:
        if self.text is not None or self._budget < 0:
            return
        for stream in self._streams:
            stream.flush()
        self._budget -= _size(report)
        if self._budget < 0:
            report = {
                "op": "output",
                "output": {
                    "output_type": "stream",
                    "name": "stderr",
                    "text": "\n[This cell wrote more output than is kept. The rest is dropped.]\n",
                },
            }
        self.emit(report)


def _report_nothing(_report: dict[str, Any]) -> None:
    pass


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(_size(item) for item in value.values()) + 8
    if isinstance(value, list | tuple):
        return sum(map(_size, value)) + 8
    return 8
