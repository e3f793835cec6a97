"""modemd side by side with what else drives such modems, in one table: `make bench`. See README.md in this folder."""
