"""Which operation an exchange was of, where several share method and path.

Rules
- The body tells: it has the member of one of them. What was sent under the name of one and is the body of another is an
  exchange of the other.
- A body that names none of them, or several, is of the one that was meant: so it is where a body is broken on purpose.
"""

from __future__ import annotations

from dataclasses import replace

from conformance.model.contract import Contract, named_action
from conformance.model.message import Request

__all__ = ["recognised"]


def recognised(request: Request, contract: Contract) -> Request:
    """The request under the name of the operation that its body is of."""
    operation = contract.operations.get(request.operation or "")
    actions = contract.actions(operation) if operation is not None and operation.action else {}
    named = named_action(request.body, actions) if actions else None
    return request if named in {None, request.operation} else replace(request, operation=named)
