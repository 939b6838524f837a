"""The import engine: a file and a directory in, a plan and a report out.

    mapping = load_mapping("users", [home / "mappings"])
    request = ImportRequest(
        import_id="imp-1", upload_id="up-1", client="acme", account="acme-payroll",
        folder="/hr/users", file_name="users.csv", file=path, sha256=digest, size=size,
        received_at=datetime.now(UTC), timezone="Europe/Paris", mapping=mapping,
        mode="full", first_import="hold",
    )
    result = run_import(request, home / "directory.db")
    if result.state == "held":                       # the first file of a folder always is
        print(result.report["summary"])
        result = approve(request, home / "directory.db", approver="Léa")

It needs no server, and can be used and tested without one.
"""

from .days import next_midnight, turn_day
from .decision import approve, plan_undo, reject, undo
from .directory import Directory, HistoryEntry, ImportRecord
from .editing import edit_user
from .exceptions import (
    DirectoryBusy,
    EditRefused,
    EngineError,
    FileRejected,
    IllegalState,
    ImportNotFound,
    MappingInvalid,
    OutOfOrder,
    PlanChanged,
    UndoHeld,
    UserNotFound,
)
from .expiry import expire, next_expiry
from .failure import fail
from .finding import CATALOGUE, Finding
from .importing import plan_import, resume, run_import
from .language import LANGUAGES, translate
from .leaver import without_leavers
from .mapping import Mapping
from .mapping_file import load_mapping, parse_mapping
from .outbox import OutboxDelivery, OutboxEntry
from .proposal import Proposal, propose
from .records import UserRecord, export_users, get_import, get_user, list_imports, list_users
from .request import ImportRequest, ImportResult
from .safeguard import RULES, Verdict
from .sample import Sample
from .source import check_structure, read_sample
from .state import TRANSITIONS, State
from .telling import deliveries, next_send, note_had, note_sent, post, unsent
from .user import Status, User, status
from .waiting import ids_in_line, next_in_line

__all__ = [
    "CATALOGUE",
    "LANGUAGES",
    "RULES",
    "TRANSITIONS",
    "Directory",
    "DirectoryBusy",
    "EditRefused",
    "EngineError",
    "FileRejected",
    "Finding",
    "HistoryEntry",
    "IllegalState",
    "ImportNotFound",
    "ImportRecord",
    "ImportRequest",
    "ImportResult",
    "Mapping",
    "MappingInvalid",
    "OutOfOrder",
    "OutboxDelivery",
    "OutboxEntry",
    "PlanChanged",
    "Proposal",
    "Sample",
    "State",
    "Status",
    "UndoHeld",
    "User",
    "UserNotFound",
    "UserRecord",
    "Verdict",
    "approve",
    "check_structure",
    "deliveries",
    "edit_user",
    "expire",
    "export_users",
    "fail",
    "get_import",
    "get_user",
    "ids_in_line",
    "list_imports",
    "list_users",
    "load_mapping",
    "next_expiry",
    "next_in_line",
    "next_midnight",
    "next_send",
    "note_had",
    "note_sent",
    "parse_mapping",
    "plan_import",
    "plan_undo",
    "post",
    "propose",
    "read_sample",
    "reject",
    "resume",
    "run_import",
    "status",
    "translate",
    "turn_day",
    "undo",
    "unsent",
    "without_leavers",
]
