"""What libraries raise when a file is not what it says it is.

Neither pypdf nor openpyxl checks all it reads, so errors of Python itself come out of them too.
"""

from __future__ import annotations

import struct
import zlib

from publish.faults.fault import shortened

UNSOUND = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


def problem_of(error: Exception) -> str:
    """Return what a library says is wrong, or the name of its error when it says nothing."""
    return shortened(str(error)) or type(error).__name__
