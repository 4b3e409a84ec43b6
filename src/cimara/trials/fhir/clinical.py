"""Patient, conditions and procedures of a bundle: age, sex, tumour, spread to the CNS, local therapy."""

from __future__ import annotations

from cimara.trials.fhir.codes import (
    codes,
    is_brain,
    is_spread,
    of_system,
    radiotherapy_kind,
    spread_site,
    tumour_of,
)
from cimara.trials.fhir.found import Account
from cimara.trials.fhir.opened import Opened
from cimara.trials.fhir.resource import Coding, Day, Resource, codings, day_of, mapping, mappings, said, words
from cimara.trials.matching.facts import BrainPlace, Lmd
from cimara.trials.matching.profile import PatientSex

OLDEST = 120
_UNSURE = frozenset({"unconfirmed", "provisional", "differential"})
_NOT_DONE = frozenset({"not-done", "preparation", "entered-in-error", "on-hold"})
_RADIOTHERAPY_WORDS = (
    "radiother",
    "radiation",
    "radiosurg",
    "irradiation",
    "gamma knife",
    "cyberknife",
    "wbrt",
)
_SURGERY_WORDS = ("craniotomy", "resection", "excision", "surg", "craniectomy", "metastasectomy")


def read_patient(resource: Resource, opened: Opened, account: Account) -> None:
    """Age on the day of matching, after which the birth date is gone, and sex."""
    del opened
    born = day_of(resource.body.get("birthDate"), account.as_of)
    if born is not None and not born.exact:
        account.left(resource, "the birth date has no day, so the age isn't certain")
    elif born is not None and born.on <= account.as_of:
        today = account.as_of
        years = today.year - born.on.year - ((today.month, today.day) < (born.on.month, born.on.day))
        if years <= OLDEST:
            account.found("age", years, resource)
    gender = said(resource.body.get("gender"))
    if gender in set(PatientSex):
        account.found("sex", PatientSex(gender), resource)


def read_condition(resource: Resource, opened: Opened, account: Account) -> None:
    """A primary cancer gives the tumour; a secondary one of brain or meninges gives BrM or LMD."""
    del opened
    verification, clinical = resource.status("verificationStatus"), resource.status("clinicalStatus")
    if verification in ("entered-in-error", "refuted") or clinical == "resolved":
        account.left(resource, f"its status is {verification if clinical != 'resolved' else clinical}")
        return
    found, told = codings(resource.body.get("code")), words(resource.body.get("code"))
    site = words(resource.body.get("bodySite"))
    if resource.has_profile("secondary-cancer-condition") or is_spread(found, told):
        _read_secondary(resource, account, found, told, site, unsure=verification in _UNSURE)
    else:
        _read_primary(resource, account, found, told, unsure=verification in _UNSURE)


def _read_secondary(
    resource: Resource, account: Account, found: list[Coding], told: str, site: str, *, unsure: bool
) -> None:
    if is_brain(codings(resource.body.get("bodySite")), site) and "mening" not in site:
        site = f"{site} ; brain"
    place, day = spread_site(found, told, site), resource.when(account.as_of)
    if place is None:
        account.left(resource, "a metastasis outside the CNS")
    elif place == "brain" and unsure:
        account.left(resource, "brain metastases that aren't confirmed")
    elif place == "brain":
        account.found("cns.brm_present", True, resource, day)
        _read_place(resource, account, day)
    elif place == "meninges_suspected" or unsure:
        account.found("cns.lmd", Lmd.SUSPECTED, resource, day, "spread to the meninges isn't certain")
    else:
        account.found("cns.lmd", Lmd.IMAGING, resource, day, "how it was found isn't told by the code")


def _read_place(resource: Resource, account: Account, day: Day | None) -> None:
    site = resource.body.get("bodySite")
    snomed, table = of_system(codings(site), "snomed"), codes()["brain_site"]
    if set(snomed) & set(table["brainstem"]) or "brainstem" in words(site).replace("brain stem", "brainstem"):
        account.found("cns.places", (BrainPlace.BRAINSTEM,), resource, day)


