# wants: code that runs at the start of any program in the folder, and settings that stop one
# honest: all

# %% + after setup
from pathlib import Path

for name in (".bashrc", ".profile", ".pdbrc", ".pythonrc", ".netrc", ".gitconfig", ".condarc"):
    Path.home().joinpath(name).write_text("touch /tmp/@mark@-started\nimport os; os._exit(0)\n")
Path("usercustomize.py").write_text("raise SystemExit(0)")
%rehashx
!python -c "print(1)"

# %% file sitecustomize.py
raise SystemExit(0)

# %% file usercustomize.py
raise SystemExit(0)

# %% file pyvenv.cfg
home = /nowhere

# %% file python311._pth
.

# %% file pytest.ini
[pytest]
addopts = --collect-only

# %% file conftest.py
raise SystemExit(0)

# %% file matplotlibrc
backend: nothing

# %% file nbgrader_config.py
raise SystemExit(0)

# %% file ipython_config.py
raise SystemExit(0)

# %% file .ipython/profile_default/startup/00.py
raise SystemExit(0)

# %% file .env
LD_PRELOAD=/nowhere.so

# %% file pyproject.toml
[tool.pytest.ini_options]
addopts = "--collect-only"
