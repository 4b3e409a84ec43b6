"""Legacy XML: hand-made files in the shape of the former bulk download."""

from __future__ import annotations

import pytest

from cimara.terms.registry import OutcomeRole, OverallStatus, Phase, Sex, StudyType
from cimara.trials.importers.rejection import RejectedRecordError
from cimara.trials.importers.xml import descriptions_of_xml, study_from_xml, unfold
from cimara.trials.issue import IssueCode
from cimara.trials.study import GeoBasis, SourceForm, Study

FILE = """<?xml version="1.0" encoding="UTF-8"?>
<clinical_study>
  <id_info>
    <nct_id>NCT00000009</nct_id>
    <nct_alias>NCT00000008</nct_alias>
  </id_info>
  <brief_title>Drug B after radiosurgery</brief_title>
  <official_title>A study of drug B &amp; radiosurgery</official_title>
  <sponsors>
    <lead_sponsor><agency>Example Company</agency><agency_class>Industry</agency_class></lead_sponsor>
    <collaborator><agency>Example Institute</agency></collaborator>
  </sponsors>
  <brief_summary><textblock>
      A summary that is
      wrapped.
  </textblock></brief_summary>
  <overall_status>Active, not recruiting</overall_status>
  <start_date type="Actual">January 5, 2021</start_date>
  <completion_date>March 2024</completion_date>
  <last_update_posted type="Actual">February 3, 2022</last_update_posted>
  <phase>Phase 1/Phase 2</phase>
  <study_type>Interventional</study_type>
  <enrollment type="Actual">31</enrollment>
  <condition>Melanoma</condition>
  <condition>Brain Metastases</condition>
  <keyword>radiosurgery</keyword>
  <intervention>
    <intervention_type>Dietary Supplement</intervention_type>
    <intervention_name>Drug B</intervention_name>
    <other_name>B-2</other_name>
  </intervention>
  <primary_outcome>
    <measure>Local control</measure><time_frame>1 year</time_frame><description>By MRI</description>
  </primary_outcome>
  <secondary_outcome><measure>Survival</measure></secondary_outcome>
  <eligibility>
    <criteria><textblock>
      Inclusion Criteria:

        -  Melanoma with brain metastases that were
           treated and are stable

        -  Age 18 or older

      Exclusion Criteria:

        1. Leptomeningeal
           disease
    </textblock></criteria>
    <gender>All</gender>
    <minimum_age>18 Years</minimum_age>
    <maximum_age>N/A</maximum_age>
    <healthy_volunteers>No</healthy_volunteers>
  </eligibility>
  <location>
    <facility>
      <name>Example Hospital</name>
      <address><city>Athens</city><zip>11527</zip><country>Greece</country></address>
    </facility>
    <status>Completed</status>
  </location>
  <condition_browse><mesh_term>Melanoma</mesh_term></condition_browse>
</clinical_study>
"""


def read(text: str = FILE) -> tuple[Study, list[IssueCode]]:
    study, issues = study_from_xml(text.encode())
    return study, [issue.code for issue in issues]


def test_every_element_is_read() -> None:
    study, issues = read()
    assert (study.nct_id, study.aliases) == ("NCT00000009", ("NCT00000008",))
    assert study.official_title == "A study of drug B & radiosurgery"
    assert study.overall_status is OverallStatus.ACTIVE_NOT_RECRUITING
    assert study.phases == (Phase.PHASE1, Phase.PHASE2)
    assert study.study_type is StudyType.INTERVENTIONAL
    assert (study.conditions, study.mesh_terms) == (("Melanoma", "Brain Metastases"), ("Melanoma",))
    assert [(item.name, item.type, item.other_names) for item in study.interventions] == [
        ("Drug B", "DIETARY_SUPPLEMENT", ("B-2",))
    ]
    assert (study.sponsor, study.sponsor_class, study.collaborators) == (
        "Example Company",
        "INDUSTRY",
        ("Example Institute",),
    )
    assert (study.enrolment, study.sex, study.healthy_volunteers) == (31, Sex.ALL, False)
    assert (study.min_age_days, study.max_age_days) == (6574, None)
    assert [(item.role, item.measure, item.time_frame) for item in study.outcomes] == [
        (OutcomeRole.PRIMARY, "Local control", "1 year"),
        (OutcomeRole.SECONDARY, "Survival", None),
    ]
    assert study.source_form is SourceForm.XML
    assert issues == [IssueCode.PARTIAL_DATE]


