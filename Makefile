# textmine in a few words. `make demo` and `make test` need nothing but Python 3.11 or newer.
#
#   make demo       set up, then show the whole path on the shipped corpus
#   make test       the quick tests             make test-slow   the slow ones
#   make check      ruff, format, mypy and the quick tests: what a change must pass
#   make format     put the code in its form    make models      retrain the shipped model
#   make docs       the documentation, into out/site
#   make bundle     wheels pinned by hash, for machines without internet (docs/installing.md)
#   make sbom, make audit, make lowest   what textmine is made of, and is it sound (docs/security.md)
#   make mutate      plant mistakes in the code and see whether the tests notice (docs/reliability.md)
#   make coverage    lines and branches that the quick tests reach, by room (docs/reliability.md)
#   make notebooks   run the notebooks anew and keep what they show
#   make clean      remove what was made, save .venv (rm -rf .venv for a wholly fresh start)
#
# To choose the Python that .venv is made with: make PYTHON=/path/to/python test

VENV  = .venv
BIN   = $(VENV)/bin
STAMP = $(VENV)/.installed
PIP   = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
FITS  = import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))

# Nothing is fetched from a model hub: all that is needed comes with the packages.
export HF_HUB_OFFLINE = 1

.PHONY: demo test test-slow check format models vectors bundle docs clean notebooks sbom audit lowest mutate coverage

demo: $(STAMP)
	@$(BIN)/textmine demo

test: $(STAMP)
	$(BIN)/python -m pytest -n 2 -m "not slow"

# pytest ends with 5 where no test was chosen; that is no failure here.
test-slow: $(STAMP)
	$(BIN)/python -m pytest -m slow || [ $$? -eq 5 ]

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(MAKE) test

format: $(STAMP)
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

# One line a model: the command that makes models/NAME anew from corpora/ with its seed.
STUDY = school-collaboration
CODED = annotations/$(STUDY)
models: $(STAMP)
	$(BIN)/textmine train corpora/$(STUDY)/comments.csv --text text --id comment_id --question question \
	  --group respondent_id --codebook corpora/$(STUDY)/codebook.yaml --labels $(CODED)/adjudicated.jsonl \
	  $(foreach n,3 4 5 6 7 8,--labels-train-only $(CODED)/coder_$(n).jsonl) \
	  --by school_type --by phase $(foreach n,1 2,--second-coder $(CODED)/coder_$(n).jsonl) \
	  --out models/$(STUDY) --seed 0 --learning-curve

# The static vectors that coders look words up in, distilled from the packaged encoder.
vectors: $(STAMP)
	$(BIN)/python -c "from textmine.coding.static import distil_packaged_encoder; distil_packaged_encoder()"

# Everything that textmine needs, as wheels: make bundle EXTRAS=all takes torch in as well.
EXTRAS = annotate,onnx,postgres
bundle: $(STAMP)
	$(BIN)/python tools/bundle.py --out dist/bundle --extras '$(EXTRAS)'

# Warnings are errors. The theme's note on its own future is left out.
docs: $(STAMP)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# The bill of materials; known weaknesses of the pinned versions; tests with the lowest versions allowed.
sbom: $(STAMP)
	$(BIN)/python -m tools.sbom --out dist/textmine.cdx.json

audit: $(STAMP)
	$(BIN)/python -m tools.audit

lowest: $(STAMP)
	$(BIN)/python -m tools.lowest --folder out/lowest

# make mutate MODULES=textmine/spans.py, or MODULES='textmine/waves --sample 50'; without, all that it knows: hours.
mutate: $(STAMP)
	OMP_NUM_THREADS=1 $(BIN)/python -m tools.mutate $(MODULES)

coverage: $(STAMP)
	$(BIN)/python -m pytest -q -n 2 -m "not slow" --cov --cov-report=json:out/coverage.json
	$(BIN)/python -m tools.line_coverage out/coverage.json

notebooks: $(STAMP)
	$(BIN)/python notebooks/refresh.py

clean:
	rm -rf build dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find . -path ./$(VENV) -prune -o -name __pycache__ -exec rm -rf {} +

# The stamp is set last, so a set-up that was cut off is taken up again; a .venv whose Python is broken
# or too old is made anew.
$(STAMP): pyproject.toml constraints.txt
	@if ! $(BIN)/python -c '$(FITS)' 2>/dev/null || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  for python in $(PYTHON) python3.11 python3 python; do \
	    if $$python -c '$(FITS)' 2>/dev/null; then \
	      echo "Making $(VENV) with $$python"; \
	      exec $$python -m venv --clear $(VENV); \
	    fi; \
	  done; \
	  echo "textmine needs Python 3.11 or newer with venv; none found. Name one: make PYTHON=/path/to/python" >&2; \
	  exit 1; \
	fi
	@echo "Installing textmine and what it needs into $(VENV) (some minutes the first time)"
	@$(PIP) torch==2.13.0
	@$(PIP) -e '.[all,dev]'
	@touch $@
