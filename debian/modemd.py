#!/usr/bin/python3 -P
from modemd.cli.start import main

main()
