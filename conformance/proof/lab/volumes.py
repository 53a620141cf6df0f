"""Cinder for serve.py, in one process: its API, its scheduler, and its volume service with a back end that holds nothing.

The parts speak over the message bus that oslo.messaging keeps in memory, so no broker is needed. Whatever is asked of the back
end is done at once: there are no disks, only what the database says of them.

    python serve.py PORT volumes:application
"""

from __future__ import annotations

import importlib
import os
import socket
import sys
from typing import Any

__all__ = ["BACKEND", "CONFIGURATION", "application"]

BACKEND = "lab"
CONFIGURATION = "CINDER_CONFIGURATION"
"""The variable that names the file of the configuration."""
_DONE_AT_ONCE = (
    "check_for_setup_error",
    "create_cloned_volume",
    "create_export",
    "create_snapshot",
    "create_volume",
    "create_volume_from_snapshot",
    "delete_snapshot",
    "delete_volume",
    "do_setup",
    "ensure_export",
    "extend_volume",
    "initialize_connection",
    "remove_export",
    "terminate_connection",
)
"""What Cinder asks of a driver; each gives back nothing, which means that it went well and that there is nothing to note."""


def application() -> Any:
    """The WSGI application of the API, with the other parts running behind it."""
    load = importlib.import_module
    sys.argv[1:] = ["--config-file", os.environ[CONFIGURATION]]  # it reads no variable of its own
    load("cinder.monkey_patch").patch(backend="threading")
    api = load("cinder.wsgi.wsgi")
    globals()["Driver"] = type(
        "Driver",
        (load("cinder.volume.driver").VolumeDriver,),
        dict.fromkeys(_DONE_AT_ONCE, _nothing) | {"_update_volume_stats": _stats},
    )
    loaded = api.initialize_application()
    service, constants = load("cinder.service"), load("cinder.common.constants")
    host = f"{socket.gethostname()}@{BACKEND}"
    for options in (
        {"binary": constants.VOLUME_BINARY, "host": host, "service_name": BACKEND},
        {"binary": constants.SCHEDULER_BINARY},  # which asks the others at once what they have room for
    ):
        service.Service.create(**options).start()
    return loaded


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _stats(driver: Any) -> None:
    """Say that there is room for whatever is wanted."""
    driver._stats = {
        "volume_backend_name": BACKEND,
        "vendor_name": "none",
        "driver_version": "1.0",
        "storage_protocol": "none",
        "total_capacity_gb": "infinite",
        "free_capacity_gb": "infinite",
        "reserved_percentage": 0,
    }
