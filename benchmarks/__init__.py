"""`make benchmark`: how fast the suite sends, what a request costs its client, and how soon it finds faults, beside
Schemathesis and a bare loop of requests.

Rules
- One machine, one run: every tool has a reference target of its own, served on a socket by a process of its own, and
  runs in a process of its own. What the target has answered is counted there, the same way for all.
- Requests per second are over the whole life of the tool's process, from its start to its exit code; CPU is user and
  system time of that process, which the target's is no part of.
- Schemathesis runs as its guide to benchmarking says: `--max-time`, `--continue-on-failure`, `--no-shrink`, no health
  checks, five seeds, the median.
- Nothing is timed by a test. Tests run `--quick`, to see that it works.
"""
