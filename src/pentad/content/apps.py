from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "pentad.content"
    label = "pentad_content"

    def ready(self) -> None:
        from pentad.content.messages import listing, meeting, undoing  # noqa: F401  they register themselves
