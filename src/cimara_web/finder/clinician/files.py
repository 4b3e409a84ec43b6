"""The form that takes a bundle: pasted or as a file, held in memory only."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cimara.trials.fhir import BundleError, BundleReading, read_bundle
from cimara_web import clock
from cimara_web.finder.clinician.bundles import FAULTS


class BundleForm(forms.Form):
    """A bundle, pasted or uploaded; a valid form has it read as `reading`."""

    use_required_attribute = False

    bundle = forms.CharField(
        label=_("Paste the Bundle"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off", "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=_("Or choose its file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".json,application/json,application/fhir+json"}),
    )
    reading: BundleReading

    def clean(self) -> dict[str, Any]:
        """One of the two, read by the library."""
        data = super().clean() or {}
        pasted, file = data.get("bundle", "").strip(), data.get("file")
        if bool(pasted) == bool(file):
            asked = _("Paste a Bundle, or choose a file.")
            self.add_error("bundle", _("Paste a Bundle or choose a file, not both.") if file else asked)
            return data
        try:
            # A browser sends the line ends of a pasted text as CR LF, which could take it over the limit.
            source = file.read() if file else pasted.replace("\r\n", "\n")
            self.reading = read_bundle(source, clock.today())
        except BundleError as error:
            self.add_error("file" if file else "bundle", str(FAULTS[error.fault]))
        return data
