"""A fake modem: scenario and capture files, played on a pseudo-terminal. docs/simulator.md is its manual.

from modemd.simulator.start import FakeModem, open_modem     # nothing is imported before it is asked for
"""
