from __future__ import annotations

import re
import sys
from datetime import (
    date,
    datetime,
    time
)
from decimal import Decimal
from enum import Enum
from typing import (
    Any,
    ClassVar,
    Literal,
    Optional,
    Union
)

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator
)


metamodel_version = "1.12.0"
version = "1.0.0"


class ConfiguredBaseModel(BaseModel):
    model_config = ConfigDict(
        serialize_by_alias = True,
        validate_by_name = True,
        validate_assignment = True,
        validate_default = True,
        extra = "forbid",
        arbitrary_types_allowed = True,
        use_enum_values = True,
        strict = False,
    )
    @model_validator(mode="after")
    def row_rules(self):
        broken = [rule for rule in ROW_RULES.get(type(self).__name__, ()) if _breaks(self, rule)]
        if broken:
            raise ValueError("; ".join(f"{rule['id']}: {rule['hint']}" for rule in broken))
        return self





class LinkMLMeta(RootModel):
    root: dict[str, Any] = {}
    model_config = ConfigDict(frozen=True)

    def __getattr__(self, key:str):
        return getattr(self.root, key)

    def __getitem__(self, key:str):
        return self.root[key]

    def __setitem__(self, key:str, value):
        self.root[key] = value

    def __contains__(self, key:str) -> bool:
        return key in self.root


linkml_meta = None

class YesNoUnknown(str, Enum):
    Yes = "yes"
    No = "no"
    Unknown = "unknown"


class Source(str, Enum):
    Chart = "chart"
    Registry = "registry"
    Import = "import"


class LegalBasis(str, Enum):
    Consent = "consent"
    Waiver_of_consent = "waiver"
    Public_interest = "public_interest"


class DataUse(str, Enum):
    No_restriction = "no_restriction"
    General_research_use = "general_research"
    Health_medical_biomedical_research = "health_medical"
    Disease_specific_research = "disease_specific"
    Not_for_profit_non_commercial_use_only = "not_for_profit"
    Non_commercial_use_only = "non_commercial"
    Geographical_restriction = "geographic"
    Institution_specific_restriction = "institution"
    User_specific_restriction = "user_specific"
    Ethics_approval_required = "ethics"
    Publication_required = "publication"
    Collaboration_required = "collaboration"
    Time_limit_on_use = "time_limit"
    Return_to_database_or_resource = "return_results"


class InclusionCriterion(str, Enum):
    Criterion_I01 = "i01"
    Criterion_I02 = "i02"
    Criterion_I03 = "i03"
    Criterion_I04 = "i04"
    Criterion_I05 = "i05"
    Criterion_I06 = "i06"
    Criterion_I07 = "i07"
    Criterion_I08 = "i08"
    Criterion_I09 = "i09"
    Criterion_I10 = "i10"
    Criterion_I11 = "i11"
    Criterion_I12 = "i12"


class ExclusionCriterion(str, Enum):
    Criterion_E01 = "e01"
    Criterion_E02 = "e02"
    Criterion_E03 = "e03"
    Criterion_E04 = "e04"
    Criterion_E05 = "e05"
    Criterion_E06 = "e06"
    Criterion_E07 = "e07"
    Criterion_E08 = "e08"
    Criterion_E09 = "e09"
    Criterion_E10 = "e10"
    Criterion_E11 = "e11"
    Criterion_E12 = "e12"


class Sex(str, Enum):
    Female = "female"
    Male = "male"
    Other = "other"
    Unknown = "unknown"


class AnchorEvent(str, Enum):
    First_diagnosis_of_brain_metastases = "first_brm_dx"
    First_CNS_directed_therapy = "first_cns_therapy"


class Race(str, Enum):
    American_Indian_or_Alaska_Native = "american_indian"
    Asian = "asian"
    Black_or_African_American = "black"
    Native_Hawaiian_or_other_Pacific_Islander = "pacific_islander"
    White = "white"
    Other = "other"
    Unknown = "unknown"


class Ethnicity(str, Enum):
    Hispanic_or_Latino = "hispanic"
    Not_Hispanic_or_Latino = "not_hispanic"
    Unknown = "unknown"


class VitalStatus(str, Enum):
    Alive = "alive"
    Dead = "dead"
    Lost_to_follow_up = "lost"


class TumourGroup(str, Enum):
    NSCLC_adenocarcinoma = "nsclc_adeno"
    NSCLC_other = "nsclc_nonadeno"
    Small_cell_lung_cancer = "sclc"
    Breast = "breast"
    Melanoma = "melanoma"
    Renal = "renal"
    Upper_gastrointestinal = "gi_upper"
    Lower_gastrointestinal = "gi_lower"
    Gynaecological = "gynae"
    Prostate = "prostate"
    Thyroid = "thyroid"
    Sarcoma = "sarcoma"
    Unknown_primary = "unknown_primary"
    Glioma_LEFT_PARENTHESISnot_a_metastasisRIGHT_PARENTHESIS = "glioma"
    Other = "other"


class Stage(str, Enum):
    I = "I"
    II = "II"
    III = "III"
    IV = "IV"
    Unknown = "unknown"


class Marker(str, Enum):
    HER2 = "HER2"
    ER = "ER"
    PR = "PR"
    EGFR = "EGFR"
    ALK = "ALK"
    ROS1 = "ROS1"
    KRAS_G12C = "KRAS_G12C"
    BRAF_V600 = "BRAF_V600"
    MET = "MET"
    RET = "RET"
    NTRK = "NTRK"
    PDL1_TPS = "PDL1_TPS"
    MSI = "MSI"
    TMB = "TMB"
    Other = "other"


class MarkerResult(str, Enum):
    Positive = "positive"
    Negative = "negative"
    Low = "low"
    Indeterminate = "indeterminate"


class MarkerUnit(str, Enum):
    Percent = "percent"
    Mutations_per_megabase = "mut_mb"
    IHC_score = "ihc_score"


class MarkerAssay(str, Enum):
    Immunohistochemistry = "ihc"
    In_situ_hybridisation = "ish"
    Next_generation_sequencing = "ngs"
    PCR = "pcr"
    Other = "other"


class MarkerTissue(str, Enum):
    Primary = "primary"
    CNS = "cns"
    CSF = "csf"
    Plasma = "plasma"
    Extracranial_metastasis = "extracranial_met"


class PerformanceScale(str, Enum):
    Karnofsky_performance_status = "KPS"
    ECOG_performance_status = "ECOG"


class PerformanceRecorded(str, Enum):
    Written_in_the_chart = "chart"
    Inferred_from_text = "inferred_from_text"
    Converted_from_the_other_scale = "converted"


class ExtracranialDisease(str, Enum):
    Absent = "absent"
    Controlled = "controlled"
    Stable = "stable"
    Progressing = "progressing"
    Unknown = "unknown"


class ExtracranialSite(str, Enum):
    Lung = "lung"
    Liver = "liver"
    Bone = "bone"
    Lymph_nodes = "nodes"
    Adrenal = "adrenal"
    Other = "other"


class Analyte(str, Enum):
    Haemoglobin = "haemoglobin"
    Lactate_dehydrogenase = "ldh"
    Albumin = "albumin"
    Platelets = "platelets"


class LabUnit(str, Enum):
    gSOLIDUSdL = "g_dl"
    USOLIDUSL = "u_l"
    Ratio_to_upper_limit_of_normal = "ratio_uln"
    number_10CIRCUMFLEX_ACCENT9SOLIDUSL = "10e9_l"


class LesionLocation(str, Enum):
    Frontal = "frontal"
    Parietal = "parietal"
    Temporal = "temporal"
    Occipital = "occipital"
    Cerebellum = "cerebellum"
    Brainstem = "brainstem"
    Thalamus_or_basal_ganglia = "thalamus_basal_ganglia"
    Ventricle_or_choroid_plexus = "ventricle_choroid"
    Dural = "dural"
    Calvarium = "calvarium"
    Other = "other"


