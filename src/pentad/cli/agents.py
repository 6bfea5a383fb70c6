"""`pentad agent …`"""

import click

from pentad.cli.options import on_data


def register(cli: click.Group) -> None:
    cli.add_command(agent)


@click.group()
def agent() -> None:
    """Agents: programs that act by themselves within an explicit list. “pentad key revoke” ends one."""


@agent.command("add")
@click.argument("name")
@click.option("--owner", required=True, help="E-mail address of the colleague who answers for it.")
@click.option(
    "--right", "rights", multiple=True, required=True, help="A right it may use, such as people.view; repeatable."
)
@click.option("--daily-changes", default=200, show_default=True, help="Changes it may make on a day (UTC).")
@on_data()
def add_agent(name: str, owner: str, rights: tuple[str, ...], daily_changes: int) -> None:
    """Make an agent; prints its token alone. It is shown this once."""
    from pentad.core.actor import CLI
    from pentad.roles.access.agents import actions
    from pentad.roles.access.queries import user_by_email

    found = user_by_email(owner)
    click.echo(actions.add_agent(actor=CLI, name=name, owner=found, rights=rights, daily_changes=daily_changes)[1])


@agent.command("list")
@on_data()
def list_agents() -> None:
    """Each agent: beginning of the token, name, owner, list, changes today and at most, state, separated by tabs."""
    from pentad.roles.access.agents.queries import agents, made_today

    for one in agents():
        key = one.key
        state = "revoked" if key.revoked else "in force" if key.owner and key.owner.is_active else "rests"
        owner = key.owner.email if key.owner else ""
        click.echo(
            "\t".join(
                [key.prefix, key.name, owner, ",".join(key.rights), str(made_today(one)), str(one.daily_changes), state]
            )
        )
