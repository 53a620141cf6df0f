"""A bare loop of requests, the least that a client in Python does: `python -m benchmarks.bare SECONDS`.

One session with keep-alive, as the suite has it, and its mix of methods: of ten requests four GET, two POST, two PATCH
and two DELETE. Each answer is read and its JSON parsed; nothing is judged or kept.
"""

from __future__ import annotations

import sys
import time

from benchmarks.login import log_in

__all__ = ["loop"]

PATCH = "application/openstack-images-v2.1-json-patch"


def loop(seconds: float) -> int:
    """Send for so many seconds; returns the number of requests."""
    session, url = log_in()
    images = f"{url}/v2/images"
    sent = 1
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        image = f"{images}/{session.post(images, json={'name': 'bare'}).json()['id']}"
        session.get(images, params={"limit": 5}).json()
        session.get(f"{images}?name=bare").json()
        change = '[{"op": "replace", "path": "/min_ram", "value": 1}]'
        session.patch(image, data=change, headers={"Content-Type": PATCH}).json()
        session.delete(image).raise_for_status()
        sent += 5
    return sent


if __name__ == "__main__":
    print(loop(float(sys.argv[1])))
