# `make` lists what there is. Everything runs in .venv, which is made on first use.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := $(CURDIR)/.venv
BIN := $(VENV)/bin
CARGO_TARGET_DIR ?= $(CURDIR)/target
export CARGO_TARGET_DIR

# The variables that maturin gives to cargo. With the same ones here, cargo's tests and maturin's
# module share what was compiled of pyo3.
PYO3 := env PYO3_BUILD_EXTENSION_MODULE=1 PYO3_PYTHON=$(BIN)/python \
	$$($(BIN)/python scripts/pyo3_environment.py $(CARGO_TARGET_DIR))

.PHONY: help build demo test test-rust test-python fuzz-native check lint types bench fix features clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet --group dev
	touch $@

build: $(VENV)/installed ## compile the engine and install it into .venv
	VIRTUAL_ENV=$(VENV) $(BIN)/maturin develop --profile dev

demo: build ## run the first example over real flight data
	$(BIN)/python examples/01_haversine/run.py

test: build test-rust test-python ## run every test

# The cdylib has no tests of its own, and its own way to link. Without nextest, cargo's runner does.
RUST_TESTS := $(if $(shell command -v cargo-nextest),nextest run,test --lib --tests)

test-rust: build
	$(PYO3) cargo $(RUST_TESTS) --no-fail-fast --workspace --exclude arrowsmith-python

# What most functions of these would not see any more, now that they are compiled.
INLINE_TOO := tests/contract $(addprefix tests/python/test_,errors.py function_objects.py row_functions.py)

# In development mode Python checks itself, and says what it would keep to itself otherwise.
test-python: build
	PYTHONDEVMODE=1 $(BIN)/python -m pytest
	PYTHONDEVMODE=1 ARROWSMITH_TEST_TIER=inline $(BIN)/python -m pytest $(INLINE_TOO)

# 20,000 programs with 500 rows each are 10 million rows.
N ?= 2000
fuzz-native: build ## compare N random programs, compiled and interpreted
	$(BIN)/python -m tests.native.fuzz --programs $(N) --rows 500 --jobs 2
	$(BIN)/python -m tests.native.fuzz --programs $$(($(N) / 4)) --rows 500 --jobs 2 --lists

check: lint test types ## exactly what CI runs

lint: build ## formatting and lints
	cargo fmt --all --check
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(PYO3) cargo clippy --workspace --all-targets -- -D warnings

types: build ## mypy, and the stub against the module
	$(BIN)/mypy
	$(BIN)/stubtest arrowsmith._native --allowlist tests/python/stubtest_allowlist.txt

bench: build ## every bench, against list loops, NumPy, datafusion-python, numba and Rust
	$(BIN)/pip install --quiet --group bench
	for bench in scalar aggregate grouped procedure native; do \
		$(PYO3) $(BIN)/python -m benches.$$bench; done

fix: $(VENV)/installed ## format and mend what can be mended
	cargo fmt --all
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

features: ## compare dependency features between selections of crates
	$(PYTHON) scripts/compare_features.py

clean: ## remove .venv and what was built here
	rm -rf $(VENV) $(CURDIR)/target python/arrowsmith/*.so
