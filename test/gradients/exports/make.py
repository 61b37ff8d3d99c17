"""Exports small networks from PyTorch 1.13 as people write them, trains each by plain SGD, and writes the losses and lengths.

Run in this folder: python3 make.py. Samples are numbers that ../exports.test.ts makes the same way.
"""

import json
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

BATCH, SAMPLES, STEPS, RATE = 6, 24, 8, 0.05
TOKENS, LENGTH = 11, 8


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.c1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.b1 = nn.BatchNorm2d(outputs)
        self.c2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.b2 = nn.BatchNorm2d(outputs)
        shortcut = [nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)]
        self.down = nn.Identity() if inputs == outputs else nn.Sequential(*shortcut)

    def forward(self, x):
        return F.relu(self.b2(self.c2(F.relu(self.b1(self.c1(x))))) + self.down(x))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 6, 7, 2, 3, bias=False), nn.BatchNorm2d(6), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
        )
        self.l1, self.l2 = Residual(6, 6, 1), Residual(6, 12, 2)
        self.pool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(12, 5)

    def forward(self, x):
        return self.fc(torch.flatten(self.pool(self.l2(self.l1(self.stem(x)))), 1))


class MobileNet(nn.Module):
    """Depthwise convolutions, squeeze and excitation, and what other normalisations and activations there are."""

    def __init__(self):
        super().__init__()
        depthwise = nn.Conv2d(8, 8, 5, 1, 2, groups=8, bias=False)
        stem = [nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.Hardswish()]
        self.a = nn.Sequential(*stem, depthwise, nn.BatchNorm2d(8), nn.ReLU6())
        gate = [nn.Conv2d(8, 4, 1), nn.SiLU(), nn.Conv2d(4, 8, 1), nn.Hardsigmoid()]
        self.se = nn.Sequential(nn.AdaptiveAvgPool2d(1), *gate)
        wide = nn.Conv2d(12, 12, 3, dilation=2, padding=2)
        body = [nn.Conv2d(8, 12, 1), nn.GroupNorm(3, 12), nn.GELU(), nn.AvgPool2d(3, 2, 1)]
        self.b = nn.Sequential(*body, wide, nn.InstanceNorm2d(12, affine=True), nn.LeakyReLU(0.2))
        self.fc = nn.Linear(12, 5)

    def forward(self, x):
        x = self.a(x)
        return self.fc(self.b(x * self.se(x)).mean([2, 3]))


class UNet(nn.Module):
    """A regression of planes: transposed convolution, nearest and bilinear upsampling, reflected padding."""

    def __init__(self):
        super().__init__()
        self.d1, self.d2 = nn.Conv2d(3, 6, 3, padding=1), nn.Conv2d(6, 8, 3, padding=1)
        self.up, self.u1 = nn.ConvTranspose2d(8, 6, 2, 2), nn.Conv2d(12, 6, 3, padding=1)
        self.near = nn.Upsample(scale_factor=2)
        self.line = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
        self.out = nn.Conv2d(6, 1, 1)

    def forward(self, x):
        a = F.elu(self.d1(x))
        b = F.softplus(self.d2(F.max_pool2d(a, 2)))
        u = torch.tanh(self.u1(torch.cat([self.up(b), a], 1)))
        small = F.avg_pool2d(u, 2)
        v = F.pad(self.near(small) + self.line(small), (1, 1, 1, 1), mode="reflect")[:, :, 1:-1, 1:-1]
        return self.out(u + v)


