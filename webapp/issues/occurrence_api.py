"""JSON: /api/monitoring/faults/, overloads/ and operational-issues/, one at a time."""

from typing import Any

from webapp.core import clock, web
from webapp.core.access import Role
from webapp.core.jsonapi import json_blueprint, operation
from webapp.core.problems import Problem
from webapp.issues import occurrence_schemas as schemas
from webapp.issues import tables
from webapp.issues.digesting import digest
from webapp.issues.kinds import IssueKind
from webapp.issues.models import Fault, OperationalIssue, Overload
from webapp.issues.records import MODELS
from webapp.issues.table_schemas import FaultQuery, OperationalIssueQuery, OverloadQuery

faults = json_blueprint("faults", "/api/monitoring/faults")
overloads = json_blueprint("overloads", "/api/monitoring/overloads")
operational_issues = json_blueprint("operational_issues", "/api/monitoring/operational-issues")


@faults.get("/")
@operation(
    "List faults, newest first",
    role=Role.VIEWER,
    query=FaultQuery,
    returns=schemas.FaultListResponse,
)
def list_faults(query: FaultQuery) -> object:
    """One page of faults."""
    return _listed(IssueKind.FAULT, query, query.error_code)


@faults.post("/")
@operation(
    "Report a fault",
    role=Role.OPERATOR,
    body=schemas.FaultCreate,
    returns=schemas.FaultRead,
    status=201,
)
def report_fault(body: schemas.FaultCreate) -> object:
    """The stored fault; one with an origin that is there already is answered as it is."""
    return _stored(body)


@faults.get("/<int:fault_id>/")
@operation("Read a fault", role=Role.VIEWER, returns=schemas.FaultRead)
def read_fault(fault_id: int) -> object:
    """One fault."""
    return web.get_or_404(Fault, fault_id)


@overloads.get("/")
@operation(
    "List overloads, newest first",
    role=Role.VIEWER,
    query=OverloadQuery,
    returns=schemas.OverloadListResponse,
)
def list_overloads(query: OverloadQuery) -> object:
    """One page of overloads."""
    return _listed(IssueKind.OVERLOAD, query, query.component_name)


@overloads.post("/")
@operation(
    "Report an overload",
    role=Role.OPERATOR,
    body=schemas.OverloadCreate,
    returns=schemas.OverloadRead,
    status=201,
)
def report_overload(body: schemas.OverloadCreate) -> object:
    """The stored overload."""
    return _stored(body)


@overloads.get("/<int:overload_id>/")
@operation("Read an overload", role=Role.VIEWER, returns=schemas.OverloadRead)
def read_overload(overload_id: int) -> object:
    """One overload."""
    return web.get_or_404(Overload, overload_id)


@operational_issues.get("/")
@operation(
    "List operational issues, newest first",
    role=Role.VIEWER,
    query=OperationalIssueQuery,
    returns=schemas.OperationalIssueListResponse,
)
def list_operational_issues(query: OperationalIssueQuery) -> object:
    """One page of operational issues."""
    return _listed(IssueKind.OPERATIONAL, query, query.task)


@operational_issues.post("/")
@operation(
    "Report an operational issue",
    role=Role.OPERATOR,
    body=schemas.OperationalIssueCreate,
    returns=schemas.OperationalIssueRead,
    status=201,
)
def report_operational_issue(body: schemas.OperationalIssueCreate) -> object:
    """The stored operational issue."""
    return _stored(body)


@operational_issues.get("/<int:operational_issue_id>/")
@operation("Read an operational issue", role=Role.VIEWER, returns=schemas.OperationalIssueRead)
def read_operational_issue(operational_issue_id: int) -> object:
    """One operational issue."""
    return web.get_or_404(OperationalIssue, operational_issue_id)


def _listed(kind: IssueKind, query: Any, subject: str | None) -> object:
    return tables.rows(kind, query.filters(subject), query.page, query.page_size)


def _stored(body: schemas.OccurrenceCreate) -> object:
    """Digested at once and kept whatever else comes: whoever reports one may ask for it."""
    now = clock.now()
    [digested] = digest([body.occurrence(now)], now, keeps_all=True)
    if digested.occurrence_id is None:
        raise Problem(409, "What has this origin was counted before, and is not kept as a row.")
    row: object = web.get_or_404(MODELS[digested.kind], digested.occurrence_id)
    return row
