"""What the frame itself adds to the side bar."""

from pentad.core import hooks
from pentad.core.actor import Actor
from pentad.core.hookvalues import NavItem


@hooks.impl
def navigation(actor: Actor) -> list[NavItem]:
    return [
        NavItem("Colleagues", "/settings/people/", "user-round", "Administration", "u", right="admin.users", order=910),
        NavItem(
            "Roles and teams",
            "/settings/roles/",
            "key-round",
            "Administration",
            right="admin.rights",
            order=915,
            also=("/settings/teams/", "/settings/purposes/", "/settings/access/"),
        ),
        NavItem(
            "Single sign-on", "/settings/sign-in/", "shield-check", "Administration", right="admin.signin", order=917
        ),
        NavItem("API keys", "/settings/keys/", "key-round", "Administration", right="admin.keys", order=920),
        NavItem("Agents", "/settings/agents/", "sparkles", "Administration", right="admin.keys", order=921),
        NavItem("Apps", "/settings/apps/", "layers", "Administration", right="admin.apps", order=922),
        NavItem("Jobs", "/jobs/", "list-checks", "Administration", "j", right="jobs.view", order=930),
    ]
