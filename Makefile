# The developer's interface. `make help` lists it.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo test check docs screenshots audit bench fuzz lock clean

PYTHON ?= python3.11
export PYTHON
# Stock nbgrader calls alembic and jupyter by name.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONUTF8 := 1

# pip, Jupyter and matplotlib all want to write below HOME; some services have none.
ifneq ($(shell test -n "$$HOME" -a -w "$$HOME" && echo yes),yes)
export HOME := $(CURDIR)/.cache/home
$(shell mkdir -p "$(HOME)")
endif

READY := .venv/.ready

help:
	@echo "make setup   make .venv with everything; the other commands do it themselves"
	@echo "make demo    release the attention assignment, bring in a class, grade it, show the results"
	@echo "make test    run the tests, with coverage"
	@echo "make check   format, lint, types, notebook format, release in step with source"
	@echo "make docs    build the documentation site in build/site"
	@echo "make screenshots  take the pictures that the documentation shows"
	@echo "make audit   measure the tests of every assignment; takes long, and release needs it"
	@echo "make bench   run the benchmarks"
	@echo "make fuzz    feed the readers of untrusted bytes what breaks them; MINUTES=5 for each of them"
	@echo "make lock    write requirements.lock anew"
	@echo "make clean   remove what these commands made, .venv included"

$(READY): requirements.lock pyproject.toml scripts/setup
	@scripts/setup

setup: $(READY)
	@echo "Ready: .venv/bin/autograder"

demo: $(READY)
	@.venv/bin/python -m autograder demo

test: $(READY)
	@scripts/test

check: $(READY)
	@scripts/check

docs: $(READY)
	@scripts/docs

screenshots: $(READY)
	@scripts/screenshots

audit: $(READY)
	@.venv/bin/python -m autograder audit --all

bench: $(READY)
	@scripts/bench

MINUTES ?= 5
fuzz: $(READY)
	@scripts/fuzz $(MINUTES)

lock: $(READY)
	@scripts/lock

clean:
	rm -rf .venv .cache demo-course build dist *.egg-info
	rm -rf .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find autograder tests benchmarks -name __pycache__ -prune -exec rm -rf {} + 2> /dev/null || true
