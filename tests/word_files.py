"""Word files made by hand for tests: as small as Word still opens them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from html import escape

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CORE = (
    '<?xml version="1.0"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    '<dcterms:created xsi:type="dcterms:W3CDTF">{day}T09:30:00Z</dcterms:created></cp:coreProperties>'
)


def paragraph(text: str) -> str:
    """`\\n` becomes a line break within it."""
    runs = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    return f"<w:p><w:r>{runs}</w:r></w:p>"


def word_file(body: str | Sequence[str], *, day: str | None = None, head: str = "", name: str = "word/document.xml") -> bytes:
    """From the XML of a body, or from its paragraphs."""
    inner = body if isinstance(body, str) else "".join(map(paragraph, body))
    xml = f'<?xml version="1.0"?>{head}<w:document xmlns:w="{NAMESPACE}"><w:body>{inner}</w:body></w:document>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, xml)
        if day:
            archive.writestr("docProps/core.xml", CORE.format(day=day))
    return made.getvalue()
