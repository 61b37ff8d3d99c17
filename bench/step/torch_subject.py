"""The training by PyTorch: as child.ts, one JSON request a line in and one JSON reply a line out."""

import base64
import json
import re
import resource
import sys
import time

import torch
import torch.nn.functional as F


def tensor(data):
    dtype = torch.float32 if data["dtype"] == "f32" else torch.int32
    values = torch.frombuffer(bytearray(base64.b64decode(data["words"])), dtype=dtype).reshape(data["shape"])
    return values if data["dtype"] == "f32" else values.long()


def reshape(x, shape):
    return x.reshape([x.shape[i] if n == 0 else n for i, n in enumerate(shape.tolist())])


def padding(attributes):
    return attributes.get("pads", [0, 0])[0]


OPERATIONS = {
    "Add": lambda a, x, y: x + y,
    "Cast": lambda a, x: x.bool(),
    "Conv": lambda a, x, w, b: F.conv2d(x, w, b, padding=padding(a)),
    "Div": lambda a, x, y: x / y,
    "Erf": lambda a, x: torch.erf(x),
    "Flatten": lambda a, x: x.flatten(1),
    "Gather": lambda a, table, indices: F.embedding(indices, table),
    "Gemm": lambda a, x, w, b: F.linear(x, w if a.get("transB") else w.T, b),
    "LayerNormalization": lambda a, x, w, b: F.layer_norm(x, w.shape, w, b, a.get("epsilon", 1e-5)),
    "MatMul": lambda a, x, y: x @ y,
    "MaxPool": lambda a, x: F.max_pool2d(x, a["kernel_shape"]),
    "Mul": lambda a, x, y: x * y,
    "Relu": lambda a, x: F.relu(x),
    "Reshape": lambda a, x, shape: reshape(x, shape),
    "Softmax": lambda a, x: F.softmax(x, dim=-1),
    "Split": lambda a, x, sizes: x.split(sizes.tolist(), dim=a["axis"]),
    "Transpose": lambda a, x: x.permute(a["perm"]),
    "Where": lambda a, condition, x, y: torch.where(condition, x, y),
}


class Training:
    def __init__(self, task):
        torch.set_num_threads(task["threads"])
        self.task = task
        self.known = {name: tensor(data) for name, data in task["initialisers"].items()}
        for node in task["nodes"]:
            if node["opType"] == "Constant":
                self.known[node["outputs"][0]] = tensor(node["attributes"]["value"])
        self.nodes = [node for node in task["nodes"] if node["opType"] != "Constant"]
        parameters = [self.known[name].requires_grad_() for name, data in task["initialisers"].items() if data["dtype"] == "f32"]
        settings = task["settings"]
        self.optimiser = torch.optim.AdamW(
            parameters,
            lr=settings["learningRate"],
            betas=settings["betas"],
            eps=settings["epsilon"],
            weight_decay=settings["weightDecay"],
        )
        self.batches = [(tensor(each["input"]), tensor(each["labels"])) for each in task["batches"]]
        self.steps = 0
        self.losses = [self.step().item() for _ in range(task["checkedSteps"])]

    def logits(self, x):
        values = {**self.known, self.task["input"]: x}
        for node in self.nodes:
            made = OPERATIONS[node["opType"]](node["attributes"], *[values[name] for name in node["inputs"]])
            values.update(zip(node["outputs"], made if isinstance(made, tuple) else [made]))
        return values[self.task["output"]]

    def step(self):
        x, labels = self.batches[self.steps % len(self.batches)]
        self.steps += 1
        logits = self.logits(x)
        loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), labels)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        return loss.detach()


def sample(run, least_ms):
    cpu, start, runs = time.process_time(), time.perf_counter(), 0
    while runs == 0 or (time.perf_counter() - start) * 1000 < least_ms:
        run()
        runs += 1
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    return {"wallMs": wall * 1000 / runs, "cpuMs": cpu * 1000 / runs}


def facts(training):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"facts": {"losses": training.losses, "peakBytes": peak, "library": library()}}


def library():
    """Without a tuned BLAS, as some distributions build it, products are slower by an order of magnitude."""
    blas = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
    return f"{torch.__version__} with BLAS {blas.group(1) if blas else 'unknown'}"


def main():
    training = None
    for line in sys.stdin:
        request = json.loads(line)
        if "prepare" in request:
            training = Training(request["prepare"])
            reply = {"ready": True}
        elif "run" in request:
            reply = sample(training.step, request["leastMs"])
        else:
            reply = facts(training)
        print(json.dumps(reply), flush=True)


main()
