# Handrail's commands. `make help` lists them; README.md says which ones to begin with.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
PY := .venv/bin/python
PORT ?= 8000
PROCESSES ?= 2
# Settings as in production, for checks that connect to nothing.
AS_PRODUCTION := HANDRAIL_PRODUCTION=yes HANDRAIL_HOSTS=desk.clinic.example HANDRAIL_REDIS=redis://127.0.0.1:6379 \
  HANDRAIL_DATABASE=postgresql://handrail@127.0.0.1:5432/handrail \
  HANDRAIL_SECRET_KEY=only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ

.PHONY: help demo test unit lint types laws checks torture bench ask lock clean runtime dev system
.PHONY: attacks races seeded-bugs bench-peers bench-metrics ux screenshots

help: ## List these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: runtime ## Start everything with an invented clinic and a full queue (PORT=8000); Ctrl-C ends it
	@HANDRAIL_LOG_LEVEL=$${HANDRAIL_LOG_LEVEL:-WARNING} $(PY) manage.py demo --port $(PORT)

test: system lint types laws checks unit ## Run everything that CI runs

lint: dev ## Read the code for mistakes and style
	$(PY) -m ruff check .
	$(PY) -m ruff format --check --quiet .

types: dev ## Check the types
	$(PY) -m mypy

laws: dev ## Check which package may import which
	.venv/bin/lint-imports

checks: dev ## Check settings as in production, and that every model change has its migration
	$(AS_PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) manage.py makemigrations --check --dry-run

unit: system dev ## Run the tests, two at a time (PROCESSES=2); one file: .venv/bin/python -m pytest tests/test_story.py
	$(PY) -m pytest -n $(PROCESSES)

torture: system dev ## Kill the machine at every point, 2,200 times, and its workers at random; prints the table
	$(PY) -m tests.torture

bench: dev ## Measure runs per second and the cost of one run
	$(PY) -m benchmarks

attacks: system dev ## Try sixty ways to make a person approve what they did not read; prints the table
	$(PY) -m tests.attacks

races: system dev ## Let people, workers and sweepers race for one row 1,000 times on both databases
	$(PY) -m tests.races

ux: system dev ## Measure the screens in a real browser against every target a program can check; prints the table
	$(PY) -m tests.ux

screenshots: system dev ## Photograph every state of every screen, light and dark, desk and telephone, into var/screens
	$(PY) -m tests.ux.screenshots

seeded-bugs: dev ## Put 20 bugs in, one at a time, and see each caught by the suite meant for it
	$(PY) -m tests.seeded_bugs

bench-peers: system dev ## Measure the same workload as other frameworks do it, in turn with ours
	$(PY) -m benchmarks.peers

bench-metrics: system dev ## Measure the pages over a long generated past; ARGS=--long for a million runs on PostgreSQL
	$(PY) -m benchmarks.metrics $(ARGS)

ask: runtime ## Run one request in the terminal: make ask Q="I need to see Dr Chen on Thursday after 3"
	@$(PY) manage.py ask "$$Q"

lock: dev ## Pin every dependency anew from pyproject.toml, by hash and without addresses
	for level in "requirements/uv --group setup" "requirements/runtime pyproject.toml" \
	  "requirements/dev pyproject.toml --group dev" "benchmarks/peers/requirements --group peers"; do \
	  set -- $$level; file=$$1; shift; \
	  .venv/uv/bin/uv pip compile "$$@" --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --upgrade --quiet --output-file $$file.txt; \
	done

clean: ## Remove the environment, the demo's data and every cache
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-results

runtime dev system:
	@$(PYTHON) bootstrap.py $@
