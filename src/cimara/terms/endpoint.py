"""Names of endpoints, of the compartment they watch, of response criteria, and of who assesses.

Endpoint ids are the PARAMCD names of the endpoint catalogue; those that `ATLAS_ONLY` lists have no
executable definition and exist to sort what registries say. Status of all ids: project decision.
"""

from __future__ import annotations

from enum import StrEnum


class EndpointId(StrEnum):
    """One endpoint, whatever a trial calls it."""

    OS = "OS"
    PFS = "PFS"
    CNSPFS = "CNSPFS"
    SYSPFS = "SYSPFS"
    BIPFS = "BIPFS"
    CNSTTP = "CNSTTP"
    CNSDOR = "CNSDOR"
    BMFS = "BMFS"
    BRMINC = "BRMINC"
    TNCNSE = "TNCNSE"
    CNSLFS = "CNSLFS"
    LOCFAIL = "LOCFAIL"
    DISTBF = "DISTBF"
    RNINC = "RNINC"
    LMDINC = "LMDINC"
    NEURDTH = "NEURDTH"
    SYSDTH = "SYSDTH"
    NCOGDET = "NCOGDET"
    ICORR = "ICORR"
    ICCBR = "ICCBR"
    DFS = "DFS"
    TTP = "TTP"
    TTR = "TTR"
    ORR = "ORR"
    DOR = "DOR"
    DCR = "DCR"
    ICDCR = "ICDCR"
    WBRTFS = "WBRTFS"
    OEDEMA = "OEDEMA"
    LMRESP = "LMRESP"
    LMPFS = "LMPFS"
    CSFCLR = "CSFCLR"
    DISCORD = "DISCORD"
    NEUROFN = "NEUROFN"
    QOL = "QOL"
    SAFETY = "SAFETY"
    PKCSF = "PKCSF"
    OTHER = "OTHER"

    @property
    def label(self) -> str:
        """The endpoint's name in words."""
        return ENDPOINT_LABELS[self]


ATLAS_ONLY = frozenset(
    {
        EndpointId.DFS,
        EndpointId.TTP,
        EndpointId.TTR,
        EndpointId.ORR,
        EndpointId.DOR,
        EndpointId.DCR,
        EndpointId.ICDCR,
        EndpointId.WBRTFS,
        EndpointId.OEDEMA,
        EndpointId.LMRESP,
        EndpointId.LMPFS,
        EndpointId.CSFCLR,
        EndpointId.DISCORD,
        EndpointId.NEUROFN,
        EndpointId.QOL,
        EndpointId.SAFETY,
        EndpointId.PKCSF,
        EndpointId.OTHER,
    }
)
"""Ids without an executable definition."""

CATALOGUE = tuple(item for item in EndpointId if item not in ATLAS_ONLY)
"""Ids with an executable definition in the endpoint catalogue, in its order."""

ENDPOINT_LABELS: dict[EndpointId, str] = {
    EndpointId.OS: "overall survival",
    EndpointId.PFS: "progression-free survival",
    EndpointId.CNSPFS: "CNS progression-free survival",
    EndpointId.SYSPFS: "non-CNS progression-free survival",
    EndpointId.BIPFS: "bi-compartmental progression-free survival",
    EndpointId.CNSTTP: "time to CNS progression",
    EndpointId.CNSDOR: "CNS duration of response",
    EndpointId.BMFS: "brain-metastasis-free survival",
    EndpointId.BRMINC: "incidence of brain metastases",
    EndpointId.TNCNSE: "time to next CNS event",
    EndpointId.CNSLFS: "CNS lesion-free survival",
    EndpointId.LOCFAIL: "local failure of a treated brain lesion",
    EndpointId.DISTBF: "distant intracranial failure",
    EndpointId.RNINC: "radiation necrosis",
    EndpointId.LMDINC: "incidence of leptomeningeal disease",
    EndpointId.NEURDTH: "neurologic death",
    EndpointId.SYSDTH: "systemic death",
    EndpointId.NCOGDET: "neurocognitive deterioration",
    EndpointId.ICORR: "intracranial response rate",
    EndpointId.ICCBR: "intracranial clinical benefit rate",
    EndpointId.DFS: "disease-free survival",
    EndpointId.TTP: "time to progression",
    EndpointId.TTR: "time to response",
    EndpointId.ORR: "objective response rate",
    EndpointId.DOR: "duration of response",
    EndpointId.DCR: "disease control rate",
    EndpointId.ICDCR: "intracranial disease control rate",
    EndpointId.WBRTFS: "survival without whole-brain radiotherapy",
    EndpointId.OEDEMA: "brain oedema",
    EndpointId.LMRESP: "leptomeningeal response",
    EndpointId.LMPFS: "leptomeningeal progression-free survival",
    EndpointId.CSFCLR: "clearance of tumour cells from the cerebrospinal fluid",
    EndpointId.DISCORD: "discordance between CNS and body",
    EndpointId.NEUROFN: "neurologic function",
    EndpointId.QOL: "quality of life",
    EndpointId.SAFETY: "safety",
    EndpointId.PKCSF: "drug in the cerebrospinal fluid",
    EndpointId.OTHER: "another measure",
}


