from django.apps import AppConfig


class RolesConfig(AppConfig):
    name = "pentad.roles"
    label = "pentad_roles"

    def ready(self) -> None:
        from pentad.roles.access import signals  # noqa: F401  connects itself
