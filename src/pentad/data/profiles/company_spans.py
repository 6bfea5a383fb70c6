"""When companies were last seen: when any of their customers was, whatever that customer did."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from pentad.data.identity.store import chunks, sql_time
from pentad.data.profiles.models import Membership


def widen_companies(roots: Collection[int]) -> None:
    """Companies of these customers, also of their parts, were seen when the customers were. Never takes a time back."""
    if not roots or not Membership.objects.exists():
        return
    latest: dict[int, datetime] = {}
    for some in chunks(roots):
        own = Membership.objects.filter(person_id__in=some).values_list("company_id", "person__last_seen")
        parts = Membership.objects.filter(person__root_id__in=some).values_list("company_id", "person__root__last_seen")
        for company, at in (*own, *parts):
            if at and (company not in latest or latest[company] < at):
                latest[company] = at
    rows = [(at, company, at) for company, at in ((company, sql_time(latest[company])) for company in sorted(latest))]
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE pentad_data_company SET last_seen = %s WHERE no = %s AND last_seen < %s", rows)
