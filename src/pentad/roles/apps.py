from django.apps import AppConfig


class RolesConfig(AppConfig):
    name = "pentad.roles"
    label = "pentad_roles"
