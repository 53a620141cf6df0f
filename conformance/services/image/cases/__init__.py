"""The conformance cases, section by section of the document; each file can be held against it."""
