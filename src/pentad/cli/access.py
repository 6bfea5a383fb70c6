"""`pentad key …` and `pentad user …`"""

import sys

import click

from pentad.cli.options import on_data
from pentad.roles.access.rules import ADMIN, MEMBER

role_option = click.option("--role", default=MEMBER, show_default=True, help="The role's name, such as admin or rep.")


def register(cli: click.Group) -> None:
    cli.add_command(key)
    cli.add_command(user)


@click.group()
def key() -> None:
    """API keys: tokens with which programs call /api/v1."""


@key.command("add")
@click.argument("name")
@role_option
@click.option("--right", "rights", multiple=True, help="Only this right of the role, such as people.view; repeatable.")
@click.option(
    "--purpose", "purposes", multiple=True, help="Only this purpose of the role's, such as service; repeatable."
)
@on_data(create=True)
def add_key(name: str, role: str, rights: tuple[str, ...], purposes: tuple[str, ...]) -> None:
    """Make an API key; prints its token alone. It is shown this once."""
    from pentad.core.actor import CLI
    from pentad.roles.access import actions

    click.echo(actions.add_key(actor=CLI, name=name, role=role, rights=rights, purposes=purposes)[1])


@key.command("list")
@on_data()
def list_keys() -> None:
    """Each key: beginning of the token, name, role, state and last use, separated by tabs."""
    from pentad.roles.access.queries import keys

    for one in keys():
        used = one.last_used.isoformat(timespec="seconds") if one.last_used else "never used"
        click.echo("\t".join([one.prefix, one.name, one.role, "revoked" if one.revoked else "in force", used]))


@key.command("revoke")
@click.argument("key")
@on_data()
def revoke_key(key: str) -> None:
    """Revoke a key, given by the beginning of its token or by its name."""
    from pentad.core.actor import CLI
    from pentad.roles.access import actions
    from pentad.roles.access.queries import key_named

    done = actions.revoke_key(actor=CLI, key=key_named(key))
    click.echo(f"revoked {done.prefix}… {done.name}")


@click.group()
def user() -> None:
    """Colleagues who sign in."""


@user.command("add")
@click.argument("email")
@click.option("--name", help="Full name; default: the part of the address before the @.")
@click.option("--role", default=ADMIN, show_default=True, help="The role's name, such as admin or rep.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@on_data(create=True)
def add_user(email: str, name: str | None, role: str, password_stdin: bool) -> None:
    """Add a colleague; asks for a password."""
    from pentad.core.actor import CLI
    from pentad.roles.access import actions

    done = actions.add_user(
        actor=CLI, email=email, name=name or email.partition("@")[0], role=role, password=_password(password_stdin)
    )
    click.echo(f"added {done.email}")


@user.command("list")
@on_data()
def list_users() -> None:
    """Each colleague: address, name, role and state, separated by tabs."""
    from pentad.roles.access.queries import colleagues

    for one in colleagues():
        click.echo("\t".join([one.email, one.name, one.role, "active" if one.is_active else "closed"]))


@user.command("password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@on_data()
def set_password(email: str, password_stdin: bool) -> None:
    """Set a colleague's password and sign them out everywhere."""
    from pentad.core.actor import CLI
    from pentad.roles.access import actions
    from pentad.roles.access.queries import user_by_email

    actions.set_password(actor=CLI, user=user_by_email(email), password=_password(password_stdin))
    click.echo(f"changed {email}")


@user.command("rescue")
@click.argument("email")
@on_data()
def rescue(email: str) -> None:
    """Remove a colleague's second step (phone, passkeys, recovery codes) and lift a lockout."""
    from pentad.core.actor import CLI
    from pentad.roles.access import actions
    from pentad.roles.access.queries import user_by_email

    done = actions.remove_second_step(actor=CLI, user=user_by_email(email))
    click.echo(f"{done.email} signs in with the password alone")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask for a password: give it with --password-stdin.")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
