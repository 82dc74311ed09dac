"""Documents from what was decided elsewhere: each format in a file of its own."""

from collections.abc import Callable, Mapping
from typing import Any

from escalation.reports import as_csv, as_html, as_markdown, as_pdf, as_xlsx
from escalation.reports.heading import Heading

FORMATS: Mapping[str, Callable[[Mapping[str, Any], Heading], bytes]] = {
    "html": as_html.digest,
    "md": as_markdown.digest,
    "pdf": as_pdf.digest,
    "csv": as_csv.digest,
    "xlsx": as_xlsx.digest,
}
"""What makes a digest's document into a file of that ending."""
