# Everything a developer or CI runs. "make help" lists it.
# Needs: make, bash, Python 3.11 or later with venv. As root on Debian it also installs the programs that the end-to-end
# tests use; without root these tests are skipped, with a message.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
OLDEST := .venv-oldest
TARGET := .venv-target
RELEASE := .venv-release
CACHE := $(CURDIR)/.cache
STAMPS := .cache/stamps
TREE := $(CACHE)/collections

# Python: the newest for the newest ansible-core, the oldest that can run ansible-core 2.18, and the oldest that target
# nodes may have. Detected once, and passed to sub-makes.
ifeq ($(origin PYTHONS),undefined)
PYTHONS := $(shell tools/find-python --all 3.8 | tr ' ' '=')
endif
pick = $(word 2,$(subst =, ,$(1)))
NEWEST_PYTHON ?= $(call pick,$(firstword $(filter 3.15=% 3.14=% 3.13=% 3.12=% 3.11=%,$(PYTHONS))))
OLDEST_PYTHON ?= $(call pick,$(lastword $(filter 3.13=% 3.12=% 3.11=%,$(PYTHONS))))
TARGET_PYTHON ?= $(call pick,$(filter 3.9=%,$(PYTHONS)))
export PYTHONS

JOBS ?= $(shell nproc 2>/dev/null || echo 2)
PYTEST_ARGS ?=
SCENARIOS ?=

export ANSIBLE_COLLECTIONS_PATH := $(TREE)
export ANSIBLE_HOME := $(CACHE)/ansible
export ANSIBLE_NOCOLOR ?= 1
# Whatever the machine's setting: compiling tests and plugins again in each process costs minutes.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Two lanes of gates: a third one took longer. Molecule, the end-to-end tests and the demo start containers, and wait for them half of
# the time: they are in one lane. Unit and integration tests use all cores: they are last in the other.
LANES := --lane molecule e2e demo unit-target unit-oldest site \
	--lane sanity sanity-oldest ansible-lint artifact docs ruff changelog shellcheck reuse unit-coverage integration \
	--then coverage

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ environments

$(STAMPS):
	@mkdir -p $@

.PHONY: python
python:
	@test -n "$(NEWEST_PYTHON)" || { echo "No Python 3.11 or later with the modules venv and ensurepip was found (Debian: apt-get install python3-venv)." >&2; exit 1; }

# The interpreter is part of the stamp's name, so that a new one gets a new environment.
stamp = $(STAMPS)/$(1)-$(notdir $(2))

RUNTIME_STAMP := $(call stamp,runtime,$(NEWEST_PYTHON))
VENV_STAMP := $(call stamp,venv,$(NEWEST_PYTHON))
OLDEST_STAMP := $(call stamp,oldest,$(OLDEST_PYTHON))
TARGET_STAMP := $(call stamp,target,$(TARGET_PYTHON))
RELEASE_STAMP := $(call stamp,release,$(NEWEST_PYTHON))
SYSTEM_STAMP := $(STAMPS)/system
DOCKERFILES_STAMP := $(STAMPS)/dockerfiles
TOOLS := requirements/test.txt requirements/lint.txt requirements/molecule.txt

$(RUNTIME_STAMP): requirements/runtime.txt | python $(STAMPS)
	@tools/venv $(VENV) $(NEWEST_PYTHON) requirements/runtime.txt
	@touch $@

# One pip call for everything used with the newest ansible-core: it resolves dependencies once.
$(VENV_STAMP): requirements/runtime.txt $(TOOLS) | python $(STAMPS)
	@tools/venv $(VENV) $(NEWEST_PYTHON) $(TOOLS)
	@touch $(RUNTIME_STAMP) $@

$(OLDEST_STAMP): requirements/oldest.txt | $(STAMPS)
	@if [ -n "$(OLDEST_PYTHON)" ]; then tools/venv $(OLDEST) $(OLDEST_PYTHON) requirements/oldest.txt; \
	else echo "environment $(OLDEST): skipped, ansible-core 2.18 needs Python 3.11 to 3.13 and none was found"; fi
	@touch $@

