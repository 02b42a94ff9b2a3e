"""PyTorch, in float32: value and gradient of the mean loss, eager and compiled."""

import logging

import torch
import torch.nn.functional as F
from clock import timed

logging.getLogger("torch").setLevel(logging.ERROR)
LOSSES = {
    "squared": lambda y, eta: 0.5 * F.mse_loss(eta, y),
    "huber": lambda y, eta: F.huber_loss(eta, y, delta=1.345),
    "absolute": lambda y, eta: F.l1_loss(eta, y),
    "logistic": lambda y, eta: F.binary_cross_entropy_with_logits(eta, y),
    "hinge": lambda y, eta: torch.clamp(1 - y * eta, min=0).mean(),
    "poisson": lambda y, eta: F.poisson_nll_loss(eta, y),
    "gaussian-variance": lambda y, mean, variance: F.gaussian_nll_loss(mean, y, variance),
    "softmax": lambda y, eta: F.cross_entropy(eta, y),
}
KNOWN = {}


def loss(arrays, params, _):
    torch.set_num_threads(params["threads"])
    name = params["loss"]
    key = params["eta"], params["variant"]
    fresh = key not in KNOWN
    if fresh:
        y, eta = (torch.from_numpy(arrays.get(params[part])) for part in ("y", "eta"))
        if name == "softmax":
            y, inputs = y.long(), [eta.reshape(-1, params["outputs"])]
        elif params["outputs"] > 1:  # each predictor in an array of its own, as a user would have it
            inputs = [column.contiguous() for column in eta.reshape(-1, params["outputs"]).T]
        else:
            inputs = [eta]
        inputs = [values.clone().requires_grad_() for values in inputs]
        function = torch.compile(LOSSES[name]) if params["variant"] == "compile" else LOSSES[name]
        KNOWN[key] = function, y, inputs
    function, y, inputs = KNOWN[key]

    def run():
        value = function(y, *inputs)
        return value.item(), torch.autograd.grad(value, inputs)

    if fresh:
        run()
    seconds, (value, gradients) = timed(run)
    slopes = sum(g.double().sum().item() for g in gradients)
    along = sum((g.double() * x.detach().double()).sum().item() for g, x in zip(gradients, inputs))
    return seconds, {"totals": [value, slopes, along]}


PEERS = {"torch-loss": loss}
