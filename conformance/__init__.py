"""The conformance suite; `conformance run` is its command."""

import os

# hypothesis would load what other packages of the environment have for it: trio, say, in the tenth of a second. As with
# pytest, what runs is the suite alone, wherever it is installed.
os.environ.setdefault("HYPOTHESIS_NO_PLUGINS", "1")
