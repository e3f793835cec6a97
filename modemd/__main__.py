"""`python -m modemd` is `modemd`."""

from modemd.cli.main import main

if __name__ == "__main__":
    main()
