"""What others may ask of ingestion: one place to import from."""

from pentad.data.ingest.counts import (
    Gap,
    Missing,
    QuarantineGroup,
    Slot,
    Totals,
    gaps,
    hourly_by_source,
    missing,
    per_minute,
    quarantine_groups,
    reason,
    totals,
    totals_by_source,
)
from pentad.data.ingest.doctor import sdk_findings
from pentad.data.ingest.health import SourceHealth, health_of, source_health
from pentad.data.ingest.live import LiveRow, live
from pentad.data.ingest.receipts import Receipt, Verdict, receipt, receipts, receipts_of

__all__ = [
    "Gap", "LiveRow", "Missing", "QuarantineGroup", "Receipt", "Slot", "SourceHealth", "Totals", "Verdict",
    "gaps", "health_of", "hourly_by_source", "live", "missing", "per_minute", "quarantine_groups", "reason",
    "receipt", "receipts", "receipts_of", "sdk_findings", "source_health", "totals", "totals_by_source",
]  # fmt: skip
