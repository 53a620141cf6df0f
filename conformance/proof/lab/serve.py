"""Runs one OpenStack WSGI application under cheroot. Executed by the lab's own Python; imports nothing of this product.

python serve.py PORT MODULE:FACTORY
"""

from __future__ import annotations

import importlib
import signal
import sys

from cheroot import wsgi


def main(port: str, factory: str) -> None:
    """Serve until SIGTERM."""
    module, _, name = factory.partition(":")
    sys.argv = sys.argv[:1]  # oslo.config would read them as its own
    application = getattr(importlib.import_module(module), name)()
    server = wsgi.Server(("127.0.0.1", int(port)), application, numthreads=8, request_queue_size=64)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        server.start()
    finally:
        server.stop()


if __name__ == "__main__":
    main(*sys.argv[1:3])
