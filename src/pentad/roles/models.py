"""The roles competency's rows, gathered for Django."""

from pentad.roles.access.agents.models import Agent  # noqa: F401
from pentad.roles.access.apps.models import App, Consent, SigningKey  # noqa: F401
from pentad.roles.access.invitations.models import Invitation  # noqa: F401
from pentad.roles.access.models import ApiKey, User  # noqa: F401  Django finds models here
from pentad.roles.access.purposes.models import FieldPurpose, Purpose, RolePurpose  # noqa: F401
from pentad.roles.access.rights_models import (  # noqa: F401
    Elevation,
    FieldClass,
    FieldRule,
    Grant,
    Role,
    Share,
    Team,
    TeamMember,
)
from pentad.roles.access.scim.models import ProvisionedGroup, ProvisionedUser  # noqa: F401
from pentad.roles.access.sessions.models import BrowserSession  # noqa: F401
from pentad.roles.access.sso.models import IdentityProvider  # noqa: F401
from pentad.roles.notices.models import Follow, Notice, NoticeChoice  # noqa: F401
from pentad.roles.together.models import Draft  # noqa: F401
from pentad.roles.undo.models import Change, ChangedRecord  # noqa: F401
from pentad.roles.views.models import SavedView  # noqa: F401
from pentad.roles.work.models import Task  # noqa: F401
