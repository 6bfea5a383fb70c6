from django.apps import AppConfig


class DataConfig(AppConfig):
    name = "pentad.data"
    label = "pentad_data"

    def ready(self) -> None:
        from pentad.data.consent import actions  # noqa: F401  its rights are known before they are asked for
        from pentad.data.imports import undoable  # noqa: F401  registers itself
        from pentad.data.profiles import kinds, subjects, undoing  # noqa: F401  they register themselves
