"""Made-up studies of brain and leptomeningeal metastases, with the truth that they were made from."""

from cimara.response.synth.arrays import SynthArrays, synth_arrays
from cimara.response.synth.folder import write_folder
from cimara.response.synth.options import UNTIDINESS, SynthError, SynthOptions, Untidiness
from cimara.response.synth.study import SyntheticStudy, synth_study

__all__ = [
    "UNTIDINESS",
    "SynthArrays",
    "SynthError",
    "SynthOptions",
    "SyntheticStudy",
    "Untidiness",
    "synth_arrays",
    "synth_study",
    "write_folder",
]
