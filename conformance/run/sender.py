"""The sender of a run: every request, whoever makes it, is sent, recorded and judged here."""

from __future__ import annotations

from conformance.model.message import Exchange, Request, Response
from conformance.run.recorder import Recorder
from conformance.target.secrets import Secrets
from conformance.target.transport import Transport

__all__ = ["RecordingSender", "token_variable"]


def token_variable(actor: str) -> str:
    """The shell variable that stands for the token of an actor: `$OS_TOKEN`, `$OS_TOKEN_OTHER`."""
    return "$OS_TOKEN" if actor == "main" else f"$OS_TOKEN_{actor.upper()}"


class RecordingSender:
    """Sends through the transport of the target; each exchange is written down by the recorder."""

    def __init__(self, transport: Transport, recorder: Recorder, secrets: Secrets) -> None:
        self._transport = transport
        self._recorder = recorder
        self._secrets = secrets

    def exchange(self, request: Request) -> Exchange:
        """Send a request; returns the exchange as it was recorded. Raises TargetUnreachable, NotACloud or
        SuiteError."""
        return self._recorder.observe(request, self._transport.send(request))

    def send(self, request: Request) -> Response:
        """Send a request of the login (target.transport.Sender); the token that it brings is a secret from now on."""
        response = self.exchange(request).response
        token = response.headers.get("X-Subject-Token")
        if token:
            self._secrets.learn(token, token_variable(request.actor))
        return response
