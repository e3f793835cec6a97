"""modemd: asks prepaid SIMs for their balance and warns before it reaches zero."""

__version__ = "0.1.0"
