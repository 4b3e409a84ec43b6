"""Appoint the first person of the consortium office, and print the link that signs them in once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand

from cimara_web import clock
from cimara_web.beginning import BegunError, begin
from cimara_web.members.words import InstitutionKind

EXIT_REFUSED = 2


class First(forms.Form):
    """What is asked for, checked as a form would."""

    email = forms.EmailField(max_length=254)
    name = forms.CharField(max_length=150)
    institution = forms.CharField(max_length=200)
    country = forms.RegexField(r"^[A-Z]{2}$", error_messages={"invalid": "Two capital letters, such as US."})
    kind = forms.ChoiceField(choices=[(one.value, one.value) for one in InstitutionKind])


class Command(BaseCommand):
    """See the module."""

    help = __doc__
    stealth_options = tuple(First.base_fields)  # `cimara web init` reads its own words

    def handle(self, **given: Any) -> None:
        """Check, appoint; the link alone goes to stdout."""
        form = First({name: given.get(name) for name in First.base_fields})
        if not form.is_valid():
            wrong = "; ".join(f"--{name}: {said[0]}" for name, said in form.errors.items())
            raise CommandError(wrong, returncode=EXIT_REFUSED)
        told = {**form.cleaned_data, "kind": InstitutionKind(form.cleaned_data["kind"])}
        try:
            path = begin(**told, now=clock.now())
        except BegunError as error:
            raise CommandError(str(error), returncode=EXIT_REFUSED) from None
        self.stderr.write("Open this link within 15 minutes. It signs in once; then add a second factor.")
        self.stdout.write(f"{settings.ADDRESS}{path}")
