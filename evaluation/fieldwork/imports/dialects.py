"""How each program writes its exports: by what they are known, where the id, the times and the state of a form stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evaluation.fieldwork.imports.table import Table, Text

REJECTED, UNFINISHED, UNREADABLE = "rejected", "unfinished", "unreadable"


@dataclass(frozen=True)
class Dialect:
    """One program's way. Each field lists columns, the first that a table has being taken.

    between: what stands between a group and its question; version_parts: columns of which each form fills one. left_out: column
    -> value (small letters) -> why such forms are left out; "" is a blank. own: other columns that the program adds by itself
    and that are never written. utc: columns whose times without an offset are in UTC. no_time: what stands for no time. other:
    what stands for the choice "other", whose column has the respondent's words instead of a tick; "" in programs without.
    words: its own codes of answers -> ours, where these are on an item's list.
    """

    name: str
    between: str = ""
    instance: tuple[str, ...] = ()
    version_parts: tuple[str, ...] = ()
    submitted: tuple[str, ...] = ()
    interviewer: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()
    started: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    left_out: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    blank: tuple[str, ...] = ()
    other: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    no_time: str = ""
    utc: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    @property
    def system(self) -> frozenset[str]:
        """Every column that the program adds by itself."""
        return self.own.union(self.instance, self.version_parts, self.submitted, self.interviewer, self.edits,
                              self.started, self.ended, self.left_out)


UNREAD = {"not decrypted": UNREADABLE, "missing encrypted form data": UNREADABLE}
NOT_APPROVED = {"validation_status_not_approved": REJECTED, "not approved": REJECTED}
CENTRAL = Dialect(
    "ODK Central, CSV", between="-/:", instance=("KEY",), version_parts=("FormVersion", "FormVersion1"),
    submitted=("SubmissionDate",), interviewer=("SubmitterID",), edits=("Edits",),
    left_out={"ReviewState": {"rejected": REJECTED}, "Status": UNREAD},
    own=frozenset({"meta-instanceID", "meta-instanceName", "meta:instanceID", "meta:instanceName", "instanceID", "instanceName",
                   "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "DeviceID", "PARENT_KEY", "CompletionDate"}))
ODATA = Dialect(
    "ODK Central, OData", between="/", instance=("__id",), version_parts=("__system/formVersion",),
    submitted=("__system/submissionDate",), interviewer=("__system/submitterId",), edits=("__system/edits",),
    left_out={"__system/reviewState": {"rejected": REJECTED}, "__system/status": {name.replace(" ", ""): why
                                                                                 for name, why in UNREAD.items()} | UNREAD},
    own=frozenset({"meta/instanceID", "meta/instanceName", "__system/submitterName", "__system/updatedAt", "__system/deviceId",
                   "__system/attachmentsPresent", "__system/attachmentsExpected", "__system/deletedAt", "__Submissions-id"}))
KOBO = Dialect(
    "KoboToolbox", between="/:", instance=("_id", "meta/rootUuid", "_uuid", "meta/instanceID"),
    version_parts=("__version__", "_version_", "_version__001"), submitted=("_submission_time",),
    utc=frozenset({"_submission_time"}),
    interviewer=("_submitted_by",),
    left_out={"_validation_status": NOT_APPROVED, "_validation_status/uid": NOT_APPROVED},
    own=frozenset({"_index", "_parent_index", "_parent_table_name", "_notes", "_status", "_tags", "uuid",
                   "instanceID", "deprecatedID", "rootUuid", "formhub/uuid", "meta/deprecatedID", "meta/instanceName",
                   "_xform_id_string", "_xform_id",
                   "_geolocation", "_attachments", "_validation_status/label", "_validation_status/color",
                   "_validation_status/timestamp", "_validation_status/by_whom", "_bamboo_dataset_id"}))
LIME = Dialect(
    "LimeSurvey", instance=("id", "Response ID"), submitted=("submitdate", "Date submitted"),
    started=("startdate", "Date started"), ended=("submitdate", "Date submitted"),
    left_out={"submitdate": {"": UNFINISHED}, "Date submitted": {"": UNFINISHED}},
    blank=("N/A",), other="-oth-", words={"y": "yes", "n": "no"}, no_time="1980-01-01 00:00:00",
    own=frozenset({"lastpage", "startlanguage", "seed", "datestamp", "token", "ipaddr", "refurl", "interviewtime", "Last page",
                   "Start language", "Seed", "Date last action", "Access code", "IP address", "Referrer URL", "Total time"}))
PLAIN = Dialect("plain")


def dialect_of(tables: Sequence[Table]) -> Dialect:
    """The dialect that some table of a file is in; plain, if none is known."""
    headers = [set(table.header) for table in tables]
    if any("KEY" in names for names in headers):
        return CENTRAL
    if any("__id" in names for names in headers):
        return ODATA
    if any("_uuid" in names or {"_id", "_submission_time"} <= names or "_submission__id" in names for names in headers):
        return KOBO
    if any({"id", "submitdate"} <= names or {"Response ID", "Date submitted"} <= names for names in headers):
        return LIME
    return PLAIN


def left_out(table: Table, dialect: Dialect) -> tuple[NDArray[np.bool_], Text]:
    """Which rows are taken; and why each of the others is left out, "" for those that are taken."""
    reasons: Text = np.full(len(table.frame), "", dtype=object)
    for name, why in dialect.left_out.items():
        if name in table:
            found = np.array([why.get(value.strip().lower(), "") for value in table.text(name)], dtype=object)
            reasons = np.where(reasons == "", found, reasons)
    return np.asarray(reasons == "", dtype=bool), reasons
