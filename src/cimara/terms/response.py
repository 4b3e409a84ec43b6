"""The words of response assessment: categories, compartments, and what can be seen of a lesion.

Categories are the ones that RECIST 1.1 (Eisenhauer 2009), iRECIST (Seymour 2017), RANO-BM (Lin 2015) and
iRANO (Okada 2015) print, spelt as CDISC's controlled terminology spells them where it has the word.
"""

from __future__ import annotations

from enum import StrEnum


class Response(StrEnum):
    """A response category, of a component or overall."""

    CR = "CR"
    PR = "PR"
    SD = "SD"
    PD = "PD"
    NE = "NE"
    NON_CR_NON_PD = "NON-CR/NON-PD"
    NED = "NED"
    NA = "NA"
    ICR = "iCR"
    IPR = "iPR"
    ISD = "iSD"
    NON_ICR_NON_IUPD = "NON-iCR/NON-iUPD"
    IUPD = "iUPD"
    ICPD = "iCPD"
    PD_UNCONFIRMED = "PD_UNCONFIRMED"
    SUSPECTED_PD = "SUSPECTED_PD"
    UNDETERMINED = "UNDETERMINED"
    MISSING = "MISSING"


class LesionCompartment(StrEnum):
    """Where a lesion sits. The first three are the CNS; parenchyma is of brain and spinal cord."""

    BRAIN = "BRAIN"
    LEPTOMENINGEAL = "LEPTOMENINGEAL"
    DURAL_BONY = "DURAL_BONY"
    EXTRACRANIAL = "EXTRACRANIAL"


CNS_COMPARTMENTS = (
    LesionCompartment.BRAIN,
    LesionCompartment.LEPTOMENINGEAL,
    LesionCompartment.DURAL_BONY,
)


class AssessedCompartment(StrEnum):
    """What one response speaks of: the CNS, the rest of the body, the leptomeninges alone, or all of it."""

    CNS = "CNS"
    SYS = "SYS"
    LM = "LM"
    ANY = "ANY"


class LesionRole(StrEnum):
    """What a lesion counts as: in the sum, judged in words, or new since baseline."""

    TARGET = "TARGET"
    NON_TARGET = "NON_TARGET"
    NEW = "NEW"


class SizeStatus(StrEnum):
    """How the size of a lesion came about at one visit."""

    MEASURED = "MEASURED"
    TOO_SMALL = "TOO_SMALL"
    ABSENT = "ABSENT"
    NOT_EVALUABLE = "NOT_EVALUABLE"
    NOT_DONE = "NOT_DONE"
    MERGED = "MERGED"


class LesionState(StrEnum):
    """What was said, in words, of a lesion that is not in the sum."""

    ABSENT = "ABSENT"
    PRESENT = "PRESENT"
    UNEQUIVOCAL_PD = "UNEQUIVOCAL_PD"
    NE = "NE"


class LesionChange(StrEnum):
    """Change of a lesion outside the sum since the visit before (iRECIST needs it)."""

    INCREASED = "INCREASED"
    UNCHANGED = "UNCHANGED"
    DECREASED = "DECREASED"
    NE = "NE"


class Certainty(StrEnum):
    """How sure the reader is that a lesion is new and is tumour."""

    EQUIVOCAL = "EQUIVOCAL"
    UNEQUIVOCAL = "UNEQUIVOCAL"


class Assessable(StrEnum):
    """How much of a compartment one visit's scans show."""

    ALL = "ALL"
    PARTIAL = "PARTIAL"
    NONE = "NONE"


class ClinicalStatus(StrEnum):
    """Clinical state against baseline."""

    IMPROVED = "IMPROVED"
    STABLE = "STABLE"
    WORSE = "WORSE"
    UNKNOWN = "UNKNOWN"


class Attribution(StrEnum):
    """What a clinical decline is put down to."""

    TUMOUR = "tumour"
    COMORBIDITY = "comorbidity"
    STEROID_CHANGE = "steroid_change"
    UNKNOWN = "unknown"


class SteroidTrend(StrEnum):
    """Corticosteroid dose against the dose at baseline."""

    NONE = "NONE"
    DECREASED = "DECREASED"
    STABLE = "STABLE"
    INCREASED = "INCREASED"
    UNKNOWN = "UNKNOWN"


class LocalTherapy(StrEnum):
    """Local therapy that a lesion had before the study."""

    NONE = "none"
    SRS = "SRS"
    WBRT = "WBRT"
    SURGERY = "surgery"
    OTHER = "other"
    UNKNOWN = "unknown"


class Answer(StrEnum):
    """Yes, no, or not known; unknown is a value of its own."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class AdjudicationKind(StrEnum):
    """What a later decision is about."""

    NEW_LESION_CONFIRMED = "NEW_LESION_CONFIRMED"
    NEW_LESION_REFUTED = "NEW_LESION_REFUTED"
    RADIATION_NECROSIS = "RADIATION_NECROSIS"
    RN_WITHDRAWN = "RN_WITHDRAWN"
    PSEUDOPROGRESSION = "PSEUDOPROGRESSION"
    IRANO_CONFIRMED = "IRANO_CONFIRMED"
    IRANO_REFUTED = "IRANO_REFUTED"
    CLINICAL_REATTRIBUTED = "CLINICAL_REATTRIBUTED"
    READER_DECISION = "READER_DECISION"
    MEASUREMENT_CORRECTED = "MEASUREMENT_CORRECTED"


class Presence(StrEnum):
    """Whether a scorecard item is on the scan, as the RANO-LM form writes it (Le Rhun 2019, Table 5)."""

    PRESENT = "1"
    ABSENT = "0"
    NE = "NE"


class LmChange(StrEnum):
    """Change of a scorecard item since the reference scan (Le Rhun 2019, Table 5)."""

    IMPROVED = "improved"
    NO_CHANGE = "no change"
    WORSE = "worse"
    NE = "NE"


class CsfResult(StrEnum):
    """What cytology or flow cytometry of the cerebrospinal fluid showed."""

    NEGATIVE = "NEGATIVE"
    EQUIVOCAL = "EQUIVOCAL"
    POSITIVE = "POSITIVE"
    NOT_DONE = "NOT_DONE"


class FormFault(StrEnum):
    """Why one field of a form can't be accepted."""

    EMPTY = "EMPTY"
    UNREADABLE = "UNREADABLE"
    CONTRADICTION = "CONTRADICTION"


class Course(StrEnum):
    """How one of the three elements changed since the reference; `NE` is not judged."""

    IMPROVED = "IMPROVED"
    STABLE = "STABLE"
    WORSE = "WORSE"
    NE = "NE"


class CsfCourse(StrEnum):
    """How the fluid changed since the reference; an equivocal result on either side is not a change."""

    STABLE = "STABLE"
    NEGATIVE_TO_POSITIVE = "NEGATIVE_TO_POSITIVE"
    POSITIVE_TO_NEGATIVE = "POSITIVE_TO_NEGATIVE"
    EQUIVOCAL = "EQUIVOCAL"
    NE = "NE"


class ExamInstrument(StrEnum):
    """The printed form that an examination follows."""

    LANO_2017 = "LANO_2017"
    NANO_LM_2024 = "NANO_LM_2024"
