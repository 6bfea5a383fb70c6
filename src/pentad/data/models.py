"""The data competency's rows, gathered for Django; each feature defines its own."""

from pentad.data.consent.models import ConsentChannel, ConsentPurpose, ConsentStatement, Preference
from pentad.data.fields.models import CustomField
from pentad.data.identity.models import (
    BlockedValue,
    Conflict,
    Identifier,
    IdentifierRule,
    MergeLink,
    Person,
    PersonCounter,
    PersonWord,
    Separation,
)
from pentad.data.imports.models import Import
from pentad.data.ingest.models import Gap, LoaderOffset, SignalCount, Source, WrongWriteKey
from pentad.data.privacy.models import ErasedIdentifier, Erasure
from pentad.data.profiles.models import (
    Attachment,
    Company,
    CompanyTrait,
    Membership,
    MirrorTurn,
    Note,
    PersonTrait,
    TouchedCompany,
    TouchedEvent,
    TouchedPerson,
    TraitRule,
)

__all__ = [
    "Attachment",
    "BlockedValue",
    "Company",
    "CompanyTrait",
    "Conflict",
    "ConsentChannel",
    "ConsentPurpose",
    "ConsentStatement",
    "CustomField",
    "ErasedIdentifier",
    "Erasure",
    "Gap",
    "Identifier",
    "IdentifierRule",
    "Import",
    "LoaderOffset",
    "Membership",
    "MergeLink",
    "MirrorTurn",
    "Note",
    "Person",
    "PersonCounter",
    "PersonTrait",
    "PersonWord",
    "Preference",
    "Separation",
    "SignalCount",
    "Source",
    "TouchedCompany",
    "TouchedEvent",
    "TouchedPerson",
    "TraitRule",
    "WrongWriteKey",
]
