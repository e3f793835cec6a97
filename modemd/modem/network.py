"""Whether anything may be asked in the network that the modem is registered in."""

from __future__ import annotations

from modemd.errors import NetworkError
from modemd.explanations import line_of
from modemd.records import Network


def check_may_dial(network: Network, *, roaming: bool) -> None:
    """Raises NetworkError where nothing can or, while roaming, may be dialled."""
    if network.registered is False:
        raise not_registered(network)
    if network.roaming and not roaming:
        raise NetworkError(line_of("roaming"), code="roaming")


def not_registered(network: Network) -> NetworkError:
    if network.denied:
        return NetworkError(line_of("denied"), code="denied")
    return NetworkError(line_of("not registered"))
