"""What an exchange and a run say about the contract. Pure: no I/O, no clock.

Importing the package declares every passive check (registry.py).
"""

import conformance.judge.body_checks
import conformance.judge.envelope_checks
import conformance.judge.exchange_checks
import conformance.judge.exposure
import conformance.judge.gateway_checks
import conformance.judge.link_checks
import conformance.judge.other_project
import conformance.judge.run_checks  # noqa: F401  declares its checks
