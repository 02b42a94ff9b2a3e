"""JAX, in float32, compiled and warm: value and gradient of the mean loss, on one device and with the rows spread over a device a core."""

import jax
import jax.numpy as jnp
import jax_setup  # noqa: F401
import numpy
from clock import timed
from jax.sharding import Mesh, NamedSharding, PartitionSpec


def huber(y, eta, delta=1.345):
    r = jnp.abs(eta - y)
    return jnp.where(r <= delta, 0.5 * r * r, delta * (r - 0.5 * delta)).mean()


def softmax(y, eta):
    chosen = jnp.take_along_axis(eta, y[:, None], axis=1)[:, 0]
    return (jax.nn.logsumexp(eta, axis=1) - chosen).mean()


LOSSES = {
    "squared": lambda y, eta: 0.5 * jnp.square(eta - y).mean(),
    "huber": huber,
    "absolute": lambda y, eta: jnp.abs(eta - y).mean(),
    "logistic": lambda y, eta: (jax.nn.softplus(eta) - y * eta).mean(),
    "hinge": lambda y, eta: jax.nn.relu(1 - y * eta).mean(),
    "poisson": lambda y, eta: (jnp.exp(eta) - y * eta).mean(),
    "gaussian-variance": lambda y, mean, variance: (0.5 * (jnp.log(variance) + jnp.square(y - mean) / variance)).mean(),
    "softmax": softmax,
}
KNOWN = {}


def loss(arrays, params, _):
    name, outputs = params["loss"], params["outputs"]
    key = params["eta"], params["variant"]
    if key not in KNOWN:
        y, eta = (numpy.asarray(arrays.get(params[part])) for part in ("y", "eta"))
        if name == "softmax":
            y, inputs = y.astype(numpy.int32), [eta.reshape(-1, outputs)]
        else:
            inputs = [numpy.ascontiguousarray(column) for column in eta.reshape(-1, outputs).T]
        placement = None
        if params["variant"] == "sharded":
            placement = NamedSharding(Mesh(numpy.array(jax.devices()), ("rows",)), PartitionSpec("rows"))
        data = [jax.device_put(jnp.asarray(values), placement) for values in (y, *inputs)]
        function = jax.jit(jax.value_and_grad(LOSSES[name], argnums=tuple(range(1, len(data)))))
        jax.block_until_ready(function(*data))
        KNOWN[key] = function, data
    function, data = KNOWN[key]
    seconds, (value, gradients) = timed(lambda: jax.block_until_ready(function(*data)))
    wide = [numpy.asarray(g, dtype=numpy.float64) for g in gradients]
    slopes = sum(g.sum() for g in wide)
    along = sum((g * numpy.asarray(x, dtype=numpy.float64)).sum() for g, x in zip(wide, data[1:]))
    return seconds, {"totals": [float(value), float(slopes), float(along)]}


PEERS = {"jax-loss": loss}
