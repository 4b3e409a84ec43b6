# install | federation | run | test | check | bench | docs | lock
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := install
unexport PYTHONDONTWRITEBYTECODE  # hundreds of processes are started: what they import is compiled once
.PHONY: install federation install-web install-dev run test check lint types unit bench docs lock clean

install: .venv/.web          ## .venv with the command and the portal
federation: .venv/.federation ## NVFlare beside it, for studies over hospitals
run: install                 ## the portal on http://127.0.0.1:8000 with its starter registry
	$(BIN)/cimara web demo

test: check system-test      ## everything: lint, types, all tests, docs
	$(BIN)/python tools/run_tests.py
	$(MAKE) --no-print-directory docs

check: lint types unit       ## the inner loop
lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
types: .venv/.dev
	$(BIN)/mypy
unit: .venv/.dev
	$(BIN)/pytest tests/unit tests/spec -n 2 -p no:django -p no:playwright -p no:schemathesis -W ignore::pytest.PytestConfigWarning

bench: .venv/.bench          ## speed against named peers, as ratios; R comes from Debian
	tools/system_packages r-base-core r-cran-data.table r-cran-dplyr r-cran-survival r-cran-cmprsk
	$(BIN)/python -m bench

docs: .venv/.dev             ## the manual, warnings are errors; stale pages too (tools.make_manual writes them)
	$(BIN)/python -m tools.make_manual --check
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html

lock:                        ## new hash-pinned requirements from pyproject.toml
	tools/lock

.PHONY: system-test
system-test:                 ## Chromium and PostgreSQL from Debian
	tools/system_packages chromium-headless-shell postgresql fonts-dejavu-core

.venv/bin/uv: requirements/build.txt
	tools/make_venv $(PYTHON)
.venv/.web: .venv/bin/uv requirements/web.txt pyproject.toml
	tools/install web && touch $@
.venv/.federation: .venv/.web requirements/federation.txt
	tools/install federation && touch $@
.venv/.dev: .venv/.web requirements/dev.txt
	tools/install dev && touch $@
.venv/.bench: .venv/.dev requirements/bench.txt
	tools/install bench && touch $@

clean:
	rm -rf .venv docs/_build
