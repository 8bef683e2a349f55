"""Networks to draw, small and of every kind."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from netwright.backends.diagram import views
from netwright.compiler.ir import Graph
from netwright.compiler.pipeline import load_source
from netwright.grammar.source import Source

SPECS: Final = Path(__file__).parents[3] / "specs"
RESIDUAL: Final = """
default conv(bias=false)
block basic(width, stride=1): x {
  skip = x > (conv(1x1, width, stride=stride) > bn) as downsample
         if stride != 1 or x.c != width else x
  body = x > conv(3x3, width, stride=stride, pad=1) > bn > relu > conv(3x3, width, pad=1) > bn
  body + skip > relu
}
## A small ResNet
net residual(classes=10): image[3, 64, 64] -> [classes] {
  x = image > conv(7x7, 64, stride=2, pad=3) > bn > relu > maxpool(3, stride=2, pad=1)
  for i in range(3) {
    w = 64 * 2**i
    x = x > (basic(w, 1 if i == 0 else 2) > basic(w) * 2) as "layer{i + 1}"
  }
  x > gap > linear(classes) as fc
}
"""

INCEPTION: Final = """
default conv(bias=false)
block cba(k, c) = conv([k, k], c, pad=k // 2) as conv > bn as bn > relu
block inception(a, b, c): x {
  x > [cba(1, a) as branch1,
       (cba(1, b // 2) > cba(3, b)) as branch2,
       (maxpool(3, stride=1, pad=1) > cba(1, c)) as branch3] > concat
}
net inceptions: image[3, 64, 64] -> [10] {
  image > cba(7, 32)
    > inception(16, 32, 8) as inception3a > inception(32, 48, 16) as inception3b
    > maxpool(2)
    > inception(48, 64, 24) as inception4a > inception(64, 96, 32) as inception4b
    > gap > dropout(0.2) > linear(10)
}
"""

DENSE: Final = """
block layer(growth) =
  bn as norm1 > relu > conv(1x1, 4 * growth) as conv1
    > bn as norm2 > relu > conv(3x3, growth, pad=1) as conv2
block dense(depth, growth): x {
  seen = [x]
  for i in range(depth) { seen = seen + [seen > concat > layer(growth) as "layer{i + 1}"] }
  seen > concat
}
net dense_net: image[3, 64, 64] -> [10] {
  image > conv(3x3, 24, pad=1) > dense(4, 12) as early > avgpool(2) > dense(6, 12) as late
    > gap > linear(10)
}
"""

U: Final = """
block double(c) = (conv(3x3, c, pad=1) > bn > relu) * 2
net u: image[1, H, W] {
  a = image > double(16)
  b = a > maxpool(2) > double(32)
  c = b > maxpool(2) > double(64)
  d = [b, c > upsample(size=[b.h, b.w])] > concat > double(32)
  [a, d > upsample(size=[a.h, a.w])] > concat > double(16) > conv(1x1, 2)
}
"""

ENCODER: Final = """
block encoder_layer(d, hidden) =
    id + (layernorm > linear(d) > dropout(0.1))
  > id + (layernorm > linear(hidden) > gelu > linear(d) > dropout(0.1))
net encoder: tokens[T] int -> [10] {
  tokens > embed(1000, 64) > encoder_layer(64, 256) * 6 > layernorm > last > linear(10)
}
"""

RECURRENT: Final = """
block elman(d): x, h[d] { (x > linear(d)) + (h > linear(d, bias=false)) > tanh }
net recurrent: letters[T, 57] { letters > scan(elman(128)) > gru(64) > last > linear(18) }
"""

SIAMESE: Final = """
net siamese: left[1, 28, 28], right[1, 28, 28] -> [1], [64] {
  share enc = conv(3x3, 32) > relu > maxpool(2) > flatten > linear(64)
  a = left > enc
  b = right > enc
  [a - b > abs > linear(1) > sigmoid, a]
}
"""

MEMORY: Final = """
block decoder(d, memory): x {
  y = x + (x > layernorm > linear(d))
  [y, memory] > concat(dim=-1) > linear(d) > gelu
}
net memories: source[64], target[64] -> [10] {
  m = source > linear(32) > relu
  target > linear(32) > decoder(32, m) * 2 > linear(10)
}
"""

SEQUENTIAL: Final = """
net sequential: image[3, 32, 32] -> [10] {
  image > ((conv(3x3, 64, pad=1) > relu) * 2 > maxpool(2)
           > (conv(3x3, 128, pad=1) > relu) * 2 > maxpool(2)) as features
    > flatten > (linear(256) > relu > dropout(0.5) > linear(10)) as classifier
}
"""

LOOP: Final = """
net loop: x[64] -> [10] {
  y = x
  for i in range(1000) { y = y + (y > linear(64) > relu > linear(64)) }
  y > linear(10)
}
"""

NETS: Final = {
    "residual": RESIDUAL,
    "inception": INCEPTION,
    "dense": DENSE,
    "u": U,
    "encoder": ENCODER,
    "recurrent": RECURRENT,
    "siamese": SIAMESE,
    "memory": MEMORY,
    "sequential": SEQUENTIAL,
    "loop": LOOP,
}


LAID_OUT: Final = tuple(view for view in views() if view != "volumes")
"""Views of boxes and lines, which show every net."""


@cache
def graph(text: str) -> Graph:
    compiled = load_source(Source("net.net", text))
    assert compiled.graph is not None, compiled.diagnostics
    return compiled.graph


@cache
def shipped(name: str) -> Graph:
    """A net of a shipped spec: ``lenet``, ``resnet:resnet50``."""
    stem, _, net = name.partition(":")
    path = next(SPECS.rglob(f"{stem}.net"))
    found = load_source(Source(path.name, path.read_text(encoding="utf-8")), net=net or None)
    assert found.graph is not None, found.diagnostics
    return found.graph
