# Everything a developer types. A bare machine needs Python 3.11+ with venv, Node 20+ and nothing else.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
STAGE ?= dev
# The CDK warns of Node 20 in eleven lines, which would end up below the tests' own result.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

# uv from the path, or our own copy of it.
UV := $(shell command -v uv 2>/dev/null || echo $(CURDIR)/.local/tools/bin/uv)
export UV
# The interpreter of all environments: never one that uv would have to download.
export UV_PYTHON_DOWNLOADS := manual
BIN := .venv/bin
CDK := node_modules/.bin/cdk
WORKERS ?= 2

.PHONY: help setup run logs test check bench synth layers generate deploy destroy clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[36m%-10s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .local/.setup functions/console/assets.json ## Make the virtual environments and install the CDK command (other targets do it)

.local/.setup: uv.lock package-lock.json
	@mkdir -p .local
	@[ -x "$(UV)" ] || { $(PYTHON) -m venv .local/tools && .local/tools/bin/pip install --quiet uv; }
	@"$(UV)" sync --frozen --quiet
	@UV_PROJECT_ENVIRONMENT=.local/engine "$(UV)" sync --frozen --quiet --only-group engine
	@npm ci --silent
	@touch $@

# What browsers load, from the npm packages and assets/: content-hashed, next to the functions that serve it.
functions/console/assets.json: .local/.setup $(wildcard assets/*.* assets/*/*)
	@$(BIN)/python -m assets.build

run: setup ## Run everything on this machine (DEMO=none: empty; LOGS=1: follow logs; REGULARS_PORT, ENGINE_PORT)
	@exec $(BIN)/python -m local

logs: setup ## Follow the logs of a running `make run`
	@exec $(BIN)/python -m local.logs

test: setup ## Run all tests: unit, infra, integration, e2e, browser (`make check` has those of the architecture)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder --ignore tests/architecture tests

check: setup ## Format, lint, types, architecture
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/architecture

bench: setup ## Measure (TOPICS="sending units": these alone): cold imports, warm requests, request units, import speed, layer sizes
	@$(BIN)/python -m tests.bench $(TOPICS)

synth: setup ## Synthesize the template of STAGE=dev|prod and check it with cdk-nag
	@$(CDK) synth --quiet -c stage=$(STAGE)

layers: setup ## Build the Lambda layers and print their sizes
	@$(BIN)/python -m infra.layers

generate: setup ## Write what is generated from code: OpenAPI document, event schemas
	@$(BIN)/regulars generate

deploy: setup ## Deploy STAGE=dev|prod to the AWS account in use (see docs/operations.md)
	@$(CDK) deploy --all -c stage=$(STAGE)

destroy: setup ## Take down STAGE; its data stays unless KEEP_DATA=no
	@$(BIN)/python -m infra.teardown $(STAGE)

clean: ## Forget the local run, its data, all environments and everything built
	@rm -rf .local .venv .build cdk.out node_modules .hypothesis .pytest_cache .mypy_cache .ruff_cache
