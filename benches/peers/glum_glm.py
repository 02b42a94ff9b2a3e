"""glum: GeneralizedLinearRegressor by iteratively reweighted least squares; its alpha is lambda."""

from clock import timed
from glum import GeneralizedLinearRegressor


def irls(arrays, params, _):
    x, y = arrays.get(params["x"], params["order"]), arrays.get(params["y"])
    inference = params["inference"]

    def run():
        model = GeneralizedLinearRegressor(
            family=params["family"],
            alpha=params["lambda"],
            l1_ratio=0,
            solver="irls-ls",
            gradient_tol=params["tol"],
            max_iter=1000,
        )
        model.fit(x, y)
        # glum would estimate the dispersion of every family.
        known = None if params["family"] == "gamma" else 1.0
        return model, model.std_errors(x, y, dispersion=known, robust=False, expected_information=True) if inference else None

    seconds, (model, errors) = timed(run)
    result = {"coefficients": [float(model.intercept_), *model.coef_.tolist()]}
    return seconds, result if errors is None else {**result, "errors": [float(e) for e in errors]}


PEERS = {"glum-irls": irls}
