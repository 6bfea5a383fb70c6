from django.apps import AppConfig


class IntelligenceConfig(AppConfig):
    name = "pentad.intelligence"
    label = "pentad_intelligence"

    def ready(self) -> None:
        from pentad.intelligence.computed import limits  # noqa: F401  registers itself
        from pentad.intelligence.segments import erasing, filters, moves, undoing, veiling  # noqa: F401  they register themselves
