from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "pentad.core"
    label = "pentad_core"
