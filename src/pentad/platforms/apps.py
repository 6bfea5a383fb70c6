from django.apps import AppConfig


class PlatformsConfig(AppConfig):
    name = "pentad.platforms"
    label = "pentad_platforms"

    def ready(self) -> None:
        from pentad.platforms.channels import forgetting  # noqa: F401  it registers itself
        from pentad.platforms.responses import forgetting as responses  # noqa: F401  so does it
        from pentad.platforms.web import forgetting as web  # noqa: F401  and it
