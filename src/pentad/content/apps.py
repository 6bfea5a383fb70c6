from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "pentad.content"
    label = "pentad_content"
