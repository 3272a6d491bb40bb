"""Read everything a moderator needs on one page. The number of queries does not depend on the size of the Space."""

from dataclasses import dataclass

from spaces.models import Decision, LogEntry, Report
from spaces.moderation import evidence
from spaces.moderation import services as moderation
from spaces.moderation.evidence import Evidence, EvidenceLine
from spaces.recordings.selectors import has_sound_at
from spaces.states import ReportState
from spaces_project.common.clock import clock_text

MOST = 10


@dataclass(frozen=True, slots=True)
class LogLine:
    entry: LogEntry
    clock: str


@dataclass(frozen=True, slots=True)
class SaidLine:
    line: EvidenceLine
    clock: str
    is_it: bool
    """True for the line that was reported."""


@dataclass(frozen=True, slots=True)
class Case:
    """One report, with its evidence and what was decided about it."""

    report: Report
    clock: str
    log: list[LogLine]
    said: list[SaidLine]
    has_sound: bool
    """True if the moment was recorded, and its sound is still there."""
    answers: list[Decision]
    earlier: list[Decision]
    """Decisions about the same person, latest first."""
    others: list[Report]
    """Open reports about the same person or Space."""


def case_of(report_id: int) -> Case:
    """Return the case of a report. Raise `NotFound`."""
    report = moderation.get_report(report_id)
    found = _evidence(report)
    return Case(
        report=report,
        clock=clock_text(report.clock_ms or 0),
        log=[LogLine(entry, clock_text(entry.clock_ms)) for entry in found.log],
        said=[SaidLine(line, clock_text(line.clock_ms), _is_it(line, report)) for line in found.lines],
        has_sound=has_sound_at(space_id=report.space_id, clock_ms=report.clock_ms),
        answers=list(report.decisions.select_related("actor", "target").order_by("id")),
        earlier=_earlier(report),
        others=_others(report),
    )


def _is_it(line: EvidenceLine, report: Report) -> bool:
    return (line.id, line.subject) == (report.caption_id, report.subject)


def _evidence(report: Report) -> Evidence:
    if report.space is None or report.clock_ms is None:
        return Evidence([], [], 0, 0)
    return evidence.around(report.space, report.clock_ms)


def _earlier(report: Report) -> list[Decision]:
    if report.person_id is None:
        return []
    about = Decision.objects.filter(target=report.person_id).exclude(report=report)
    return list(about.select_related("actor", "space__creator").order_by("-id")[:MOST])


def _others(report: Report) -> list[Report]:
    waiting = Report.objects.filter(state=ReportState.OPEN).exclude(pk=report.pk)
    about = waiting.filter(person=report.person_id) if report.person_id else waiting.none()
    here = waiting.filter(space=report.space_id) if report.space_id else waiting.none()
    return list((about | here).select_related("person", "space__creator").order_by("-id")[:MOST])
