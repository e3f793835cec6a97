"""Texts that say that there is no such code."""

from __future__ import annotations

import pytest

from modemd.money.wrong_code import is_wrong_code


@pytest.mark.parametrize(
    "text",
    [
        "Неверный запрос. Проверьте код",
        "НЕПРАВИЛЬНЫЙ КОД",
        "Nevernyi zapros",
        "Invalid MMI code",
        "You have dialled a wrong code.",
        "Unknown application",
        "Code not recognised, please try again",
        "Ungültiger Code",
        "Nieprawidłowy kod",
        "Código inválido",
        "Neplatny kod",
        "Geçersiz kod",
        "Maaf, kode tidak valid",
    ],
)
def test_a_wrong_code_is_told(text: str) -> None:
    """In the languages of the operators whose texts are known."""
    assert is_wrong_code(text, None)


@pytest.mark.parametrize("text", ["Balance: 5.20 EUR", "System busy, try again later", "Баланс 312,40 р", ""])
def test_other_texts_are_not(text: str) -> None:
    """A reading, or another failure."""
    assert not is_wrong_code(text, None)


def test_a_balance_with_such_a_word_is_no_wrong_code() -> None:
    """The text has to be an error as a whole."""
    assert not is_wrong_code("Your balance is EUR 5.20. Dial no wrong numbers", None)