class Side(str, Enum):
    Left = "left"
    Right = "right"
    Midline = "midline"


class LesionOrigin(str, Enum):
    New = "new"
    Recurrence_of_a_treated_lesion = "recurrence"
    Resection_cavity = "resection_cavity"


class LesionPathology(str, Enum):
    Confirmed_metastasis = "confirmed_metastasis"
    Not_sampled = "not_sampled"
    Other = "other"


class ImagingModality(str, Enum):
    MRI = "mri"
    CT = "ct"
    FDG_PET = "pet_fdg"
    Amino_acid_PET = "pet_amino_acid"


class FieldStrength(str, Enum):
    number_0FULL_STOP5_T = "0.5"
    number_1FULL_STOP0_T = "1.0"
    number_1FULL_STOP5_T = "1.5"
    number_3FULL_STOP0_T = "3.0"
    number_7FULL_STOP0_T = "7.0"


class ResponseCriteria(str, Enum):
    RANO_BM = "rano_bm"
    iRANO = "irano"
    RECIST_1FULL_STOP1 = "recist11"
    Local_practice = "local"
    None_ = "none"


class ResponseCategory(str, Enum):
    Complete_response = "CR"
    Partial_response = "PR"
    Stable_disease = "SD"
    Progressive_disease = "PD"
    Not_evaluable = "NE"


class NecrosisSuspicion(str, Enum):
    None_ = "none"
    Possible = "possible"
    Probable = "probable"


class LocalTherapyModality(str, Enum):
    Radiosurgery_Gamma_Knife = "srs_gk"
    Radiosurgery_linac = "srs_linac"
    Radiosurgery_robotic = "srs_robotic"
    Hypofractionated_stereotactic_radiotherapy = "hfsrt"
    Whole_brain_radiotherapy = "wbrt"
    Hippocampal_avoidance_whole_brain_radiotherapy = "ha_wbrt"
    Partial_brain_radiotherapy = "partial_brain"
    Proton = "proton"
    Surgery_gross_total_resection = "surgery_gtr"
    Surgery_subtotal_resection = "surgery_str"
    Biopsy = "biopsy"
    Laser_interstitial_thermal_therapy = "litt"
    Brachytherapy = "brachytherapy"


class TherapyIntent(str, Enum):
    Definitive = "definitive"
    Preoperative = "preop"
    Postoperative_cavity = "postop_cavity"
    Salvage = "salvage"
    Prophylactic = "prophylactic"


class ResectionExtent(str, Enum):
    Gross_total = "gtr"
    Subtotal = "str"
    Biopsy = "biopsy"


class Agent(str, Enum):
    Trastuzumab = "trastuzumab"
    Pertuzumab = "pertuzumab"
    Trastuzumab_emtansine = "trastuzumab_emtansine"
    Trastuzumab_deruxtecan = "trastuzumab_deruxtecan"
    Sacituzumab_govitecan = "sacituzumab_govitecan"
    Datopotamab_deruxtecan = "datopotamab_deruxtecan"
    Tucatinib = "tucatinib"
    Lapatinib = "lapatinib"
    Neratinib = "neratinib"
    Capecitabine = "capecitabine"
    Osimertinib = "osimertinib"
    Erlotinib = "erlotinib"
    Gefitinib = "gefitinib"
    Afatinib = "afatinib"
    Alectinib = "alectinib"
    Brigatinib = "brigatinib"
    Lorlatinib = "lorlatinib"
    Crizotinib = "crizotinib"
    Ceritinib = "ceritinib"
    Entrectinib = "entrectinib"
    Repotrectinib = "repotrectinib"
    Sotorasib = "sotorasib"
    Adagrasib = "adagrasib"
    Dabrafenib = "dabrafenib"
    Trametinib = "trametinib"
    Encorafenib = "encorafenib"
    Binimetinib = "binimetinib"
    Vemurafenib = "vemurafenib"
    Cobimetinib = "cobimetinib"
    Capmatinib = "capmatinib"
    Tepotinib = "tepotinib"
    Selpercatinib = "selpercatinib"
    Pralsetinib = "pralsetinib"
    Larotrectinib = "larotrectinib"
    Ipilimumab = "ipilimumab"
    Nivolumab = "nivolumab"
    Pembrolizumab = "pembrolizumab"
    Atezolizumab = "atezolizumab"
    Durvalumab = "durvalumab"
    Cemiplimab = "cemiplimab"
    Bevacizumab = "bevacizumab"
    Ramucirumab = "ramucirumab"
    Cabozantinib = "cabozantinib"
    Sunitinib = "sunitinib"
    Pazopanib = "pazopanib"
    Axitinib = "axitinib"
    Lenvatinib = "lenvatinib"
    Carboplatin = "carboplatin"
    Cisplatin = "cisplatin"
    Pemetrexed = "pemetrexed"
    Paclitaxel = "paclitaxel"
    Docetaxel = "docetaxel"
    Gemcitabine = "gemcitabine"
    Etoposide = "etoposide"
    Topotecan = "topotecan"
    Lurbinectedin = "lurbinectedin"
    Temozolomide = "temozolomide"
    Eribulin = "eribulin"
    Vinorelbine = "vinorelbine"
    Doxorubicin = "doxorubicin"
    Fluorouracil = "fluorouracil"
    Oxaliplatin = "oxaliplatin"
    Irinotecan = "irinotecan"
    Methotrexate = "methotrexate"
    Cytarabine = "cytarabine"
    Letrozole = "letrozole"
    Anastrozole = "anastrozole"
    Exemestane = "exemestane"
    Fulvestrant = "fulvestrant"
    Tamoxifen = "tamoxifen"
    Palbociclib = "palbociclib"
    Ribociclib = "ribociclib"
    Abemaciclib = "abemaciclib"
    Everolimus = "everolimus"
    Enzalutamide = "enzalutamide"
    Abiraterone = "abiraterone"
    Amivantamab = "amivantamab"
    Tarlatamab = "tarlatamab"
    Relatlimab = "relatlimab"
    Other = "other"


class AgentClass(str, Enum):
    Antibody_drug_conjugate = "adc"
    Immune_checkpoint_inhibitor = "ici"
    Kinase_inhibitor = "tki"
    Chemotherapy = "chemo"
    Endocrine = "endocrine"
    HER2_antibody = "her2_antibody"
    Antiangiogenic = "antiangiogenic"
    Other = "other"


class CnsPenetrance(str, Enum):
    High = "high"
    Intermediate = "intermediate"
    Low = "low"
    Unknown = "unknown"


class SystemicStopReason(str, Enum):
    Progression_in_the_CNS = "progression_cns"
    Progression_outside_the_CNS = "progression_systemic"
    Toxicity = "toxicity"
    Completed = "completed"
    Death = "death"
    Choice_of_patient_or_physician = "choice"
    Ongoing = "ongoing"
    Unknown = "unknown"


class SupportiveKind(str, Enum):
    Dexamethasone = "dexamethasone"
    Bevacizumab_for_radiation_necrosis = "bevacizumab_rn"
    Antiseizure_medication = "antiseizure"
    Pentoxifylline_and_vitamin_E = "pentoxifylline_vite"
    Hyperbaric_oxygen = "hyperbaric_oxygen"


class SupportiveReason(str, Enum):
    Radiation_necrosis = "rn"
    Oedema = "oedema"
    Nausea = "nausea"
    Antitumour = "antitumour"
    Adrenal_insufficiency = "adrenal"
    Other = "other"


