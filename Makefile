# `make` alone lists the targets. Needs python3 (3.11 to 3.13), make and git; scripts/bootstrap.py fetches the rest.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
ifndef DATA_DIR
DATA_DIR := $(shell $(PYTHON) scripts/data_dir.py)
endif
export PORT DATA_DIR
export PYTHONUNBUFFERED := 1
# Some machines set it: then every program, and each worker of the tests, compiles all that it reads again.
unexport PYTHONDONTWRITEBYTECODE

# Everything that the tests write, their database server included, stays apart from the demo's.
TEST_DATA_DIR ?= $(DATA_DIR)/test
PYTEST_ARGS ?=
# Tests that share costly set-up stay together on one worker (tests/conftest.py).
TEST_WORKERS ?= 2
PYTEST = VS_TEST_TEMPLATE=virtualschool $(PY) -m pytest -n $(TEST_WORKERS) --dist loadscope --no-loadscope-reorder
# A server for the tests outside the browser, in place of the embedded one.
MAIN_DATABASE_URL ?=
ON_SERVER := $(if $(MAIN_DATABASE_URL),DATABASE_URL='$(MAIN_DATABASE_URL)')
UV ?= $(VENV)/bin/uv

SET_UP := $(VENV)/.ready-run
SET_UP_TEST := $(VENV)/.ready-test

.DEFAULT_GOAL := help
.PHONY: help setup setup-test prepare demo demo-check run test lint bench lock clean clean-data

help: ## list the targets
	@echo "Virtual School. Targets:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'
	@echo "PORT=8000 and DATA_DIR=var may be set, for example: make demo PORT=8080"

setup: $(SET_UP) ## Debian packages where allowed, and the Python environment

setup-test: $(SET_UP_TEST) ## the same, with what the tests need

$(SET_UP): requirements.txt requirements-uv.txt scripts/bootstrap.py
	@VENV=$(VENV) $(PYTHON) scripts/bootstrap.py run
	@touch $@

$(SET_UP_TEST): requirements.txt requirements-dev.txt requirements-uv.txt scripts/bootstrap.py
	@VENV=$(VENV) $(PYTHON) scripts/bootstrap.py test
	@touch $(SET_UP) $@

prepare: setup
	@$(PY) manage.py migrate --no-input --verbosity 0
	@$(PY) manage.py collectstatic --no-input --verbosity 0

demo: export VS_TRAINING_DATA := 1
demo: setup ## load the invented county, do the whole main job, serve on http://localhost:8000 (Ctrl-C stops)
	@$(PY) -m virtualschool.runner --check-port
	@$(MAKE) --no-print-directory prepare
	@$(PY) manage.py demo_run
	@exec $(PY) -m virtualschool.runner

demo-check: export VS_TRAINING_DATA := 1
demo-check: prepare ## the same without serving; fails when the job did not run
	@$(PY) manage.py demo_run --strict

# Invented children stay marked as such, also when the demo's data is served again.
run: export VS_TRAINING_DATA := $(if $(wildcard $(DATA_DIR)/demo),1,$(VS_TRAINING_DATA))
run: setup ## serve what is in DATA_DIR, with worker and schedule
	@$(PY) -m virtualschool.runner --check-port
	@$(MAKE) --no-print-directory prepare
	@exec $(PY) -m virtualschool.runner

test: export DATA_DIR := $(TEST_DATA_DIR)
test: setup-test ## all tests, with PostgreSQL, Redis, a real worker and Chromium (PYTEST_ARGS="-k word" for some)
	@$(ON_SERVER) $(PY) manage.py migrate --no-input --verbosity 0
	@$(ON_SERVER) $(PYTEST) --ignore=tests/functional $(PYTEST_ARGS) || [ $$? = 5 ]
	@$(if $(ON_SERVER),$(PY) manage.py migrate --no-input --verbosity 0)
	@$(PYTEST) tests/functional $(PYTEST_ARGS) || [ $$? = 5 ]

lint: export DATA_DIR := $(TEST_DATA_DIR)
lint: setup-test ## ruff, mypy, import-linter, djlint, hadolint, compose schema, missing migrations, check --deploy
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/djlint --lint --quiet templates
	$(VENV)/bin/hadolint Dockerfile
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(PY) manage.py makemigrations --check --dry-run --verbosity 1
	@# As an installation for real is set up; the key is made for this one run.
	ALLOWED_HOSTS=virtual-school.example.gov.uk CSRF_TRUSTED_ORIGINS=https://virtual-school.example.gov.uk \
		SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))')" TRUST_PROXY=1 \
		SECURITY_CONTACT=mailto:security@example.gov.uk \
		SECURITY_TXT_EXPIRES="$$($(PY) -c 'import datetime as d; print(d.date.today() + d.timedelta(days=180))')" \
		$(PY) manage.py check --deploy --fail-level WARNING

bench: setup-test ## measure speed and size against their limits, in a scratch installation; writes bench.json to DATA_DIR
	@$(PY) manage.py bench

lock: setup ## choose the newest versions that pyproject.toml allows, and write the hashed lock files
	@test -x $(UV) || $(PY) -m pip install --quiet --require-hashes --requirement requirements-uv.txt
	@$(UV) lock --upgrade
	@$(UV) export --frozen --no-emit-project --no-header --no-default-groups -o requirements.txt --quiet
	@$(UV) export --frozen --no-emit-project --no-header --no-default-groups --group dev \
		-o requirements-dev.txt --quiet
	@rm uv.lock
	@echo uv | $(UV) pip compile --upgrade --generate-hashes --universal --no-header --no-annotate --quiet - \
		-o requirements-uv.txt

clean: ## remove what can be made again: the environment, caches, collected files, the tests' data
	rm -rf $(VENV) $(TEST_DATA_DIR) $(DATA_DIR)/static $(DATA_DIR)/logs
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

clean-data: ## remove the data in ./var for ever (one elsewhere is never removed)
	rm -rf var
