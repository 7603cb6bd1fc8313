"""Puts SQLCipher under sqlite-utils, or refuses to start.

sqlite-utils looks for a module called `pysqlite3` before it takes Python's own sqlite3. Under Python's own it would miss every exception
that SQLCipher raises, and would lose writes silently; so when it has already been bound to something else, nothing may be stored at all.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import sqlcipher3
import sqlcipher3.dbapi2


def bind() -> Any:
    """The package sqlite_utils, running on SQLCipher. Raises ImportError when it is bound to another SQLite."""
    if "sqlite_utils" not in sys.modules:
        sys.modules["pysqlite3"] = sqlcipher3
        sys.modules["pysqlite3.dbapi2"] = sqlcipher3.dbapi2
    sqlite_utils = importlib.import_module("sqlite_utils")
    for module in ("sqlite_utils.db", "sqlite_utils.utils"):
        if importlib.import_module(module).sqlite3 is not sqlcipher3:
            raise ImportError("sqlite_utils was imported before the encrypted store and is bound to a plaintext SQLite")
    return sqlite_utils
