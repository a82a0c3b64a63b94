"""How a dossier was handled, as far as an export tells: which unit took it in, how its fees were paid, whether its
papers were digitised.

What stands in such a cell may be anything, so of payment and papers mere codes leave the reader.
"""

from collections.abc import Container, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.language.folding import fold
from analysis.reference.vocabulary import code_of

RECEIVED_BY, PAYMENT, PAID_ONLINE, DIGITISED = "received_by", "payment", "paid_online", "digitised"
NOT_KNOWN = "not_known"  # the code of what the vocabulary does not know
_TICKED = {PAYMENT: ("online", "otherwise"), PAID_ONLINE: ("online", "otherwise"), DIGITISED: ("yes", "no")}


def coded(name: str, cells: pa.Array, codes: Mapping[str, str], mark: Container[str]) -> pa.Array:
    """The code of each cell of the column ``name``, null where it is blank; ``mark`` are the folded signs of a tick.

    In a column of ticks alone a blank cell says the contrary.
    """
    encoded = cells.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    if name in _TICKED and texts and all(fold(text) in mark for text in texts):
        yes, no = _TICKED[name]
        return pa.array(np.where(pc.is_valid(cells).to_numpy(zero_copy_only=False), yes, no), pa.string())
    told = pa.array([code_of(text, codes) or NOT_KNOWN for text in texts], pa.string())
    return told.take(encoded.indices)