class SupportiveStopReason(str, Enum):
    Resolved = "resolved"
    Completed = "completed"
    No_benefit = "no_benefit"
    Toxicity = "toxicity"
    Progression = "progression"
    Death = "death"
    Choice_of_patient_or_physician = "choice"
    Ongoing = "ongoing"
    Unknown = "unknown"


class BevacizumabToxicity(str, Enum):
    Venous_thromboembolism = "vte"
    Arterial_event = "arterial"
    CNS_haemorrhage = "haemorrhage_cns"
    Hypertension = "hypertension"
    Proteinuria = "proteinuria"
    Wound_complication = "wound"
    Other = "other"
    None_ = "none"


class NecrosisBasis(str, Enum):
    Pathology = "pathology"
    Serial_MRI = "serial_mri"
    Perfusion = "perfusion"
    Spectroscopy = "spectroscopy"
    PET = "pet"
    Tumour_board = "tumour_board"


class NecrosisCertainty(str, Enum):
    Confirmed = "confirmed"
    Probable = "probable"
    Possible = "possible"


class NecrosisOutcome(str, Enum):
    Resolved = "resolved"
    Improved = "improved"
    Stable = "stable"
    Worse = "worse"
    Unknown = "unknown"


class LmdType(str, Enum):
    Classical = "classical"
    Nodular = "nodular"
    Mixed = "mixed"


class LmdBasis(str, Enum):
    CSF_cytology = "csf_cytology"
    MRI = "mri"
    Clinical = "clinical"
    CSF_ctDNA = "csf_ctdna"
    CSF_tumour_cells = "csf_ctc"


class EanoEsmo(str, Enum):
    IA = "IA"
    IB = "IB"
    IC = "IC"
    ID = "ID"
    IIA = "IIA"
    IIB = "IIB"
    IIC = "IIC"
    IID = "IID"
    Unknown = "unknown"


class CsfFlow(str, Enum):
    Normal = "normal"
    Obstructed = "obstructed"
    Not_done = "not_done"


class LmdTreatment(str, Enum):
    Intrathecal = "intrathecal"
    Craniospinal_irradiation_photon = "craniospinal_photon"
    Craniospinal_irradiation_proton = "craniospinal_proton"
    Whole_brain_radiotherapy = "wbrt"
    Focal_radiotherapy = "focal_rt"
    Systemic = "systemic"
    Shunt = "shunt"
    None_ = "none"
    Other = "other"


class ProgressionKind(str, Enum):
    Local = "local"
    Distant_intracranial = "distant_intracranial"
    Leptomeningeal = "leptomeningeal"
    Extracranial = "extracranial"


class ProgressionBasis(str, Enum):
    Imaging = "imaging"
    Clinical = "clinical"
    Pathology = "pathology"


class DeathCause(str, Enum):
    Neurologic = "neurologic"
    Systemic = "systemic"
    Both = "both"
    Other = "other"
    Unknown = "unknown"


class Adjudicator(str, Enum):
    Site = "site"
    Central = "central"
    None_ = "none"


class Instrument(str, Enum):
    HVLT_R = "hvlt_r"
    TMT_part_A = "tmt_a"
    TMT_part_B = "tmt_b"
    COWA = "cowa"
    MDASI_BT = "mdasi_bt"
    EQ_5D_5L = "eq5d5l"


class SpecimenKind(str, Enum):
    Tumour_FFPE = "tumour_ffpe"
    Tumour_frozen = "tumour_frozen"
    CSF = "csf"
    Plasma = "plasma"
    Blood = "blood"


class SpecimenTissue(str, Enum):
    CNS = "cns"
    Primary = "primary"
    Extracranial = "extracranial"


class OmicsAssayKind(str, Enum):
    Whole_exome_sequencing = "wes"
    Whole_genome_sequencing = "wgs"
    Gene_panel = "panel"
    RNA_seq = "rnaseq"
    Methylation = "methylation"
    Proteomics = "proteomics"
    Single_cell_RNA_seq = "scrna"



