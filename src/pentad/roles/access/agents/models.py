"""What makes an API key an agent's."""

from django.db import models

from pentad.roles.access.models import ApiKey


class Agent(models.Model):
    """The key's `owner` answers for it and its `rights` are all it may do; it has no role of its own."""

    key = models.OneToOneField(ApiKey, models.CASCADE, primary_key=True, related_name="agent")
    daily_changes = models.PositiveIntegerField(help_text="It is refused when it has made as many on a day (UTC)")
    day = models.DateField(null=True, help_text="The day that `changes` and `told` are of")
    changes = models.PositiveIntegerField(default=0)
    told = models.BooleanField(default=False, help_text="The owner knows that it was refused on that day")
