"""Which target a run is for: what names a cloud, what only seems to, and what has to be asked for in a pipeline."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.model.errors import UsageError
from conformance.target.choice import names_cloud
from conformance.target.cloud import Settings

URL = {"OS_AUTH_URL": "http://cloud/v3"}
WHOLE = {**URL, "OS_USERNAME": "u", "OS_PASSWORD": "p"}


@pytest.mark.parametrize(
    ("settings", "environ", "due"),
    [
        ({}, {}, False),
        ({"reference": True}, {"OS_CLOUD": "c", "CI": "true"}, False),
        ({"reference": True}, {"OS_CLOUD": ""}, False),
        ({"cloud": "c"}, {}, True),
        ({"cloud": "c"}, {"OS_CLOUD": "", "OS_USERNAME": "half", "CI": "1"}, True),
        ({"other_cloud": "c"}, {}, True),
        ({}, {"OS_CLOUD": "c"}, True),
        ({}, {"OS_CLOUD": "c", "OS_PASSWORD": ""}, True),
        ({}, WHOLE, True),
        ({}, {**URL, "OS_USER_ID": "u", "OS_USERNAME": "", "OS_PASSWORD": "p"}, True),
        ({}, {**URL, "OS_TOKEN": "t"}, True),
        ({}, {**URL, "OS_AUTH_TYPE": "v3token"}, True),
        ({}, {**URL, "OS_APPLICATION_CREDENTIAL_ID": "i", "OS_APPLICATION_CREDENTIAL_SECRET": "s"}, True),
        ({}, {"OS_CLIENT_CONFIG_FILE": "f"}, True),
        ({}, {"OS_NAME": "linux", "OS_REGION_NAME": "", "OS_IDENTITY_API_VERSION": "3"}, False),
        ({}, {"CI": ""}, False),
        ({}, {"CI": "false"}, False),
        ({}, {**WHOLE, "CI": "true"}, True),
    ],
)
def test_a_cloud_is_named_by_an_option_or_else_by_variables(
    settings: dict[str, Any], environ: dict[str, str], due: bool
) -> None:
    assert due is names_cloud(Settings(**settings), environ)


@pytest.mark.parametrize(
    ("settings", "environ", "words"),
    [
        ({"cloud": ""}, {}, "--os-cloud '': the value is empty"),
        ({"cloud": "  "}, {}, "--os-cloud '': the value is empty"),
        ({"cloud": "c", "other_cloud": ""}, {}, "--other-cloud '': the value is empty"),
        ({"region": ""}, {}, "--os-region-name '': the value is empty"),
        ({"cloud": "c", "reference": True}, {}, "--reference and --os-cloud"),
        ({"other_cloud": "c", "reference": True}, {}, "--reference and --other-cloud"),
        ({}, {"OS_CLOUD": ""}, "OS_CLOUD is set but empty"),
        ({}, {"OS_CLOUD": " ", **WHOLE}, "OS_CLOUD is set but empty"),
        ({}, {"OS_CLIENT_CONFIG_FILE": ""}, "OS_CLIENT_CONFIG_FILE is set but empty"),
        ({}, URL, "OS_USERNAME or OS_USER_ID is not set (OS_AUTH_URL set)"),
        ({}, {**WHOLE, "OS_PASSWORD": ""}, "OS_PASSWORD is empty (OS_AUTH_URL, OS_USERNAME set)"),
        ({}, {**WHOLE, "OS_AUTH_URL": ""}, "OS_AUTH_URL is empty"),
        ({}, {"OS_PROJECT_NAME": "p"}, "OS_AUTH_URL is not set (OS_PROJECT_NAME set)"),
        ({}, {"OS_PASSWORD": ""}, "OS_AUTH_URL is not set (nothing set)"),
        ({}, {**URL, "OS_APPLICATION_CREDENTIAL_ID": "i"}, "OS_APPLICATION_CREDENTIAL_SECRET is not set"),
        ({}, {"CI": "true"}, "no cloud is named, and CI is set"),
    ],
)
def test_what_is_empty_half_contradictory_or_left_open_in_a_pipeline_is_refused_in_one_line(
    settings: dict[str, Any], environ: dict[str, str], words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        names_cloud(Settings(**settings), environ)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_message_holds_the_password() -> None:
    with pytest.raises(UsageError) as caught:
        names_cloud(Settings(), {"OS_PASSWORD": "hidden-word"})
    assert "hidden-word" not in str(caught.value)