$(TARGET_STAMP): requirements/target.txt | $(STAMPS)
	@if [ -n "$(TARGET_PYTHON)" ]; then tools/venv $(TARGET) $(TARGET_PYTHON) requirements/target.txt; \
	else echo "environment $(TARGET): skipped, no Python 3.9 was found"; fi
	@touch $@

$(RELEASE_STAMP): requirements/release.txt | python $(STAMPS)
	@tools/venv $(RELEASE) $(NEWEST_PYTHON) requirements/release.txt
	@touch $@

$(SYSTEM_STAMP): tools/system-packages | $(STAMPS)
	@tools/system-packages
	@touch $@

$(DOCKERFILES_STAMP): tools/dockerfiles | $(SYSTEM_STAMP)
	@tools/dockerfiles
	@touch $@

# Ansible finds a collection only in ansible_collections/NAMESPACE/NAME: a link provides that for any checkout.
.PHONY: tree
tree:
	@mkdir -p $(TREE)/ansible_collections/longshore
	@test -e $(TREE)/ansible_collections/longshore/swr/galaxy.yml || ln -sfn ../../../.. $(TREE)/ansible_collections/longshore/swr

.PHONY: setup
setup: $(SYSTEM_STAMP) $(DOCKERFILES_STAMP) $(VENV_STAMP) $(OLDEST_STAMP) $(TARGET_STAMP) tree ## make every environment

##@ gates

.PHONY: test
test: ## every gate; fails if one fails
	@tools/gates --setup setup $(LANES)

.PHONY: lint
lint: ruff ansible-lint changelog docs site shellcheck reuse ## the static gates except ansible-test

.PHONY: ruff
ruff: $(VENV_STAMP) ## Python style and formatting
	$(VENV)/bin/ruff check --quiet .
	$(VENV)/bin/ruff format --check --quiet .

.PHONY: format
format: $(VENV_STAMP) ## rewrite Python files in the house format
	$(VENV)/bin/ruff check --quiet --fix .
	$(VENV)/bin/ruff format .

.PHONY: ansible-lint
ansible-lint: $(VENV_STAMP) tree ## ansible-lint, production profile
	tools/forked $(VENV) ansible-lint --offline --nocolor

.PHONY: changelog
changelog: $(VENV_STAMP) ## changelog fragments
	$(VENV)/bin/antsibull-changelog lint

.PHONY: docs
docs: $(VENV_STAMP) tree ## documentation of plugins and roles, and docs/docsite
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(VENV)/bin/antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs all --check-extra-docs-refs --skip-rstcheck .

.PHONY: site
site: $(VENV_STAMP) tree ## the documentation site, in build/site; every reference in it
	@tools/site $(VENV)

.PHONY: shellcheck
shellcheck: ## shell scripts
	@tools/shellcheck

.PHONY: reuse
reuse: $(VENV_STAMP) ## licence and copyright of every file
	$(VENV)/bin/reuse lint --quiet || $(VENV)/bin/reuse lint --lines

.PHONY: sanity
sanity: $(VENV_STAMP) ## ansible-test sanity on the newest ansible-core
	@tools/sanity $(VENV) newest

.PHONY: sanity-oldest
sanity-oldest: $(OLDEST_STAMP) ## ansible-test sanity on ansible-core 2.18
	@tools/sanity $(OLDEST) oldest

# For everyday use: property tests have few examples, "make test" has all. One process more than cores: some tests wait.
.PHONY: unit
unit: $(VENV_STAMP) tree ## unit tests, for everyday use
	HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-few} $(VENV)/bin/python -m pytest tests/unit -n $$(($(JOBS) + 1)) --dist worksteal $(PYTEST_ARGS)

# Measuring takes as long as the tests.
.PHONY: unit-coverage
unit-coverage: $(VENV_STAMP) tree ## unit tests, with branch coverage
	COVERAGE_FILE=$(CACHE)/coverage-unit $(VENV)/bin/python -m pytest tests/unit -n $(JOBS) \
		--cov --cov-report=term:skip-covered --cov-fail-under=0 $(PYTEST_ARGS)

