"""What an identity provider does to accounts and groups. An API key needs the right scim.edit, and no other."""

from collections.abc import Iterable
from typing import Any

from scim2_models import InvalidValueException, UniquenessException

from pentad.core import clock
from pentad.core.action import action, note
from pentad.core.actor import SYSTEM, Actor
from pentad.core.errors import Conflict
from pentad.roles.access.actions import add_user, change_user, check_email, check_role
from pentad.roles.access.giving import require_may_give, require_may_look_after
from pentad.roles.access.models import User
from pentad.roles.access.queries import role_labels
from pentad.roles.access.rules import row_number
from pentad.roles.access.scim.models import ProvisionedGroup, ProvisionedUser
from pentad.roles.access.scim.queries import row_of
from pentad.roles.access.scim.resources import LONGEST, address_of, external_id_of, kept, name_of
from pentad.roles.access.scim.settings import ROLE


@action("scim.edit")
def provision_user(*, actor: Actor, person: Any) -> User:
    """Make the account of a SCIM user, or open again one that was deleted. Raises SCIM's uniqueness fault."""
    email = User.objects.normalise(address_of(person))
    user = User.objects.filter(email=email).first()
    if user is None:
        user = add_user(actor=_able(actor), email=email, name=name_of(person), role=ROLE.get())
    elif not ProvisionedUser.objects.filter(user=user, gone=True).exists():
        raise UniquenessException(detail=f"{email} has an account already.")
    _keep(actor, user, person)
    note(f"user:{user.pk}")
    return user


@action("scim.edit")
def change_provisioned(*, actor: Actor, user: User, person: Any) -> User:
    """Take over what the provider says now; inactive closes the account and ends its sessions.

    Raises Denied for another address of a colleague with rights of administration that the actor has not: a link to
    set the password is sent there, and providers of single sign-on speak for it.
    """
    email = User.objects.normalise(address_of(person))
    if email != user.email:
        require_may_look_after(actor, user)
        user.email = check_email(email)
    user.name = name_of(person)
    user.save(update_fields=["email", "name"])
    _keep(actor, user, person)
    note(f"user:{user.pk}", active=user.is_active)
    return user


@action("scim.edit")
def deprovision_user(*, actor: Actor, user: User) -> None:
    """Close the account and hide it from the provider. What the colleague did stays told."""
    row = row_of(user)
    change_user(actor=_able(actor), user=user, active=False)
    for group in ProvisionedGroup.objects.filter(members=user):
        group.members.remove(user)
    row.gone, row.changed = True, clock.now()
    row.save()
    note(f"user:{user.pk}")


@action("scim.edit")
def save_group(*, actor: Actor, group: ProvisionedGroup, resource: Any) -> ProvisionedGroup:
    """Take over name and members; who comes or goes gets the role of the groups that are left."""
    numbers = {str(member.value) for member in resource.members or []}
    people = {str(user.pk): user for user in User.objects.filter(pk__in=map(row_number, numbers))}
    if strangers := sorted(numbers - set(people)):
        raise InvalidValueException(detail=f"There is no user {strangers[0]}.")
    group.display_name, group.external_id = str(resource.display_name)[:254], external_id_of(resource)
    group.changed = clock.now()
    group.save()
    before = {str(user.pk): user for user in group.members.all()}
    group.members.set(people.values())
    moved = [user for key, user in (before | people).items() if (key in before) != (key in people)]
    if group.role:
        _settle_roles(actor, moved)
    note(f"group:{group.id}", members=len(people))
    return group


@action("scim.edit")
def remove_group(*, actor: Actor, group: ProvisionedGroup) -> None:
    """Forget a group; its members get the role of the groups that are left."""
    members, had_role, number = list(group.members.all()), group.role, group.id
    group.delete()
    if had_role:
        _settle_roles(actor, members)
    note(f"group:{number}")


@action("admin.signin")
def give_group_role(*, actor: Actor, group: ProvisionedGroup, role: str) -> ProvisionedGroup:
    """Say which role the members of a provider's group have here; empty for none."""
    require_may_give(actor, *([role] if role else []))
    group.role = check_role(role) if role else ""
    group.save(update_fields=["role"])
    _settle_roles(actor, group.members.all())
    note(f"group:{group.id}", role=role)
    return group


def _keep(actor: Actor, user: User, person: Any) -> None:
    name = str(person.user_name).strip().lower()
    if len(name) > LONGEST:
        raise InvalidValueException(detail=f"A userName has at most {LONGEST} characters.")
    if ProvisionedUser.objects.filter(user_name=name).exclude(user=user).exists():
        raise UniquenessException(detail=f"The userName {person.user_name} is taken.")
    row = row_of(user)
    row.user_name, row.external_id, row.resource = name, external_id_of(person), kept(person)
    row.gone, row.changed = False, clock.now()
    row.save()
    active = person.active is not False
    if active != user.is_active:
        change_user(actor=_able(actor), user=user, active=active)


def _settle_roles(actor: Actor, people: Iterable[User]) -> None:
    """The first role, in their order, of the groups somebody is in; else the usual one. The last administrator stays."""
    order = list(role_labels())
    for user in people:
        roles = set(ProvisionedGroup.objects.filter(members=user).exclude(role="").values_list("role", flat=True))
        role = next((name for name in order if name in roles), ROLE.get())
        if role != user.role:
            try:
                change_user(actor=_able(actor), user=user, role=role)
            except Conflict as error:
                if error.code != "last_administrator":
                    raise


def _able(actor: Actor) -> Actor:
    """The same actor, in the audit log too, for what provisioning consists of."""
    return Actor(actor.kind, actor.id, actor.name, SYSTEM.rights)
