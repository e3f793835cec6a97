"""A configuration on the disk: whole or not at all, with its mode, and what was there before is kept."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modemd.daemon import config_write
from modemd.errors import ConfigError, ModemdError

NOW = datetime(2026, 5, 1, 6, 7, 8, tzinfo=UTC)
OLD, NEW = "[daemon]\n", '[daemon]\nlanguage = "ru"\n'


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "etc" / "modemd.toml"
    assert config_write.write(path, NEW, before=None) is None
    assert (path.read_text(), mode(path)) == (NEW, 0o640)
    assert names(path.parent) == ["modemd.toml"]


def test_the_old_one_is_kept_with_its_mode(tmp_path: Path) -> None:
    """Also a second time within a second, and where the name is a link."""
    path = tmp_path / "real.toml"
    path.write_text(OLD)
    path.chmod(0o600)
    link = tmp_path / "modemd.toml"
    link.symlink_to(path)
    kept = config_write.write(link, NEW, before=OLD, now=NOW)
    assert kept == tmp_path / "real.toml.20260501T060708Z"
    assert (kept.read_text(), mode(kept)) == (OLD, 0o600)
    assert (path.read_text(), mode(path), link.is_symlink()) == (NEW, 0o600, True)
    again = config_write.write(path, OLD, before=NEW, now=NOW)
    assert again is not None
    assert (again.read_text(), kept.read_text(), path.read_text()) == (NEW, OLD, OLD)


def test_a_disk_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> None:
        raise PermissionError("no links here")

    path = tmp_path / "modemd.toml"
    path.write_text(OLD)
    path.chmod(0o640)
    monkeypatch.setattr(os, "link", refuse)
    kept = config_write.write(path, NEW, before=OLD, now=NOW)
    assert kept is not None
    assert (kept.read_text(), mode(kept), path.read_text()) == (OLD, 0o640, NEW)


def test_somebody_else_was_quicker(tmp_path: Path) -> None:
    """A file that changed while questions were answered is left alone."""
    path = tmp_path / "modemd.toml"
    path.write_text("# theirs\n")
    for before in (OLD, None):
        with pytest.raises(ModemdError, match="was changed meanwhile"):
            config_write.write(path, NEW, before=before)
    assert (path.read_text(), names(tmp_path)) == ("# theirs\n", ["modemd.toml"])


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "modemd.toml"
    path.write_text(OLD)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        config_write.write(path, NEW, before=OLD)
    assert (path.read_text(), names(tmp_path)) == (OLD, ["modemd.toml"])


def test_secrets(tmp_path: Path) -> None:
    """0600, never in the place of another one, and the same one once."""
    config_write.write_secret(tmp_path / "ntfy-token", "tk_1")
    assert (tmp_path / "ntfy-token").read_text() == "tk_1\n"
    assert mode(tmp_path / "ntfy-token") == 0o600
    assert config_write.secret_name(tmp_path, "ntfy-token", "tk_1") == "ntfy-token"
    assert config_write.secret_name(tmp_path, "ntfy-token", "tk_2") == "ntfy-token-2"
    config_write.write_secret(tmp_path / "ntfy-token", "tk_1")
    with pytest.raises(FileExistsError):
        config_write.write_secret(tmp_path / "ntfy-token", "tk_2")
    assert names(tmp_path) == ["ntfy-token"]


def test_what_cannot_be_read_or_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "modemd.toml"
    assert config_write.read(path) is None
    path.write_bytes(b"\xef\xbb\xbf[daemon]\r\n")
    assert config_write.read(path) == "[daemon]\r\n"
    path.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="not UTF-8"):
        config_write.read(path)
    with pytest.raises(ConfigError, match="no such key"):
        config_write.check(path, '[[modem]]\nname = "a"\nport = "auto"\nlov = "5"\n')


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_place_that_is_not_ours() -> None:
    assert "may not write into /" in str(config_write.refusal(Path("/no-such-folder/modemd.toml")))


def test_a_place_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is no folder" in str(config_write.refusal(tmp_path / "file" / "modemd.toml"))
    assert config_write.refusal(tmp_path / "new" / "modemd.toml") is None
