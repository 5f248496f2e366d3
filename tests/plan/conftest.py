"""Plans as text, for the tests of drafts, problems and the plan commands."""

import pytest

from tests.core.plans import PRACTICE_LIKE


@pytest.fixture(scope="session")
def practice_like() -> str:
    """The plan of the practice deployment, without faults."""
    return PRACTICE_LIKE
