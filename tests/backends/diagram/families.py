"""Small networks of many families, none of which is shipped: what pictures were not made for."""

from __future__ import annotations

from typing import Final

HRNET: Final = """
default conv(bias=false)
block cb(c, stride=1) = conv(3x3, c, stride=stride, pad=1) > bn > relu
block unit(c): x { x + (x > cb(c) > conv(3x3, c, pad=1) > bn) > relu }
block down(c) = conv(3x3, c, stride=2, pad=1) > bn
block up(c, times) = conv(1x1, c) > bn > upsample(times)
block exchange(c): a, b {
  [a + (b > up(c, 2)) > relu, (a > down(2 * c)) + b > relu]
}
## Two resolutions side by side that exchange what they know
net hrnet(c=16): image[3, 64, 64] -> [19, 64, 64] {
  x = image > cb(c) > unit(c) * 2
  a, b = [x > cb(c), x > cb(2 * c, stride=2)]
  for i in range(3) {
    a, b = [a > unit(c) * 2 as "high{i}", b > unit(2 * c) * 2 as "low{i}"] > exchange(c) as "mix{i}"
  }
  [a, b > upsample(2)] > concat > conv(1x1, 19) as head
}
"""

SWIN: Final = """
block windows(heads, size, shift): x {
  side = x.shape[1]
  y = x > layernorm
  y = (y > roll([-shift, -shift], [1, 2])) if shift > 0 else y
  y = y > rearrange("n (a h) (b w) d -> (n a b) (h w) d", h=size, w=size)
        > attention(heads)
        > rearrange("(n a b) (h w) d -> n (a h) (b w) d", a=side // size, b=side // size, h=size)
  (y > roll([shift, shift], [1, 2])) if shift > 0 else y
}
block swin_layer(d, heads, size, shift) =
    id + windows(heads, size, shift)
  > id + (layernorm > linear(4 * d) > gelu > linear(d))
block merge(d) =
  rearrange("n (h a) (w b) d -> n h w (a b d)", a=2, b=2) > layernorm > linear(d, bias=false)
## Attention in windows that shift
net swin(classes=10): image[3, 64, 64] -> [classes] {
  x = image > conv(4x4, 32, stride=4) > rearrange("n d h w -> n h w d")
  for i in range(2) {
    d = 32 * 2**i
    x = x > (swin_layer(d, 2 * 2**i, 4, 0) > swin_layer(d, 2 * 2**i, 4, 2)) as "stage{i + 1}"
    x = (x > merge(2 * d) as "merge{i + 1}") if i == 0 else x
  }
  x > layernorm > mean([1, 2]) > linear(classes) as head
}
"""

UNETPP: Final = """
block double(c) = (conv(3x3, c, pad=1, bias=false) > bn > relu) * 2
## Nested U: each node reads all before it on its level and the one below
net unetpp(c=8): image[1, 64, 64] -> [2, 64, 64], [2, 64, 64] {
  a0 = image > double(c) as x00
  b0 = a0 > maxpool(2) > double(2 * c) as x10
  c0 = b0 > maxpool(2) > double(4 * c) as x20
  a1 = [a0, b0 > upsample(2)] > concat > double(c) as x01
  b1 = [b0, c0 > upsample(2)] > concat > double(2 * c) as x11
  a2 = [a0, a1, b1 > upsample(2)] > concat > double(c) as x02
  [a1 > conv(1x1, 2) as early, a2 > conv(1x1, 2) as late]
}
"""

YOLO: Final = """
default conv(bias=false)
block cbs(k, c, stride=1) = conv([k, k], c, stride=stride, pad=k // 2) > bn > silu
block neck_unit(c): x {
  a, b = x > cbs(1, c) > chunk(2, dim=1)
  inner = b > cbs(3, c // 2) > cbs(3, c // 2)
  [a, b, inner] > concat > cbs(1, c)
}
block sppf(c): x {
  a = x > cbs(1, c // 2)
  b = a > maxpool(5, stride=1, pad=2)
  d = b > maxpool(5, stride=1, pad=2)
  [a, b, d, d > maxpool(5, stride=1, pad=2)] > concat > cbs(1, c)
}
## A detector with a neck that goes down and up again
net yolo(classes=4): image[3, 64, 64] -> small[8, 8, 8], middle[8, 4, 4], large[8, 2, 2] {
  p3 = image > cbs(3, 8, 2) > cbs(3, 16, 2) > neck_unit(16) > cbs(3, 32, 2) > neck_unit(32)
  p4 = p3 > cbs(3, 64, 2) > neck_unit(64)
  p5 = p4 > cbs(3, 64, 2) > neck_unit(64) > sppf(64)
  h4 = [p5 > upsample(2), p4] > concat > neck_unit(32)
  h3 = [h4 > upsample(2), p3] > concat > neck_unit(32)
  o4 = [h3 > cbs(3, 32, 2), h4] > concat > neck_unit(32)
  o5 = [o4 > cbs(3, 32, 2), p5] > concat > neck_unit(64)
  [h3 > conv(1x1, 4 + classes), o4 > conv(1x1, 4 + classes), o5 > conv(1x1, 4 + classes)]
}
"""

