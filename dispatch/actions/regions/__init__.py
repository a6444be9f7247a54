"""One readable file brings a region on line: ``manage.py onboard FILE``.

``region_file`` reads and checks the file, ``polygons`` finds the ground, ``load`` makes
the database say the same in one transaction, ``logins`` and ``canary`` keep the secrets
that go with it in the data folder.
"""

from dispatch.actions.regions.faults import Fault, RegionFaulty
from dispatch.actions.regions.load import Outcome, load_region, open_agency

__all__ = ["Fault", "Outcome", "RegionFaulty", "load_region", "open_agency"]
