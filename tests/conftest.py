import pytest
from sillage import Server


@pytest.fixture(scope="module")
def server():
    with Server() as one:
        yield one
