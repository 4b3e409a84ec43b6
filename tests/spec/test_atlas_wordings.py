"""How registries word endpoints: each row is a wording of our own, and the endpoint that it is.

Columns: measure | description | trial's conditions | endpoints. This table is the atlas's manual.
"""

from __future__ import annotations

import pytest

from tests.unit.trials.atlas.made_studies import (
    BRAIN_METASTASES,
    BREAST,
    GLIOBLASTOMA,
    LEPTOMENINGEAL,
    LIVER,
    LUNG,
    MELANOMA_IN_BRAIN,
    canonical,
)

TRIALS = {
    "brain metastases": BRAIN_METASTASES,
    "lung": LUNG,
    "breast": BREAST,
    "melanoma in brain": MELANOMA_IN_BRAIN,
    "leptomeningeal": LEPTOMENINGEAL,
    "glioblastoma": GLIOBLASTOMA,
    "liver": LIVER,
}

WORDINGS = """
Intracranial objective response rate (IC-ORR) per RANO-BM | | lung | ICORR
Objective response rate in the CNS | | lung | ICORR
CNS-ORR by BICR | | lung | ICORR
ORR in brain metastases | | lung | ICORR
Objective response rate per RANO-BM | | brain metastases | ICORR
Number of participants with confirmed intracranial response | | lung | ICORR
Percentage of participants with CNS objective response | | lung | ICORR
Brain tumor volumetric response | | brain metastases | ICORR
Intracranial tumor response | | brain metastases | ICORR
Objective Response Rate in the brain by modified RECIST (5 mm) | | melanoma in brain | ICORR
Brain metastasis response rate by volumetric criteria | | melanoma in brain | ICORR
Intracranial lesion objective response rate | | lung | ICORR
Objective response rate (intracranial lesions) (iORR) | | lung | ICORR
Intracranial overall response rate in patients with measurable brain metastases | | breast | ICORR
Number of Participants With CNS Response | | lung | ICORR
Best intracranial response | | lung | ICORR
Brain metastases response | | melanoma in brain | ICORR
Response of brain metastases to T-DXd | | breast | ICORR
CNS objective response rate in participants with CNS metastases at baseline | | lung | ICORR
Intracranial Objective Response Rate (IC-ORR) per RANO-BM | | lung | ICORR
Treatment response in brain metastases on MRI | | brain metastases | ICORR
Intracranial ORR, DoR and PFS | | lung | ICORR CNSDOR CNSPFS
ORR and DOR in the brain | | lung | ICORR CNSDOR
Intracranial and extracranial objective response rate | | melanoma in brain | ICORR ORR
Overall response rate (ORR) and intracranial response rate (iORR) | | breast | ORR ICORR
Intracranial clinical benefit rate | | melanoma in brain | ICCBR
Clinical benefit rate in the CNS at 24 weeks | | melanoma in brain | ICCBR
iCBR | Intracranial clinical benefit rate, CR + PR + SD >= 24 weeks | breast | ICCBR
Intracranial disease control rate | | lung | ICDCR
Intracranial Disease Control at 12 weeks | | lung | ICDCR
iDCR | intracranial disease control rate | breast | ICDCR
Time to intracranial progression | | lung | CNSTTP
Time to first CNS progression | | breast | CNSTTP
Time to progression in the brain | | breast | CNSTTP
Cumulative incidence of CNS progression | | lung | CNSTTP
Intracranial time to progression (iTTP) | | lung | CNSTTP
Intracranial failure | | brain metastases | CNSTTP
Freedom from intracranial progression | | brain metastases | CNSTTP
Rate of CNS progression at 1 year | | breast | CNSTTP
Time to CNS Progression by BICR per CNS RECIST 1.1 | | lung | CNSTTP
Intracranial recurrence rate | | brain metastases | CNSTTP
Time to intracranial failure | | brain metastases | CNSTTP
Time to Intracranial Progression (TTIP) | | breast | CNSTTP
Number of participants with intracranial progression | | lung | CNSTTP
Time to CNS progression | first CNS progression or death from any cause | lung | CNSPFS
CNS progression free survival | | breast | CNSPFS
Progression-free survival in the central nervous system | | breast | CNSPFS
PFS (intracranial) | | breast | CNSPFS
Progression free survival | Time to intracranial progression or death | brain metastases | CNSPFS
iPFS | iPFS defined as time to intracranial progression or death | lung | CNSPFS
icPFS | | lung | CNSPFS
6-month intracranial progression-free survival rate | | brain metastases | CNSPFS
Intracranial-PFS (IC-PFS) | | lung | CNSPFS
Intracranial Tumor Progression Free Survival | | brain metastases | CNSPFS
Progression free survival of brain lesions | | lung | CNSPFS
Brain-specific progression-free survival | | breast | CNSPFS
Brain metastasis progression-free survival | | breast | CNSPFS
Intracranial PFS per RANO-BM criteria, by investigator | | breast | CNSPFS
CNS progression-free survival in patients with baseline brain metastases | | breast | CNSPFS
CNS-PFS by investigator | | breast | CNSPFS
Intracranial PFS rate at 1 year | | breast | CNSPFS
iPFS | Intracranial PFS | breast | CNSPFS
6-month CNS progression-free survival | | brain metastases | CNSPFS
Progression free survival | intracranial or extracranial progression or death | brain metastases | PFS
Progression-free survival (PFS) by RANO | | glioblastoma | PFS
Intracranial progression-free survival | | glioblastoma | PFS
iPFS | | lung | PFS
Number of patients with PFS at 6 months | | lung | PFS
PFS per immune-related RECIST (irRECIST) | | lung | PFS
PFS rate at 6 months (PFS6) | | glioblastoma | PFS
Extracranial progression-free survival | | melanoma in brain | SYSPFS
Systemic PFS | | melanoma in brain | SYSPFS
Non-CNS progression-free survival | | breast | SYSPFS
Bi-compartmental progression-free survival | | breast | BIPFS
Brain metastasis-free survival | | breast | BMFS
Brain metastases free survival (BMFS) | | lung | BMFS
CNS disease-free survival | | lung | BMFS
CNS metastases-free survival | | breast | BMFS
Brain relapse-free survival | | lung | BMFS
CNS recurrence-free survival | | lung | BMFS
Intracranial metastasis-free survival | | lung | BMFS
Incidence of brain metastases | | breast | BRMINC
Cumulative incidence of CNS relapse | | lung | BRMINC
Time to development of brain metastases | | lung | BRMINC
Rate of symptomatic brain metastases | | lung | BRMINC
Proportion of patients with CNS as first site of relapse | | breast | BRMINC
Time to brain metastasis | | breast | BRMINC
CNS metastasis rate | | breast | BRMINC
Brain metastasis rate at 2 years | | lung | BRMINC
Incidence of symptomatic CNS metastases | | lung | BRMINC
Time to CNS recurrence | | lung | BRMINC
Occurrence of brain metastases as first site of recurrence | | lung | BRMINC
Time to next CNS event | | breast | TNCNSE
CNS lesion-free survival | | brain metastases | CNSLFS
Local control | | brain metastases | LOCFAIL
Local control at 12 months of resected brain metastases | | brain metastases | LOCFAIL
Local failure | Defined as progression of the treated lesion | brain metastases | LOCFAIL
Surgical bed recurrence | | brain metastases | LOCFAIL
Surgical cavity control | | brain metastases | LOCFAIL
In-field intracranial recurrence | | brain metastases | LOCFAIL
Local tumor control of brain metastases after stereotactic radiosurgery | | lung | LOCFAIL
Intracranial local progression-free survival | | brain metastases | LOCFAIL
Freedom from local failure at 6 months | | brain metastases | LOCFAIL
Local recurrence-free survival | | brain metastases | LOCFAIL
Brain metastases local control rate | | lung | LOCFAIL
1-year local control rate of brain lesions | | lung | LOCFAIL
Intracranial local control | | lung | LOCFAIL
Local control rate | | lung | OTHER
Pathologic complete response | | breast | OTHER
Number of brain metastases at recurrence | | brain metastases | OTHER
Change in tumor size by MRI | | brain metastases | OTHER
Time to first subsequent therapy | | lung | OTHER
Time to treatment failure | | lung | OTHER
Plasma concentration of drug | | lung | OTHER
Time to second-line treatment | | lung | OTHER
Intracranial event-free survival | | brain metastases | OTHER
Site of first progression (CNS vs non-CNS) | | breast | OTHER
Karnofsky performance status | | brain metastases | OTHER
Corticosteroid use | | brain metastases | OTHER
Tumor volume reduction | | breast | OTHER
CSF ctDNA | | leptomeningeal | OTHER
Local failure rate | failure at the primary lung tumor | lung | OTHER
Intracranial event | | brain metastases | OTHER
Local and distant intracranial control | | brain metastases | LOCFAIL DISTBF
Distant brain failure | | brain metastases | DISTBF
Distant intracranial progression | | brain metastases | DISTBF
Time to distant brain recurrence | | brain metastases | DISTBF
Freedom from new brain metastases | | brain metastases | DISTBF
Incidence of new brain metastases | | brain metastases | DISTBF
Distant brain recurrence-free survival | | brain metastases | DISTBF
WBRT-free survival | | brain metastases | WBRTFS
Time to whole brain radiotherapy | | brain metastases | WBRTFS
Rate of salvage whole-brain radiation therapy | | brain metastases | WBRTFS
Whole brain radiotherapy-free survival | | brain metastases | WBRTFS
Time to salvage WBRT | | brain metastases | WBRTFS
Radionecrosis | | brain metastases | RNINC
Rate of symptomatic radiation necrosis at 1 year | | brain metastases | RNINC
Incidence of adverse radiation effects | | brain metastases | RNINC
Rate of radiographic radiation necrosis | | brain metastases | RNINC
Time to symptomatic radionecrosis | | brain metastases | RNINC
Peritumoral edema volume | | brain metastases | OEDEMA
Cerebral oedema | | brain metastases | OEDEMA
Incidence of leptomeningeal disease | | brain metastases | LMDINC
Rate of LMD at 12 months | | brain metastases | LMDINC
Time to leptomeningeal progression | | brain metastases | LMDINC
Leptomeningeal recurrence | | brain metastases | LMDINC
Leptomeningeal failure-free survival | | brain metastases | LMDINC
Rate of leptomeningeal dissemination | | brain metastases | LMDINC
Leptomeningeal response rate by RANO-LM | | leptomeningeal | LMRESP
Response rate of leptomeningeal metastases | | leptomeningeal | LMRESP
Objective response per EORTC/RANO-LM scorecard | | leptomeningeal | LMRESP
Leptomeningeal metastasis objective response rate (LM-ORR) | | leptomeningeal | LMRESP
LMD response rate | | leptomeningeal | LMRESP
LM-PFS | | leptomeningeal | LMPFS
Leptomeningeal progression-free survival | | leptomeningeal | LMPFS
PFS by RANO-LM | | leptomeningeal | LMPFS
CSF cytology clearance | | leptomeningeal | CSFCLR
Cytological response in cerebrospinal fluid | | leptomeningeal | CSFCLR
Clearance of tumor cells from the CSF | | leptomeningeal | CSFCLR
CSF cytology negative conversion rate | | leptomeningeal | CSFCLR
Concentration of osimertinib in CSF | | leptomeningeal | PKCSF
CSF to plasma ratio of drug concentration | | leptomeningeal | PKCSF
Cerebrospinal fluid penetration | CSF/plasma ratio | leptomeningeal | PKCSF
Osimertinib concentration in cerebrospinal fluid | | leptomeningeal | PKCSF
CSF penetration rate | | leptomeningeal | PKCSF
Neurologic death | | brain metastases | NEURDTH
Death due to neurologic causes | | brain metastases | NEURDTH
Time to neurological death | | brain metastases | NEURDTH
Brain metastasis-specific survival | | brain metastases | NEURDTH
Neurological death rate | | brain metastases | NEURDTH
Systemic death | | brain metastases | SYSDTH
Non-neurologic death | | brain metastases | SYSDTH
Cause of death (neurologic versus systemic) | | brain metastases | NEURDTH SYSDTH
Neurocognitive function by HVLT-R | | brain metastases | NCOGDET
Time to neurocognitive failure | | brain metastases | NCOGDET
Change in HVLT-R total recall at 4 months | | brain metastases | NCOGDET
Cognitive deterioration as measured by HVLT-R, COWA and TMT | | brain metastases | NCOGDET
Change in MoCA score | | brain metastases | NCOGDET
Neurocognitive decline on HVLT-R delayed recall | | brain metastases | NCOGDET
Hopkins Verbal Learning Test-Revised Total Recall | | brain metastases | NCOGDET
Change in Mini-Mental State Examination (MMSE) | | brain metastases | NCOGDET
Trail Making Test Part B | | brain metastases | NCOGDET
Controlled Oral Word Association (COWA) | | brain metastases | NCOGDET
Neurologic function by NANO scale | | brain metastases | NEUROFN
Quality of life (FACT-Br) | | brain metastases | QOL
MDASI-BT symptom burden | | brain metastases | QOL
EORTC QLQ-C30 and QLQ-BN20 | | brain metastases | QOL
Cognitive function (FACT-Cog) | | breast | QOL
Quality of life as measured by EORTC QLQ-BN20 | | brain metastases | QOL
FACT-Brain | | brain metastases | QOL
Incidence of treatment-related adverse events | | brain metastases | SAFETY
CNS toxicity grade 3 or higher by CTCAE v5 | | brain metastases | SAFETY
Safety and tolerability | | lung | SAFETY
Safety: number of patients with adverse events graded by CTCAE v5.0 | | brain metastases | SAFETY
Acute toxicity | | brain metastases | SAFETY
Incidence of CNS adverse events | | brain metastases | SAFETY
Discordance between intracranial and extracranial response | | melanoma in brain | DISCORD
Concordance between intracranial and extracranial response | | melanoma in brain | DISCORD
Overall survival | | brain metastases | OS
1-year overall survival | | brain metastases | OS
Overall survival from diagnosis of brain metastases | | brain metastases | OS
Response rate of brain tumor | | glioblastoma | ORR
iORR | Objective response rate per iRECIST | lung | ORR
Objective response rate (ORR) in patients with brain metastases | | lung | ORR
Best overall response | | lung | ORR
Systemic objective response rate | | brain metastases | ORR
ORR per iRECIST | | lung | ORR
ORR (mRECIST) | | liver | ORR
ORR per RECIST | | lung | ORR
ORR per RECIST version 1.1 | | lung | ORR
ORR per RECIST 1.0 | | lung | ORR
ORR per RANO 2.0 | | glioblastoma | ORR
ORR assessed by IRC | CR or PR; brain metastases with RANO-BM, the rest with RECIST 1.1 | lung | ORR
Response rate (RR) | | lung | ORR
Tumour response | | lung | ORR
Radiological response | | brain metastases | ORR
Duration of intracranial response | | lung | CNSDOR
Duration of response in the CNS (CNS-DOR) | | lung | CNSDOR
IC-DOR | | breast | CNSDOR
Duration of CNS response | | breast | CNSDOR
Intracranial duration of response (iDOR) | | breast | CNSDOR
Time to intracranial response | | lung | TTR
Median time to response | | lung | TTR
Disease-free survival | | breast | DFS
Invasive disease-free survival (iDFS) | | breast | DFS
Disease-free interval | | breast | DFS
PFS by RECIST 1.1 and intracranial PFS by RANO-BM | | melanoma in brain | PFS CNSPFS
Progression-free survival (PFS) according to RECIST v1.1 and RANO-BM for CNS lesions | | lung | PFS CNSPFS
OS, PFS, ORR | | lung | OS PFS ORR
Extracranial disease control rate | | brain metastases | DCR
Overall Survival (OS) and Progression-Free Survival (PFS) | | lung | OS PFS
Progression free survival and overall survival in patients with brain metastases | | lung | PFS OS
Freedom from progression | | lung | TTP
Time to Tumor Progression (TTP) | | lung | TTP
Death from neurologic causes vs systemic causes | | brain metastases | NEURDTH SYSDTH
Systemic or neurologic death | | breast | SYSDTH NEURDTH
Intracranial tumor recurrence | | brain metastases | CNSTTP
Time from SRS to whole brain radiotherapy | | brain metastases | WBRTFS
Brain metastases progression | | breast | CNSTTP
Time to new brain metastases | | breast | BRMINC
Time to new brain metastases | | brain metastases | DISTBF
Intracranial complete response rate | | brain metastases | ICORR
CSF response | | leptomeningeal | CSFCLR
Time to LM progression | | leptomeningeal | LMPFS
Intracranial and systemic PFS | | lung | CNSPFS SYSPFS
PFS, intracranial PFS and extracranial PFS | | lung | PFS CNSPFS SYSPFS
Intracranial Benefit Rate (IBR) | | breast | ICCBR
Extra-CNS ORR | | breast | ORR
Intracranial tumor control | | brain metastases | ICDCR
Freedom from neurologic decline | | brain metastases | NEUROFN
Neurocognitive progression at 6 months | | brain metastases | NCOGDET
First site of progression | | breast | OTHER
"""


def wordings() -> list[tuple[str, str, str, str]]:
    lines = (line.split("|") for line in WORDINGS.strip().splitlines())
    return [tuple(cell.strip() for cell in line) for line in lines]  # type: ignore[misc]


@pytest.mark.parametrize(("measure", "description", "trial", "endpoints"), wordings())
def test_a_wording_is_its_endpoint(measure: str, description: str, trial: str, endpoints: str) -> None:
    found = canonical(measure, description or None, conditions=TRIALS[trial])
    assert sorted(found) == sorted(endpoints.split())
