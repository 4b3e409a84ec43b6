"""The fast engine: the reference's rules over whole studies, as arrays of visits by lesions by patients.

The reference engine is right by definition; this one gives equal tables (`tests/generative/response`).
"""

from cimara.response.columnar.engine import Routing, derive_columnar, derive_frames, route

__all__ = ["Routing", "derive_columnar", "derive_frames", "route"]
