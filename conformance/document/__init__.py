"""A document of the vendor, read: sections, operations, tables and examples, each value with its lines."""

from conformance.document.model import (
    ApiOperation,
    ApiSection,
    Common,
    Document,
    Example,
    Heading,
    Row,
    StatusCode,
    Table,
)
from conformance.document.reader import read_document

__all__ = [
    "ApiOperation",
    "ApiSection",
    "Common",
    "Document",
    "Example",
    "Heading",
    "Row",
    "StatusCode",
    "Table",
    "read_document",
]
