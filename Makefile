# `make run` and `make test` are all a fresh machine needs: Python 3.11-3.13 and make.
.DEFAULT_GOAL := help
# Each command and test process would compile what it imports anew where this is set.
export PYTHONDONTWRITEBYTECODE :=
.PHONY: help run test lint bench audit chaos clean setup messages

ifneq ($(origin PYTHON),undefined)
CHOSEN := --chosen
else
PYTHON := $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	if "$$name" -c 'import sys, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; \
	then echo "$$name"; break; fi; done)
endif
PREPARE = "$(or $(PYTHON),$(error No Python 3.11, 3.12 or 3.13 (with ensurepip; on Debian: python3-venv) was found: \
install one, or name it: make PYTHON=/path/to/python3.12 ...))" -I letsconnect/embedded/prepare.py $(CHOSEN)
BIN = .venv/bin

help:  ## say what the targets do
	@sed -n 's/^\([a-z]*\):.*##/\1\t/p' Makefile

run:  ## set up, start everything, serve at http://127.0.0.1:8000 (PORT=...) until Ctrl-C
	@exec $(PREPARE) run

setup:  ## set up for tests and lint, nothing more
	@$(PREPARE) dev

test: setup  ## set up and run every test but the long storms, three at a time (ARGS="...": words for pytest)
	@exec $(BIN)/python -m pytest -m "not chaos" -n 3 --dist worksteal $(ARGS)

lint: setup  ## ruff, import-linter, mypy, missing migrations, templates, texts to translate
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python manage.py check_templates
	@$(BIN)/python manage.py extract_translations --check

bench: setup  ## time the matching engine at 10,000 learners, a round on rows, the review queue with 20,000 registrations, every list of the desk with 10,000 people, letters, the hour and the letters of a clinic, pages, the list of clinics beside pretalx, a rush for the seats of a clinic, and the reports of 10,000 people
	@$(BIN)/python -m matching.bench $(ARGS)
	@$(BIN)/python -m matching.bench.rows
	@$(BIN)/python -m registrations.bench
	@$(BIN)/python -m mailings.bench
	@$(BIN)/python -m letsconnect.tests.letters_bench
	@$(BIN)/python -m clinics.bench
	@$(BIN)/python -m clinics.tests.letters_bench
	@$(BIN)/python -m reports.bench
	@$(BIN)/python -m letsconnect.tests.bench
	@$(BIN)/python -m letsconnect.tests.desk_bench
	@$(BIN)/python -m letsconnect.tests.speed_bench
	@$(BIN)/python -m letsconnect.tests.seats_over_http

audit: setup  ## look at every page: axe, zoom, sight, keyboard, colours, motion, journeys, bytes, processor, Lighthouse (ARGS="axe zoom --names clinics")
	@exec $(BIN)/python -m letsconnect.tests.audit $(ARGS)

chaos: setup  ## the long storms: kills, concurrency, many examples
	@exec $(BIN)/python -m pytest -m "chaos or hypothesis" --hypothesis-profile storm $(ARGS)

messages: setup  ## bring the .po files up to date with the texts in the tree
	@exec $(BIN)/python manage.py extract_translations

clean:  ## remove everything make made, the embedded database too
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m letsconnect.embedded.clean; fi
	@rm -rf .venv var node_modules .pytest_cache .ruff_cache .mypy_cache .hypothesis .import_linter_cache
