"""Files that were brought in."""

from django.db import models

from pentad.core import clock, ids


class Import(models.Model):
    """One run over one file. Its messages carry `received` as the moment of arrival, which tells them from others'."""

    DRAFT, WAITING, RUNNING, LOADING = "draft", "waiting", "running", "loading"
    DONE, FAILED, STOPPED, UNDONE = "done", "failed", "stopped", "undone"

    id = models.CharField(max_length=36, default=ids.new_id, primary_key=True)
    kind = models.CharField(max_length=20, default="transactions")
    file_name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, db_index=True, help_text="SHA-256 of the file")
    layout = models.JSONField(help_text="How the file was read")
    source_no = models.IntegerField()
    actor = models.CharField(max_length=80)
    received = models.BigIntegerField(help_text="Microseconds since the epoch")
    started = models.DateTimeField(default=clock.now)
    finished = models.DateTimeField(null=True)
    status = models.CharField(max_length=10, default=RUNNING)
    rows = models.BigIntegerField(default=0)
    sent = models.BigIntegerField(default=0, help_text="Rows that became messages")
    rejected = models.BigIntegerField(default=0)
    stored = models.BigIntegerField(default=0)
    duplicate = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    actor_name = models.CharField(max_length=200, blank=True)
    upload = models.CharField(max_length=40, blank=True, help_text="Its name on disk, while it waits or is read")
    wanted = models.JSONField(default=dict, help_text="Source and reading, as chosen on the screen")
    job = models.CharField(max_length=36, blank=True, help_text="Public id of the job that brings it in")
    problem = models.CharField(max_length=500, blank=True, help_text="Why it failed")
    taken = models.JSONField(default=dict, help_text="Once undone: events and customers that went, customers that stay")

    @property
    def under_way(self) -> bool:
        return self.status in (self.WAITING, self.RUNNING, self.LOADING)
