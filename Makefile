# Two commands: `make demo` and `make test`. Everything is set up on first use.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 7475
DEMO ?= demo-data

.PHONY: demo test check web bench clean system

demo: $(VENV)/.base app/web/static/.built
	MIMIR_PORT=$(PORT) $(BIN)/mimir demo $(DEMO) $(if $(ONCE),--once)

test: check
	$(BIN)/python -m pytest --cov --cov-report=term
	@rm -f .coverage .coverage.*

check: $(VENV)/.dev app/web/static/.built system
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks.spine
	$(BIN)/python -m benchmarks.commits
	$(BIN)/python -m benchmarks.shacl
	$(BIN)/python -m benchmarks.reasoning
	$(BIN)/python -m benchmarks.inference --cells
	$(BIN)/python -m benchmarks.overlays

web: app/web/static/.built

clean:
	rm -rf $(VENV) app/web/node_modules app/web/static build *.egg-info demo-data

system:
	@sh deploy/install-test-needs.sh

$(VENV)/.base: setup.cfg pyproject.toml deploy/constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint deploy/constraints.txt --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --constraint deploy/constraints.txt --editable '.[dev]'
	touch $@

app/web/static/.built: $(VENV)/.base $(wildcard app/web/src/*) app/web/package-lock.json
	sh deploy/build-web.sh $(BIN)
	touch $@
