from django.apps import AppConfig


class EngageConfig(AppConfig):
    name = "pentad.engage"
    label = "pentad_engage"
