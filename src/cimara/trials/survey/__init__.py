"""How many trials take, limit or leave out people with CNS disease, counted from a snapshot."""

from cimara.trials.survey.count import Cell, Dimension, Group, Survey, SurveyError, YearOf, survey
from cimara.trials.survey.diff import PolicyChange, SurveyDiff, survey_diff
from cimara.trials.survey.schema import Schema, SchemaError, schema_named, schemas

__all__ = [
    "Cell",
    "Dimension",
    "Group",
    "PolicyChange",
    "Schema",
    "SchemaError",
    "Survey",
    "SurveyDiff",
    "SurveyError",
    "YearOf",
    "schema_named",
    "schemas",
    "survey",
    "survey_diff",
]
