from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RolesConfig(AppConfig):
    name = "pentad.roles"
    label = "pentad_roles"

    def ready(self) -> None:
        from pentad.core.action import BRACKETS, GUARDS, LIMITS
        from pentad.roles.access import own_view, seeing, signals  # noqa: F401  signals connect themselves
        from pentad.roles.access.agents import limit
        from pentad.roles.audit import signals as audit_signals  # noqa: F401
        from pentad.roles.together import actions  # noqa: F401  forgets drafts about what is erased
        from pentad.roles.views import undoing as views_undoing  # noqa: F401  registers itself
        from pentad.roles.work import actions as work_actions  # noqa: F401  registers itself
        from pentad.roles.work import kinds  # noqa: F401  registers itself

        GUARDS.append(seeing.guard)
        LIMITS.append(limit.spend)
        BRACKETS.append(own_view.never_wider)
        post_migrate.connect(_first_roles, sender=self)
        # Rights are our own: Django's rows of permissions would only slow down the first start.
        post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")


def _first_roles(using: str, **_: object) -> None:
    """A database without any role, or any purpose, gets those that come with the product."""
    from pentad.roles.access import builtin
    from pentad.roles.access.purposes.models import Purpose, RolePurpose
    from pentad.roles.access.rights_models import FieldRule, Grant, Role

    if using != "default":
        return
    if not Purpose.objects.exists():
        builtin.first_purposes(Purpose)
    if not Role.objects.exists():
        builtin.put_back(Role, Grant, FieldRule)
        builtin.put_purposes_back(RolePurpose)
