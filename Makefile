# Two commands: `make demo` and `make test`. Python 3.11 or newer, make and git are all they need.

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
DATA ?= demo-data
PARTS ?=
ROWS ?=

# Compiled modules are kept, whatever the shell says: else each of hundreds of processes compiles everything again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test bench install install-dev format reference lock clean

help:
	@echo "make demo       Pentad with the demo company on http://127.0.0.1:$(PORT)/   (PORT=…, DATA=folder)"
	@echo "make test       everything: lint, types, import contracts, tests, browser   (PARTS=\"unit lint\" for some)"
	@echo "make bench      measure beside the engines' own ceilings                     (ROWS=\"ingest load\" for some)"
	@echo "make format     let ruff put the code in order"
	@echo "make reference  write what the code says of itself into docs/reference"
	@echo "make lock       resolve the dependencies again and write the locks"
	@echo "make clean      remove the environment and what tests left"

demo: install
	@exec $(BIN)/python scripts/foreground.py $(BIN)/pentad up --demo --data $(DATA) --port $(PORT)

test: install-dev
	@exec $(BIN)/python scripts/check.py $(PARTS)

# `make test-unit`, `make test-postgres` … : one part of `make test`; `scripts/check.py --list` names them.
test-%: install-dev
	@exec $(BIN)/python scripts/check.py $*

bench: install-dev
	@exec $(BIN)/python -m bench $(ROWS)

install:
	@sh scripts/environment.sh run

install-dev:
	@sh scripts/environment.sh dev

format: install-dev
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

reference: install-dev
	@$(BIN)/python -m scripts.reference

lock: install-dev
	@sh scripts/lock.sh

clean:
	rm -rf $(VENV) test-results .pytest_cache .mypy_cache .ruff_cache .import_linter_cache build
