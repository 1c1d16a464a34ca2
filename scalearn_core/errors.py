"""One small tree of errors: a code and its values, with the English sentence as the message.

The shell prints the sentence; the studio translates code and values into the user's language.
Each class keeps a built-in parent, so a caller may catch either.
"""

from __future__ import annotations

from scalearn_core.messages import MESSAGES


class ScaLearnError(Exception):
    """Something the user can mend. `code` names it, `values` fill the sentence."""

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values
        super().__init__(MESSAGES[code].format(**values))


class DataError(ScaLearnError, ValueError):
    """A table, a column, labels or a split."""


class EncoderError(ScaLearnError, ValueError):
    """An encoder that is missing, damaged or of an unknown layout."""


class AdapterError(ScaLearnError, ValueError):
    """A source adapter that cannot be read or does not fit the encoder."""


class ModelError(ScaLearnError, ValueError):
    """A saved model that cannot be read."""


class ConfigError(ScaLearnError, ValueError):
    """A setting outside its range, or two settings that contradict each other."""


class RunError(ScaLearnError, RuntimeError):
    """A run that does not exist or cannot do what is requested."""


class AuditError(ScaLearnError, RuntimeError):
    """What was done cannot be recorded, or what was recorded was changed."""


class GovernanceError(ScaLearnError, ValueError):
    """A step of a model that it cannot take now, or that this person may not take."""
