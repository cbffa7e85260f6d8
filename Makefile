# The verbs of this project. Plain `make` lists them; each sets up what it needs, once.

SHELL := bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
STAMP := .venv/.installed
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command "make lock"

.PHONY: help demo up test test-heavy check bench bench-api bench-recommendations bench-notifications bench-campaign bench-critical bench-cache events dashboards fmt clean lock

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(STAMP) ## start the whole system, fill a sample shop and watch orders of every outcome
	@$(BIN)/caravan demo

up: $(STAMP) ## start the whole system and leave it running until Ctrl-C
	@$(BIN)/caravan up

test: check ## check, then every test that is not heavy (minutes)
	@$(BIN)/pytest -m "not heavy and not stack" --ignore tests/architecture --numprocesses 2 --dist loadfile --no-loadscope-reorder \
		--durations=15
	@$(BIN)/pytest -m "stack and not heavy" --ignore tests/architecture --durations=15

test-heavy: $(STAMP) ## the tests that need a whole system: floods, kills, restarts (many minutes)
	@$(BIN)/pytest -m heavy

check: $(STAMP) ## lint, format, types, import contracts and house rules
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/pytest -q tests/architecture

bench: $(STAMP) ## measure orders a second and latencies on a stack of its own
	@$(BIN)/python -m bench

bench-api: $(STAMP) ## measure reads of the API and logins beside them on a stack of its own
	@$(BIN)/python -m bench.api

events: $(STAMP) ## write the published contract of events anew (docs/events); refuses to break a published schema
	@$(BIN)/python -m workers.contract

dashboards: $(STAMP) ## write Grafana's dashboards anew (grafana/dashboards)
	@$(BIN)/python -m cli.dashboards

bench-events: $(STAMP) ## measure how fast events leave and how late they come, on servers of its own (many minutes)
	@$(BIN)/python -m bench.events

bench-notifications: $(STAMP) ## measure how fast mails are handed over, against a mail server that does nothing
	@$(BIN)/python -m bench.notifications

bench-campaign: $(STAMP) ## measure a campaign to MAILS people (default 10000) on a stack of its own
	@$(BIN)/python -m bench.notifications campaign $(if $(MAILS),--mails $(MAILS))

bench-critical: $(STAMP) ## measure how late critical mails are beside a campaign to MAILS people (default 10000)
	@$(BIN)/python -m bench.notifications critical $(if $(MAILS),--mails $(MAILS)) $(if $(RATE),--rate $(RATE))

bench-cache: $(STAMP) ## measure kept answers: how fast, how many of them, how old, on a stack of its own
	@$(BIN)/python -m bench.cache

bench-recommendations: $(STAMP) ## measure how purchases are counted, lists made anew and recommendations shown (an hour)
	@$(BIN)/python -m bench.recommendations

fmt: $(STAMP) ## repair what ruff can repair by itself
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean: ## remove the environment, caches and build results; keeps the data in .caravan
	@rm -rf .venv build dist bench/results *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock: $(STAMP) ## write requirements/ anew from pyproject.toml
	@$(LOCK) pyproject.toml --output-file requirements/runtime.txt
	@$(LOCK) --extra embedded pyproject.toml --output-file requirements/embedded.txt
	@$(LOCK) --extra embedded --extra dev pyproject.toml --output-file requirements/dev.txt

$(STAMP): requirements/dev.txt
	@set -eu; for candidate in python3 python3.13 python3.12 python3.11; do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$${python:-}" ]; then \
		echo "Caravan needs Python 3.11 or newer as python3, python3.13, python3.12 or python3.11 on PATH; none was found." >&2; \
		exit 1; \
	fi; \
	echo "Setting up .venv with $$($$python --version), once ..."; \
	[ -x $(BIN)/python ] || "$$python" -m venv .venv; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .; \
	touch $@
