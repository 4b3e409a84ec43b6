"""The endpoint definitions that a study file refers to, and the hash that sites sign."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cimara.cohort.study.errors import Fault
from cimara.cohort.study.hashing import study_hash
from cimara.cohort.study.model import EndpointAsked, StudyFile
from cimara.outcomes.endpoints.catalogue import catalogue
from cimara.outcomes.endpoints.definition import Endpoint
from cimara.outcomes.endpoints.errors import DefinitionError, nearest
from cimara.outcomes.report.data_folder import endpoint_id


def definitions_of(study: StudyFile) -> tuple[dict[str, Endpoint], list[Fault]]:
    """Definitions by their name in the study, and what is wrong with those that cannot be read."""
    found: dict[str, Endpoint] = {}
    faults: list[Fault] = []
    for asked in study.endpoints:
        key = f"endpoints.{asked.name}"
        try:
            found[asked.name] = definition_of(asked, study.folder)
        except DefinitionError as error:
            faults += [Fault(0, f"{key}: {error.where or asked.use}", str(one)) for one in error.problems]
        except LookupError as error:
            faults.append(Fault(0, key, str(error.args[0])))
    ids = [made.id for made in found.values()]
    for name, made in found.items():
        if ids.count(made.id) > 1:
            told = f"two endpoints are {made.id}; write a definition file with an id of its own for one"
            faults.append(Fault(0, f"endpoints.{name}", told))
    return found, faults


def definition_of(asked: EndpointAsked, folder: str) -> Endpoint:
    """The definition of one reference, its switches and options set.

    Raises
    ------
    LookupError
        There is no such definition or file.
    DefinitionError
        The definition, a switch or an option is wrong.
    """
    made = _of_file(asked, folder) if asked.file else _of_catalogue(asked.use)
    if asked.switch or asked.option:
        made = made.replace(switch=dict(asked.switch), option=dict(asked.option))
    return made


def _of_file(asked: EndpointAsked, folder: str) -> Endpoint:
    path = Path(folder) / asked.file
    if not folder or not path.is_file() or Path(folder).resolve() not in path.resolve().parents:
        raise LookupError(f"no file {asked.file!r} in the folder of the study file")
    made = Endpoint.from_toml(path)
    if made.id != asked.use:
        raise LookupError(f"{asked.file} defines {made.id}; expected use = {made.id!r}")
    return made


def _of_catalogue(use: str) -> Endpoint:
    name = endpoint_id(use)
    if name not in catalogue:
        raise LookupError(f"no endpoint {use!r} in the catalogue; {nearest(use, catalogue)}")
    return catalogue[name]


def signed_hash(study: StudyFile, definitions: Mapping[str, Endpoint]) -> str:
    """The hash of a study with the fingerprints of its endpoints, which sites sign."""
    return study_hash(study, {name: made.fingerprint for name, made in definitions.items()})
