from django.apps import AppConfig


class PlatformsConfig(AppConfig):
    name = "pentad.platforms"
    label = "pentad_platforms"
