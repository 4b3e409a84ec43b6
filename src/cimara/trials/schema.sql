-- One registry snapshot: records, narrow filter columns, full-text indexes, and what the readers found.
-- study.id is the static rank: open studies first, then later updates, then registry number.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE study (
    id INTEGER PRIMARY KEY,
    nct_id TEXT NOT NULL UNIQUE,
    brief_title TEXT NOT NULL,
    official_title TEXT,
    acronym TEXT,
    overall_status TEXT NOT NULL,
    last_known_status TEXT,
    study_type TEXT,
    phases INTEGER NOT NULL,        -- bit mask, order of terms.registry.Phase
    sponsor TEXT,
    sponsor_class TEXT,
    enrolment INTEGER,
    sex TEXT NOT NULL,
    min_age_days INTEGER,
    max_age_days INTEGER,
    start TEXT,                     -- ISO dates, partial ones kept (2024-03)
    primary_completion TEXT,
    completion TEXT,
    first_posted TEXT,
    last_updated TEXT,
    verified TEXT,
    has_outcomes INTEGER NOT NULL,
    n_sites INTEGER NOT NULL,
    source_form TEXT NOT NULL,
    starter INTEGER NOT NULL
);

-- The record as it came, deflated; sha256 is of its canonical JSON (sorted keys, UTF-8).
CREATE TABLE raw (id INTEGER PRIMARY KEY, deflated BLOB NOT NULL, sha256 BLOB NOT NULL);

-- The Study as MessagePack, without raw, summary and description: one decode gives it back.
CREATE TABLE card (id INTEGER PRIMARY KEY, packed BLOB NOT NULL);

-- Narrow integers only, so that a filter never reads a wide row. Codes: cimara.trials.facets.
CREATE TABLE facet (
    id INTEGER PRIMARY KEY,
    status INTEGER NOT NULL,        -- place in terms.registry.OverallStatus
    open INTEGER NOT NULL,          -- 1 when the study is recruiting
    phases INTEGER NOT NULL,        -- bit mask
    study_type INTEGER NOT NULL,    -- place in terms.registry.StudyType; -1 missing
    sponsor_class INTEGER NOT NULL, -- place in facets.SPONSOR_CLASSES; -1 missing
    brm INTEGER NOT NULL,           -- place in terms.cns.BrmPolicy
    lmd INTEGER NOT NULL,           -- place in terms.cns.LmdPolicy
    tumours_low INTEGER NOT NULL,   -- bits 0-61 of table tumour
    tumours_high INTEGER NOT NULL,  -- bits 62-123
    start_year INTEGER,
    min_age_days INTEGER,
    max_age_days INTEGER,
    sex INTEGER NOT NULL,           -- place in terms.registry.Sex
    first_posted INTEGER,           -- yyyymmdd; an unknown month or day is 00
    last_updated INTEGER            -- yyyymmdd
);
CREATE TABLE tumour (bit INTEGER PRIMARY KEY, tumour_id TEXT NOT NULL UNIQUE);

CREATE TABLE condition (study_id INTEGER, ord INTEGER, term TEXT NOT NULL, folded TEXT NOT NULL,
    PRIMARY KEY (study_id, ord)) WITHOUT ROWID;
CREATE TABLE intervention (study_id INTEGER, ord INTEGER, term TEXT NOT NULL, folded TEXT NOT NULL, type TEXT,
    PRIMARY KEY (study_id, ord)) WITHOUT ROWID;
CREATE TABLE keyword (study_id INTEGER, ord INTEGER, term TEXT NOT NULL, folded TEXT NOT NULL,
    PRIMARY KEY (study_id, ord)) WITHOUT ROWID;
CREATE TABLE mesh (study_id INTEGER, ord INTEGER, term TEXT NOT NULL, folded TEXT NOT NULL,
    PRIMARY KEY (study_id, ord)) WITHOUT ROWID;
