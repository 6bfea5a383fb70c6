from tests.data.conftest import road
from tests.roles.notices.conftest import browser, keiko, nadia, rita, sam

__all__ = ["browser", "keiko", "nadia", "rita", "road", "sam"]
