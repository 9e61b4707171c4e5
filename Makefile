# make run    installs what is missing (locked, hash-checked), builds the pages, starts the server
#             TLS=trial serves https with a self-signed certificate; ARGS="--host 0.0.0.0" passes flags on
# make test   every test; make check: style, types, words; make format; make bench; make build
#
# Every step is a file that depends on what it was made from: a second start installs and builds nothing.

PY := .venv/bin/python
WEB_SOURCES := $(shell find web/src web/words -type f 2>/dev/null) web/vite.config.ts web/tsconfig.json

# compiled once, not by every worker of the tests anew
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run build test check format bench dev browser clean
.DELETE_ON_ERROR:

run: build
	@exec env STARTED_BY_MAKE=1 $(PY) run.py $(if $(TLS),--tls $(TLS)) $(ARGS)

build: web/dist/.vite/manifest.json

.venv/bin/python:
	@python=$$(scripts/preflight) && "$$python" -m venv --clear .venv

.venv/.run: requirements-build.lock | .venv/bin/python
	@echo "Installing what the server needs (once)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-build.lock
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.run
	@echo "Installing what the tests need (once)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

web/node_modules/.stamp: web/package.json web/package-lock.json web/.npmrc .venv/.run
	@echo "Installing what the pages need (once)"
	@cd web && ../scripts/node npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/.vite/manifest.json: $(WEB_SOURCES) web/node_modules/.stamp
	@echo "Building the pages"
	@cd web && ../scripts/node npx --no-install vite build --logLevel warn
	@touch $@

dev: .venv/.dev build

browser: | .venv/bin/python
	@scripts/browser

# the fast part first: what is broken shows within seconds. Tests with real media mostly wait for it, so more of them run
# at once than there are processors. Browsers draw and encode in software: their journeys run two at a time, and apart.
test: dev browser
	$(PY) -m pytest -m "not server and not slow and not browser" --numprocesses auto --dist worksteal
	cd web && ../scripts/node npm test
	$(PY) -m pytest -m "(server or slow) and not browser" --numprocesses 4 --dist worksteal
	$(PY) -m pytest -m browser --numprocesses 2 --dist worksteal

check: dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	cd web && ../scripts/node npm run --silent lint
	cd web && ../scripts/node npm run --silent types
	$(PY) scripts/check_words.py
	scripts/check_locks

format: dev
	$(PY) -m ruff check --fix --exit-zero .
	$(PY) -m ruff format .
	cd web && ../scripts/node npx --no-install biome check --write .

bench/peers/node_modules/.stamp: bench/peers/package.json bench/peers/package-lock.json bench/peers/.npmrc .venv/.run
	@echo "Installing what the comparison needs (once)"
	@cd bench/peers && ../../scripts/node npm ci --ignore-scripts --omit=optional --no-audit --no-fund --loglevel=error
	@touch $@

bench: dev browser bench/peers/node_modules/.stamp
	$(PY) -m bench $(ARGS)

clean:
	rm -rf .venv web/node_modules web/dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
