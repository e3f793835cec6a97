"""Small things that must be remembered: codes tried by hand, learned encodings, PIN attempts, a changed RAT."""

from __future__ import annotations

from datetime import datetime

from modemd.store.database import Database
from modemd.store.rows import FallbackNote, Learned, number_or_none, time_or_none, time_text

# A SIM blocks after three wrong PINs. Two attempts whose outcome a power cut swallowed may both have been wrong.
UNRESOLVED_PIN_ATTEMPTS = 2


class KnownFacts(Database):
    def code_tried(self, sim_key: str, code: str) -> bool:
        """True once a person has asked for this code on this SIM."""
        return self._row("SELECT 1 FROM codes_tried WHERE sim_key = ? AND code = ?", (sim_key, code)) is not None

    def note_code_tried(self, sim_key: str, code: str) -> None:
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO codes_tried (sim_key, code) VALUES (?, ?)", (sim_key, code))

    def learned(self, model: str, firmware: str) -> Learned | None:
        row = self._row("SELECT * FROM learned WHERE model = ? AND firmware = ?", (model, firmware))
        if row is None:
            return None
        return Learned(model=model, firmware=firmware, request=row["request"], decoder=row["decoder"])

    def learn(self, model: str, firmware: str, *, request: str | None = None, decoder: str | None = None) -> None:
        """What worked; None leaves what is known. Nothing is written where nothing changes (SD card)."""
        known = self.learned(model, firmware)
        if known is not None:
            request, decoder = request or known.request, decoder or known.decoder
            if (request, decoder) == (known.request, known.decoder):
                return
        with self._transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO learned (model, firmware, request, decoder) VALUES (?, ?, ?, ?)",
                (model, firmware, request, decoder),
            )

    def own_number(self, sim_key: str) -> str | None:
        """The number of this SIM, as it said itself."""
        row = self._row("SELECT own_number FROM sims WHERE sim_key = ?", (sim_key,))
        return None if row is None else number_or_none(row["own_number"])

    def note_own_number(self, sim_key: str, number: str) -> None:
        with self._transaction() as db:
            db.execute(
                "INSERT INTO sims (sim_key, own_number) VALUES (?, ?)"
                " ON CONFLICT (sim_key) DO UPDATE SET own_number = excluded.own_number",
                (sim_key, number),
            )

    def first_seen(self, modem: str, now: datetime) -> datetime:
        """When this modem was first asked about here, which is `now` the first time: the base of `stale`."""
        row = self._row("SELECT at FROM first_seen WHERE modem = ?", (modem,))
        known = None if row is None else time_or_none(row["at"])
        if known is not None:
            return known
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO first_seen (modem, at) VALUES (?, ?)", (modem, time_text(now)))
        return now

    def pin_refused(self, subject: str, pin_digest: str) -> bool:
        """True when this PIN must not be sent to this SIM (`subject`: its ICCID, else the modem's IMEI).

        That is after a refusal, and after two attempts whose outcome was never noted.
        """
        row = self._row("SELECT refused, unresolved FROM pins WHERE subject = ? AND digest = ?", (subject, pin_digest))
        return row is not None and bool(row["refused"] or row["unresolved"] >= UNRESOLVED_PIN_ATTEMPTS)

    def pin_unresolved(self, subject: str, pin_digest: str) -> int:
        """How many attempts went out since the last outcome that was noted."""
        row = self._row("SELECT unresolved FROM pins WHERE subject = ? AND digest = ?", (subject, pin_digest))
        return 0 if row is None else int(row["unresolved"])

    def note_pin_attempt(self, subject: str, pin_digest: str) -> None:
        """Before AT+CPIN= goes out. `pin_digest` is a digest; the PIN itself is never stored."""
        self._note_pin(subject, pin_digest, "unresolved = unresolved + 1")

    def note_pin_refused(self, subject: str, pin_digest: str) -> None:
        self._note_pin(subject, pin_digest, "refused = 1, unresolved = 0")

    def note_pin_accepted(self, subject: str, pin_digest: str) -> None:
        self._note_pin(subject, pin_digest, "refused = 0, unresolved = 0")

    def save_rat(self, device: str, value: str) -> None:
        """The modem's own RAT setting, before a fall-back changes it. An older one still to be put back stays."""
        with self._transaction() as db:
            db.execute(
                "INSERT OR IGNORE INTO saved_rats (device, value, at) VALUES (?, ?, ?)",
                (device, value, time_text(self._clock())),
            )

    def saved_rat(self, device: str) -> str | None:
        """The setting that is still to be put back on this device (IMEI, else modem name)."""
        row = self._row("SELECT value FROM saved_rats WHERE device = ?", (device,))
        return None if row is None else str(row["value"])

    def rats_to_put_back(self) -> dict[str, str]:
        """All settings that are still to be put back, by device. Usually none."""
        return {str(row["device"]): str(row["value"]) for row in self._rows("SELECT device, value FROM saved_rats")}

    def forget_rat(self, device: str) -> None:
        """It has been put back."""
        with self._transaction() as db:
            db.execute("DELETE FROM saved_rats WHERE device = ?", (device,))

    def last_fallback(self, sim_key: str) -> FallbackNote | None:
        """The last time that this SIM was taken to another RAT for a query."""
        row = self._row("SELECT at, rat, outage_s FROM fallbacks WHERE sim_key = ?", (sim_key,))
        at = None if row is None else time_or_none(row["at"])
        return None if row is None or at is None else FallbackNote(at=at, rat=row["rat"], outage_s=row["outage_s"])

    def note_fallback(self, sim_key: str, at: datetime) -> None:
        """Before the first command, so that a daemon that dies does not do it again at once. The RAT that helped
        before stays known."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO fallbacks (sim_key, at) VALUES (?, ?)"
                " ON CONFLICT (sim_key) DO UPDATE SET at = excluded.at, outage_s = NULL",
                (sim_key, time_text(at)),
            )

    def note_fallback_end(self, sim_key: str, *, rat: str | None, outage_s: float) -> None:
        """`rat`: the one that brought an answer; None forgets the one that was known."""
        with self._transaction() as db:
            db.execute("UPDATE fallbacks SET rat = ?, outage_s = ? WHERE sim_key = ?", (rat, outage_s, sim_key))

    def _note_pin(self, subject: str, pin_digest: str, change: str) -> None:
        with self._transaction() as db:
            now = time_text(self._clock())
            db.execute("INSERT OR IGNORE INTO pins (subject, digest, at) VALUES (?, ?, ?)", (subject, pin_digest, now))
            db.execute(
                f"UPDATE pins SET {change}, at = ? WHERE subject = ? AND digest = ?",  # noqa: S608 (constants above)
                (now, subject, pin_digest),
            )
