"""Who may import what: one table. The layers themselves are import-linter's (pyproject.toml)."""

import pytest

from tests.architecture.sources import Source, imported, product

# library or part of the product -> the only files and folders of the package that may import it
ALLOWED = {
    "alembic": ("store/",),
    "dotenv": (),
    "escalation.settings": ("settings.py", "bootstrap.py", "bootstrap/", "cli/"),
    "escalation.store": ("store/", "services/", "bootstrap.py", "bootstrap/", "cli/"),
    "fastapi": ("api/", "console/"),
    "fontTools": ("reports/",),
    "icalendar": ("reports/",),
    "httpx": ("delivery/", "client/", "client.py"),
    "jinja2": ("console/", "reports/", "delivery/"),
    "jmespath": ("services/inbound/", "services/oidc/"),
    "joserfc": ("services/oidc/",),
    "psycopg": ("store/",),
    "pymupdf_fonts": ("reports/",),
    "pydantic_settings": ("settings.py",),
    "random": ("ids.py",),
    "requests": (),
    "rich": ("cli/",),
    "ruamel": ("routing/", "cli/", "delivery/"),
    "sqlalchemy": ("store/",),
    "sqlalchemy.orm": (),
    "sqlite3": ("store/",),
    "starlette": ("api/", "console/"),
    "structlog": ("api/", "bootstrap.py", "bootstrap/", "cli/", "services/", "store/", "worker/"),
    "transitions": ("workflow/machine.py",),
    "typst": ("reports/",),
    "typer": ("cli/", "__main__.py"),
    "urllib.request": (),
    "uuid": (),
    "uvicorn": ("cli/",),
    "xlsxwriter": ("reports/",),
    "yaml": (),
}


def strays(sources: tuple[Source, ...], name: str, allowed: tuple[str, ...]) -> list[str]:
    """Files that import it and may not."""
    return [
        source.path
        for source in sources
        if not source.path.startswith(allowed)
        and any(f"{module}.".startswith(f"{name}.") for module in imported(source.tree))
    ]


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_only_the_allowed_files_import(name: str) -> None:
    assert strays(product(), name, ALLOWED[name]) == [], f"{name} belongs to {ALLOWED[name]}"