def test_written_dates_become_iso_and_a_month_stays_a_month() -> None:
    study, _ = read()
    assert (study.start, study.completion, study.last_updated) == ("2021-01-05", "2024-03", "2022-02-03")


def test_a_site_has_its_status_and_stands_at_its_city() -> None:
    study, _ = read()
    (site,) = study.sites
    assert (site.status, site.iso2, site.geo_basis) == (OverallStatus.COMPLETED, "GR", GeoBasis.CITY)


def test_wrapped_lines_are_unfolded_before_the_criteria_are_stored() -> None:
    study, _ = read()
    assert study.criteria == (
        "Inclusion Criteria:\n\n"
        "-  Melanoma with brain metastases that were treated and are stable\n\n"
        "-  Age 18 or older\n\n"
        "Exclusion Criteria:\n\n"
        "1. Leptomeningeal disease"
    )


def test_the_summary_is_unfolded() -> None:
    assert descriptions_of_xml(FILE.encode()) == ("A summary that is wrapped.", None)


@pytest.mark.parametrize("begin", ["- ", "* ", "• ", "2. ", "2) ", "(2) ", "b. ", "(iv) "])
def test_a_line_that_begins_an_item_is_not_joined(begin: str) -> None:
    assert unfold(f"one\n{begin}two") == f"one\n{begin}two"


def test_a_heading_stands_alone() -> None:
    assert unfold("one\nDISEASE CHARACTERISTICS:\ntwo\nthree") == "one\nDISEASE CHARACTERISTICS:\ntwo three"


@pytest.mark.parametrize(
    ("phase", "phases"),
    [
        ("N/A", (Phase.NA,)),
        ("Early Phase 1", (Phase.EARLY_PHASE1,)),
        ("Phase 2/Phase 3", (Phase.PHASE2, Phase.PHASE3)),
        ("Phase 4", (Phase.PHASE4,)),
    ],
)
def test_phases_of_the_download(phase: str, phases: tuple[Phase, ...]) -> None:
    study, _ = read(FILE.replace("Phase 1/Phase 2", phase))
    assert study.phases == phases


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Active, not recruiting", "Opening"),
        ("<gender>All", "<gender>Any"),
        ("Phase 1/Phase 2", "Phase 9"),
        ("<status>Completed", "<status>Perhaps"),
        ("<study_type>Interventional", "<study_type>Other"),
    ],
)
def test_an_unknown_word_is_an_issue_and_the_study_stays(old: str, new: str) -> None:
    _, issues = read(FILE.replace(old, new))
    assert issues.count(IssueCode.UNKNOWN_WORD) == 1


def test_a_bad_date_is_an_issue_and_missing() -> None:
    study, issues = read(FILE.replace("January 5, 2021", "sometime"))
    assert study.start is None
    assert IssueCode.BAD_DATE in issues


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<nct_id>NCT00000009", "<nct_id>none", IssueCode.NO_NCT_ID),
        ("<criteria>", "<criteria_gone>", IssueCode.NOT_XML),
        ("</clinical_study>", "", IssueCode.NOT_XML),
    ],
)
def test_a_broken_file_is_rejected_with_the_reason(old: str, new: str, code: IssueCode) -> None:
    with pytest.raises(RejectedRecordError) as caught:
        read(FILE.replace(old, new))
    assert caught.value.code is code


def test_a_file_without_criteria_is_rejected() -> None:
    start, end = FILE.index("<criteria>"), FILE.index("</criteria>") + len("</criteria>")
    with pytest.raises(RejectedRecordError) as caught:
        read(FILE[:start] + FILE[end:])
    assert caught.value.code is IssueCode.NO_CRITERIA


def test_entities_are_not_expanded() -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
        "<clinical_study><brief_title>&b;</brief_title></clinical_study>"
    )
    with pytest.raises(RejectedRecordError, match="EntitiesForbidden"):
        read(bomb)


def test_a_file_of_the_machine_is_not_read_through_an_entity() -> None:
    thief = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><clinical_study>&a;</clinical_study>'
    with pytest.raises(RejectedRecordError, match="EntitiesForbidden"):
        read(thief)
