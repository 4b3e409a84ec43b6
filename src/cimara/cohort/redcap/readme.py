"""README.txt of our REDCap project: what to click, in which order."""

from __future__ import annotations

from cimara.cohort.model import DataModel

WIDTH = 100


def readme(model: DataModel, *, files: tuple[str, ...], date_entry: bool, longitudinal: bool) -> str:
    """The steps for the files at hand, numbered."""
    steps = [
        "Make a new, empty project in REDCap, for the purpose Research.",
        *(_EVENTS_ON if longitudinal else ()),
        "Project Setup > Design your data collection instruments > Data Dictionary: upload dictionary.csv. "
        "REDCap shows what will change; say Commit Changes.",
        *(_EVENTS if longitudinal else ()),
        "Project Setup > Enable optional modules > Repeating instruments"
        + (" and events" if longitudinal else "")
        + ": Enable, then tick every form of repeating.csv and copy its label beside it"
        + (", in the event that the file names." if longitudinal else ".")
        + " Forms that are not in the file must not be ticked.",
        "Project Setup > Additional customizations > Missing Data Codes: paste the lines of "
        "missing_codes.txt.",
        *(_GROUPS if "dags.csv" in files else ()),
        *(_DATES if date_entry else ()),
        "Enter the form Site once, in a record that is named after the site (for example AB01); enter every "
        "patient in a record that is named after the patient's id (for example AB01-P0001).",
        "Before you enter patients, enter a made-up one, export it, run `cimara cohort validate` on the "
        "export, and delete it again.",
        "To export: Data Exports > All data > CSV / Microsoft Excel (raw data)"
        + (", with the box Remove all identifier fields ticked." if date_entry else "."),
    ]
    title = f"REDCap project for the CIMARa data model {model.version}"
    told = [_wrapped(step, number) for number, step in enumerate(steps, start=1)]
    listed = "Files: " + ", ".join(files) + "."
    return f"{title}\n{'=' * len(title)}\n{listed}\n\nWhat to do, in this order\n\n" + "\n".join(told)


_EVENTS_ON = ("Project Setup > Main project settings: enable Longitudinal data collection.",)
_EVENTS = (
    "Project Setup > Define your events: upload events.csv, and delete the event that was there before.",
    "Project Setup > Designate instruments for your events: upload form_events.csv.",
)
_GROUPS = (
    "DAGs (in the menu on the left): upload dags.csv, then put every user into the group of their site.",
)
_DATES = (
    "Curators type dates. REDCap counts the days from the date of the anchor, which is in the form Patient. "
    "A day is typed by hand only where there is no date: then it is the day, or the reason why it is "
    "missing. All date fields are marked as identifiers.",
)


def _wrapped(step: str, number: int) -> str:
    import textwrap

    return textwrap.fill(step, WIDTH, initial_indent=f"{number:>2}. ", subsequent_indent="    ") + "\n"
