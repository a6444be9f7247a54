"""One readable file brings a region on line: ``manage.py onboard FILE``.

``region_file`` says what stands in it, ``checking`` reads and checks all of it,
``polygons`` finds the ground, ``load`` makes the database say the same in one
transaction, ``logins`` and ``canary`` keep the secrets that go with it in the data
folder, ``installation`` what the settings are to know.
"""

from dispatch.actions.regions.faults import Fault, RegionFaulty
from dispatch.actions.regions.load import load_region, open_agency

__all__ = ["Fault", "RegionFaulty", "load_region", "open_agency"]
