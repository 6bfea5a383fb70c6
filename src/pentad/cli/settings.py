"""`pentad setting …`: what may change while Pentad runs."""

import json

import click

from pentad.cli.options import on_data


def register(cli: click.Group) -> None:
    cli.add_command(setting)


@click.group()
def setting() -> None:
    """Settings: what may change while Pentad runs. Running processes follow within two seconds."""


@setting.command("list")
@on_data()
def list_settings() -> None:
    """Each setting: name, value in force and what it does, separated by tabs."""
    from pentad.core import settings

    _import_definitions()
    for one in settings.definitions():
        click.echo("\t".join([one.name, json.dumps(one.get(), ensure_ascii=False), one.help]))


@setting.command("set")
@click.argument("name")
@click.argument("value")
@on_data()
def set_setting(name: str, value: str) -> None:
    """Set a value: a number, yes or no, a text, or texts with commas between them."""
    from pentad.core import settings
    from pentad.core.actor import CLI

    _import_definitions()
    settings.change_setting(actor=CLI, name=name, value=settings.definition(name).parse(value))
    click.echo(f"{name}\t{json.dumps(settings.get(name), ensure_ascii=False)}")


@setting.command("reset")
@click.argument("name")
@on_data()
def reset_setting(name: str) -> None:
    """Go back to what it is when nobody sets it."""
    from pentad.core import settings
    from pentad.core.actor import CLI

    _import_definitions()
    settings.change_setting(actor=CLI, name=name, value=settings.definition(name).default)
    click.echo(f"{name}\t{json.dumps(settings.get(name), ensure_ascii=False)}")


def _import_definitions() -> None:
    """Settings are known once the modules that define them are: all of our apps', and plugins'."""
    import pkgutil
    from importlib import import_module

    from django.conf import settings

    from pentad.core import hooks

    for app in (app for app in settings.INSTALLED_APPS if app.startswith("pentad.")):
        for module in pkgutil.walk_packages(import_module(app).__path__, f"{app}."):
            if ".migrations" not in module.name:
                import_module(module.name)
    hooks.manager()
