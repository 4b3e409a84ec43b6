"""What each code of a refusal or a fault means, and what to do: a line of cause, a line of advice."""

from __future__ import annotations

from dataclasses import dataclass

from cimara.federation.errors import Code

C = Code


@dataclass(frozen=True, slots=True)
class CodeWords:
    """A line of cause, and a line of advice that says who must act."""

    cause: str
    advice: str


GROUPS: tuple[tuple[str, str], ...] = (
    ("FED-1", "The order, and who sent it"),
    ("FED-2", "What a site checks before it answers"),
    ("FED-3", "What is checked of the sum of all sites"),
    ("FED-4", "Masks and messages"),
    ("FED-5", "Sites, servers and ways between them"),
    ("FED-6", "Data and estimation"),
)
"""First characters of a code, and what its hundred is about."""

WORDS: dict[Code, CodeWords] = {
    C.UNKNOWN_STUDY: CodeWords(
        "The site's policy does not name this study.",
        "Site: if you take part, add the hash of the study file to `allowed` in cimara_site.toml.",
    ),
    C.ALTERED_STUDY: CodeWords(
        "The study file has another hash than the one in the order or the one that the site signed.",
        "Centre: send the changed file to all sites; each checks and signs it again.",
    ),
    C.UNSIGNED_STUDY: CodeWords(
        "The site has not signed this version of the study file.",
        "Site: read it, then sign it with `cimara study sign`, and send the signature to the centre.",
    ),
    C.EXPIRED_STUDY: CodeWords(
        "The last day of the study file, or the last moment of the order, is over.",
        "Centre: have the study renewed and signed again, or send a new order. Nothing runs meanwhile.",
    ),
    C.UNKNOWN_ANALYSIS: CodeWords(
        "The analysis is not in the study file that the site signed.",
        "Centre: ask for analyses of the study file only; `cimara federation plan` lists them.",
    ),
    C.UNKNOWN_SENDER: CodeWords(
        "The message is signed with a key that nobody has registered for its sender.",
        "Site and centre: compare key fingerprints by telephone; if they differ, stop and tell your IT.",
    ),
    C.BROKEN_SIGNATURE: CodeWords(
        "The signature does not fit the message: it was changed on its way.",
        "Site and centre: send the message again; if it happens twice, tell your IT departments.",
    ),
    C.NOT_A_MEMBER: CodeWords(
        "The site is not in the roster of the order, or the order names a site that the study does not have.",
        "Centre: name only sites that stand in the study file and have signed it.",
    ),
    C.STOPPED_BY_SITE: CodeWords(
        "The site has stopped the study by its policy.",
        "Centre: ask the site's steward. Site: take the study out of `stopped` in cimara_site.toml to go on.",
    ),
    C.CLOCK: CodeWords(
        "The clock of the site and that of the centre differ too much.",
        "Site and centre: set the clocks by a time server; `cimara federation doctor` tells which is wrong.",
    ),
    C.TOO_FEW_PATIENTS: CodeWords(
        "The site has fewer eligible patients than its policy or the study asks for.",
        "Centre: run the analysis without this site, or wait until it has more patients.",
    ),
    C.TOO_FEW_EVENTS: CodeWords(
        "The site has too few events for numbers of its own to leave it.",
        "Centre: use masked sums, which are judged over all sites together.",
    ),
    C.SMALL_LEVEL: CodeWords(
        "A level of a covariate has too few patients at the site for numbers of its own to leave it.",
        "Centre: use masked sums, or join the level with another in the study file.",
    ),
    C.OUTSIDE_TRUST_REGION: CodeWords(
        "A coefficient or a scaled covariate is so large that the sums would point at one patient.",
        "Centre: check centres and scales in the study file; a model that separates has no estimate.",
    ),
    C.NOT_THE_NEXT_STEP: CodeWords(
        "The query does not follow from the sums that the site was sent before.",
        "Site and centre: use the same version of cimara; if you do, the centre must explain the query.",
    ),
    C.TOO_MANY_ROUNDS: CodeWords(
        "The analysis asks for more rounds than a job may have.",
        "Centre: look why it does not converge; a smaller model often does.",
    ),
    C.TOO_MANY_JOBS: CodeWords(
        "The analysis was asked too often on the same data.",
        "Centre: use the results that are there, or agree a new version of the study with the sites.",
    ),
    C.OTHER_GRID: CodeWords(
        "The grid of times is not the study's, or is too coarse for a regression.",
        "Centre: set the grid in the study file: weekly, monthly or mixed for regressions.",
    ),
    C.EVENT_TIMES: CodeWords(
        "The analysis would send days on which events happened, and not every site allows it.",
        "Centre: choose a grid in the study file, or ask every steward to set `allow_event_times`.",
    ),
    C.WRONG_SHAPE: CodeWords(
        "What is to leave does not have exactly the fields and sizes of the analysis.",
        "Site and centre: use the same version of cimara; report it to the developers if you do.",
    ),
    C.DIFFERENCING: CodeWords(
        "The cohort differs from one released before by so few patients that their data could be worked out.",
        "Centre: wait until more patients have come, or have the study name the old release as superseded.",
    ),
    C.OTHER_DATA_VERSION: CodeWords(
        "The site's table changed while the job ran.",
        "Site: do not change the table during a job. Centre: start a new job.",
    ),
    C.OTHER_DATA_MODEL: CodeWords(
        "The site's table was made by another version of the data model.",
        "Site: export with the version that the study file names, check it, and try again.",
    ),
    C.PLAIN_SUMS: CodeWords(
        "The order asks for sums without masks, and the study or the site's policy does not allow it.",
        "Centre: ask for masked sums, which is the default.",
    ),
    C.LOOSENED_POLICY: CodeWords(
        "The policy, or a changed study file, sets a limit lower than the rules of CIMARa allow.",
        "Site: limits may only be made stricter; the message names the line to change.",
    ),
    C.NOT_RELEASED: CodeWords(
        "A person at the site has decided not to release the answer.",
        "Centre: ask the site's steward why. Nothing left the site.",
    ),
    C.FOREIGN_CODE: CodeWords(
        "The job brings code, or names a component that is not part of CIMARa.",
        "Site: nothing ran. Tell the centre and your IT: somebody tried what is not allowed.",
    ),
    C.BAD_LEDGER: CodeWords(
        "The site's ledger was changed or cut short, so that it does not tell any more what has left.",
        "Site's steward: put the ledger back from a backup; nothing leaves the site until then.",
    ),
    C.TOO_FEW_SITES: CodeWords(
        "Fewer than three sites have patients in the sum.",
        "Centre: wait for more sites.",
    ),
    C.FEW_EVENTS_IN_ALL: CodeWords(
        "All sites together have too few events.",
        "Centre: wait for more follow-up, or choose an endpoint with more events.",
    ),
    C.TOO_MANY_PARAMETERS: CodeWords(
        "The model has too many coefficients for the events of all sites.",
        "Centre: take covariates out of the model in the study file.",
    ),
    C.SMALL_LEVEL_IN_ALL: CodeWords(
        "A level of a covariate has too few patients, or is found at too few sites, in all sites together.",
        "Centre: join the level with another in the study file.",
    ),
    C.SMALL_CELLS: CodeWords(
        "A cell of a table or a step of a curve has too few patients to be shown.",
        "Centre: nothing is to be done; the cell stays hidden. Coarser groups would show more.",
    ),
    C.FIXED_POINT_RANGE: CodeWords(
        "A number is too large to be masked.",
        "Centre: set a centre and a scale for the covariate in the study file.",
    ),
    C.USED_ROUND: CodeWords(
        "A round was asked again with other content; a mask is used only once.",
        "Centre: go on with `cimara federation resume`, which uses a new attempt.",
    ),
    C.OTHER_ROSTER: CodeWords(
        "The roster of the job has changed since it began.",
        "Centre: bring the lost site back, or start a new job; a running one keeps its sites.",
    ),
    C.FOREIGN_KEY: CodeWords(
        "The mask key of a site is not the one that the site signed.",
        "Site and centre: compare fingerprints by telephone; somebody may be between you.",
    ),
    C.BROKEN_MESSAGE: CodeWords(
        "A message or file is cut short, altered, or none of ours.",
        "Whoever carried it: copy the file again, whole.",
    ),
    C.TOO_LARGE: CodeWords(
        "A message is larger than 16 MB.",
        "Centre: choose a coarser grid or fewer groups in the study file.",
    ),
    C.UNKNOWN_SCHEMA: CodeWords(
        "A message of a kind that this version does not know.",
        "Site and centre: use the same version of cimara.",
    ),
    C.OLD_ROUND: CodeWords(
        "A message belongs to a round that is over, or to another job.",
        "File drop: take the newest folder that the centre sent. Else nothing is to be done.",
    ),
    C.SITE_LOST: CodeWords(
        "A site does not answer any more. The job is paused; nothing was released.",
        "Site: start `cimara federation site` again. Centre: then `cimara federation resume`.",
    ),
    C.SERVER_LOST: CodeWords(
        "The server of the federation does not answer.",
        "Centre: start `cimara federation server` again, then `cimara federation resume`.",
    ),
    C.CERTIFICATE: CodeWords(
        "A certificate has expired, is not valid yet, or belongs to another project.",
        "Centre: make a new kit for that site; `cimara federation doctor` names the certificate.",
    ),
    C.NO_ANSWER: CodeWords(
        "A site did not answer in time.",
        "Site: look at the log of `cimara federation site`. Centre: then `cimara federation resume`.",
    ),
    C.WAITS_FOR_STEWARD: CodeWords(
        "The answer waits until a person at the site releases it.",
        "Site's steward: read what leaves and release it. Centre: then `cimara federation resume`.",
    ),
    C.BAD_KIT: CodeWords(
        "A file of the kit is missing, was changed, or does not fit the others.",
        "Unpack the kit again into an empty folder; change nothing but cimara_site.toml in it.",
    ),
    C.OTHER_COORDINATOR: CodeWords(
        "Another process runs this job at the moment; two would ask the same round twice.",
        "Centre: wait until it is through, or end it; then `cimara federation resume`.",
    ),
    C.BAD_TABLE: CodeWords(
        "The table lacks a column that the study needs, or has values that do not fit it.",
        "Site: `cimara federation plan STUDY --check TABLE` lists what to mend, by column.",
    ),
    C.NOT_ESTIMABLE: CodeWords(
        "The data of all sites do not determine the estimate: separated, collinear, or not converged.",
        "Centre: the message names the covariates; change the model in the study file.",
    ),
    C.UNIT_MISMATCH: CodeWords(
        "Many values of a column are far from what the study file expects; the unit may be another one.",
        "Site: compare the unit of the column with the study file.",
    ),
    C.PROGRAM: CodeWords(
        "A fault of the program. The log at the site tells more; no value left the site.",
        "Report it to the developers with the code and the version of cimara.",
    ),
}


def words_of(code: Code) -> CodeWords:
    """Cause and advice of a code."""
    return WORDS[code]
