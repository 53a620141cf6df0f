# Two commands, from nothing but Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test proof lint browser screenshots clean

run: $(READY)  ## run the suite against the embedded reference target
	$(BIN)/conformance run --reference --out reports

test: $(READY)  ## the project's own tests
	$(BIN)/python -m pytest tests -n auto --dist worksteal

proof: $(READY)  ## the long series of the tests: more of what `make test` draws from; CONFORMANCE_ALL=1 make test has all
	$(BIN)/python -m pytest tests -n auto --dist worksteal -m proof

lint: $(READY)  ## form, types, and that what is imported is declared and the reverse
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy conformance
	$(BIN)/deptry conformance
	$(BIN)/deptry tests --ignore DEP002,DEP004

browser:  ## the browser that tests the report, from Debian's or Ubuntu's archive; needs root
	apt-get update
	DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium chromium-driver fonts-dejavu-core fonts-noto-cjk

RUN ?= reports
screenshots: $(READY)  ## docs/report-*.png from the run in RUN
	CONFORMANCE_SCREENSHOTS=docs CONFORMANCE_RUN=$(RUN) $(BIN)/python -m pytest tests/reports/test_browser.py -n 0 -k screenshots

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	touch $(READY)

clean:
	rm -rf $(VENV) build dist *.egg-info
