"""Names of the events that tell of suppressed addresses."""

SUPPRESSED, LIFTED = "Address Suppressed", "Suppression Lifted"
