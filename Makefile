# `make run` and `make test` set everything up themselves; `make check` is the part of the tests for every save.

BIN := .venv/bin
PACKAGES := spaces_project accounts spaces timeline captions tests benchmarks
UNIT := not gateway and not journey and not fault and not slow

.PHONY: run test test-install check lint types migrations unit js messages races races-long api-schema

run:
	@deploy/setup run
	@deploy/run

# What needs neither browsers nor a gateway first, two at a time: a fault in it is known in minutes. Then the slow ones, one
# after the other: they measure sound, so they have the machine to themselves. The last closing line is the result.
test:
	@deploy/setup test
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target lint types migrations js races unit
	$(BIN)/python -m pytest -m "not ($(UNIT))" --ignore tests/faults
	$(BIN)/python -m pytest tests/faults

# Whole installations on blank servers, with people in them: some 15 minutes, as root, on Debian 12. Not part of the tests.
# STAGE=install, space or upgrade stops earlier.
test-install:
	@deploy/setup test
	$(BIN)/python -m tests.rehearsal $(STAGE)

check: lint types migrations js unit

lint:
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

types:
	$(BIN)/mypy $(PACKAGES)

migrations:
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check

unit:
	$(BIN)/python -m pytest -m "$(UNIT)"

js:
	deploy/test-js

# Read new texts of the code into the catalogues, and make from them what pages read.
messages:
	$(BIN)/python -m spaces_project.catalogues

# The published schema, with many more requests than the tests take time for.
api-schema:
	API_CASES=2200 $(BIN)/python -m pytest tests/api/test_schema.py -s

# What must hold when many act at once, on the other database too.
races:
	$(BIN)/python -m tests.support.postgres $(BIN)/python -m pytest -m race

# The same with every race of two run fifty times.
races-long:
	RACE_ROUNDS=50 $(BIN)/python -m tests.support.postgres $(BIN)/python -m pytest -m race
