# Two commands, from nothing but Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TOOLS := $(VENV)/.tools
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK := $(VENV)/uv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml

.PHONY: run test proof benchmark lint lock audit browser screenshots clean

run: $(READY)  ## run the suite against the embedded reference target
	$(BIN)/conformance run --reference --out reports

test: $(TOOLS)  ## the project's own tests
	$(BIN)/python -m pytest tests -n auto --dist worksteal

proof: $(TOOLS)  ## the long series of the tests: more of what `make test` draws from; CONFORMANCE_ALL=1 make test has all
	$(BIN)/python -m pytest tests -n auto --dist worksteal -m proof

benchmark: $(READY)  ## beside Schemathesis and a bare loop of requests, as a table in Markdown; half an hour
	$(BIN)/python -m benchmarks

lint: $(TOOLS)  ## form, types, and that what is imported is declared and the reverse
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy conformance benchmarks
	$(BIN)/deptry conformance
	$(BIN)/deptry tests --ignore DEP002,DEP004

browser:  ## the browser that tests the report, from Debian's or Ubuntu's archive; needs root
	apt-get update
	DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium chromium-driver fonts-dejavu-core fonts-noto-cjk

RUN ?= reports
screenshots: $(TOOLS)  ## docs/report-*.png from the run in RUN
	CONFORMANCE_SCREENSHOTS=docs CONFORMANCE_RUN=$(RUN) $(BIN)/python -m pytest tests/reports/browser/test_screenshots.py -n 0

$(READY): pyproject.toml requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes --no-deps --requirement requirements.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $(READY)

$(TOOLS): $(READY) requirements-dev.txt
	$(PIP) --require-hashes --no-deps --requirement requirements-dev.txt
	touch $(TOOLS)

lock:  ## the newest releases that pyproject.toml allows, with their hashes, into requirements*.txt
	$(PYTHON) -m venv $(VENV)/uv
	$(VENV)/uv/bin/pip install --quiet uv
	$(LOCK) --group dev --output-file requirements-dev.txt
	$(LOCK) --constraint requirements-dev.txt --output-file requirements.txt

audit: $(TOOLS)  ## known weaknesses of what is locked, from PyPI
	$(BIN)/python .ci/audit.py

clean:
	rm -rf $(VENV) build dist *.egg-info
