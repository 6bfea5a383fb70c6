"""What is swept out once a day."""

from importlib import import_module

from allauth.idp.oidc.models import Token
from axes.models import AccessAttempt
from django.conf import settings

from pentad.core import clock
from pentad.core.jobs import Context, task
from pentad.roles.access.sessions.queries import ended


@task("access.sweep")
def sweep(job: Context) -> None:
    """Forget sessions and apps' tokens that have ended, and wrong passwords that no longer count."""
    Token.objects.expired().delete()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    ended().delete()
    AccessAttempt.objects.filter(attempt_time__lt=clock.now() - settings.AXES_COOLOFF_TIME).delete()