class Compartment(StrEnum):
    """Part of the body that an endpoint watches. `CNS` covers brain, meninges and intracranial words."""

    CNS = "CNS"
    BRAIN = "brain"
    LM = "LM"
    SPINE = "spine"
    SYSTEMIC = "systemic"
    WHOLE_BODY = "whole_body"
    UNSTATED = "unstated"


class CriteriaId(StrEnum):
    """Response criteria: the presets of `cimara.response`, and others that registries name.

    `RECIST_UNSTATED` is RECIST without a version; `RANO_LM` is RANO-LM without the year of its version.
    """

    RECIST11 = "recist11"
    RECIST11_LITERAL = "recist11_literal"
    IRECIST = "irecist"
    RANO_BM = "rano_bm"
    RANO_BM_IMAGING = "rano_bm_imaging"
    IRANO = "irano"
    MRECIST_CNS5 = "mrecist_cns5"
    RANO_LM_2019 = "rano_lm_2019"
    RANO_LM_2017 = "rano_lm_2017"
    RECIST10 = "recist10"
    RECIST_UNSTATED = "recist_unstated"
    RANO_LM = "rano_lm"
    RANO = "rano"
    RANO2 = "rano2"
    RAPNO = "rapno"
    MRECIST = "mrecist"
    MRECIST_HCC = "mrecist_hcc"
    IRRECIST = "irrecist"
    CNS_RECIST = "cns_recist"
    PCWG3 = "pcwg3"
    LUGANO = "lugano"
    PERCIST = "percist"
    VOLUMETRIC = "volumetric"

    @property
    def label(self) -> str:
        """The criteria as papers write them."""
        return CRITERIA_LABELS[self]


CRITERIA_LABELS: dict[CriteriaId, str] = {
    CriteriaId.RECIST11: "RECIST 1.1",
    CriteriaId.RECIST11_LITERAL: "RECIST 1.1, literal",
    CriteriaId.IRECIST: "iRECIST",
    CriteriaId.RANO_BM: "RANO-BM",
    CriteriaId.RANO_BM_IMAGING: "RANO-BM, imaging only",
    CriteriaId.IRANO: "iRANO",
    CriteriaId.MRECIST_CNS5: "mRECIST-CNS 5 mm",
    CriteriaId.RANO_LM_2019: "RANO-LM 2019",
    CriteriaId.RANO_LM_2017: "RANO-LM 2017",
    CriteriaId.RECIST10: "RECIST 1.0",
    CriteriaId.RECIST_UNSTATED: "RECIST, no version",
    CriteriaId.RANO_LM: "RANO-LM, no version",
    CriteriaId.RANO: "RANO",
    CriteriaId.RANO2: "RANO 2.0",
    CriteriaId.RAPNO: "RAPNO",
    CriteriaId.MRECIST: "modified RECIST",
    CriteriaId.MRECIST_HCC: "mRECIST (liver)",
    CriteriaId.IRRECIST: "immune-related RECIST",
    CriteriaId.CNS_RECIST: "CNS RECIST",
    CriteriaId.PCWG3: "PCWG3",
    CriteriaId.LUGANO: "Lugano",
    CriteriaId.PERCIST: "PERCIST",
    CriteriaId.VOLUMETRIC: "volumetric",
}


RESPONSE_PRESETS = (
    CriteriaId.RECIST11,
    CriteriaId.RECIST11_LITERAL,
    CriteriaId.IRECIST,
    CriteriaId.RANO_BM,
    CriteriaId.RANO_BM_IMAGING,
    CriteriaId.IRANO,
    CriteriaId.MRECIST_CNS5,
    CriteriaId.RANO_LM_2019,
    CriteriaId.RANO_LM_2017,
)
"""Criteria that `cimara.response` can apply; the others are names only."""


class Assessor(StrEnum):
    """Who reads the scans: the site, or blinded independent central review."""

    INVESTIGATOR = "investigator"
    BICR = "BICR"
    UNKNOWN = "unknown"
