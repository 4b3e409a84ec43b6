"""How a site's numbers become words that look like noise, and whose sum over all sites is exact."""

from cimara.federation.masking.keys import MaskKey
from cimara.federation.masking.masks import masked, unmasked_sum
from cimara.federation.masking.used_rounds import FixedRosters, UsedRounds
from cimara.federation.masking.words import numbers_of, words_of

__all__ = ["FixedRosters", "MaskKey", "UsedRounds", "masked", "numbers_of", "unmasked_sum", "words_of"]
