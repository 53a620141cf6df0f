"""What a target says about itself: versions of its services, the catalogue, the schemas that it publishes.

Facts are recorded, never judged by the document: an upgrade is read from them. What a target does not tell is null.
Everything here comes from the target, so it is bounded, freed of what changes from run to run, and without secrets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from conformance.model.errors import TargetError
from conformance.model.jsonvalue import JSON
from conformance.model.message import DISCOVERY, Exchange
from conformance.run.reading import body_of, reading
from conformance.run.sending.client import Client
from conformance.run.service import Service

__all__ = ["gather"]

LONGEST, MOST, DEEPEST = 200, 300, 6
"""Characters of a string, members of an object or list, levels of a schema that are kept."""

_WORDS = frozenset({"description", "title", "links", "name"})
"""Members of a published schema that say nothing about what is accepted."""


def gather(client: Client, services: Sequence[Service]) -> dict[str, Any]:
    """The facts of the target behind the client: what its `services` say, `catalogue`, and the `schemas` that they
    publish.

    Sends a GET request for each service and each schema, as discovery. Never raises because of what the target does.
    """
    ordered = sorted(services, key=lambda item: not item.gives_tokens)
    roots = {item.name: _get(client, item, "/", anonymous=True) for item in ordered}
    schemas = {
        name: _schema(_get(client, item, path)) for item in ordered for name, path in sorted(item.schemas.items())
    }
    _abridge(schemas)
    facts = {
        "services": {item.name: _service(roots[item.name]) for item in services},
        "catalogue": _catalogue(client),
        "schemas": schemas,
    }
    return {name: _clean(client, value) for name, value in facts.items()}


def _abridge(schemas: Mapping[str, Any]) -> None:
    """Name a schema that stands whole in the items of another, in its place."""
    for schema in schemas.values():
        for node in (schema or {}).get("properties", {}).values():
            name = next(
                (name for name, whole in schemas.items() if isinstance(node, dict) and whole == node.get("items")), None
            )
            if name is not None and schemas[name] is not None:
                node["items"] = f"as {name}"


def _get(client: Client, service: Service, path: str, *, anonymous: bool = False) -> Exchange | None:
    try:
        return client.send(
            "GET",
            path,
            operation=DISCOVERY,
            service=service.name,
            headers={"Accept": "application/json"},
            anonymous=anonymous,
        )
    except TargetError:
        return None


def _service(exchange: Exchange | None) -> dict[str, Any] | None:
    if exchange is None:
        return None
    return {"server": exchange.response.headers.get("Server"), "versions": _versions(body_of(exchange))}


def _versions(body: JSON) -> dict[str, str] | None:
    """Version -> status, from a list of versions or from an object that holds one."""
    listed = body.get("versions") if isinstance(body, dict) else None
    listed = listed.get("values") if isinstance(listed, dict) else listed
    if not isinstance(listed, list):
        return None
    return {str(item.get("id")): str(item.get("status")) for item in listed if isinstance(item, dict)}


def _schema(exchange: Exchange | None) -> dict[str, Any] | None:
    body = body_of(exchange) if exchange is not None and exchange.response.status == 200 else None
    if not isinstance(body, dict) or not isinstance(body.get("properties"), dict):
        return None
    result: dict[str, Any] = _constraints(body)
    return result


def _constraints(schema: Any, *, names: bool = False) -> Any:
    """The schema without prose; lists that are sets, such as enum, sorted. `names` says that the keys are member
    names."""
    if isinstance(schema, dict):
        kept = {str(key): value for key, value in schema.items() if names or key not in _WORDS}
        return {
            key: _constraints(value, names=key == "properties" and not names) for key, value in sorted(kept.items())
        }
    if isinstance(schema, list) and not any(isinstance(item, dict | list) for item in schema):
        return sorted(schema, key=str)
    return [_constraints(item) for item in schema] if isinstance(schema, list) else schema


def _catalogue(client: Client) -> dict[str, Any] | None:
    """`type interface region` -> name, scheme and path of the endpoint, from the token that the run logged in with."""
    token = client.contract.token_operation
    catalogues = (
        reading(item).members("token").get("catalog")
        for item in client.recorder.exchanges
        if token is not None and item.operation == token.id and item.request.actor == "main"
    )
    services = next((found for found in catalogues if isinstance(found, list)), None)
    if services is None:
        return None
    found: dict[str, Any] = {}
    for service in _objects(services):
        for endpoint in _objects(service.get("endpoints")):
            url = str(endpoint.get("url"))
            try:
                parts = urlsplit(url.replace(client.target.main.project_id, "{project_id}"))
            except ValueError:
                continue
            key = " ".join(
                str(item) for item in (service.get("type"), endpoint.get("interface"), endpoint.get("region_id"))
            )
            name = service.get("name")
            found[key] = {
                "name": name if isinstance(name, str) else None,
                "scheme": parts.scheme,
                "path": parts.path.rstrip("/") or "/",
            }
    return dict(sorted(found.items()))


def _objects(value: JSON) -> Iterable[Mapping[str, JSON]]:
    return (item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def _clean(client: Client, value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        return client.secrets.text(value)[:LONGEST]
    if isinstance(value, dict | list) and depth > DEEPEST:
        return "..."
    if isinstance(value, dict):
        kept = list(value.items())[:MOST]
        return {client.secrets.text(str(key))[:LONGEST]: _clean(client, item, depth + 1) for key, item in kept}
    if isinstance(value, list):
        return [_clean(client, item, depth + 1) for item in value[:MOST]]
    return value