class Record(ConfiguredBaseModel):
    """
    What every row says of itself.
    """
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class Site(ConfiguredBaseModel):
    """
    One contributing institution and what it agreed to.
    """
    site_id: str = Field(default=..., title="Site")
    country: str = Field(default=..., title="Country, ISO 3166-1 alpha-2")
    dag_name: str = Field(default=..., title="Data access group in REDCap")
    data_cut: str = Field(default=..., title="Quarter of the data cut")
    site_curator: str = Field(default=..., title="Curator in charge (pseudonym)")
    policy_hash: str = Field(default=..., title="SHA-256 of the study's disclosure policy")

    @field_validator('site_id')
    def pattern_site_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid site_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid site_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('country')
    def pattern_country(cls, v):
        pattern=re.compile(r"^[A-Z]{2}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid country format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid country format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('dag_name')
    def pattern_dag_name(cls, v):
        pattern=re.compile(r"^[A-Za-z0-9 ._/()+-]{1,40}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid dag_name format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid dag_name format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('data_cut')
    def pattern_data_cut(cls, v):
        pattern=re.compile(r"^[0-9]{4}-Q[1-4]$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid data_cut format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid data_cut format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('site_curator')
    def pattern_site_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid site_curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid site_curator format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('policy_hash')
    def pattern_policy_hash(cls, v):
        pattern=re.compile(r"^[0-9a-f]{64}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid policy_hash format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid policy_hash format: {v}"
            raise ValueError(err_msg)
        return v


class StudyEnrolment(Record):
    """
    A patient in a study, with the criteria that were met.
    """
    patient_id: str = Field(default=..., title="Patient")
    study_id: str = Field(default=..., title="Study")
    eligible: YesNoUnknown = Field(default=..., title="Eligible")
    inclusion: list[InclusionCriterion] = Field(default=..., title="Inclusion criteria met")
    exclusion: Optional[list[ExclusionCriterion]] = Field(default=None, title="Exclusion criteria met")
    legal_basis: LegalBasis = Field(default=..., title="Legal basis of the data use")
    duo: list[DataUse] = Field(default=..., title="Data use terms (Data Use Ontology)")
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('study_id')
    def pattern_study_id(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid study_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid study_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class Patient(Record):
    """
    A person with brain metastases or leptomeningeal disease; days count from the anchor.
    """
    patient_id: str = Field(default=..., title="Patient")
    sex: Sex = Field(default=..., title="Sex")
    age_at_anchor: int = Field(default=..., title="Age at the anchor", ge=18, le=90)
    age_topcoded: YesNoUnknown = Field(default=..., title="Age set to 90 because it is 90 or more")
    anchor_event: AnchorEvent = Field(default=..., title="Event of day 0")
    anchor_year: Optional[int] = Field(default=None, title="Calendar year of the anchor", ge=1990, le=2100)
    race: Optional[list[Race]] = Field(default=None, title="Race")
    ethnicity: Optional[Ethnicity] = Field(default=None, title="Ethnicity")
    n_brm_at_anchor: int = Field(default=..., title="Brain metastases at the anchor", ge=0, le=200)
    brm_synchronous: YesNoUnknown = Field(default=..., title="Brain metastases synchronous with the primary")
    last_contact_day: int = Field(default=..., title="Last contact")
    vital_status: VitalStatus = Field(default=..., title="Vital status at last contact")
    last_cns_imaging_day: Optional[int] = Field(default=None, title="Last imaging of the CNS")
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class PrimaryTumour(Record):
    """
    A primary tumour.
    """
    patient_id: str = Field(default=..., title="Patient")
    primary_no: int = Field(default=..., title="Number of the primary", ge=1, le=9)
    group: TumourGroup = Field(default=..., title="Tumour group")
    oncotree: Optional[str] = Field(default=None, title="OncoTree code")
    icdo_topography: Optional[str] = Field(default=None, title="ICD-O topography")
    icdo_morphology: Optional[str] = Field(default=None, title="ICD-O morphology")
    dx_day: int = Field(default=..., title="Diagnosis of the primary")
    stage_at_dx: Stage = Field(default=..., title="Stage at diagnosis")
    controlled_at_anchor: YesNoUnknown = Field(default=..., title="Primary controlled at the anchor")
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('oncotree')
    def pattern_oncotree(cls, v):
        pattern=re.compile(r"^[A-Za-z0-9 ._/()+-]{1,12}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid oncotree format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid oncotree format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('icdo_topography')
    def pattern_icdo_topography(cls, v):
        pattern=re.compile(r"^C[0-9]{2}(\.[0-9])?$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid icdo_topography format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid icdo_topography format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('icdo_morphology')
    def pattern_icdo_morphology(cls, v):
        pattern=re.compile(r"^[0-9]{4}/[0-9]$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid icdo_morphology format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid icdo_morphology format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class Biomarker(Record):
    """
    A result of one marker in one tissue.
    """
    patient_id: str = Field(default=..., title="Patient")
    biomarker_no: int = Field(default=..., title="Number of the result", ge=1, le=99)
    marker: Marker = Field(default=..., title="Marker")
    result: Optional[MarkerResult] = Field(default=None, title="Result")
    value: Optional[float] = Field(default=None, title="Measured value", ge=0, le=10000)
    unit: Optional[MarkerUnit] = Field(default=None, title="Unit of the value")
    assay: Optional[MarkerAssay] = Field(default=None, title="Assay")
    tissue: MarkerTissue = Field(default=..., title="Tissue tested")
    day: int = Field(default=..., title="Day of the sample")
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class PerformanceStatus(Record):
    """
    Performance status at a visit.
    """
    patient_id: str = Field(default=..., title="Patient")
    scale: PerformanceScale = Field(default=..., title="Scale")
    value: int = Field(default=..., title="Score", ge=0, le=100)
    day: int = Field(default=..., title="Day of the visit")
    recorded: PerformanceRecorded = Field(default=..., title="How it was recorded")
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class ExtracranialStatus(Record):
    """
    Disease outside the CNS at a visit.
    """
    patient_id: str = Field(default=..., title="Patient")
    day: int = Field(default=..., title="Day of the assessment")
    status: ExtracranialDisease = Field(default=..., title="Extracranial disease")
    sites: Optional[list[ExtracranialSite]] = Field(default=None, title="Sites of extracranial disease")
    n_sites: Optional[int] = Field(default=None, title="Number of sites", ge=0, le=20)
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class LabResult(Record):
    """
    A laboratory result.
    """
    patient_id: str = Field(default=..., title="Patient")
    analyte: Analyte = Field(default=..., title="Analyte")
    value: float = Field(default=..., title="Value", ge=0, le=100000)
    unit: LabUnit = Field(default=..., title="Unit")
    day: int = Field(default=..., title="Day of the sample")
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class BrainLesion(Record):
    """
    A metastasis, followed for life.
    """
    patient_id: str = Field(default=..., title="Patient")
    lesion_id: str = Field(default=..., title="Lesion")
    first_seen_day: int = Field(default=..., title="First seen")
    location: LesionLocation = Field(default=..., title="Location")
    side: Side = Field(default=..., title="Side")
    cystic: Optional[YesNoUnknown] = Field(default=None, title="Cystic")
    haemorrhagic: Optional[YesNoUnknown] = Field(default=None, title="Haemorrhagic")
    eloquent: Optional[YesNoUnknown] = Field(default=None, title="In eloquent brain")
    origin: LesionOrigin = Field(default=..., title="Origin")
    parent_lesion_id: Optional[str] = Field(default=None, title="Lesion that it arose from")
    pathology: Optional[LesionPathology] = Field(default=None, title="Pathology")
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('lesion_id')
    def pattern_lesion_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}-L[0-9]{2,3}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid lesion_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid lesion_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('parent_lesion_id')
    def pattern_parent_lesion_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}-L[0-9]{2,3}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid parent_lesion_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid parent_lesion_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class ImagingAssessment(Record):
    """
    A scan of the CNS and its reading.
    """
    patient_id: str = Field(default=..., title="Patient")
    scan_id: str = Field(default=..., title="Scan")
    day: int = Field(default=..., title="Day of the scan")
    modality: ImagingModality = Field(default=..., title="Modality")
    btip_bm: Optional[YesNoUnknown] = Field(default=None, title="By the consensus protocol for brain metastases (BTIP-BM)")
    slice_mm: Optional[float] = Field(default=None, title="Slice thickness", ge=0.5, le=10)
    field_t: Optional[FieldStrength] = Field(default=None, title="Field strength")
    contrast: YesNoUnknown = Field(default=..., title="Contrast given")
    perfusion: Optional[YesNoUnknown] = Field(default=None, title="Perfusion imaging")
    spectroscopy: Optional[YesNoUnknown] = Field(default=None, title="Spectroscopy")
    blinded_review: Optional[YesNoUnknown] = Field(default=None, title="Read without knowledge of treatment")
    criteria: Optional[ResponseCriteria] = Field(default=None, title="Response criteria")
    intracranial_response: Optional[ResponseCategory] = Field(default=None, title="Intracranial response")
    new_lesion_count: Optional[int] = Field(default=None, title="New lesions", ge=0, le=100)
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('scan_id')
    def pattern_scan_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}-S[0-9]{2,3}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid scan_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid scan_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class LesionMeasurement(Record):
    """
    The size of one lesion on one scan.
    """
    patient_id: str = Field(default=..., title="Patient")
    scan_id: str = Field(default=..., title="Scan")
    lesion_id: str = Field(default=..., title="Lesion")
    longest_mm: Optional[float] = Field(default=None, title="Longest diameter", ge=0, le=150)
    perp_mm: Optional[float] = Field(default=None, title="Longest perpendicular diameter", ge=0, le=150)
    vol_total_cm3: Optional[float] = Field(default=None, title="Volume, total", ge=0, le=400)
    vol_enhancing_cm3: Optional[float] = Field(default=None, title="Volume, enhancing", ge=0, le=400)
    vol_necrotic_cm3: Optional[float] = Field(default=None, title="Volume, necrotic core", ge=0, le=400)
    vol_flair_cm3: Optional[float] = Field(default=None, title="Volume of FLAIR change", ge=0, le=400)
    target: Optional[YesNoUnknown] = Field(default=None, title="Target lesion")
    lesion_response: Optional[ResponseCategory] = Field(default=None, title="Response of the lesion")
    rn_suspicion: Optional[NecrosisSuspicion] = Field(default=None, title="Suspicion of radiation necrosis")
    rcbv_ratio: Optional[float] = Field(default=None, title="Ratio of relative cerebral blood volume", ge=0, le=20)
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('scan_id')
    def pattern_scan_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}-S[0-9]{2,3}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid scan_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid scan_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('lesion_id')
    def pattern_lesion_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}-L[0-9]{2,3}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid lesion_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid lesion_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class LocalTherapyCourse(Record):
    """
    One delivered course of local therapy.
    """
    patient_id: str = Field(default=..., title="Patient")
    course_id: str = Field(default=..., title="Course")
    modality: LocalTherapyModality = Field(default=..., title="Modality")
    start_day: int = Field(default=..., title="First day")
    end_day: int = Field(default=..., title="Last day")
    intent: TherapyIntent = Field(default=..., title="Intent")
    single_isocentre: Optional[YesNoUnknown] = Field(default=None, title="Single isocentre for several targets")
    reirradiation: Optional[YesNoUnknown] = Field(default=None, title="Re-irradiation")
    total_dose_gy: Optional[float] = Field(default=None, title="Total dose", ge=0, le=80)
    fractions: Optional[int] = Field(default=None, title="Fractions", ge=1, le=40)
    boost_simultaneous: Optional[YesNoUnknown] = Field(default=None, title="Simultaneous integrated boost")
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('course_id')
    def pattern_course_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}-C[0-9]{2,3}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid course_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid course_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class CourseLesion(Record):
    """
    What one lesion received in one course: the grain of dose and of radiation necrosis.
    """
    patient_id: str = Field(default=..., title="Patient")
    course_id: str = Field(default=..., title="Course")
    lesion_id: str = Field(default=..., title="Lesion")
    dose_gy: Optional[float] = Field(default=None, title="Dose to the lesion", ge=0.1, le=80)
    fractions: Optional[int] = Field(default=None, title="Fractions to the lesion", ge=1, le=40)
    isodose_pct: Optional[float] = Field(default=None, title="Prescription isodose", ge=10, le=100)
    gtv_cm3: Optional[float] = Field(default=None, title="Gross tumour volume", ge=0, le=150)
    ptv_cm3: Optional[float] = Field(default=None, title="Planning target volume", ge=0, le=300)
    margin_mm: Optional[float] = Field(default=None, title="Margin", ge=0, le=10)
    coverage_pct: Optional[float] = Field(default=None, title="Coverage", ge=0, le=100)
    pci: Optional[float] = Field(default=None, title="Paddick conformity index", ge=0, le=1)
    gi: Optional[float] = Field(default=None, title="Gradient index", ge=1, le=30)
    dmax_gy: Optional[float] = Field(default=None, title="Maximum dose", ge=0, le=160)
    v10_cm3: Optional[float] = Field(default=None, title="V10, volume receiving 10 Gy or more (single fraction)", ge=0, le=500)
    v12_cm3: Optional[float] = Field(default=None, title="V12, volume receiving 12 Gy or more (single fraction)", ge=0, le=500)
    v18_cm3: Optional[float] = Field(default=None, title="V18 (2 to 5 fractions)", ge=0, le=500)
    v20_cm3: Optional[float] = Field(default=None, title="V20 (2 to 5 fractions)", ge=0, le=500)
    v24_cm3: Optional[float] = Field(default=None, title="V24 (2 to 5 fractions)", ge=0, le=500)
    brain_minus_gtv: Optional[YesNoUnknown] = Field(default=None, title="V-doses leave out the target volume")
    cavity: YesNoUnknown = Field(default=..., title="Resection cavity")
    resection_extent: Optional[ResectionExtent] = Field(default=None, title="Extent of the resection")
    bed10_gy: Optional[float] = Field(default=None, title="BED, alpha/beta 10", ge=0, le=2000)
    eqd2_10_gy: Optional[float] = Field(default=None, title="EQD2, alpha/beta 10", ge=0, le=2000)
    bed2_gy: Optional[float] = Field(default=None, title="BED, alpha/beta 2", ge=0, le=5000)
    eqd2_2_gy: Optional[float] = Field(default=None, title="EQD2, alpha/beta 2", ge=0, le=2500)
    lq_extrapolated: Optional[YesNoUnknown] = Field(default=None, title="Above 10 Gy a fraction, where the linear-quadratic model is doubtful")
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('course_id')
    def pattern_course_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}-C[0-9]{2,3}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid course_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid course_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('lesion_id')
    def pattern_lesion_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}-L[0-9]{2,3}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid lesion_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid lesion_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class SystemicTherapyLine(Record):
    """
    A line of systemic therapy.
    """
    patient_id: str = Field(default=..., title="Patient")
    line_id: str = Field(default=..., title="Line")
    line_no: int = Field(default=..., title="Number of the line", ge=1, le=30)
    agents: list[Agent] = Field(default=..., title="Agents")
    start_day: int = Field(default=..., title="First dose")
    stop_day: Optional[int] = Field(default=None, title="Stopped")
    last_dose_day: Optional[int] = Field(default=None, title="Last dose")
    interval_days: Optional[int] = Field(default=None, title="Interval of doses", ge=1, le=84)
    stop_reason: SystemicStopReason = Field(default=..., title="Reason to stop")
    class_: Optional[list[AgentClass]] = Field(default=None, alias="class", title="Class of the agents")
    cns_penetrance: Optional[CnsPenetrance] = Field(default=None, title="CNS penetrance, best of the agents")
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('line_id')
    def pattern_line_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}-T[0-9]{2}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid line_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid line_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class SupportiveCourse(Record):
    """
    Supportive treatment at one dose.
    """
    patient_id: str = Field(default=..., title="Patient")
    support_no: int = Field(default=..., title="Number of the interval", ge=1, le=99)
    kind: SupportiveKind = Field(default=..., title="Treatment")
    start_day: int = Field(default=..., title="First day")
    stop_day: Optional[int] = Field(default=None, title="Last day")
    dose_mg_day: Optional[float] = Field(default=None, title="Dose a day", ge=0, le=40)
    dose_mg_kg: Optional[float] = Field(default=None, title="Dose a kilogram of body weight", ge=1, le=20)
    interval_days: Optional[int] = Field(default=None, title="Interval of doses", ge=1, le=84)
    cycles: Optional[int] = Field(default=None, title="Cycles", ge=1, le=60)
    reason: SupportiveReason = Field(default=..., title="Reason")
    stop_reason: Optional[SupportiveStopReason] = Field(default=None, title="Reason to stop")
    are_id: Optional[str] = Field(default=None, title="Adverse radiation effect that was treated")
    toxicity: Optional[list[BevacizumabToxicity]] = Field(default=None, title="Toxicity")
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('are_id')
    def pattern_are_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}-A[0-9]{2}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid are_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid are_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class AdverseRadiationEffect(Record):
    """
    Radiation necrosis, suspected or proven, of one lesion in one episode.
    """
    patient_id: str = Field(default=..., title="Patient")
    are_id: str = Field(default=..., title="Adverse radiation effect")
    lesion_id: str = Field(default=..., title="Lesion")
    onset_day: int = Field(default=..., title="Onset")
    basis: list[NecrosisBasis] = Field(default=..., title="Basis of the diagnosis")
    certainty: NecrosisCertainty = Field(default=..., title="Certainty")
    symptomatic: YesNoUnknown = Field(default=..., title="Symptomatic")
    ctcae_grade: int = Field(default=..., title="CTCAE grade", ge=1, le=5)
    attributed_course_id: Optional[str] = Field(default=None, title="Course that it is attributed to")
    best_t1gd_change_pct: Optional[float] = Field(default=None, title="Best change of enhancing volume", ge=-100, le=1000)
    best_flair_change_pct: Optional[float] = Field(default=None, title="Best change of FLAIR volume", ge=-100, le=1000)
    steroid_free_3m: Optional[YesNoUnknown] = Field(default=None, title="Free of steroids at 3 months")
    steroid_free_6m: Optional[YesNoUnknown] = Field(default=None, title="Free of steroids at 6 months")
    outcome: NecrosisOutcome = Field(default=..., title="Outcome")
    outcome_day: Optional[int] = Field(default=None, title="Day of the outcome")
    recurred_day: Optional[int] = Field(default=None, title="Recurred")
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('are_id')
    def pattern_are_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}-A[0-9]{2}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid are_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid are_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('lesion_id')
    def pattern_lesion_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}-L[0-9]{2,3}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid lesion_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid lesion_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('attributed_course_id')
    def pattern_attributed_course_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}-C[0-9]{2,3}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid attributed_course_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid attributed_course_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class LmdEvent(Record):
    """
    Leptomeningeal disease.
    """
    patient_id: str = Field(default=..., title="Patient")
    day: int = Field(default=..., title="Diagnosis")
    type: LmdType = Field(default=..., title="Type")
    basis: list[LmdBasis] = Field(default=..., title="Basis of the diagnosis")
    eano_esmo: Optional[EanoEsmo] = Field(default=None, title="EANO-ESMO type")
    csf_flow: Optional[CsfFlow] = Field(default=None, title="CSF flow")
    treatment: Optional[list[LmdTreatment]] = Field(default=None, title="Treatment")
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class ProgressionEvent(Record):
    """
    A progression.
    """
    patient_id: str = Field(default=..., title="Patient")
    progression_no: int = Field(default=..., title="Number of the event", ge=1, le=99)
    kind: ProgressionKind = Field(default=..., title="Kind")
    day: int = Field(default=..., title="Day")
    lesion_id: Optional[str] = Field(default=None, title="Lesion that progressed")
    basis: ProgressionBasis = Field(default=..., title="Basis")
    scan_id: Optional[str] = Field(default=None, title="Scan that showed it")
    adjudicated: YesNoUnknown = Field(default=..., title="Adjudicated")
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('lesion_id')
    def pattern_lesion_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}-L[0-9]{2,3}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid lesion_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid lesion_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('scan_id')
    def pattern_scan_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}-S[0-9]{2,3}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid scan_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid scan_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class Death(Record):
    """
    A death and its cause.
    """
    patient_id: str = Field(default=..., title="Patient")
    day: int = Field(default=..., title="Death")
    cause: DeathCause = Field(default=..., title="Cause")
    rule_used: str = Field(default=..., title="Rule by which the cause was decided")
    adjudicated_by: Adjudicator = Field(default=..., title="Adjudicated by")
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('rule_used')
    def pattern_rule_used(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9_]{1,39}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid rule_used format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid rule_used format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class NeurocogPro(Record):
    """
    A neurocognitive test or patient-reported outcome.
    """
    patient_id: str = Field(default=..., title="Patient")
    instrument: Instrument = Field(default=..., title="Instrument")
    score: float = Field(default=..., title="Score", ge=-10000, le=10000)
    day: int = Field(default=..., title="Day")
    version: Optional[str] = Field(default=None, title="Version")
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('version')
    def pattern_version(cls, v):
        pattern=re.compile(r"^[A-Za-z0-9 ._/()+-]{1,12}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid version format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid version format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class Specimen(Record):
    """
    A specimen in a biobank.
    """
    patient_id: str = Field(default=..., title="Patient")
    specimen_no: int = Field(default=..., title="Number of the specimen", ge=1, le=99)
    kind: SpecimenKind = Field(default=..., title="Kind")
    tissue: SpecimenTissue = Field(default=..., title="Tissue")
    day: int = Field(default=..., title="Day taken")
    biobank_ref: Optional[str] = Field(default=None, title="Reference in the biobank")
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('biobank_ref')
    def pattern_biobank_ref(cls, v):
        pattern=re.compile(r"^[A-Za-z0-9 ._/()+-]{1,40}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid biobank_ref format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid biobank_ref format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


class OmicsAssay(Record):
    """
    An assay of a specimen.
    """
    patient_id: str = Field(default=..., title="Patient")
    specimen_no: int = Field(default=..., title="Specimen", ge=1, le=99)
    assay: OmicsAssayKind = Field(default=..., title="Assay")
    platform: Optional[str] = Field(default=None, title="Platform")
    file_sha256: Optional[str] = Field(default=None, title="SHA-256 of the file")
    accession: Optional[str] = Field(default=None, title="Accession number")
    source: Source = Field(default=..., title="Source of the row")
    curator: str = Field(default=..., title="Curator who entered it (pseudonym)")
    entered_day: int = Field(default=..., title="Day on which it was entered")

    @field_validator('patient_id')
    def pattern_patient_id(cls, v):
        pattern=re.compile(r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid patient_id format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid patient_id format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('platform')
    def pattern_platform(cls, v):
        pattern=re.compile(r"^[A-Za-z0-9 ._/()+-]{1,40}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid platform format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid platform format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('file_sha256')
    def pattern_file_sha256(cls, v):
        pattern=re.compile(r"^[0-9a-f]{64}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid file_sha256 format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid file_sha256 format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('accession')
    def pattern_accession(cls, v):
        pattern=re.compile(r"^[A-Za-z0-9 ._/()+-]{1,40}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid accession format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid accession format: {v}"
            raise ValueError(err_msg)
        return v

    @field_validator('curator')
    def pattern_curator(cls, v):
        pattern=re.compile(r"^[a-z][a-z0-9-]{1,30}$")
        if isinstance(v, list):
            for element in v:
                if isinstance(element, str) and not pattern.search(element):
                    err_msg = f"Invalid curator format: {element}"
                    raise ValueError(err_msg)
        elif isinstance(v, str) and not pattern.search(v):
            err_msg = f"Invalid curator format: {v}"
            raise ValueError(err_msg)
        return v


# Model rebuild
# see https://pydantic-docs.helpmanual.io/usage/models/#rebuilding-a-model
Record.model_rebuild()
Site.model_rebuild()
StudyEnrolment.model_rebuild()
Patient.model_rebuild()
PrimaryTumour.model_rebuild()
Biomarker.model_rebuild()
PerformanceStatus.model_rebuild()
ExtracranialStatus.model_rebuild()
LabResult.model_rebuild()
BrainLesion.model_rebuild()
ImagingAssessment.model_rebuild()
LesionMeasurement.model_rebuild()
LocalTherapyCourse.model_rebuild()
CourseLesion.model_rebuild()
SystemicTherapyLine.model_rebuild()
SupportiveCourse.model_rebuild()
AdverseRadiationEffect.model_rebuild()
LmdEvent.model_rebuild()
ProgressionEvent.model_rebuild()
Death.model_rebuild()
NeurocogPro.model_rebuild()
Specimen.model_rebuild()
OmicsAssay.model_rebuild()


ROW_RULES = {'Patient': [{'id': 'A1',
              'severity': 'error',
              'hint': 'An age of 90 or more is entered as 90, with age_topcoded = yes.',
              'when': {'every': [{'field': 'age_at_anchor',
                                  'presence': None,
                                  'codes': [],
                                  'numbers': [],
                                  'lowest': 90,
                                  'highest': None}],
                       'some': []},
              'then': {'every': [{'field': 'age_topcoded',
                                  'presence': None,
                                  'codes': ['yes'],
                                  'numbers': [],
                                  'lowest': None,
                                  'highest': None}],
                       'some': []}},
             {'id': 'A1',
              'severity': 'error',
              'hint': 'age_topcoded = yes goes with an age of 90; choose no for a younger patient.',
              'when': {'every': [{'field': 'age_topcoded',
                                  'presence': None,
                                  'codes': ['yes'],
                                  'numbers': [],
                                  'lowest': None,
                                  'highest': None}],
                       'some': []},
              'then': {'every': [{'field': 'age_at_anchor',
                                  'presence': None,
                                  'codes': [],
                                  'numbers': [],
                                  'lowest': 90,
                                  'highest': None}],
                       'some': []}}],
 'Biomarker': [{'id': 'C1',
                'severity': 'error',
                'hint': 'Give the result, the measured value, or both.',
                'when': {'every': [{'field': 'marker',
                                    'presence': 'PRESENT',
                                    'codes': [],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None}],
                         'some': []},
                'then': {'every': [],
                         'some': [{'field': 'result',
                                   'presence': 'PRESENT',
                                   'codes': [],
                                   'numbers': [],
                                   'lowest': None,
                                   'highest': None},
                                  {'field': 'value',
                                   'presence': 'PRESENT',
                                   'codes': [],
                                   'numbers': [],
                                   'lowest': None,
                                   'highest': None}]}},
               {'id': 'C1',
                'severity': 'error',
                'hint': 'Say whether the value is in percent, in mutations per megabase or an IHC score.',
                'when': {'every': [{'field': 'value',
                                    'presence': 'PRESENT',
                                    'codes': [],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None}],
                         'some': []},
                'then': {'every': [{'field': 'unit',
                                    'presence': 'PRESENT',
                                    'codes': [],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None}],
                         'some': []}},
               {'id': 'UNIT',
                'severity': 'error',
                'hint': 'PD-L1 (tumour proportion score) is a percentage.',
                'when': {'every': [{'field': 'marker',
                                    'presence': None,
                                    'codes': ['PDL1_TPS'],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None},
                                   {'field': 'value',
                                    'presence': 'PRESENT',
                                    'codes': [],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None}],
                         'some': []},
                'then': {'every': [{'field': 'unit',
                                    'presence': None,
                                    'codes': ['percent'],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None}],
                         'some': []}},
               {'id': 'UNIT',
                'severity': 'error',
                'hint': 'Tumour mutational burden is in mutations per megabase.',
                'when': {'every': [{'field': 'marker',
                                    'presence': None,
                                    'codes': ['TMB'],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None},
                                   {'field': 'value',
                                    'presence': 'PRESENT',
                                    'codes': [],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None}],
                         'some': []},
                'then': {'every': [{'field': 'unit',
                                    'presence': None,
                                    'codes': ['mut_mb'],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None}],
                         'some': []}},
               {'id': 'UNIT',
                'severity': 'error',
                'hint': 'HER2, ER and PR are in percent of cells or an IHC score.',
                'when': {'every': [{'field': 'marker',
                                    'presence': None,
                                    'codes': ['HER2', 'ER', 'PR'],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None},
                                   {'field': 'value',
                                    'presence': 'PRESENT',
                                    'codes': [],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None}],
                         'some': []},
                'then': {'every': [{'field': 'unit',
                                    'presence': None,
                                    'codes': ['percent', 'ihc_score'],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None}],
                         'some': []}},
               {'id': 'UNIT',
                'severity': 'error',
                'hint': 'A percentage is at most 100.',
                'when': {'every': [{'field': 'unit',
                                    'presence': None,
                                    'codes': ['percent'],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None}],
                         'some': []},
                'then': {'every': [{'field': 'value',
                                    'presence': None,
                                    'codes': [],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': 100}],
                         'some': []}}],
 'PerformanceStatus': [{'id': 'SCALE',
                        'severity': 'error',
                        'hint': 'KPS goes from 0 to 100 in steps of 10.',
                        'when': {'every': [{'field': 'scale',
                                            'presence': None,
                                            'codes': ['KPS'],
                                            'numbers': [],
                                            'lowest': None,
                                            'highest': None}],
                                 'some': []},
                        'then': {'every': [{'field': 'value',
                                            'presence': None,
                                            'codes': [],
                                            'numbers': [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100],
                                            'lowest': None,
                                            'highest': None}],
                                 'some': []}},
                       {'id': 'SCALE',
                        'severity': 'error',
                        'hint': 'ECOG goes from 0 to 5; is this a KPS?',
                        'when': {'every': [{'field': 'scale',
                                            'presence': None,
                                            'codes': ['ECOG'],
                                            'numbers': [],
                                            'lowest': None,
                                            'highest': None}],
                                 'some': []},
                        'then': {'every': [{'field': 'value',
                                            'presence': None,
                                            'codes': [],
                                            'numbers': [],
                                            'lowest': None,
                                            'highest': 5}],
                                 'some': []}}],
 'LabResult': [{'id': 'UNIT',
                'severity': 'error',
                'hint': 'Haemoglobin and albumin are in g/dL; divide g/L by 10.',
                'when': {'every': [{'field': 'analyte',
                                    'presence': None,
                                    'codes': ['haemoglobin', 'albumin'],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None}],
                         'some': []},
                'then': {'every': [{'field': 'unit',
                                    'presence': None,
                                    'codes': ['g_dl'],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None}],
                         'some': []}},
               {'id': 'UNIT',
                'severity': 'error',
                'hint': 'LDH is in U/L or as a ratio to the upper limit of normal.',
                'when': {'every': [{'field': 'analyte',
                                    'presence': None,
                                    'codes': ['ldh'],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None}],
                         'some': []},
                'then': {'every': [{'field': 'unit',
                                    'presence': None,
                                    'codes': ['u_l', 'ratio_uln'],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None}],
                         'some': []}},
               {'id': 'UNIT',
                'severity': 'error',
                'hint': 'Platelets are in 10^9/L, which is thousands per microlitre.',
                'when': {'every': [{'field': 'analyte',
                                    'presence': None,
                                    'codes': ['platelets'],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None}],
                         'some': []},
                'then': {'every': [{'field': 'unit',
                                    'presence': None,
                                    'codes': ['10e9_l'],
                                    'numbers': [],
                                    'lowest': None,
                                    'highest': None}],
                         'some': []}}],
 'BrainLesion': [{'id': 'C2',
                  'severity': 'error',
                  'hint': 'Choose new, or name the treated lesion.',
                  'when': {'every': [{'field': 'origin',
                                      'presence': None,
                                      'codes': ['recurrence', 'resection_cavity'],
                                      'numbers': [],
                                      'lowest': None,
                                      'highest': None}],
                           'some': []},
                  'then': {'every': [{'field': 'parent_lesion_id',
                                      'presence': 'PRESENT',
                                      'codes': [],
                                      'numbers': [],
                                      'lowest': None,
                                      'highest': None}],
                           'some': []}},
                 {'id': 'C2',
                  'severity': 'error',
                  'hint': 'Choose recurrence or resection_cavity, or take the parent away.',
                  'when': {'every': [{'field': 'origin',
                                      'presence': None,
                                      'codes': ['new'],
                                      'numbers': [],
                                      'lowest': None,
                                      'highest': None}],
                           'some': []},
                  'then': {'every': [{'field': 'parent_lesion_id',
                                      'presence': 'ABSENT',
                                      'codes': [],
                                      'numbers': [],
                                      'lowest': None,
                                      'highest': None}],
                           'some': []}}],
 'LesionMeasurement': [{'id': 'C3',
                        'severity': 'error',
                        'hint': 'Give a diameter or a volume, or a reason in each size field (ND if the '
                                'lesion was not measured).',
                        'when': {'every': [{'field': 'lesion_id',
                                            'presence': 'PRESENT',
                                            'codes': [],
                                            'numbers': [],
                                            'lowest': None,
                                            'highest': None}],
                                 'some': []},
                        'then': {'every': [],
                                 'some': [{'field': 'longest_mm',
                                           'presence': 'PRESENT',
                                           'codes': [],
                                           'numbers': [],
                                           'lowest': None,
                                           'highest': None},
                                          {'field': 'perp_mm',
                                           'presence': 'PRESENT',
                                           'codes': [],
                                           'numbers': [],
                                           'lowest': None,
                                           'highest': None},
                                          {'field': 'vol_total_cm3',
                                           'presence': 'PRESENT',
                                           'codes': [],
                                           'numbers': [],
                                           'lowest': None,
                                           'highest': None},
                                          {'field': 'vol_enhancing_cm3',
                                           'presence': 'PRESENT',
                                           'codes': [],
                                           'numbers': [],
                                           'lowest': None,
                                           'highest': None},
                                          {'field': 'vol_necrotic_cm3',
                                           'presence': 'PRESENT',
                                           'codes': [],
                                           'numbers': [],
                                           'lowest': None,
                                           'highest': None},
                                          {'field': 'vol_flair_cm3',
                                           'presence': 'PRESENT',
                                           'codes': [],
                                           'numbers': [],
                                           'lowest': None,
                                           'highest': None}]}}],
 'LocalTherapyCourse': [{'id': 'C4',
                         'severity': 'error',
                         'hint': 'Surgery and laser therapy have no dose; take it away, or choose the '
                                 'radiotherapy that was given.',
                         'when': {'every': [{'field': 'modality',
                                             'presence': None,
                                             'codes': ['surgery_gtr', 'surgery_str', 'biopsy', 'litt'],
                                             'numbers': [],
                                             'lowest': None,
                                             'highest': None}],
                                  'some': []},
                         'then': {'every': [{'field': 'total_dose_gy',
                                             'presence': 'ABSENT',
                                             'codes': [],
                                             'numbers': [],
                                             'lowest': None,
                                             'highest': None}],
                                  'some': []}},
                        {'id': 'C4',
                         'severity': 'error',
                         'hint': 'Surgery and laser therapy have no dose; take it away, or choose the '
                                 'radiotherapy that was given.',
                         'when': {'every': [{'field': 'modality',
                                             'presence': None,
                                             'codes': ['surgery_gtr', 'surgery_str', 'biopsy', 'litt'],
                                             'numbers': [],
                                             'lowest': None,
                                             'highest': None}],
                                  'some': []},
                         'then': {'every': [{'field': 'fractions',
                                             'presence': 'ABSENT',
                                             'codes': [],
                                             'numbers': [],
                                             'lowest': None,
                                             'highest': None}],
                                  'some': []}}],
 'CourseLesion': [{'id': 'C5',
                   'severity': 'error',
                   'hint': 'V12 with and without the target differ, do not mix: say whether the target '
                           'volume is left out.',
                   'when': {'every': [],
                            'some': [{'field': 'v10_cm3',
                                      'presence': 'PRESENT',
                                      'codes': [],
                                      'numbers': [],
                                      'lowest': None,
                                      'highest': None},
                                     {'field': 'v12_cm3',
                                      'presence': 'PRESENT',
                                      'codes': [],
                                      'numbers': [],
                                      'lowest': None,
                                      'highest': None},
                                     {'field': 'v18_cm3',
                                      'presence': 'PRESENT',
                                      'codes': [],
                                      'numbers': [],
                                      'lowest': None,
                                      'highest': None},
                                     {'field': 'v20_cm3',
                                      'presence': 'PRESENT',
                                      'codes': [],
                                      'numbers': [],
                                      'lowest': None,
                                      'highest': None},
                                     {'field': 'v24_cm3',
                                      'presence': 'PRESENT',
                                      'codes': [],
                                      'numbers': [],
                                      'lowest': None,
                                      'highest': None}]},
                   'then': {'every': [{'field': 'brain_minus_gtv',
                                       'presence': 'PRESENT',
                                       'codes': [],
                                       'numbers': [],
                                       'lowest': None,
                                       'highest': None}],
                            'some': []}},
                  {'id': 'C6',
                   'severity': 'error',
                   'hint': 'Give the extent of the resection that left the cavity.',
                   'when': {'every': [{'field': 'cavity',
                                       'presence': None,
                                       'codes': ['yes'],
                                       'numbers': [],
                                       'lowest': None,
                                       'highest': None}],
                            'some': []},
                   'then': {'every': [{'field': 'resection_extent',
                                       'presence': 'PRESENT',
                                       'codes': [],
                                       'numbers': [],
                                       'lowest': None,
                                       'highest': None}],
                            'some': []}}],
 'SupportiveCourse': [{'id': 'C7',
                       'severity': 'error',
                       'hint': 'Give the dose in mg a day.',
                       'when': {'every': [{'field': 'kind',
                                           'presence': None,
                                           'codes': ['dexamethasone'],
                                           'numbers': [],
                                           'lowest': None,
                                           'highest': None}],
                                'some': []},
                       'then': {'every': [{'field': 'dose_mg_day',
                                           'presence': 'PRESENT',
                                           'codes': [],
                                           'numbers': [],
                                           'lowest': None,
                                           'highest': None}],
                                'some': []}},
                      {'id': 'C8',
                       'severity': 'error',
                       'hint': 'Give dose, interval, cycles, and the adverse radiation effect that was '
                               'treated.',
                       'when': {'every': [{'field': 'kind',
                                           'presence': None,
                                           'codes': ['bevacizumab_rn'],
                                           'numbers': [],
                                           'lowest': None,
                                           'highest': None}],
                                'some': []},
                       'then': {'every': [{'field': 'dose_mg_kg',
                                           'presence': 'PRESENT',
                                           'codes': [],
                                           'numbers': [],
                                           'lowest': None,
                                           'highest': None},
                                          {'field': 'interval_days',
                                           'presence': 'PRESENT',
                                           'codes': [],
                                           'numbers': [],
                                           'lowest': None,
                                           'highest': None},
                                          {'field': 'cycles',
                                           'presence': 'PRESENT',
                                           'codes': [],
                                           'numbers': [],
                                           'lowest': None,
                                           'highest': None},
                                          {'field': 'are_id',
                                           'presence': 'PRESENT',
                                           'codes': [],
                                           'numbers': [],
                                           'lowest': None,
                                           'highest': None}],
                                'some': []}}],
 'AdverseRadiationEffect': [{'id': 'C9',
                             'severity': 'error',
                             'hint': 'Name the radiotherapy course that treated this lesion, or choose '
                                     'possible.',
                             'when': {'every': [{'field': 'certainty',
                                                 'presence': None,
                                                 'codes': ['confirmed', 'probable'],
                                                 'numbers': [],
                                                 'lowest': None,
                                                 'highest': None}],
                                      'some': []},
                             'then': {'every': [{'field': 'attributed_course_id',
                                                 'presence': 'PRESENT',
                                                 'codes': [],
                                                 'numbers': [],
                                                 'lowest': None,
                                                 'highest': None}],
                                      'some': []}}],
 'ProgressionEvent': [{'id': 'C10',
                       'severity': 'error',
                       'hint': 'Name the lesion that progressed.',
                       'when': {'every': [{'field': 'kind',
                                           'presence': None,
                                           'codes': ['local'],
                                           'numbers': [],
                                           'lowest': None,
                                           'highest': None}],
                                'some': []},
                       'then': {'every': [{'field': 'lesion_id',
                                           'presence': 'PRESENT',
                                           'codes': [],
                                           'numbers': [],
                                           'lowest': None,
                                           'highest': None}],
                                'some': []}},
                      {'id': 'C10',
                       'severity': 'error',
                       'hint': 'Only a local progression is of one lesion; take the lesion away, or choose '
                               'local.',
                       'when': {'every': [{'field': 'kind',
                                           'presence': None,
                                           'codes': ['distant_intracranial',
                                                     'leptomeningeal',
                                                     'extracranial'],
                                           'numbers': [],
                                           'lowest': None,
                                           'highest': None}],
                                'some': []},
                       'then': {'every': [{'field': 'lesion_id',
                                           'presence': 'ABSENT',
                                           'codes': [],
                                           'numbers': [],
                                           'lowest': None,
                                           'highest': None}],
                                'some': []}}]}


def _breaks(record, rule):
    """Whether a rule speaks of the record, and does not hold."""
    return _holds(record, rule["when"], blank=False) and not _holds(record, rule["then"], blank=True)


def _holds(record, clause, blank):
    some = [_met(record, one, blank) for one in clause["some"]]
    return all(_met(record, one, blank) for one in clause["every"]) and (not some or any(some))


def _met(record, one, blank):
    value = getattr(record, one["field"])
    if one["presence"]:
        return (value is None) == (one["presence"] == "ABSENT")
    if value is None:
        return blank
    return (
        (not one["codes"] or value in one["codes"])
        and (not one["numbers"] or value in one["numbers"])
        and (one["lowest"] is None or value >= one["lowest"])
        and (one["highest"] is None or value <= one["highest"])
    )
