"""Whether anything may be asked in the network that the modem is registered in."""

from __future__ import annotations

from modemd.errors import NetworkError
from modemd.records import Network


def check_may_dial(network: Network, *, roaming: bool) -> None:
    """Raises NetworkError where nothing can or, while roaming, may be dialled."""
    if network.registered is False:
        raise not_registered(network)
    if network.roaming and not roaming:
        raise NetworkError(
            "the SIM is roaming, where a query may cost money: nothing was dialled; "
            "roaming = true for this modem allows it",
            code="roaming",
        )


def not_registered(network: Network) -> NetworkError:
    if network.denied:
        return NetworkError("the network refuses this SIM: ask the operator whether it is still active", code="denied")
    return NetworkError("the modem is not registered in a network: check antenna, SIM and reception")
