# `make run` tries Sitrep out, `make test` tests it. Everything else is for whoever works on it.

.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python

.PHONY: help run test check lint format manage vendor lock bench bench-insights crash crash-mutants chaos clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /	/' | expand -t 16

run: ## Start Sitrep on this machine: web, ticker and public page (DEMO=0 begins with the set-up)
	@tools/environment requirements.lock
	@SITREP_MODE=quickstart $(PY) manage.py serve

manage: ## Run a management command on what `make run` keeps: make manage ARGS="import_statuspage DIR"
	@tools/environment requirements.lock
	@SITREP_MODE=quickstart $(PY) manage.py $(ARGS)

test: ## Run the whole suite on SQLite, and on PostgreSQL with Redis where they are reachable
	@tools/environment requirements-dev.lock
	@$(PY) tools/suite.py

check: ## The fast subset for whoever works on it: lint and the tests that need no server
	@tools/environment requirements-dev.lock
	@$(MAKE) --no-print-directory lint
	@$(PY) -m pytest -q -n 2 -m "not slow and not browser and not processes"

TRIALS ?= 1000
SEED ?= 1
DB ?= sqlite
crash: ## Kill the engine at named points and look what came of it: make crash TRIALS=1000 SEED=7 DB=postgres
	@tools/environment requirements-dev.lock
	@$(PY) -m proof crash --trials $(TRIALS) --seed $(SEED) --db $(DB) $(if $(ONLY),--only $(ONLY))

crash-mutants: ## The same with designs that are known to fail, each of which must be caught
	@tools/environment requirements-dev.lock
	@$(PY) -m proof mutants --seed $(SEED) --db $(DB)

MINUTES ?= 10
chaos: ## Real processes and servers, one of which dies every few seconds: make chaos MINUTES=10
	@tools/environment requirements-dev.lock
	@$(PY) -m proof.chaos --minutes $(MINUTES) --seed $(SEED)

lint: ## Ruff, mypy, import contracts, templates, dependencies, migrations, vendored files, the measures of the house
	@tools/environment requirements-dev.lock
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	.venv/bin/djlint templates --lint --quiet
	.venv/bin/deptry .
	SITREP_MODE=test $(PY) manage.py makemigrations --check --dry-run
	$(PY) tools/vendor.py --check
	$(PY) -m pytest -q -p no:randomly tests/config/test_house.py

format: ## Format the code
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

lock: ## Make the lock files anew from pyproject.toml
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header pyproject.toml -o requirements.lock
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

vendor: ## Copy the front-end assets of package.json into static/vendor (needs npm)
	python3 tools/vendor.py

bench: ## Measure the engine and the public page against limits of the same run; needs PostgreSQL and Redis
	@tools/environment requirements-dev.lock
	@$(PY) -m bench $(TABLES)

bench-insights: ## Measure pages with 1k to 1M incidents on PostgreSQL (SIZES=1k,10k); fills and keeps a database for each
	@tools/environment requirements-dev.lock
	@$(PY) -m bench.insights $(SIZES)

clean: ## Remove what was installed, but not what you keep in var/
	rm -rf .venv staticfiles
