# Needs python3 >= 3.11 (with venv) and make. Everything else comes from the locked lists in requirements/.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=

.PHONY: help rehearse test test-real torture bench bench-report simulate docs lint types lock dist clean
help: ## Show these targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

rehearse: .venv/run ## Play the whole shipped campaign against local networks (ARGS="--weeks 2 --serve")
	$(BIN)/campaign-bot rehearse $(ARGS)

# Tests start hundreds of processes: where this is set, each of them would compile every module anew.
test test-real torture: export PYTHONDONTWRITEBYTECODE :=

test: .venv/dev ## All tests
	$(BIN)/python -m pytest -n 3 $(ARGS)

test-real: .venv/dev ## The networks' contract and a week of the campaign on Bluesky's own servers (from npm, on loopback)
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(BLUESKY) && \
	  $(BIN)/python -m pytest tests/real --real $(ARGS); \
	else echo "NOT CHECKED: the networks on servers that others wrote. npm is missing here; everything else was checked." >&2; fi

# npm writes this file last, so it is there only when all the packages are.
BLUESKY := tests/real/bluesky/node_modules/.package-lock.json
$(BLUESKY): tests/real/bluesky/package.json tests/real/bluesky/package-lock.json
	cd tests/real/bluesky && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

torture: .venv/dev ## 500 kills and every fault of networks, disk and clock (ARGS="--kills 50 --only lost"); 15 minutes
	$(BIN)/python -m tests.torture $(ARGS)

bench: .venv/dev ## Measure the daemon (start, idle, lateness, a burst) and a million snapshots; 5 minutes
	$(BIN)/python -m bench.engine
	$(BIN)/python -m bench.collect

simulate: .venv/dev ## Does the statistics keep its promises? 2,000 runs each; 20 minutes
	$(BIN)/python -m bench.simulate $(ARGS)

bench-report: .venv/dev ## Measure the report over 1 and 10 million counts; 10 minutes and 15 GB of disk
	$(BIN)/python -m bench.report $(ARGS)

docs: .venv/dev ## Write docs/checks.md from the table of rules
	$(BIN)/campaign-bot check --rules --format markdown > docs/checks.md

lint: .venv/dev ## Style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev ## Strict types
	$(BIN)/basedpyright

lock: .venv/dev ## Renew requirements/*.txt from pyproject.toml (versions and hashes, no URLs)
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  pyproject.toml --group dev -o requirements/dev.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  pyproject.toml --group build -c requirements/dev.txt -o requirements/run.txt

dist: .venv/dev ## Build the wheel into dist/
	$(BIN)/python -m hatchling build -t wheel

clean: ## Remove the environment and caches (never a database)
	rm -rf .venv dist tests/real/bluesky/node_modules .pytest_cache .ruff_cache .hypothesis

.venv/run: requirements/run.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("campaign-bot needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 $(MAKECMDGOALS)" if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: requirements/dev.txt .venv/run
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@
