"""From the document to the contract: OpenAPI, rulings, ledger; written, loaded and compared."""
