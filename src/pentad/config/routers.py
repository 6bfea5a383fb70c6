"""The API with the operations of every feature: each exposes a `router` in its `api.py`, and is mounted here."""

from pentad.content.messages.api import router as messages
from pentad.data.consent.api import router as consent
from pentad.data.consent.preference_api import router as preferences
from pentad.data.fields.api import router as fields
from pentad.data.identity.api import router as identity
from pentad.data.ingest.api import router as ingest
from pentad.data.profiles.api import router as profiles
from pentad.data.profiles.note_api import router as notes
from pentad.engage.campaigns.api import router as campaigns
from pentad.intelligence.computed.api import router as computed
from pentad.intelligence.contact.api import router as contact
from pentad.intelligence.segments.api import router as segments
from pentad.intelligence.segments.member_api import router as members
from pentad.platforms.api import api
from pentad.platforms.channels.api import router as destinations
from pentad.platforms.responses.api import router as responses
from pentad.roles.audit.api import router as audit
from pentad.roles.notices.api import router as notices
from pentad.roles.undo.api import router as changes
from pentad.roles.work.api import router as work

__all__ = ["api"]

ROUTERS = (
    profiles,
    notes,
    consent,
    preferences,
    responses,
    segments,
    members,
    computed,
    contact,
    messages,
    campaigns,
    destinations,
    fields,
    identity,
    ingest,
    work,
    changes,
    notices,
    audit,
)
for router in ROUTERS:
    api.add_router("", router)
