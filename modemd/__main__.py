"""`python -m modemd` is `modemd`."""

from modemd.cli.start import main

if __name__ == "__main__":
    main()
