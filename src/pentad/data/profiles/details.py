"""What an event shows when it is opened, as HTML. A function, because forty templates a page were most of its time."""

import json
from typing import Any
from urllib.parse import quote

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from pentad.core.actor import reader
from pentad.data.profiles.queries import EventRow
from pentad.roles.views import cells, words

LINE = '<dt class="text-muted-foreground">{}</dt><dd>{}</dd>'
PART = '<div><h3 class="h-sec mb-1">{}</h3><pre class="json" tabindex="0">{}</pre></div>'
FOLDED = '<details><summary class="h-sec mb-1 hover:text-foreground">{}</summary><pre class="json" tabindex="0">{}</pre></details>'
MESSAGE = (
    '<span class="flex min-w-0 flex-wrap items-center gap-x-3"><button type="button" class="copyable -ms-1" data-copy="{0}"'
    ' aria-label="Copy message id {0}" title="Copy"><span class="mono truncate">{0}</span>{1}</button>{2}</span>'
)
RECEIPT = '<a class="link" href="/receipts/{}/">Receipt</a>'


def details(row: EventRow) -> SafeString:
    """Type, times, message with its receipt for who may open it, properties, traits; the context folded away."""
    kind = f"{row.type} · {row.name}" if row.name else row.type
    receipt = format_html(RECEIPT, quote(row.message_id, safe="")) if reader().may("receipts.view") else ""
    message = format_html(MESSAGE, row.message_id, cells.icon("copy", "size-3 text-muted-foreground"), receipt)
    lines = [
        ("Type", kind),
        ("Happened", words.exact(row.timestamp)),
        ("Received", f"{words.exact(row.received_at)} from {row.source}"),
        ("Message", message),
    ]
    parts = [(PART, "Properties", row.properties), (PART, "Traits", row.traits), (FOLDED, "Context", row.context)]
    return format_html(
        '<div class="mt-2 space-y-2 text-xs"><dl class="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-y-1">{}</dl>{}</div>',
        format_html_join("", LINE, lines),
        format_html_join(
            "", "{}", ((format_html(shape, label, _json(value)),) for shape, label, value in parts if value)
        ),
    )


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)
