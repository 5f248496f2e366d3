# Two commands: `make practice` opens the wizard on the practice network, `make test` runs all tests.
# ARGS="..." reaches the program (practice) or pytest (test).

PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
TEST_PACKAGES := bind9 bind9-dnsutils nsd unbound dnsmasq-base openssh-client openssh-server openssl gnutls-bin tmux \
	nginx libnginx-mod-stream stunnel4 kamailio kamailio-tls-modules
ARGS ?=
# Most of the time of the tests is waiting for other processes, so there are more workers than cores.
WORKERS ?= $(shell expr 3 \* `nproc`)

.PHONY: practice test bench lint install packages clean

practice: $(READY)
	@$(VENV)/bin/fedwizard practice $(ARGS) || case $$? in 3|130) ;; *) exit 1 ;; esac  # held or quit: no failure of make

test: $(READY) packages
	@$(VENV)/bin/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

# Minutes, and the machine to itself: the figures of docs/bench.md, on standard output.
bench: $(READY) packages
	@$(VENV)/bin/python -m tests.bench $(ARGS)

lint: $(READY)
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

install: $(READY)

$(READY): pyproject.toml constraints.txt Makefile
	@echo "Installing what fedwizard needs into $(VENV); this takes about half a minute ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || { sh .ci/packages python3-venv && $(PYTHON) -m venv $(VENV); }
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,lint]' \
		2>$(VENV)/install.log || { cat $(VENV)/install.log; exit 1; }
	@touch $@

# What the tests talk to. As root they are installed; otherwise the tests that need them name the missing package.
packages:
	@sh .ci/packages $(TEST_PACKAGES) || [ -z "$$CI" ]

clean:
	rm -rf $(VENV) .bench-venv .bench-cli-venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
