"""openstack.config without the rest of the OpenStack SDK.

To import any module of it runs `openstack/__init__.py`, which imports the client of every OpenStack service: 350 modules,
half of what a run needs from its start to its first request. How a cloud is found needs none of them. So the package is
put in place here without being run; whoever asks it for more than its modules (`openstack.connect`, in a hook of a
vendor) has it run then.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec
from typing import Any


def _put_in_place() -> None:
    spec = find_spec("openstack")
    if spec is None or spec.loader is None or "openstack" in sys.modules:
        return
    module, loader = module_from_spec(spec), spec.loader

    def missing(name: str) -> Any:
        if name.startswith("__") or find_spec(f"openstack.{name}") is not None:
            raise AttributeError(name)  # a module of it, which the import system then imports
        del module.__dict__["__getattr__"]
        loader.exec_module(module)
        return getattr(module, name)

    module.__dict__["__getattr__"] = missing
    sys.modules["openstack"] = module


_put_in_place()

from openstack.config import OpenStackConfig, loader, vendors  # noqa: E402
from openstack.config.cloud_region import CloudRegion  # noqa: E402
from openstack.exceptions import ConfigException  # noqa: E402

__all__ = ["CloudRegion", "ConfigException", "OpenStackConfig", "loader", "vendors"]
