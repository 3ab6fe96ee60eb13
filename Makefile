# tuoguan (托管): every task of the house. `make` alone lists them.
# Bare machine: Python 3.11 or newer, make and a package index are enough; the first target you call prepares .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Two workers are the measured best on two cores; make test WORKERS=0 runs in one process. A file stays with one worker,
# so that a decision which its tests share is made once.
WORKERS ?= 2
PATHS ?=
LINES ?= 5000000
CODE := src tests tools benchmarks

.DEFAULT_GOAL := help
.PHONY: help run test check format golden bench peers lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.sample ## build a workspace from real order history, decide, take the decision, show the first page of work
	$(BIN)/python -m tuoguan sample out/sample
	$(BIN)/python -m tuoguan check out/sample
	$(BIN)/python -m tuoguan decide out/sample
	$(BIN)/python -m tuoguan accept out/sample
	$(BIN)/python -m tuoguan work out/sample
	@echo "All of it in the browser: $(BIN)/python -m tuoguan serve out/sample --open"

test: $(VENV)/.dev ## run every test (PATHS=tests/unit/foundation for some)
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PATHS)

check: $(VENV)/.dev ## lint, types and import rules
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	PYTHONPATH=src $(BIN)/lint-imports --no-cache

format: $(VENV)/.dev ## format the code and mend what the linter can mend
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

golden: $(VENV)/.dev ## record the golden files anew; the author answers for every changed line
	TUOGUAN_RECORD_GOLDEN=1 $(BIN)/python -m pytest -q tests/golden
	@git --no-pager diff --stat -- tests/golden

bench: $(VENV)/.dev ## measure ingestion (LINES=100000000 for the full size); one JSON line is kept per run
	$(BIN)/python benchmarks/ingest.py --lines $(LINES)

peers: ## make .venv-peers and .venv-peers-operate: the programs that benchmarks are measured beside
	$(PYTHON) tools/bootstrap.py peers

lock: ## write requirements/*.txt anew from pyproject.toml
	$(PYTHON) tools/bootstrap.py lock

clean: ## remove what make made: .venv, caches, out
	rm -rf $(VENV) $(VENV)-peers $(VENV)-peers-operate out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks .import_linter_cache .numba_cache
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: a file per set of packages; tools/bootstrap.py looks at hashes, make only at times.
$(VENV)/.run $(VENV)/.sample $(VENV)/.dev: $(VENV)/.%: requirements/%.txt requirements/uv.txt pyproject.toml tools/bootstrap.py
	@$(PYTHON) tools/bootstrap.py $*
