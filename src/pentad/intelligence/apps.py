from django.apps import AppConfig


class IntelligenceConfig(AppConfig):
    name = "pentad.intelligence"
    label = "pentad_intelligence"

    def ready(self) -> None:
        from pentad.intelligence.computed import erasing as quoting  # noqa: F401  they register themselves
        from pentad.intelligence.computed import limits  # noqa: F401
        from pentad.intelligence.contact import erasing as blotting  # noqa: F401
        from pentad.intelligence.segments import erasing, filters, moves, undoing, veiling  # noqa: F401  they register themselves
