"""What this competency asks of the core."""

from pentad.core import hooks
from pentad.core.hookvalues import ScheduleItem


@hooks.impl
def schedules() -> list[ScheduleItem]:
    return [ScheduleItem("forget ended sessions", "access.sweep", 24 * 3600)]
