"""R's glmnet as a peer: arrays go to R as files, the clock runs in R around the fit alone."""

import os
import shutil
import subprocess
import tempfile

SCRIPT = os.path.join(os.path.dirname(__file__), "glmnet.R")


def version():
    """Of the package, None without R or without it."""
    if shutil.which("Rscript") is None:
        return None
    answer = subprocess.run(
        ["Rscript", "-e", 'cat(as.character(packageVersion("glmnet")))'], capture_output=True, text=True
    )
    return answer.stdout.strip() if answer.returncode == 0 else None


def path(x, y, lambdas, thresh, family):
    """Seconds, and the coefficients p x lambdas, without an intercept; those of several classes one below the other."""
    import numpy
    from scipy.sparse import csc_matrix, issparse

    with tempfile.TemporaryDirectory() as folder:

        def write(name, values, dtype):
            numpy.asarray(values, dtype=dtype).ravel(order="F").tofile(os.path.join(folder, name))

        sparse = issparse(x)
        write("shape", [*x.shape, int(sparse), len(lambdas), x.nnz if sparse else 0], "<i4")
        write("x", x.data if sparse else x, "<f8")
        if sparse:
            write("indices", x.indices, "<i4")
            write("starts", x.indptr, "<i4")
        write("y", y, "<f8")
        write("lambdas", lambdas, "<f8")
        answer = subprocess.run(["Rscript", SCRIPT, folder, family, repr(thresh)], capture_output=True, text=True)
        if answer.returncode != 0:
            raise RuntimeError(answer.stderr.strip().splitlines()[-1] if answer.stderr else "R failed")

        def read(name, dtype):
            return numpy.fromfile(os.path.join(folder, name), dtype=dtype)

        classes = len(numpy.unique(y)) if family == "multinomial" else 1
        shape = (x.shape[1] * classes, len(lambdas))
        coefs = csc_matrix((read("values", "<f8"), read("rows", "<i4"), read("ends", "<i4")), shape=shape)
        return float(read("seconds", "<f8")[0]), coefs.toarray()
