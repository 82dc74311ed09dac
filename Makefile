# Every target calls tools/bootstrap.py, which does the same without make.
PYTHON ?= python3
STAMP := .venv/.ready
LOCKS := requirements.lock requirements-dev.lock pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help setup run test check lock migration bench sbom advisories

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv with the locked dependencies and the escalation command

$(STAMP): $(LOCKS) tools/bootstrap.py
	$(PYTHON) tools/bootstrap.py setup

run: ## Serve the demonstration cluster on this machine
	$(PYTHON) tools/bootstrap.py run

test: ## Check the code and run every test, with coverage
	$(PYTHON) tools/bootstrap.py test

check: ## Check the code only: style, types, layers
	$(PYTHON) tools/bootstrap.py check

bench: ## Measure this machine
	$(PYTHON) tools/bootstrap.py bench

lock: ## Resolve the dependencies again and write the lock files
	$(PYTHON) tools/lock.py

migration: $(STAMP) ## Write a migration from the tables: make migration name="what it does"
	.venv/bin/python tools/migration.py "$(name)"

sbom: $(STAMP) ## Write the bill of materials (CycloneDX) to sbom.cdx.json
	.venv/bin/python tools/sbom.py sbom.cdx.json

advisories: $(STAMP) ## Ask whether a locked package has a known vulnerability
	.venv/bin/python tools/advisories.py
