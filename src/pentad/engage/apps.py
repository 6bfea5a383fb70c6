from django.apps import AppConfig


class EngageConfig(AppConfig):
    name = "pentad.engage"
    label = "pentad_engage"

    def ready(self) -> None:
        from pentad.engage.campaigns import listing, meant, queries  # noqa: F401  they register themselves
