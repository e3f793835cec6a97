"""What must survive a power cut: readings, attempts, alerts and their deliveries, learned encodings, PIN refusals."""

from modemd.store.database import may_pass
from modemd.store.rows import AlertRow, Delivery, DeliveryState, FallbackNote, Held, Learned, Said, Standing
from modemd.store.store import Store

__all__ = [
    "AlertRow",
    "Delivery",
    "DeliveryState",
    "FallbackNote",
    "Held",
    "Learned",
    "Said",
    "Standing",
    "Store",
    "may_pass",
]
