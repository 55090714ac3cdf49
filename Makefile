# Two commands: `make serve` builds, validates and serves; `make test` runs the tests.
# The environment is made from the lock files; nothing else is installed anywhere.

PORT ?= 8000
HOST ?= 127.0.0.1
PYTHON ?= python3
BIN := .venv/bin

# Containers often set this, and then every process compiles the program, and pytest the tests, anew.
unexport PYTHONDONTWRITEBYTECODE

# An environment that cannot start the program (broken off, moved, of a Python that is gone) has
# no stamps, so it is made anew.
ifneq ($(wildcard .venv),)
ifneq ($(shell $(BIN)/publish --version >/dev/null 2>&1 && echo sound),sound)
$(shell rm -f .venv/*.stamp)
endif
endif

# What the query page loads; npm makes it of assets/, and what it needs is not kept here.
EDITOR := publish/site/templates/static/built/editor.js

.PHONY: help serve assets build validate test test-slow test-all lint faults terms lock bench \
    differential clean

help:
	@echo "make serve     build, validate and serve on http://$(HOST):$(PORT) (PORT=… changes it)"
	@echo "make assets    make the editor of the query page, with npm; make serve does it too"
	@echo "make test      the tests that need only Python, under five minutes"
	@echo "make test-all  the slow tests too, and those that need a browser, Node or LibreOffice"
	@echo "make test-slow those alone"
	@echo "make lint      ruff and mypy"
	@echo "make faults    renew FAULTS.md, the table of all kinds of fault"
	@echo "make terms     renew the terms of public vocabularies, from npm; shows what changes"
	@echo "make bench     speed, as ratios measured in one run"
	@echo "make differential  queries at random, from columns and from the engine (N=20000 of them)"
	@echo "make lock      renew the lock files"
	@echo "make clean     remove .venv and build, but not build/history"

serve: .venv/serve.stamp
	@if ! command -v npm >/dev/null 2>&1; then \
	    echo "npm is not found: the query page has a plain field instead of its editor."; \
	elif ! $(MAKE) --no-print-directory --silent assets; then \
	    echo "npm could not make the editor: the query page has a plain field instead."; \
	fi
	@$(BIN)/publish build
	@exec $(BIN)/publish serve --host $(HOST) --port $(PORT)

assets: $(EDITOR)

$(EDITOR): $(wildcard assets/*.js assets/*.json) assets/.npmrc
	@npm ci --prefix assets --ignore-scripts --no-audit --no-fund --loglevel=error \
	    --fetch-retries=1 --fetch-retry-mintimeout=1000 >/dev/null
	@npm run --prefix assets --silent build

build: .venv/serve.stamp
	@$(BIN)/publish build

validate: .venv/serve.stamp
	@$(BIN)/publish validate

test: .venv/test.stamp
	@$(BIN)/ruff check publish tests
	@$(BIN)/ruff format --check --quiet publish tests
	@$(BIN)/mypy
	@$(BIN)/pytest -n auto --dist worksteal -m "not slow and not browser"

test-all: test test-slow

# Tests that measure or look at pages have the machine to themselves; the others may take longer
# than alone, as there are more of them at a time than processors.
test-slow: .venv/test.stamp
	@sh .ci/harvester ckan
	@sh .ci/harvester croissant
	@$(BIN)/pytest -n auto --dist worksteal --timeout=240 -m "slow and not browser and not alone"
	@$(BIN)/pytest -m "browser or (slow and alone)"

lint: .venv/test.stamp
	@$(BIN)/ruff check publish tests
	@$(BIN)/ruff format --check publish tests
	@$(BIN)/mypy

faults: .venv/serve.stamp
	@$(BIN)/publish explain --markdown > FAULTS.md

terms: .venv/test.stamp
	@$(BIN)/python tests/support/renew_terms.py

bench: .venv/test.stamp
	@PYTHONPATH=tests/support $(BIN)/python tests/bench/bench.py

# A stamp is written last, so a half-made environment is made anew.
.venv/serve.stamp: requirements.lock pyproject.toml .ci/environment
	@PYTHON="$(PYTHON)" sh .ci/environment requirements.lock $@

.venv/test.stamp: requirements.lock requirements-dev.lock pyproject.toml .ci/environment
	@PYTHON="$(PYTHON)" sh .ci/environment requirements-dev.lock $@

differential: .venv/test.stamp
	@PYTHONPATH=tests/support $(BIN)/python -m sameness.run $(or $(N),20000) $(or $(AFTER),0)

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	    --no-header --no-emit-index-url --output-file requirements.lock pyproject.toml \
	    --extra build
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	    --no-header --no-emit-index-url --output-file requirements-dev.lock pyproject.toml \
	    --extra build --extra dev --constraint requirements.lock
	for name in ckan croissant; do uv pip compile --quiet --universal --python-version 3.11 \
	    --generate-hashes --no-annotate --no-header --no-emit-index-url \
	    --output-file tests/harvesters/$$name.lock --group $$name || exit 1; done

clean:
	rm -rf .venv
	[ ! -d build ] || find build -mindepth 1 -maxdepth 1 ! -name history -exec rm -rf {} +
