"""A message to a customer that a colleague gives: it becomes a task on their list, about the customer."""

from datetime import timedelta

from django.db import transaction

from pentad.core import clock
from pentad.core.actor import SYSTEM, acting_as
from pentad.core.errors import PentadError
from pentad.data.identity.queries import find_person, hold_person
from pentad.platforms.channels.adapters.protocol import GONE, Adapter, Busy, Field, Outgoing, Receipt, Refused
from pentad.platforms.channels.models import TaskMade
from pentad.roles.access.models import User
from pentad.roles.work.actions import create_task
from pentad.roles.work.rules import Due

OWNER, NOBODY = "owner", "nobody"


class ColleagueTask(Adapter):
    fields = (
        Field(
            "assignee", "Who is to do it", "text", default=OWNER,
            help="“owner” for whoever looks after the customer, “nobody” for the common list, or a colleague’s e-mail address.",
        ),
        Field("days", "Due after days", "number", default=1),
    )  # fmt: skip
    idempotent = True
    memory_hours = 24.0 * 365
    addressed = False
    parallel = False

    def send(self, out: Outgoing, key: str) -> Receipt:
        with transaction.atomic(), acting_as(SYSTEM):
            if not hold_person(out.person_no):
                raise Refused(GONE)
            made = TaskMade.objects.select_for_update().filter(key=key).first()
            if made is None:
                made = TaskMade.objects.create(key=key, task=self._made(out))
        return Receipt(made.task, "delivered")

    def _made(self, out: Outgoing) -> str:
        try:
            person = find_person(out.person_id)
        except PentadError as error:
            raise Refused(error.message, status=error.code) from None
        due = clock.now() + timedelta(days=self.setup.number("days", 1))
        try:
            with transaction.atomic():
                row = create_task(
                    actor=SYSTEM,
                    title=out.content.get("title", "")[:200],
                    why=out.content.get("note", "")[:300],
                    due=Due(due, None, due),
                    assignee=self._assignee(person.owner_id),
                    about=person,
                )
        except PentadError as error:
            raise Refused(error.message, status=error.code[:20]) from None
        return row.id

    def _assignee(self, owner_id: int | None) -> User | None:
        who = self.setup.text("assignee", OWNER)
        if who == NOBODY:
            return None
        if who == OWNER:
            return User.objects.filter(pk=owner_id, is_active=True).first() if owner_id else None
        found = User.objects.filter(email__iexact=who, is_active=True).first()
        if found is None:
            raise Busy(f"There is no colleague {who}")
        return found

    def check(self) -> str:
        try:
            self._assignee(None)
        except Busy as error:
            return error.reason
        return ""
