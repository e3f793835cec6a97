# Everything runs in .venv, made here; no root, no hardware. `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test oldest programs check index lint format types picture catalogues bench mutants vm-test lock deb install uninstall clean

# Where `make install` puts the program; the unit in systemd/ names the same place.
PREFIX ?= /opt/modemd
# In front of /etc and /usr, to try `make install` without touching the system: it makes no user then.
DESTDIR ?=
# Nothing but what requirements.lock names, by hash; no build of anybody else's source.
LOCKED := --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r requirements.lock

help:
	@echo 'make demo     a falling balance on a simulated modem: the daemon, its answers, the alert (20 s)'
	@echo 'make test     the tests'
	@echo 'make oldest   the tests with the oldest releases that modemd takes: those of Debian 12'
	@echo 'make programs gammu-smsd, smstools, wvdial and picocom on the fake modem (10 s; apt-get install them first)'
	@echo 'make check    lint, format, types and tests'
	@echo 'make index    the index of the operator packs again, after a change in modemd/operators/'
	@echo 'make format   let ruff format the code'
	@echo 'make picture  make docs/img/demo.svg again from a real run of the demo'
	@echo 'make catalogues  the lines for people in Russian and Chinese, brought up to date with the code and compiled'
	@echo 'make bench    speed next to python-gsmmodem-new and gammu, one table (90 s)'
	@echo 'make lock     requirements.lock again, from pyproject.toml and PyPI: what an installation gets; its licences and SBOM'
	@echo 'make deb      dist/modemd_VERSION_all.deb, for Debian 12, 13 and Raspberry Pi OS'
	@echo 'make vm-test  the Debian package on emulated Debian 12 and 13 with a virtual stick (15 min; RELEASE=13, SHORT=1, JOBS=1)'
	@echo 'make mutants  do the tests notice small wrong changes in the heart? (long: four thousand of them; MODULE=at/ussd for one)'
	@echo 'make install  (root) modemd as a systemd service: $(PREFIX), /etc/modemd, its own user'
	@echo 'make uninstall  (root) takes it away again; configuration and history stay'
	@echo 'make clean    remove .venv and caches'

demo: $(VENV)/.run
	@$(BIN)/modemd demo

test: $(VENV)/.dev
	@command -v gammu >/dev/null || echo 'note: gammu is not installed, its tests are skipped; sudo apt-get install -y gammu'
	@[ -x /usr/sbin/ModemManager ] || echo 'note: ModemManager is not installed, its tests are skipped; sudo apt-get install -y modemmanager dbus'
	$(BIN)/python -m pytest -n 8 --dist worksteal

# Not part of `check`: they wait more than they work.
programs: $(VENV)/.dev
	MODEMD_PROGRAMS=1 $(BIN)/python -m pytest tests/simulator/test_programs.py

check: lint types test

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

index: $(VENV)/.run
	$(BIN)/python -c 'from modemd.money.operators import write_index; print(write_index())'

picture: $(VENV)/.run
	$(BIN)/python docs/img/make_picture.py

bench: $(VENV)/.run
	@$(BIN)/python -m bench --idle 60

catalogues: $(VENV)/.dev
	$(BIN)/python tools/catalogues.py

lock: $(BIN)/python
	$(BIN)/python tools/lock.py && $(BIN)/python tools/sbom.py

deb: $(BIN)/python
	@$(BIN)/python tools/deb.py

# The oldest releases that pyproject.toml allows, which are Debian 12's. Not part of `check`: the suite once more.
oldest: .venv-oldest/.dev
	.venv-oldest/bin/python -m pytest -n 6 --dist worksteal

.venv-oldest/.dev: pyproject.toml tests/oldest.txt
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet --disable-pip-version-check -c tests/oldest.txt --editable '.[dev]' -r tests/oldest.txt
	@touch $@

# Not part of `check`: each of four thousand small changes runs its module's tests once.
mutants: $(VENV)/.dev
	@nice -n 15 $(BIN)/python -m tests.mutants $(MODULE)

# Not part of `check`: it builds two Debians the first time, as root, and boots each of them a dozen times.
vm-test: deb
	@$(PYTHON) -m tests.vm $(if $(SHORT),--short) $(if $(JOBS),--jobs $(JOBS)) $(RELEASE)

install:
	@[ -n '$(DESTDIR)' ] || [ "$$(id -u)" = 0 ] || { echo 'this writes to $(PREFIX), /etc and /usr/local/bin: sudo make install' >&2; exit 1; }
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' || { echo 'modemd needs Python 3.11 or newer with venv: apt-get install -y python3 python3-venv' >&2; exit 1; }
	umask 022 && $(PYTHON) -m venv $(PREFIX)
	umask 022 && $(PREFIX)/bin/python -m pip install $(LOCKED)
	umask 022 && $(PREFIX)/bin/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation --force-reinstall .
	$(PREFIX)/bin/modemd service install --in-place --no-start $(if $(DESTDIR),--root '$(DESTDIR)')
	@case "$$(readlink -f $(PREFIX)/bin/python)" in /root/*|/home/*) \
	    echo 'note: this Python lives in a home folder, where the service may not look; sudo make install PYTHON=/usr/bin/python3' >&2;; esac

uninstall:
	@[ "$$(id -u)" = 0 ] || { echo 'sudo make uninstall' >&2; exit 1; }
	$(PREFIX)/bin/modemd service uninstall
	[ "$$(readlink /usr/local/bin/modemd)" != $(PREFIX)/bin/modemd ] || rm /usr/local/bin/modemd
	rm -rf $(PREFIX)

clean:
	rm -rf $(VENV) .venv-oldest .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo 'modemd needs Python 3.11 or newer: sudo apt-get install -y python3 python3-venv' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "modemd needs Python 3.11 or newer, this is $$($(PYTHON) --version 2>&1); on Debian 12 and Raspberry Pi OS: sudo apt-get install -y python3 python3-venv, or name another one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo 'Python can make no virtual environment here: sudo apt-get install -y python3-venv' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo 'the virtual environment could not be made; is python3-venv there? sudo apt-get install -y python3-venv' >&2; exit 1; }

# The second stamp brings the first: what the tests need is more than what a run needs.
$(VENV)/.run: pyproject.toml requirements.lock | $(BIN)/python
	@echo 'installing modemd into $(VENV) ...'
	@$(BIN)/python -m pip install $(LOCKED) && $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable . || { echo 'pip could not install; is PyPI reachable?' >&2; exit 1; }
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@echo 'installing the tools for tests into $(VENV) ...'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' || { echo 'pip could not install; is PyPI reachable?' >&2; exit 1; }
	@touch $@
