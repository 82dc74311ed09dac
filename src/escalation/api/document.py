"""The OpenAPI document: what the framework sees, and the shapes that it does not."""
