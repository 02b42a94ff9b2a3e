"""The peers, each measured in this one process: JSON lines in, JSON lines out (see src/worker.rs)."""

import gc
import importlib
import importlib.metadata
import json
import os
import sys

PACKAGES = ["numpy", "scipy", "scikit-learn", "statsmodels", "glum", "celer", "skglm", "glmnet", "jax", "torch"]
# A peer's name starts with its family, and the family is a file here with a function `PEERS[name](arrays, params, evaluate)`.
FAMILIES = {
    "numpy": "numpy_linalg",
    "sklearn-loss": "sklearn_loss",
    "sklearn-sparse": "sklearn_sparse",
    "sklearn": "sklearn_glm",
    "statsmodels": "statsmodels_glm",
    "glum": "glum_glm",
    "lasso": "lasso",
    "path": "paths",
    "scipy": "scipy_minimize",
    "jax": "jax_autodiff",
    "jax-loss": "jax_loss",
    "torch": "torch_autodiff",
    "torch-loss": "torch_loss",
}


class Arrays:
    """What was loaded, in either memory order; copies are made once, outside any clock."""

    def __init__(self):
        self.known = {}

    def load(self, name, path, shape, dtype):
        import numpy

        values = numpy.fromfile(path, dtype=dtype)
        self.known[name, "F"] = values.reshape(shape, order="F")

    def get(self, name, order="F"):
        import numpy

        if (name, order) not in self.known:
            self.known[name, order] = numpy.ascontiguousarray(self.known[name, "F"])
        return self.known[name, order]


def limit_memory():
    """A peer that wants more than 60 % of the memory gets a MemoryError, and its neighbours live."""
    try:
        import resource

        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        resource.setrlimit(resource.RLIMIT_DATA, (int(0.6 * total), resource.RLIM_INFINITY))
    except (ImportError, ValueError, OSError):
        pass  # a system without such limits


def version(package):
    if package == "glmnet":  # R's, where there is an R
        import r_glmnet

        return r_glmnet.version()
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def find(peer):
    family = max((f for f in FAMILIES if peer.startswith(f)), key=len)
    return importlib.import_module(FAMILIES[family]).PEERS[peer]


def main():
    # Libraries may print; the channel is ours alone.
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    limit_memory()
    arrays = Arrays()

    def send(message):
        channel.write(json.dumps(message, allow_nan=False) + "\n")
        channel.flush()

    def evaluate(x):
        send({"evaluate": x})
        answer = json.loads(sys.stdin.readline())
        value = answer["value"]
        return float("inf") if value is None else value, answer["gradient"]

    for line in sys.stdin:
        try:
            request = json.loads(line)
            command = request.pop("cmd")
            if command == "versions":
                reply = {package: version(package) for package in PACKAGES}
            elif command == "load":
                arrays.load(**request)
                reply = {}
            else:
                seconds, result = find(request["peer"])(arrays, request["params"], evaluate)
                reply = {"seconds": seconds, "result": result}
                gc.collect()  # fitted models hold their data in cycles
            send(reply)
        except Exception as error:  # whatever a peer raises is a row without it, not the end of the run
            send({"error": f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"})


if __name__ == "__main__":
    main()
