# Everything runs in .venv, made here; no root, no hardware. `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test programs check index lint format types picture catalogues bench mutants lock install uninstall clean

# Where `make install` puts the program; the unit in systemd/ names the same place.
PREFIX ?= /opt/modemd
# In front of /etc and /usr, to try `make install` without touching the system: it makes no user then.
DESTDIR ?=
UNITS := modemd.service modemd-holders.socket modemd-holders@.service
OWNER = $(if $(DESTDIR),,-o root -g modemd)
# Nothing but what requirements.lock names, by hash; no build of anybody else's source.
LOCKED := --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r requirements.lock

help:
	@echo 'make demo     a falling balance on a simulated modem: the daemon, its answers, the alert (20 s)'
	@echo 'make test     the tests'
	@echo 'make programs gammu-smsd, smstools, wvdial and picocom on the fake modem (10 s; apt-get install them first)'
	@echo 'make check    lint, format, types and tests'
	@echo 'make index    the index of the operator packs again, after a change in modemd/operators/'
	@echo 'make format   let ruff format the code'
	@echo 'make picture  make docs/img/demo.svg again from a real run of the demo'
	@echo 'make catalogues  the lines for people in Russian and Chinese, brought up to date with the code and compiled'
	@echo 'make bench    speed next to python-gsmmodem-new and gammu, one table (90 s)'
	@echo 'make lock     requirements.lock again, from pyproject.toml and PyPI: what an installation gets'
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
	$(BIN)/python tools/lock.py

# Not part of `check`: each of four thousand small changes runs its module's tests once.
mutants: $(VENV)/.dev
	@nice -n 15 $(BIN)/python -m tests.mutants $(MODULE)

install:
	@[ -n '$(DESTDIR)' ] || [ "$$(id -u)" = 0 ] || { echo 'this writes to $(PREFIX), /etc and /usr/local/bin: sudo make install' >&2; exit 1; }
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' || { echo 'modemd needs Python 3.11 or newer with venv: apt-get install -y python3 python3-venv' >&2; exit 1; }
	umask 022 && $(PYTHON) -m venv $(PREFIX)
	umask 022 && $(PREFIX)/bin/python -m pip install $(LOCKED)
	umask 022 && $(PREFIX)/bin/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation --force-reinstall .
	install -d $(DESTDIR)/usr/local/bin
	ln -sf $(PREFIX)/bin/modemd $(DESTDIR)/usr/local/bin/modemd
	install -D -m 0644 systemd/modemd.sysusers $(DESTDIR)/usr/lib/sysusers.d/modemd.conf
	install -D -m 0644 systemd/modemd.tmpfiles $(DESTDIR)/usr/lib/tmpfiles.d/modemd.conf
	for unit in $(UNITS); do install -D -m 0644 systemd/$$unit $(DESTDIR)/etc/systemd/system/$$unit; done
	[ -n '$(DESTDIR)' ] || systemd-sysusers modemd.conf
	install -d -m 0750 $(OWNER) $(DESTDIR)/etc/modemd
	[ -e $(DESTDIR)/etc/modemd/modemd.toml ] || install -m 0640 $(OWNER) config/modemd.toml $(DESTDIR)/etc/modemd/modemd.toml
	[ -n '$(DESTDIR)' ] || [ ! -d /run/systemd/system ] || systemctl daemon-reload
	@case "$$(readlink -f $(PREFIX)/bin/python)" in /root/*|/home/*) \
	    echo 'note: this Python lives in a home folder, where the service may not look; sudo make install PYTHON=/usr/bin/python3' >&2;; esac
	@echo 'Now: edit /etc/modemd/modemd.toml (port, limits, channel), then'
	@echo '  sudo modemd config check /etc/modemd/modemd.toml && sudo systemctl enable --now modemd'
	@echo '  sudo usermod -aG modemd YOU    # log in again, then: modemd balance'

uninstall:
	@[ "$$(id -u)" = 0 ] || { echo 'sudo make uninstall' >&2; exit 1; }
	[ ! -d /run/systemd/system ] || systemctl disable --now modemd modemd-holders.socket || true
	rm -rf $(PREFIX) /usr/local/bin/modemd $(UNITS:%=/etc/systemd/system/%) /usr/lib/sysusers.d/modemd.conf /usr/lib/tmpfiles.d/modemd.conf
	[ ! -d /run/systemd/system ] || systemctl daemon-reload
	@echo 'Left in place: /etc/modemd (configuration), /var/lib/modemd (history), the user and group modemd.'

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info

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
