from tests.data.conftest import road

__all__ = ["road"]
