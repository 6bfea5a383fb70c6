from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "pentad.shell"
    label = "pentad_shell"

    def ready(self) -> None:
        from pentad.shell import settings  # noqa: F401  makes its settings known
