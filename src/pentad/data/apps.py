from django.apps import AppConfig


class DataConfig(AppConfig):
    name = "pentad.data"
    label = "pentad_data"
