"""The scripted modem, and an owner thread on it."""

from tests.owner_thread import paces as paces
from tests.owner_thread import packs as packs
from tests.owner_thread import power_times as power_times
from tests.owner_thread import start as start
from tests.owner_thread import store as store
from tests.owner_thread import watch as watch
from tests.scripted_modem import everywhere as everywhere
from tests.scripted_modem import exclusive_flag as exclusive_flag
from tests.scripted_modem import fast as fast
from tests.scripted_modem import make_peer as make_peer
from tests.scripted_modem import other as other
from tests.scripted_modem import peer as peer
from tests.scripted_modem import together as together
from tests.scripted_modem import transports as transports
