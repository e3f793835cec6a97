"""USSD as scripts see it, one call a turn, on a dialogue that runs from the first request to the end of its session."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from typing import Any

from modemd.backends.base import UssdRequest
from modemd.compat.errors import of_ussd, translated
from modemd.compat.owner import OwnerThread
from modemd.compat.upstream import InvalidStateException, Ussd
from modemd.errors import ModemdError
from modemd.records import UssdMessage

__all__ = ["CANCEL", "Sessions"]

CANCEL = "AT+CUSD=2"


class MenuUssd(Ussd):  # type: ignore[misc]  # gsmmodem ships no types
    """A message whose session may still be open. Once it is over nothing is sent: the answer to a menu would be dialled
    as a new request."""

    def __init__(self, modem: Any, message: str | None, session: _Session) -> None:
        super().__init__(modem, True, message)
        self._session = session

    @property
    def sessionActive(self) -> bool:
        return not self._session.over

    @sessionActive.setter
    def sessionActive(self, _: bool) -> None:
        """The session alone says that."""

    def reply(self, message: str) -> Any:
        return self._session.sessions.send(message, None, session=self._session)

    def cancel(self) -> None:
        if self.sessionActive:
            self._session.sessions.cancel()


class Sessions:
    """The USSD requests of one open modem. `hold_s`: how long no request goes out after one that got no answer, since a
    late answer cannot be told from the next one's (27.007 7.15 has no reference)."""

    def __init__(self, owner: OwnerThread, modem: Any, *, hold_s: float) -> None:
        self._owner, self._script_modem, self._hold_s = owner, modem, hold_s
        self._session: _Session | None = None
        self._due = 0  # answers that may still come
        self._held_until = 0.0  # time.monotonic()
        self._free = threading.Event()

    # --- any thread

    def send(self, text: str, timeout_s: float | None, *, session: _Session | None = None) -> Any:
        """One turn: a new request, or the answer to the menu that is open. `session`: only in that one. Raises the
        package's errors, InvalidStateException for a session that is over."""
        if session is None and (left := self._held_until - time.monotonic()) > 0:
            self._free.wait(left)
        turn = _Turn(text, timeout_s)
        self._owner.post(lambda: self._take(turn, session), turn.taken)
        return turn.result()

    def cancel(self) -> bool:
        """Ends the session whose menu is open; False = there is none."""
        turn = _Turn(None, None)
        self._owner.post(lambda: self._take(turn, None), turn.taken)
        return bool(turn.result())

    # --- owner thread

    def late(self) -> None:
        """A text came that no request waits for."""
        if self._due > 0:
            self._due -= 1
            if self._due == 0:
                self._release()

    def end(self) -> None:
        self._release()

    # --- helpers

    def _take(self, turn: _Turn, wanted: _Session | None) -> None:
        open_one = self._session
        if wanted is not None and (open_one is not wanted or wanted.over):
            turn.answer.set_exception(InvalidStateException("USSD session is inactive"))
        elif open_one is not None and not open_one.over:
            open_one.next = turn
        elif turn.text is None:
            turn.answer.set_result(False)
        else:
            self._run(turn, turn.text)

    def _run(self, turn: _Turn, code: str) -> None:
        session = self._session = _Session(self, turn)
        modem = self._owner.modem
        try:
            result = modem.ussd(
                UssdRequest(
                    code=code,
                    ask=session.ask,
                    timeout_s=15.0 if turn.timeout_s is None else turn.timeout_s,
                    cancelled=self._owner.stopped,
                )
            )
        except BaseException as error:
            self._hold(max(1, modem.answers_due))  # whatever went wrong, its answer may still come
            session.fail(error)
            raise
        finally:
            session.over = True
            self._session = None
        if modem.answers_due:
            self._hold(modem.answers_due)
        if result.error is not None:
            session.fail(of_ussd(result.error))
        else:
            session.tell(Ussd(self._script_modem, False, result.text))

    def ask(self, session: _Session, message: UssdMessage) -> str | None:
        """Hands a menu out and does what else there is to do until the script answers, cancels or closes, or the
        network ends the session; None = it is over."""
        modem = self._owner.modem
        session.tell(MenuUssd(self._script_modem, message.text, session))
        while session.next is None and modem.menu_open and not self._owner.closing:
            self._owner.pass_time(lambda: session.next is not None or not modem.menu_open)
        if session.next is None:
            session.over = True
            return None
        session.turn, session.next = session.next, None
        session.over = session.turn.text is None
        return session.turn.text

    def _hold(self, due: int) -> None:
        """So many answers may still come: no request goes out for a while."""
        self._due, self._held_until = due, time.monotonic() + self._hold_s
        self._free.clear()

    def _release(self) -> None:
        self._held_until = 0.0
        self._free.set()


# --- helpers


class _Turn:
    """One call of the script. `text` None = it cancels."""

    def __init__(self, text: str | None, timeout_s: float | None) -> None:
        self.text, self.timeout_s = text, timeout_s
        self.answer: Future[Any] = Future()
        self.taken: Future[None] = Future()

    def result(self) -> Any:
        self.taken.add_done_callback(self._failed)  # the thread may end before it takes this
        try:
            return self.answer.result()
        except ModemdError as error:
            raise translated(error) from error

    def _failed(self, taken: Future[None]) -> None:
        error = taken.exception()
        if error is not None and not self.answer.done():
            self.answer.set_exception(error)


class _Session:
    """One dialogue. `turn`: the call that waits for the next message, None = the script has it."""

    def __init__(self, sessions: Sessions, turn: _Turn) -> None:
        self.sessions = sessions
        self.turn: _Turn | None = turn
        self.next: _Turn | None = None
        self.over = False

    def ask(self, message: UssdMessage) -> str | None:
        return self.sessions.ask(self, message)

    def tell(self, answer: Any) -> None:
        for turn in self._waiting():
            turn.answer.set_result(answer if turn.text is not None else True)

    def fail(self, error: BaseException) -> None:
        for turn in self._waiting():
            if turn.text is None:
                turn.answer.set_result(True)
            else:
                turn.answer.set_exception(error)

    def _waiting(self) -> list[_Turn]:
        found = [turn for turn in (self.turn, self.next) if turn is not None]
        self.turn = self.next = None
        return found
