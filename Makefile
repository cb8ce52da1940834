# Every target runs from a fresh clone on Debian 12 with python3, python3-venv, make and git.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
BUILT := portal/web/static/dist/.built
COMPILED := .venv/.compiled
# Two workers suit two cores and the browser beside them; T narrows: make test T=tests/forms
WORKERS ?= 2
T ?= tests
SECONDS_OF_STORM ?= 60

.DEFAULT_GOAL := help
.PHONY: help run install assets catalogues test lint unit fix bench storm screenshots promises metrics messages \
	migration lock clean
# A recipe that fails leaves no half-made file that looks finished.
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# Says which stage runs, and which one failed.
stage = echo "== $(1)"; $(BIN)/$(2) || { echo "== FAILED: $(1)"; exit 1; }

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: install assets catalogues ## Start the portal with its demo world: http://localhost:8000 (PORT=… to change)
	@PORTAL_ENV=$${PORTAL_ENV:-development} exec $(BIN)/portal run --demo

test: ## Every check: format, lint, types, imports, then all tests (T=tests/… narrows)
	@$(MAKE) lint
	@$(MAKE) unit

lint: install ## Every check but the tests: format, lint, types, imports, words
	@$(call stage,format: mend with make fix,ruff format --check .)
	@$(call stage,lint,ruff check .)
	@$(call stage,types,mypy)
	@$(call stage,imports,lint-imports)
	@$(call stage,words: mend with make messages,python -m tools.catalogues check)

unit: install assets catalogues
	@$(call stage,tests,python -m pytest -n $(WORKERS) --dist worksteal --durations 10 $(T))

fix: install ## Format, and mend what can be mended by itself
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

bench: install assets catalogues ## Measure the numbers that we keep (wall clock, so not in make test)
	@$(BIN)/python -m tools.bench

storm: install assets catalogues ## Kill processes while work goes on, for a minute (SECONDS_OF_STORM=…)
	@STORM_SECONDS=$(SECONDS_OF_STORM) $(BIN)/python -m pytest -m storm -p no:xdist tests

screenshots: install assets catalogues ## Take the pictures of the README from the running thing
	@$(BIN)/python -m tools.screenshots

promises: install ## Print each promise beside the tests that prove it
	@$(BIN)/python -m tools.promises

metrics: install ## Print the shape of the code: lengths, types, tests, late imports
	@$(BIN)/python -m tools.metrics

messages: install ## Collect the words of the pages, update every catalogue and compile it
	@$(BIN)/python -m tools.catalogues extract
	@$(BIN)/python -m tools.catalogues update
	@$(BIN)/python -m tools.catalogues compile

migration: install ## Write the migration for changed models: make migration M="what changes"
	@test -n "$(M)" || { echo 'Say what changes: make migration M="add a table of areas"'; exit 2; }
	@$(BIN)/python -m tools.migration "$(M)"

install: $(INSTALLED) ## Make .venv from requirements.lock, if that changed

$(INSTALLED): requirements.lock setup.cfg pyproject.toml
	@echo "Installing into .venv (the first time takes a minute or two)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable '.[portal,test]'
	@touch $@

assets: install $(BUILT) ## Build style, scripts and fonts, if their sources changed

$(BUILT): build_assets.py package-lock.json $(shell find portal/web/static/src -type f 2>/dev/null) | $(INSTALLED)
	@$(BIN)/python build_assets.py
	@mkdir -p $(@D) && touch $@

catalogues: install $(COMPILED)

$(COMPILED): $(shell find translations providers -name '*.po' 2>/dev/null) | $(INSTALLED)
	@$(BIN)/python -m tools.catalogues compile
	@touch $@

lock: install ## Write requirements.lock anew from setup.cfg
	@$(BIN)/pip-compile --quiet --generate-hashes --extra portal --extra test --allow-unsafe --strip-extras --no-header \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options \
		--output-file requirements.lock setup.cfg

clean: ## Remove what can be made again (keeps .venv and the data in var/)
	@rm -rf build dist *.egg-info portal/web/static/dist test-results \
		.mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name .venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
