# The verbs of this project. Each sets up what it needs; the first two need nothing done before.
#
#   make demo     run the main job for real, and show it
#   make test     all tests, against the built wheel
#   make check    ruff, mypy, the directions between the rooms, the docs, the wheel
#   make serve    serve from ./home (made at the first time)
#   make bench    measure, on an otherwise idle machine
#   make soak     the tests that take long

PYTHON ?= python3
#: what to measure: close_to_applied, big_files, harm
WHAT ?= close_to_applied
export PYTHON
BIN := .venv/bin
SOURCES := $(shell find server hooks certs src pyproject.toml -type f -not -name '*.pyc')

.PHONY: demo test check serve bench soak clients
.DEFAULT_GOAL := demo

demo: .venv/wheel
	@$(BIN)/wharfinger demo --once

serve: .venv/wheel
	@test -f home/wharfinger.toml || $(BIN)/wharfinger --home home init
	@$(BIN)/wharfinger --home home serve

test: .venv/wheel .venv/dev .venv/upstream clients
	$(BIN)/pytest $(ARGS)

check: .venv/wheel .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/check-wheel-contents dist
	$(BIN)/python tools/reference.py --check
	$(BIN)/python tools/clients.py --check
	$(BIN)/python bench/harm.py --check

bench: .venv/wheel .venv/dev .venv/bench
	$(BIN)/python bench/$(WHAT).py $(ARGS)

soak: .venv/wheel .venv/dev .venv/upstream clients
	HYPOTHESIS_PROFILE=soak WHARFINGER_SOAK=1 $(BIN)/pytest $(ARGS)

clients:
	@tools/prepare clients

.venv/run: requirements/run.lock
	@tools/prepare venv requirements/run.lock
	@touch $@

.venv/dev: requirements/dev.lock .venv/run
	@tools/prepare venv requirements/dev.lock
	@touch $@

.venv/upstream: requirements/run.lock .venv/dev
	@tools/prepare upstream
	@touch $@

.venv/bench: requirements/bench.lock .venv/run
	@tools/prepare venv requirements/bench.lock .venv/bench
	@touch $@

.venv/wheel: .venv/run $(SOURCES)
	@tools/prepare wheel
	@touch $@
