"""The directory of specs, written from a document (extraction.py), read back as the contract.

    SERVICE.openapi.yaml   generated from the document, one for each service that it describes or calls
    errata.overlay.yaml    the rulings, written by hand; not there where nobody has ruled on the document
    requirements.yaml      generated: the ledger, with the checks that cover each requirement
    reading.json           generated: contradictions, candidates, a fingerprint of each line (reading.py)
    prepared.json          generated: what comes of reading these files (prepared.py)

The same document gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from conformance.contract.ledger import defaults_of, derive
from conformance.contract.prepared import LEDGER, OVERLAY, Prepared, prepared
from conformance.contract.references import resolved
from conformance.contract.resources import resources_of
from conformance.contract.services import actions_of, common_spec, is_success, operations_of, promised_headers
from conformance.model import requirement_id
from conformance.model.contract import (
    Authority,
    Contract,
    ErrorCode,
    Level,
    Lines,
    Operation,
    Parameter,
    Quote,
    ResponseSpec,
)

__all__ = ["EDITION", "LEDGER", "OVERLAY", "default_directory", "load_contract", "load_effective"]

EDITION = "easystack-6.0.2"
TOKEN_HEADER = "x-subject-token"
"""The header in which a token is given (OpenStack Identity API v3, password authentication)."""


def default_directory() -> Path:
    """The specs that ship with the product: in the package when it is installed, else at the top of the checkout."""
    packaged = Path(str(resources.files("conformance"))) / "specs" / EDITION
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "specs" / EDITION


def load_effective(directory: Path) -> dict[str, dict[str, Any]]:
    """Service -> spec with the overlay applied, the spec with the common part first.

    Raises UsageError naming the file that is missing or wrong.
    """
    return dict(_read_before_or_now(directory).effective)


def _read_before_or_now(directory: Path) -> Prepared:
    found = prepared(directory)
    if found is None:
        from conformance.contract.yamlfiles import read_specs  # which few runs have to read

        found = read_specs(directory)
    return found


def load_contract(directory: Path | None = None) -> Contract:
    """The effective contract of a directory of specs (the product's own when None, read once). Raises UsageError."""
    return _of_the_product() if directory is None else _loaded(directory)


@cache
def _of_the_product() -> Contract:
    return _loaded(default_directory())


def _loaded(place: Path) -> Contract:
    read = _read_before_or_now(place)
    effective, rows = read.effective, read.ledger
    requirements = {
        item.id: replace(item, checks=tuple(row.get("checks", ())), quote=_quote(row.get("quote", {})))
        for item in derive(effective)
        for row in [rows.get(item.id, {})]
    }
    common = common_spec(effective)
    operations: dict[str, Operation] = {}
    for service, spec in effective.items():
        actions = actions_of(spec)
        for method, path, raw in operations_of(spec):
            operation = _operation(spec, service, method, path, raw)
            operations[operation.id] = replace(operation, action=actions.get(operation.id, ""))
    codes = {
        item["code"]: ErrorCode(item["code"], item["phrase"], item["x-source"][0][0])
        for item in common["x-common"]["error-codes"]
    }
    return Contract(
        name=place.resolve().name,
        version=common["info"]["version"],
        sha256=read.sha256,
        operations=operations,
        error_codes=codes,
        envelope=_schema(common, common["components"]["schemas"]["Error"]),
        requirements=requirements,
        document=common["info"]["x-document"],
        reasons={
            requirement_id.error(code): item["x-reason"]
            for code in codes
            if "x-reason" in (item := common["components"]["responses"][f"Error{code}"])
        },
        services=tuple(effective),
        resources=resources_of(operations.values()),
        rulings=read.rulings,
        stale=read.stale,
    )


def _quote(row: Mapping[str, Any]) -> Quote:
    names = {str(name): str(value) for name, value in row.get("names", {}).items()}
    return Quote(row.get("section", ""), row.get("heading", ""), row.get("part", ""), row.get("page"), names)


def _operation(spec: Mapping[str, Any], service: str, method: str, path: str, raw: Mapping[str, Any]) -> Operation:
    body = raw.get("requestBody", {})
    media_type, media = _first_media(body)
    schema = _schema(spec, media["schema"]) if "schema" in media else None
    examples = body.get("x-examples", ())
    responses = tuple(
        _response(spec, int(status), item, raw)
        for status, item in raw["responses"].items()
        if is_success(status) and "$ref" not in item
    )
    return Operation(
        id=raw["operationId"],
        method=method,
        path=path,
        service=service,
        authority=_authority(raw),
        source=_lines(raw["x-source"]),
        parameters=tuple(
            Parameter(
                name=item["name"],
                location=item["in"],
                required=item["required"],
                schema=_schema(spec, item["schema"]),
                authority=_authority(item) if _authority(raw) is not Authority.UPSTREAM else Authority.UPSTREAM,
                source=_lines(item["x-source"]),
                level=Level(item.get("x-level", "must")),
            )
            for item in raw.get("parameters", ())
        ),
        request_media_type=media_type,
        request_schema=schema if media_type and "json" in media_type else None,
        responses=responses,
        errors={
            item["code"]: ErrorCode(item["code"], item["phrase"], item["x-source"][0][0])
            for item in raw.get("x-errors", ())
        },
        request_example=_example(examples, raw),
        response_example=next(
            (
                example["value"]
                for item in raw["responses"].values()
                for content in item.get("content", {}).values()
                for example in content.get("examples", {}).values()
            ),
            None,
        ),
        defaults={name: value for name, (value, _) in defaults_of(raw).items()},
        secured=bool(raw.get("security", spec.get("security"))),
        issues_token=any(name.lower() == TOKEN_HEADER for item in responses for name in item.headers),
        upstream_query=tuple(raw.get("x-upstream-query", ())),
        page_query=tuple(raw.get("x-page-query", ())),
        page_links=raw.get("x-page-links", {}),
    )


def _example(examples: Sequence[Mapping[str, Any]], raw: Mapping[str, Any]) -> Any:
    lines = raw.get("x-request-examples", ())
    return next((item["value"] for item in (*examples, *lines)), None)


def _response(
    spec: Mapping[str, Any], status: int, raw: Mapping[str, Any], operation: Mapping[str, Any]
) -> ResponseSpec:
    media_type, media = _first_media(raw)
    is_json = media_type is not None and "json" in media_type
    return ResponseSpec(
        status=status,
        media_type=media_type,
        schema=_schema(spec, media["schema"]) if is_json else None,
        headers=tuple(promised_headers(raw)),
        authority=_authority(operation) if _authority(operation) is Authority.UPSTREAM else _authority(raw),
        source=_lines(raw["x-source"]),
    )


def _first_media(node: Mapping[str, Any]) -> tuple[str | None, Mapping[str, Any]]:
    for media_type, media in node.get("content", {}).items():
        return media_type, media
    return None, {}


def _authority(raw: Mapping[str, Any]) -> Authority:
    if raw.get("x-authority") == "upstream":
        return Authority.UPSTREAM
    return Authority.DOCUMENT if raw.get("x-ruling") is None else Authority.RULING


def _lines(raw: Any) -> Lines:
    return tuple((first, last) for first, last in raw)


def _schema(spec: Mapping[str, Any], node: Any) -> Any:
    """The schema with references replaced, and without `x-` members except x-max-additional, which limits further
    members."""
    return _plain(resolved(spec, node))


def _plain(node: Any) -> Any:
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: _plain(value) for key, value in node.items() if not key.startswith("x-") or key == "x-max-additional"}
