"""The image service of the reference, without a socket."""

from __future__ import annotations

import pytest
from targets import Offline

from conformance.model.contract import Contract


@pytest.fixture
def target(contract: Contract) -> Offline:
    return Offline(contract)
