import pytest

from tests.data.conftest import road
from tests.data.road import Road
from tests.intelligence.segments.keeping import Kept

__all__ = ["road"]


@pytest.fixture
def kept(road: Road) -> Kept:
    """An empty road with segments that follow it."""
    return Kept(road)
