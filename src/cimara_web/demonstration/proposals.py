"""What the four studies of the demonstration propose, in answers of the proposal form."""

from __future__ import annotations

MAIN_TITLE = "Bevacizumab for radiation necrosis of the brain"
MAIN: dict[str, object] = {
    "question": "In patients given bevacizumab for symptomatic radiation necrosis, what goes with survival "
    "and with recurrence of the necrosis?",
    "background": "Small series show relief of symptoms; how long it holds, and in whom, is not known. "
    "This demonstration has the shape of such a project; its patients and hospitals are invented.",
    "kind": "retrospective",
    "mode": "pooled",
    "population": "Adults with probable or confirmed symptomatic radiation necrosis after radiotherapy of "
    "brain metastases who were given bevacizumab for it. No glioma, no leptomeningeal disease.",
    "exposure": "Start within 30 days of the onset against a later start; severity; steroids at the start. "
    "Time counts from the first dose of bevacizumab.",
    "endpoints": ["OS"],
    "sites_wanted": 15,
    "patients_expected": 1700,
    "data_needed": "Lesions, radiotherapy courses, adverse radiation effects, supportive courses, scans, "
    "performance status and follow-up, by the dictionary of the study.",
    "statistician": "Demo Member 003, Demo Institution 01",
    "timeline": "Data of all sites within ten months, an interim report after the first eight sites.",
    "data_sharing": "Members of the study may ask the lead for the pooled tables; results go to all.",
    "funding": "none",
    "conflicts": "none",
}
PROPOSED_TITLE = "Intrathecal treatment of leptomeningeal disease: a registry"
PROPOSED: dict[str, object] = {
    "question": "How long do patients with leptomeningeal disease of breast cancer live without "
    "neurological decline after intrathecal treatment?",
    "background": "Practice differs between hospitals, and no registry follows these patients.",
    "kind": "registry",
    "mode": "federated",
    "population": "Adults with breast cancer and leptomeningeal disease by imaging or cerebrospinal fluid.",
    "exposure": "First intrathecal treatment, by drug; from the day of the first dose.",
    "endpoints": ["OS"],
    "sites_wanted": 8,
    "patients_expected": 400,
    "data_needed": "Cerebrospinal fluid, imaging, treatment courses, performance status, follow-up.",
    "statistician": "Demo Member 003, Demo Institution 01",
    "timeline": "First sites in spring, a first report after two years.",
    "data_sharing": "Sums leave the sites, rows do not; a data set is not planned.",
    "funding": "none yet; an application is being written",
    "conflicts": "none",
    "remarks": "Two sites have asked whether they may add paper charts from before 2015.",
}
FEDERATED_TITLE = "Surgery or radiosurgery of brain metastases, with rows that stay at the hospitals"
FEDERATED: dict[str, object] = {
    "question": "Do patients with brain metastases who have surgery live longer without progression than "
    "those who have radiosurgery, given age, performance status and primary tumour?",
    "background": "Several hospitals can't send rows. With sums that each hospital checks and masks, the "
    "estimate is the pooled one. This is a demonstration; its patients and hospitals are invented.",
    "kind": "retrospective",
    "mode": "federated",
    "population": "Adults with brain metastases who had surgery or radiosurgery as their first treatment.",
    "exposure": "Surgery against radiosurgery; time counts from the treatment.",
    "endpoints": ["OS"],
    "sites_wanted": 4,
    "patients_expected": 480,
    "data_needed": "One table a site: time, status, age, performance status, treatment, primary tumour.",
    "statistician": "Demo Member 003, Demo Institution 01",
    "timeline": "Kits within two months, a job within half a year.",
    "data_sharing": "No row leaves a hospital. Released results go to all members.",
    "funding": "none",
    "conflicts": "none",
}
IDEA_TITLE = "Drug levels in resected brain metastases: a window-of-opportunity study"
IDEA: dict[str, object] = {
    "question": "Does the drug reach the metastasis in the brain at a level that could act?",
    "kind": "window-of-opportunity",
    "mode": "pooled",
    "population": "Adults who are to have a brain metastasis removed.",
    "sites_wanted": 4,
}
