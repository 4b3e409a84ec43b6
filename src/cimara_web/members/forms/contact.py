"""A message from one member to another."""

from __future__ import annotations

from django import forms

from cimara_web.members.forms.fields import REQUIRED, Line

MOST_TEXT = 4000


class ContactForm(forms.Form):
    """What it is about, and the message."""

    use_required_attribute = False
    subject = Line(label="What is it about?", most=120)
    text = forms.CharField(
        label="Your message",
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": "8"}),
        help_text=(
            "Write nothing about a patient here. To get an answer by e-mail, give your address in the text."
        ),
        error_messages={"required": REQUIRED, "max_length": f"At most {MOST_TEXT} characters fit here."},
    )
