"""Every mutation: what is left of the table of ugly input once transfers are complete.

Rows 12 (decimal commas) and 16 (several contracts on several lines) need columns that the mapping
`users` does not have; rows 19 to 21 are about the transfer, row 22 about the order of files, which
`year` sees to.
"""

from __future__ import annotations

from truth import damaged_cells, damaged_layout, damaged_text, damaged_whole
from truth.damage import Mutation

MUTATIONS: tuple[Mutation, ...] = (
    *damaged_text.MUTATIONS,
    *damaged_layout.MUTATIONS,
    *damaged_cells.MUTATIONS,
    *damaged_whole.MUTATIONS,
)
