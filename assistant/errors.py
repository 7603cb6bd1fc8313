"""Every error a person can cause, each with its exit code.

A message says what happened, what it means and what to do. It never holds a word of a note, a transcript, a name or a key.

    CoachnoteError                1
    ├── UsageProblem              2   the command was not understood
    ├── InputError                3   a file cannot be read
    │   ├── InputMissing
    │   ├── NotAudio                  no sound could be decoded from it
    │   └── DocumentError             a JSON document breaks its contract
    ├── NothingSaid               4   silence from end to end
    ├── ModelError                5
    │   ├── ModelMissing
    │   └── ModelUnusable
    ├── WrongPassphrase           6
    ├── StoreError                7
    │   ├── StoreMissing
    │   ├── StoreDamaged              also: not one of ours
    │   └── StoreTooNew
    ├── Refused                   8   a rule forbids it (unsigned, locked, legal hold)
    ├── NotWritable               9   disk full or read only
    ├── SomeFailed               10   of many
    ├── AllFailed                11   of many
    ├── MissingPart              12   PortAudio, or an extra that is not installed
    └── Stopped                 130   by the person
"""

from __future__ import annotations


class CoachnoteError(Exception):
    """What happened (`what`), what it means (`means`) and what to do (`do`), as plain sentences without personal data."""

    exit_code = 1

    def __init__(self, what: str, *, means: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.means = means
        self.do = do


class UsageProblem(CoachnoteError):
    exit_code = 2


class InputError(CoachnoteError):
    exit_code = 3


class InputMissing(InputError):
    pass


class NotAudio(InputError):
    pass


class DocumentError(InputError):
    pass


class NothingSaid(CoachnoteError):
    exit_code = 4


class ModelError(CoachnoteError):
    exit_code = 5


class ModelMissing(ModelError):
    pass


class ModelUnusable(ModelError):
    pass


class WrongPassphrase(CoachnoteError):
    exit_code = 6


class StoreError(CoachnoteError):
    exit_code = 7


class StoreMissing(StoreError):
    pass


class StoreDamaged(StoreError):
    pass


class StoreTooNew(StoreError):
    pass


class Refused(CoachnoteError):
    exit_code = 8


class NotWritable(CoachnoteError):
    exit_code = 9


class SomeFailed(CoachnoteError):
    exit_code = 10


class AllFailed(CoachnoteError):
    exit_code = 11


class MissingPart(CoachnoteError):
    exit_code = 12


class Stopped(CoachnoteError):
    exit_code = 130
