# `make up` and `make test` are all that is needed. Another Python: make up PYTHON=python3.13
PYTHON ?= python3
VENV_PYTHON := $(CURDIR)/.venv/bin/python
# Linters start Django; this keeps them away from the developer's own MXX_HOME and database.
SCRATCH := $(CURDIR)/.venv/scratch-home
ISOLATED := env -u DATABASE_URL -u MXX_BROKER_URL MXX_HOME="$(SCRATCH)"

.PHONY: up test docs messages lint lint-style lint-format lint-types lint-django bench soak lock clean runtime dev scratch

# Serve: web pages, API and scheduler. ARGS="..." is passed on.
up: runtime
	@exec "$(VENV_PYTHON)" manage.py up $(ARGS)

# All tests, or some: make test ARGS="tests/plugins -x". What touches the database runs on PostgreSQL too.
# All of them go to two workers, a file to one of them: most tests wait for a process.
WORKERS := -n 2 --dist loadfile --no-loadscope-reorder
ON_POSTGRESQL := tests/jobs/services tests/jobs/scheduling tests/jobs/execution tests/api
test: dev
	@"$(VENV_PYTHON)" -m pytest $(or $(ARGS),$(WORKERS))
	@$(if $(ARGS),,"$(VENV_PYTHON)" tools/on_postgresql.py $(WORKERS) $(ON_POSTGRESQL))

# Write docs/plugins.md from the built-in plugins themselves.
docs: dev
	@"$(VENV_PYTHON)" -m tools.plugin_pages

# Gather the sentences of the pages into locale/, for their translators.
messages: dev scratch
	@$(ISOLATED) "$(VENV_PYTHON)" -m tools.messages

# All four with one look: make -k lint
lint: lint-style lint-format lint-types lint-django

lint-style: dev
	"$(VENV_PYTHON)" -m ruff check .

lint-format: dev
	"$(VENV_PYTHON)" -m ruff format --check .

lint-types: dev scratch
	$(ISOLATED) "$(VENV_PYTHON)" -m mypy
	$(ISOLATED) "$(VENV_PYTHON)" -m mypy --platform win32 --cache-dir .mypy_cache/win32 plugins
	$(ISOLATED) "$(VENV_PYTHON)" -m mypy --platform darwin --cache-dir .mypy_cache/darwin plugins

lint-django: dev scratch
	$(ISOLATED) "$(VENV_PYTHON)" manage.py check
	$(ISOLATED) "$(VENV_PYTHON)" manage.py makemigrations --check --dry-run

# bench: benchmarks/bench_*.py, minutes. soak: benchmarks/soak_*.py, hours.
bench soak: dev
	@ls benchmarks/$@_*.py >/dev/null 2>&1 || { echo "There is no benchmarks/$@_*.py yet: see benchmarks/README.md"; exit 1; }
	@for script in benchmarks/$@_*.py; do "$(VENV_PYTHON)" "$$script" $(ARGS) || exit; done

# Write the locks anew from pyproject.toml, keeping versions that still fit (UPGRADE=--upgrade takes the newest). Needs uv.
LOCK := uv pip compile pyproject.toml --quiet --extra postgres --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock" $(UPGRADE)
lock:
	$(LOCK) --output-file requirements/runtime.txt
	$(LOCK) --group dev --constraints requirements/runtime.txt --output-file requirements/dev.txt

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis staticfiles
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

runtime dev:
	@$(PYTHON) tools/venv.py $@

scratch: dev
	@mkdir -p -m 700 "$(SCRATCH)"
