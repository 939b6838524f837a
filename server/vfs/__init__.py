"""The virtual file system: canonical paths, virtual folders, safe resolution, the upload's life."""

from .allowance import Allowance
from .companion import Companion
from .digest import Read, digest
from .entry import Entry
from .filesystem import VirtualFileSystem
from .mount import Mount
from .opening import WriteFlags
from .path import ROOT, VirtualPath, canonical, display
from .read_handle import ReadHandle
from .receipt import Abort, Answers, Identity, Receipt, Receipts, Recorded
from .refusal import Refusal, Refused
from .session import VfsSession
from .upload_handle import LONGEST_READ, UploadHandle
from .verdict import VERDICTS, Ending, Verdict

__all__ = [
    "LONGEST_READ",
    "ROOT",
    "VERDICTS",
    "Abort",
    "Allowance",
    "Answers",
    "Companion",
    "Ending",
    "Entry",
    "Identity",
    "Mount",
    "Read",
    "ReadHandle",
    "Receipt",
    "Receipts",
    "Recorded",
    "Refusal",
    "Refused",
    "UploadHandle",
    "Verdict",
    "VfsSession",
    "VirtualFileSystem",
    "VirtualPath",
    "WriteFlags",
    "canonical",
    "digest",
    "display",
]
