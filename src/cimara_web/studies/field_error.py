"""What an action says to a form: which field is wrong, and what would be right."""

from __future__ import annotations


class FieldError(ValueError):
    """Something that was given is missing, or can't be; `field` names it."""

    def __init__(self, field: str, words: str) -> None:
        self.field = field
        super().__init__(words)
