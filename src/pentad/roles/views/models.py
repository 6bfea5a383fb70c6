"""Saved views of a list: filters, columns, sort and layout as one object."""

from django.conf import settings
from django.db import models

from pentad.core import clock, ids
from pentad.roles.access.rights_models import Team


class SavedView(models.Model):
    id = models.CharField(max_length=36, default=ids.new_id, primary_key=True)
    list = models.CharField(max_length=40, help_text="people, companies …")
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, help_text="null: not private")
    team = models.ForeignKey(Team, models.CASCADE, null=True, help_text="null and no owner: for everyone")
    state = models.JSONField(help_text="q, filters, columns, sort, layout; pinned, default, roles that open with it")
    position = models.PositiveSmallIntegerField(default=0)
    created = models.DateTimeField(default=clock.now)

    @property
    def pinned(self) -> bool:
        """Whether it is a tab; others are in the menu beside the tabs."""
        return bool(self.state.get("pinned", True))

    @property
    def own(self) -> str:
        """The name of the view that comes with the product, when the row stands for it: to say which roles see it first."""
        return str(self.state.get("own", ""))

    @property
    def for_everyone(self) -> bool:
        return self.owner_id is None and self.team_id is None

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles whose holders see the list with it first."""
        return tuple(self.state.get("roles", ()))