-- Concepts of the NCI Thesaurus, and bullets with the section that the registry states: NCI CTS only.
CREATE TABLE criteria_bullet (study_id INTEGER, ord INTEGER, start INTEGER NOT NULL, end INTEGER NOT NULL,
    section TEXT NOT NULL, PRIMARY KEY (study_id, ord)) WITHOUT ROWID;
CREATE TABLE ncit (study_id INTEGER, ord INTEGER, code TEXT NOT NULL, term TEXT NOT NULL,
    PRIMARY KEY (study_id, ord)) WITHOUT ROWID;

CREATE TABLE location (
    study_id INTEGER NOT NULL,
    ord INTEGER NOT NULL,
    facility TEXT,
    city TEXT,
    state TEXT,
    zip TEXT,
    country TEXT,
    iso2 TEXT,
    status TEXT,
    effective_status TEXT NOT NULL,
    status_inherited INTEGER NOT NULL,
    open INTEGER NOT NULL,          -- 1 when the effective status is RECRUITING
    lat REAL,
    lon REAL,
    geo_basis TEXT NOT NULL,
    PRIMARY KEY (study_id, ord)
) WITHOUT ROWID;

CREATE TABLE outcome (study_id INTEGER, role TEXT, ord INTEGER, measure TEXT NOT NULL, description TEXT,
    time_frame TEXT, PRIMARY KEY (study_id, role, ord)) WITHOUT ROWID;

CREATE TABLE endpoint (
    study_id INTEGER NOT NULL,
    role TEXT NOT NULL,
    ord INTEGER NOT NULL,           -- of the outcome
    use INTEGER NOT NULL,           -- one outcome may hold several endpoints
    canonical TEXT NOT NULL,
    compartment TEXT NOT NULL,
    packed TEXT NOT NULL,           -- JSON of the whole EndpointUse
    PRIMARY KEY (study_id, role, ord, use)
) WITHOUT ROWID;

CREATE TABLE eligibility (
    study_id INTEGER PRIMARY KEY,
    brm_policy TEXT NOT NULL,
    lmd_policy TEXT NOT NULL,
    confidence TEXT NOT NULL,
    fields TEXT NOT NULL,           -- JSON of the CnsFields that differ from silence
    cohorts TEXT NOT NULL           -- JSON list of CohortStates
);
CREATE TABLE evidence (
    study_id INTEGER NOT NULL,
    ord INTEGER NOT NULL,
    field TEXT NOT NULL,
    start INTEGER NOT NULL,         -- half-open span of code points in the criteria text as stored
    end INTEGER NOT NULL,
    rule_id TEXT NOT NULL,
    cohort TEXT,
    PRIMARY KEY (study_id, ord)
) WITHOUT ROWID;

-- Column facet: the words of cimara.trials.facet_words, by which a search is filtered.
CREATE VIRTUAL TABLE head_fts USING fts5(
    title, condition, intervention, keyword, facet,
    content='', prefix='2 3 4', tokenize='unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE text_fts USING fts5(
    summary, criteria, outcomes,
    content='', tokenize='unicode61 remove_diacritics 2'
);

-- Every word of head_fts with the number of studies that have it: a prefix is spelt out by it.
CREATE TABLE head_word (word TEXT PRIMARY KEY, studies INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE issue (id INTEGER PRIMARY KEY, code TEXT NOT NULL, nct_id TEXT, path TEXT NOT NULL,
    message TEXT NOT NULL, source TEXT NOT NULL, line INTEGER);
CREATE TABLE rejected (id INTEGER PRIMARY KEY, code TEXT NOT NULL, nct_id TEXT, message TEXT NOT NULL,
    source TEXT NOT NULL, line INTEGER, deflated BLOB NOT NULL);
CREATE TABLE alias (alias TEXT, nct_id TEXT, PRIMARY KEY (alias, nct_id)) WITHOUT ROWID;
CREATE TABLE removed (nct_id TEXT PRIMARY KEY, brief_title TEXT NOT NULL, last_updated TEXT,
    noticed TEXT NOT NULL) WITHOUT ROWID;
