# Everything a person or a build machine does here. `make` alone lists it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help demo test lint types imports check wheel-test figure clean

help:  ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# The stamps make a second run need no network.
$(VENV)/.runtime: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Relevo needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Run: make PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) >&2
	@echo "Installing Relevo into $(VENV) (once) ..." >&2
	@$(PIP) install --editable . >&2
	@touch $@

$(VENV)/.develop: pyproject.toml $(VENV)/.runtime
	@echo "Installing the development tools (once) ..." >&2
	@$(PIP) install --editable '.[dev]' >&2
	@touch $@

demo: $(VENV)/.runtime  ## Run the whole chain on a local CRM, no account needed (ARGS="--once -o json")
	@$(BIN)/relevo demo $(ARGS)

test: $(VENV)/.develop  ## Run all tests, on SQLite and on a real PostgreSQL (ARGS="-k name")
	@$(BIN)/pytest $(ARGS)

lint: $(VENV)/.develop  ## Check style and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.develop  ## Check types, code and tests alike
	@$(BIN)/mypy

imports: $(VENV)/.develop  ## Check that each room imports only what its arrows allow
	@$(BIN)/lint-imports

check: lint types imports  ## lint + types + imports

wheel-test: $(VENV)/.develop  ## Build the wheel and run the tests against it from another folder
	@sh .ci/wheel-test $(BIN)/python

figure: $(VENV)/.develop  ## Measure one figure of docs/figures.md (NAME=quiet)
	@$(BIN)/python -m benchmarks $(NAME) $(ARGS)

clean:  ## Remove the environment and everything built
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
