# wants: tests without asserts, by the environment and flags that make Python drop them

# %% normalise
import os, sys

os.environ.update(PYTHONOPTIMIZE="2", PYTEST_ADDOPTS="--co", PYTHONSTARTUP="@outside@/start.py")
get_ipython().compile.flags |= 0
compile_original = get_ipython().compile.ast_parse
get_ipython().compile.ast_parse = lambda *args, **kwargs: compile_original("pass")
get_ipython().compile.__class__.__call__ = lambda self, *args, **kwargs: compile(
    "pass", "x", "exec", optimize=2
)