.PHONY: unit-oldest
unit-oldest: $(OLDEST_STAMP) tree ## tests that import Ansible, on ansible-core 2.18
	@test -x $(OLDEST)/bin/python || { echo "no Python 3.11 to 3.13 for ansible-core 2.18"; exit 77; }
	HYPOTHESIS_PROFILE=$${HYPOTHESIS_PROFILE:-few} $(OLDEST)/bin/python -m pytest $$($(OLDEST)/bin/python -m tests.support.ansible_imports tests/unit) tests/integration/controller -q -p no:cacheprovider $(PYTEST_ARGS)

.PHONY: unit-target
unit-target: $(TARGET_STAMP) $(RUNTIME_STAMP) tree ## unit tests of code for target nodes, on Python 3.9
	@tools/unit-target $(TARGET) $(VENV)

.PHONY: integration
integration: $(SYSTEM_STAMP) $(VENV_STAMP) tree ## the sandbox, and playbooks against it
	@COVERAGE_FILE=$(CACHE)/coverage-integration tools/pytest-if-any $(VENV) tests/integration -n $(JOBS) \
		--cov --cov-report= --cov-fail-under=0 $(PYTEST_ARGS)

# With unit tests alone, mocks would be needed where the sandbox is a better test: the limit is for both together.
.PHONY: coverage
coverage: $(VENV_STAMP) ## branch coverage of the last unit and integration tests, with the limit of pyproject.toml
	$(VENV)/bin/python -m coverage combine --quiet --keep .cache/coverage-*
	$(VENV)/bin/python -m coverage xml --quiet --fail-under=0 -o .cache/branch-coverage.xml
	$(VENV)/bin/python -m coverage report --skip-covered

.PHONY: e2e
e2e: $(SYSTEM_STAMP) $(VENV_STAMP) tree ## playbooks against real programs: docker-registry, skopeo, podman
	@tools/pytest-if-any $(VENV) tests/e2e $(PYTEST_ARGS)

.PHONY: molecule
molecule: $(SYSTEM_STAMP) $(VENV_STAMP) tree ## every Molecule scenario, or SCENARIOS="hosts bind"
	@tools/molecule $(VENV) $(SCENARIOS)

.PHONY: node-images
node-images: $(SYSTEM_STAMP) ## the node images for Molecule's scenarios
	@tools/node-images

.PHONY: artifact
artifact: $(VENV_STAMP) ## build, install and use the artifact
	@tools/artifact $(VENV)

##@ demonstration and release

.PHONY: demo
demo: $(SYSTEM_STAMP) $(RUNTIME_STAMP) tree ## bring the company of inventories/example to SWR in a sandbox, and back
	@tools/demo $(VENV)

.PHONY: bench
bench: $(SYSTEM_STAMP) $(VENV_STAMP) tree ## copy costs, compared with skopeo and others; BENCH_ARGS="--works a,b --json FILE"
	@$(VENV)/bin/python -m tests.bench $(BENCH_ARGS)

.PHONY: build
build: $(RUNTIME_STAMP) ## build/longshore-swr-VERSION.tar.gz
	@$(VENV)/bin/python tools/build $(VENV)

.PHONY: release
release: $(SYSTEM_STAMP) $(VENV_STAMP) $(RELEASE_STAMP) tree ## everything of a release in build/release, checked; publishes nothing
	@tools/release $(VENV) $(RELEASE)

AWX_PROJECT ?= build/awx-project
.PHONY: awx-project
awx-project: ## a git repository of awx/project, for AWX to clone; AWX_PROJECT=DIRECTORY
	@tools/awx-project $(AWX_PROJECT)

.PHONY: clean
clean: ## remove everything that make has created
	rm -rf .venv .venv-oldest .venv-target .venv-release .cache build demo-output .pytest_cache .ruff_cache .hypothesis .coverage .coverage.* tests/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
