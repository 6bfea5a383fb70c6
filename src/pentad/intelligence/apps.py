from django.apps import AppConfig


class IntelligenceConfig(AppConfig):
    name = "pentad.intelligence"
    label = "pentad_intelligence"
