"""Looking for harmful content before a file is first handed out. A scanner that does not answer is no permission.

`FILE_SCAN_COMMAND` names a program that reads the file from its standard input and ends with 0 (clean) or 1 (harmful),
as `clamdscan -` does. Without one only the standard test file of virus scanners is recognised.
"""

from __future__ import annotations

import subprocess

from django.conf import settings

from prm.kernel.models import StoredFile

# Put together here, so that this source is not taken for the test file itself.
TEST_FILE = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PATIENCE = 60


class ScannerSilent(RuntimeError):
    """The scanner did not say yes or no; the file stays as it is, and the question is asked again."""


def needs_waiting() -> bool:
    """Whether an outside program is asked, which takes its time."""
    return bool(settings.FILE_SCAN_COMMAND)


def verdict_on(content: bytes) -> str:
    """Clean or blocked; raises ScannerSilent when the scanner gave no answer."""
    if TEST_FILE in content:
        return StoredFile.Scan.BLOCKED
    if not settings.FILE_SCAN_COMMAND:
        return StoredFile.Scan.CLEAN
    try:
        answer = subprocess.run(  # the command is a setting
            settings.FILE_SCAN_COMMAND, input=content, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ScannerSilent(str(error)) from error
    if answer.returncode not in (0, 1):
        raise ScannerSilent(f"the scanner ended with {answer.returncode}")
    return StoredFile.Scan.CLEAN if answer.returncode == 0 else StoredFile.Scan.BLOCKED