class VisionTransformer(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 4, 4)
        self.token = nn.Parameter(torch.randn(1, 1, width) * 0.1)
        self.positions = nn.Parameter(torch.randn(1, 17, width) * 0.1)
        self.n1, self.n2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, 2, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(width, 32), nn.GELU(), nn.Linear(32, width))
        self.head = nn.Linear(width, 5)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.positions
        y = self.n1(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return self.head((x + self.mlp(self.n2(x)))[:, 0])


class RotaryTransformer(nn.Module):
    """Root mean square norms, rotary positions, a causal mask, a gated feed-forward layer and a tied head."""

    def __init__(self, width=16, heads=2):
        super().__init__()
        self.heads = heads
        self.table = nn.Embedding(TOKENS, width)
        self.g1, self.g2 = nn.Parameter(torch.ones(width)), nn.Parameter(torch.ones(width))
        self.qkv, self.o = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.w1, self.w3 = nn.Linear(width, 24, bias=False), nn.Linear(width, 24, bias=False)
        self.w2 = nn.Linear(24, width, bias=False)

    def norm(self, x, gain):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * gain

    def forward(self, tokens):
        batch, length = tokens.shape
        x = self.table(tokens)
        width = x.size(-1)
        size = width // self.heads
        split = lambda z: z.view(batch, length, self.heads, size).transpose(1, 2)
        q, k, v = [split(z) for z in self.qkv(self.norm(x, self.g1)).chunk(3, -1)]
        rates = 1.0 / (100.0 ** (torch.arange(0, size, 2).float() / size))
        angles = torch.cat([torch.outer(torch.arange(length, dtype=torch.float32), rates)] * 2, -1)
        turn = lambda z: torch.cat([-z[..., size // 2 :], z[..., : size // 2]], -1)
        q, k = [z * angles.cos() + turn(z) * angles.sin() for z in (q, k)]
        mask = torch.triu(torch.full((length, length), float("-inf")), 1)
        p = (q @ k.transpose(-2, -1) / math.sqrt(size) + mask).softmax(-1)
        x = x + self.o((p @ v).transpose(1, 2).reshape(batch, length, width))
        y = self.norm(x, self.g2)
        x = x + self.w2(F.silu(self.w1(y)) * self.w3(y))
        return x @ self.table.weight.t()


class TextConvolution(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.conv = nn.Embedding(TOKENS, 6), nn.Conv1d(6, 8, 3, padding=1)
        self.b1, self.b2 = nn.BatchNorm1d(8), nn.BatchNorm1d(4)
        self.pool, self.slope, self.linear = nn.MaxPool1d(3, 2, 1), nn.PReLU(8), nn.Linear(8, 4)

    def forward(self, tokens):
        x = self.pool(self.slope(self.b1(self.conv(self.table(tokens).transpose(1, 2)))))
        return F.log_softmax(self.b2(self.linear(x.amax(-1))), 1)


def floats(count):
    return torch.tensor([(i * 7919 + 104729) % 1009 / 504.5 - 1 for i in range(count)], dtype=torch.float32)


def integers(count, bound):
    return torch.tensor([(i * i + i // 3) % 101 % bound for i in range(count)])


def planes():
    return floats(SAMPLES * 768).reshape(SAMPLES, 3, 16, 16)


def tokens():
    return integers(SAMPLES * LENGTH, TOKENS).reshape(SAMPLES, LENGTH)


# name: network, inputs, targets, opset
networks = {
    "resnet": (ResNet, planes, integers(SAMPLES, 5), 16),
    "mobilenet": (MobileNet, planes, integers(SAMPLES, 5), 13),
    "unet": (UNet, planes, floats(SAMPLES * 256).reshape(SAMPLES, 1, 16, 16), 11),
    "vision-transformer": (VisionTransformer, planes, integers(SAMPLES, 5), 13),
    "rotary-transformer": (RotaryTransformer, tokens, integers(SAMPLES * LENGTH, TOKENS).reshape(SAMPLES, LENGTH), 16),
    "text-convolution": (TextConvolution, tokens, integers(SAMPLES, 4), 11),
}


def main():
    torch.set_num_threads(1)
    references = {}
    for name, (network, inputs, y, opset) in networks.items():
        torch.manual_seed(1)
        model, x = network(), inputs()
        torch.onnx.export(
            model.train(),
            (x[:BATCH],),
            f"{name}.onnx",
            opset_version=opset,
            input_names=["x"],
            output_names=["logits"],
            dynamic_axes={"x": {0: "batch"}, "logits": {0: "batch"}},
            do_constant_folding=False,
            training=torch.onnx.TrainingMode.TRAINING,
        )
        # The export runs the model once, so its running statistics have moved: those in the file have too.
        optimiser = torch.optim.SGD(model.parameters(), lr=RATE)
        losses = []
        for step in range(STEPS):
            rows = [(step * BATCH + i) % SAMPLES for i in range(BATCH)]
            z, wanted = model(x[rows]), y[rows]
            if y.dtype == torch.float32:
                loss = F.mse_loss(z, wanted)
            else:
                loss = F.cross_entropy(z.reshape(-1, z.shape[-1]), wanted.reshape(-1))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        kept = {key: value for key, value in model.state_dict().items() if value.dtype == torch.float32}
        references[name] = {"losses": losses, "lengths": {key: value.double().norm().item() for key, value in kept.items()}}
    with open("references.json", "w") as file:
        json.dump(references, file, indent=2)
        file.write("\n")


main()