DENSE: Final = """
block dense_layer(growth) = bn > relu > conv(1x1, 4 * growth) > bn > relu > conv(3x3, growth, pad=1)
block dense_block(depth, growth) =
  for i in range(depth) { [id, dense_layer(growth) as "layer{i + 1}"] > concat }
net densely(growth=8): image[3, 32, 32] -> [10] {
  x = image > conv(3x3, 16, pad=1)
  for i in range(2) {
    x = x > dense_block(3, growth) as "block{i + 1}"
    x = x > (bn > relu > conv(1x1, x.c // 2) > avgpool(2)) as "transition{i + 1}"
  }
  x > gap > linear(10)
}
"""

TOWERS: Final = """
block encoder(d, heads) =
  id + (layernorm > attention(heads)) > id + (layernorm > linear(4 * d) > gelu > linear(d))
## Two towers whose results are held against each other
net towers(d=32): image[3, 32, 32], words[T] int -> scores[1] {
  seen = image > conv(8x8, d, stride=8) > flatten(2) > transpose(1, 2)
               > encoder(d, 4) * 3 as vision > mean(1) > linear(16, bias=false) as look
  read = words > embed(100, d) > encoder(d, 2) * 2 as language
               > last > linear(16, bias=false) as say
  a = seen / (seen > norm(dim=-1, keepdim=true))
  b = read / (read > norm(dim=-1, keepdim=true))
  (a * b > sum(-1, keepdim=true)) * (param([1]) as scale)
}
"""

GAN: Final = """
block grow(c) = conv_transpose(4x4, c, stride=2, pad=1, bias=false) > bn > relu
block shrink(c) = conv(4x4, c, stride=2, pad=1, bias=false) > bn > leaky_relu(0.2)
## Generator and discriminator, which judges both what is real and what is made
net gan: noise[16], real[3, 16, 16] -> fake[3, 16, 16], judged[1], truth[1] {
  share judge = (shrink(16) > shrink(32) > flatten > linear(1))
  fake = noise > linear(32 * 4 * 4) > unflatten(1, [32, 4, 4])
    > (grow(16) > conv_transpose(4x4, 3, stride=2, pad=1) > tanh) as generator
  [fake, fake > judge, real > judge]
}
"""

TRANSLATE: Final = """
block look(d, memory): state {
  scores = (memory > linear(d)) + (state > unsqueeze(1) > linear(d)) > tanh > linear(1)
  (scores > softmax(dim=1)) * memory > sum(1)
}
block step(d, memory): word, state[d] {
  [[word, state > look(d, memory) as look] > concat, state] > gru_cell(d) as cell
}
## A recurrent encoder and a decoder that looks back at each step
net translate(vocab=50, d=16): source[S] int, target[T] int -> [T, vocab] {
  memory = source > embed(vocab, d) > gru(d)
  target > embed(vocab, d) > scan(step(d, memory)) as decoder > linear(vocab)
}
"""

EXPERTS: Final = """
block expert(d) = linear(4 * d) > gelu > linear(d)
block experts(d, count): x {
  gates = x > linear(count) as router > softmax(dim=-1)
  y = x * 0.5
  for i in range(count) { y = y + (x > expert(d) as "expert{i}") * gates[..., i:i + 1] }
  y
}
net mixture(d=16): x[T, 16] { x > (id + (layernorm > experts(d, 4))) * 3 as layers > linear(8) }
"""

PERCEIVER: Final = """
block cross(heads): latents, bytes {
  latents + ([latents > layernorm, bytes > layernorm, bytes > layernorm] > attention(heads))
}
block think(d, heads) =
  id + (layernorm > attention(heads)) > id + (layernorm > linear(2 * d) > gelu > linear(d))
## A few latents that read many bytes again and again
net perceiver(d=32, count=8): bytes[B, 32] -> [10] {
  latents = param([count, d]) as latents > unsqueeze(0) > expand([bytes.shape[0], count, d])
  share read = cross(4)
  for i in range(3) {
    latents = [latents, bytes] > read > (think(d, 4) * 2) as "think{i}"
  }
  latents > mean(1) > linear(10)
}
"""

MIXER: Final = """
block mlp(d) : x { x > linear(d) > gelu > linear(x.d) }
block mixer(tokens, channels) =
    id + (layernorm > transpose(1, 2) > mlp(tokens) as tokens > transpose(1, 2))
  > id + (layernorm > mlp(channels) as channels)
net mlp_mixer: image[3, 32, 32] -> [10] {
  image > conv(8x8, 48, stride=8) > flatten(2) > transpose(1, 2)
    > mixer(24, 96) * 4 as layers > layernorm > mean(1) > linear(10)
}
"""

SQUEEZE: Final = """
block gate(c): x {
  x * (x > adaptive_avgpool(1) > conv(1x1, c // 4) > relu > conv(1x1, c) > sigmoid)
}
block unit(c, stride): x {
  skip = x > conv(1x1, c, stride=stride, bias=false) > bn if stride != 1 or x.c != c else x
  (x > conv(3x3, c, stride=stride, pad=1, bias=false) > bn > relu > gate(c)) + skip > relu
}
net squeeze: image[3, 32, 32] -> [10] {
  image > conv(3x3, 16, pad=1) > unit(16, 1) * 2 > unit(32, 2) > unit(32, 1) * 5 > gap > linear(10)
}
"""

FAMILIES: Final = {
    "hrnet": HRNET,
    "swin": SWIN,
    "unetpp": UNETPP,
    "yolo": YOLO,
    "dense": DENSE,
    "towers": TOWERS,
    "gan": GAN,
    "translate": TRANSLATE,
    "experts": EXPERTS,
    "perceiver": PERCEIVER,
    "mixer": MIXER,
    "squeeze": SQUEEZE,
}