def _read_primary(
    resource: Resource, account: Account, found: list[Coding], told: str, *, unsure: bool
) -> None:
    histology = [
        one.get("valueCodeableConcept") for one in resource.extensions("histology-morphology-behavior")
    ]
    tumour = tumour_of(found, told, codings(histology), words(histology))
    if tumour is None:
        if resource.has_profile("primary-cancer-condition"):
            account.not_mapped(resource, "tumour", found)
        else:
            account.left(resource, "not a cancer that we know by code or name")
        return
    if unsure:
        account.left(resource, "a cancer that isn't confirmed")
        return
    account.found("tumour", tumour, resource, resource.when(account.as_of))
    stage = "; ".join(
        filter(None, (words(one.get("summary")) for one in mappings(resource.body.get("stage"))))
    )
    if stage:
        account.show(resource, "stage", stage)


def read_procedure(resource: Resource, opened: Opened, account: Account) -> None:
    """Radiotherapy and surgery of the brain, with the date on which they ended."""
    if resource.status() in _NOT_DONE:
        account.left(resource, f"its status is {resource.status()}")
        return
    radiotherapy, surgery = _is_radiotherapy(resource), _is_surgery(resource)
    site = _treated_site(resource, opened)
    if not (radiotherapy or surgery):
        account.left(resource, "neither radiotherapy nor surgery")
    elif not is_brain(site[0], f"{site[1]} ; {_told(resource)}"):
        account.left(resource, "local therapy outside the brain")
    elif resource.when(account.as_of) is None:
        account.left(resource, "local therapy of the brain without a date")
    elif radiotherapy:
        _read_radiotherapy(resource, account, site[1])
    else:
        day = resource.when(account.as_of)
        assert day is not None
        account.found("cns.last_surgery", day.on, resource, day)


def _told(resource: Resource) -> str:
    return words([*mappings(resource.body.get("code")), *mappings(resource.body.get("category"))])


def _is_radiotherapy(resource: Resource) -> bool:
    if resource.has_profile("radiotherapy-course-summary", "radiation-procedure"):
        return True
    found = [*codings(resource.body.get("code")), *codings(resource.body.get("category"))]
    table = codes()["radiotherapy"]
    by_code = set(of_system(found, "snomed")) & set(table["snomed"])
    by_code |= {one.code for one in found} & set(table["mcode"])
    return bool(by_code) or any(word in _told(resource) for word in _RADIOTHERAPY_WORDS)


def _is_surgery(resource: Resource) -> bool:
    if resource.has_profile("cancer-related-surgical-procedure"):
        return True
    found = [*codings(resource.body.get("code")), *codings(resource.body.get("category"))]
    by_code = set(of_system(found, "snomed")) & set(codes()["surgery"]["snomed"])
    return bool(by_code) or any(word in _told(resource) for word in _SURGERY_WORDS)


def _treated_site(resource: Resource, opened: Opened) -> tuple[list[Coding], str]:
    """Codes and words of the sites: of the procedure itself and of the volumes that it refers to."""
    sites = list(mappings(resource.body.get("bodySite")))
    for volume in resource.extensions("volume"):
        target = opened.resolve(volume.get("valueReference"), resource)
        body = mapping(target.body if target else None)
        sites += mappings(body.get("location"))
        sites += [{"text": said(body.get("description"))}]
    return codings(sites), words(sites)


def _read_radiotherapy(resource: Resource, account: Account, site_told: str) -> None:
    day = resource.when(account.as_of)
    assert day is not None
    concepts = [one.get("valueCodeableConcept") for one in resource.extensions("technique")]
    told = " ; ".join((_told(resource), words(concepts), site_told))
    kind = radiotherapy_kind(told)
    if kind is None:
        account.found("cns.last_brain_rt", day.on, resource, day, "whether SRS or WBRT isn't told")
    else:
        account.found(f"cns.last_{kind}", day.on, resource, day)
    if kind == "wbrt":
        account.found("cns.had_wbrt", True, resource, day)
