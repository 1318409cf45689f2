"""When people may be called: hours of the day in local time, and the dayparts that attempts are spread over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYPARTS = ("morning", "afternoon", "evening", "weekend")


@dataclass(frozen=True)
class Windows:
    """Calling hours, the same every day, in the time zone of those who are called.

    morning begins at `opens`, afternoon and evening at theirs, and nobody is called from `closes` on. On Saturday and Sunday
    the hours before the evening are the daypart "weekend".
    """

    opens: time = time(9)
    afternoon: time = time(12)
    evening: time = time(18)
    closes: time = time(21)
    zone: str = "Asia/Shanghai"

    def local(self, moment: datetime) -> datetime:
        """A moment (with its zone) as the clock shows it there. ValueError without a zone: it would be this computer's."""
        if moment.tzinfo is None:
            raise ValueError(f"{moment} has no time zone")
        return moment.astimezone(ZoneInfo(self.zone))

    def daypart(self, moment: datetime) -> str | None:
        """The daypart of a moment; None outside the calling hours."""
        there = self.local(moment)
        if not self.opens <= there.time() < self.closes:
            return None
        if there.time() >= self.evening:
            return "evening"
        if there.weekday() >= 5:
            return "weekend"
        return "morning" if there.time() < self.afternoon else "afternoon"

    def next_open(self, moment: datetime, wanted: frozenset[str] = frozenset(DAYPARTS)) -> datetime:
        """The first moment from this one on that lies in one of the dayparts wanted."""
        if self.daypart(moment) in wanted:
            return moment
        there = self.local(moment)
        for days in range(9):
            day = (there + timedelta(days=days)).date()
            for begin in (self.opens, self.afternoon, self.evening):
                start = datetime.combine(day, begin, ZoneInfo(self.zone))
                if start > there and self.daypart(start) in wanted:
                    return start.astimezone(moment.tzinfo)
        raise ValueError(f"no daypart of {sorted(wanted)} in a week")
