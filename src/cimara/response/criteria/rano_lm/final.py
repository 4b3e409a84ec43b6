"""Making a RANO-LM form final: it refuses to be while anything is empty or contradictory."""

from __future__ import annotations

from dataclasses import dataclass

from cimara.response.criteria.rano_lm.derivation_2019 import LmCall, call_2019
from cimara.response.criteria.rano_lm.form import OVERALL, FormProblem, item_problems, problems
from cimara.response.model import LmForm
from cimara.terms.errors import CimaraError
from cimara.terms.response import FormFault


class FormNotFinal(CimaraError):  # noqa: N818  (it is a state of the form, as a person would say it)
    """A form that can't be made final; `problems` has each field, in words."""

    def __init__(self, found: tuple[FormProblem, ...]) -> None:
        self.problems = found
        super().__init__(
            "; ".join(str(problem) for problem in found),
            where="RANO-LM form",
            expected="every item filled in and in agreement",
            hint="What can't be judged is NE; nothing may stay empty.",
        )


@dataclass(frozen=True, slots=True)
class FinalForm:
    """A complete form with the computed call; a differing human call stands beside it with its reason."""

    form: LmForm
    computed: LmCall
    human: str = ""
    human_reason: str = ""

    @property
    def human_differs(self) -> bool:
        """Whether the person's call is another one than the computed one."""
        return bool(self.human) and self.human != self.computed.response


def finalise(form: LmForm) -> FinalForm:
    """The form, final.

    Raises
    ------
    FormNotFinal
        Anything is empty, unreadable or contradictory; all of it is named.
    """
    found = all_problems(form)
    if found:
        raise FormNotFinal(found)
    return FinalForm(form, call_2019(form), form.overall_human, form.overall_reason)


def all_problems(form: LmForm) -> tuple[FormProblem, ...]:
    """What keeps the form from being final, a human call without its reason included."""
    return (*problems(form), *_unexplained_call(form))


def missing(form: LmForm) -> tuple[str, ...]:
    """Every field that is still empty, in words."""
    return tuple(str(problem) for problem in all_problems(form) if problem.fault is FormFault.EMPTY)


def contradictions(form: LmForm) -> tuple[str, ...]:
    """Every field that is unreadable or contradicts another, in words."""
    return tuple(str(problem) for problem in all_problems(form) if problem.fault is not FormFault.EMPTY)


def _unexplained_call(form: LmForm) -> tuple[FormProblem, ...]:
    if not form.overall_human or form.overall_reason.strip() or item_problems(form):
        return ()
    if form.overall_human == call_2019(form).response:
        return ()
    text = "written reason for a call that differs from the computed one"
    return (FormProblem(FormFault.EMPTY, "", OVERALL, OVERALL, text),)
