"""The data of the robust regression, as the peers that differentiate it take it."""

import numpy


def columns_of(arrays, name, matrix):
    """The columns y, x1, x2, x3, z1, z2, each contiguous; or y and two matrices with intercepts."""
    columns = [numpy.ascontiguousarray(column) for column in arrays.get(name).T]
    if not matrix:
        return columns
    one = numpy.ones_like(columns[0])
    return [columns[0], numpy.stack([one, *columns[1:4]], axis=1), numpy.stack([one, *columns[4:]], axis=1)]
