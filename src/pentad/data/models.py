"""The data competency's rows, gathered for Django; each feature defines its own."""

from pentad.data.identity.models import (  # noqa: F401  Django finds models here
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
from pentad.data.imports.models import Import  # noqa: F401
from pentad.data.ingest.models import Gap, LoaderOffset, Source  # noqa: F401
from pentad.data.profiles.models import (  # noqa: F401
    Company,
    CompanyTrait,
    Membership,
    Note,
    PersonTrait,
    TraitRule,
)
from pentad.data.privacy.models import ErasedIdentifier, Erasure  # noqa: F401
