"""Specs that between them use all that generated code has to deal with."""

from __future__ import annotations

NETS = {
    "one_liner": "conv(3x3,8) > relu > pool(2,2)",
    "lenet": """
        input(1x28x28)
          > conv(5x5, 6, pad=2) > tanh > avgpool(2,2)
          > conv(5x5, 16)       > tanh > avgpool(2,2)
          > flatten > linear(120) > tanh > linear(84) > tanh > linear(10)
    """,
    "groups": """
        net Groups: image[3, 16, 16] {
          image > (conv(3x3, 8, pad=1) > bn > relu) as features
                > (conv(3x3, 8) as conv0 > bn > relu) as mixed
                > (conv(1x1, 4) as one > relu as two) as named
                > flatten > (linear(8) as head) as heads
        }
    """,
    "group_with_function": """
        net Sliced: tokens[T, 8] {
          tokens > (linear(8) > relu > linear(4))[:, -1] > (linear(6) > exp > linear(3)) as head
        }
    """,
    "sum_group": """
        net Sums: x[8] { x > (linear(8) + linear(8)) as pair > (id + linear(8)) * 3 as steps }
    """,
    "activated_branches": """
        net Activated: x[3, 8, 8] {
          x > conv(1, 4) > relu > [conv(1, 4), conv(1, 2), conv(1, 4)] as ways > concat
        }
    """,
    "branches": """
        net Branches: image[3, 9, 9] {
          image > conv(1x1, 4)
                > [conv(1x1, 2), conv(3x3, 2, pad=1), maxpool(3, 1, pad=1)] as branches
                > concat > gap
        }
    """,
    "repeats": """
        block mlp(d) = linear(d) > gelu
        net Repeats: x[8] {
          x > mlp(8) * 3 as layers > mlp(8) * 2 > linear(8) * 5 > mlp(8) * 6
            > (linear(8) > relu) * 4 as groups > (mlp(4) > mlp(4) * 3) as tail
        }
    """,
    "residual_repeats": """
        block layer(d, memory): x {
          x + (memory > linear(d) > mean(dim=1, keepdim=true)) > linear(d)
        }
        net Decoder: source[S, 8], target[T, 8] {
          memory = source > linear(8)
          target > layer(8, memory) * 3 as layers > layer(8, memory) * 2 > layer(8, memory) * 5
        }
    """,
    "paths": """
        net Paths: x[8] {
          y = x > linear(8) as layer[0] > relu > linear(8) as layer[1]
          z = y > linear(8) as stage[0] > linear(8) as stage[1] > linear(8) as stage[2]
          z > linear(4) as "12" > linear(4) as odd[3] > linear(4) as "a.b"
        }
    """,
    "keywords": """
        net Keywords: x[8] { x > linear(8) as class > (linear(4) as if > relu) as lambda }
    """,
    "shares": """
        share enc = linear(8) > relu
        block twice: x { x > enc > enc }
        net Shared: a[8], b[8] {
          share own = linear(8)
          [a > enc > own, b > twice > own] > concat > linear(3)
        }
    """,
    "share_inside_repeat": """
        block step(d): x { x > linear(d) > mix + x }
        share mix = linear(8, bias=false)
        net Steps: x[8] { x > step(8) * 3 as steps > step(8) * 5 }
    """,
    "ties": """
        net Tied: tokens[T] int {
          x = tokens > embedding(11, 8) as wte
          x > linear(8) > linear(11, bias=false, weight=wte.weight) as lm_head
        }
    """,
    "params": """
        net Params: x[T, 8] {
          cls = param([1, 1, 8], init=normal(std=0.02)) as cls
          scale = constant([1, 2, 3, 4, 5, 6, 7, 8], persistent=true) as scale
          y = x * scale + cls + (arange(8) > cast(float))
          y * constant([0.5]) > linear(8)
        }
    """,
    "several": """
        net Several: source[S] int, target[T] int -> encoded, logits {
          e = source > embedding(12, 8) as source_embedding
          d = target > embedding(12, 8) as target_embedding
          memory = e > mean(dim=1)
          [memory, d > linear(12)]
        }
    """,
    "lstm": """
        net Tagger: tokens[T] int {
          x = tokens > embedding(20, 8)
          y, h, c = x > lstm(6)
          z = y > lstm(5) > linear(4)
          [z, h]
        }
    """,
    "chunks": """
        net Chunks: x[T, 12] {
          q, k, v = x > linear(12) > chunk(3, dim=-1)
          q * k + v
        }
    """,
    "inits": """
        default conv(bias=false, init=kaiming_normal(mode=fan_out))
        default linear(init=normal(std=0.01), bias_init=zeros)
        block cell(c) = conv(3x3, c, pad=1) > bn > relu
        net Inits: image[3, 8, 8] {
          image > cell(4) > cell(8) * 2 > (conv(1x1, 4) > relu) as neck > gap > linear(3)
        }
    """,
    "initial_biases": """
        net InitialBiases: image[4, 8, 8] {
          x = image > bn(bias_init=ones) > groupnorm(2, bias_init=ones)
          x = x > layernorm(dim=1, bias_init=ones) > instancenorm(affine=true, bias_init=ones)
          x = x > (conv(3x3, 4, pad=1) > bn(bias_init=ones)) * 4
          x = x > flatten(2) > attention(4, init=constant(0.1), bias_init=ones)
          y = (x > lstm(5, layers=2, init=orthogonal, bias_init=zeros)) > gru(4, bias_init=ones)
          y[:, -1] > gru_cell(3, init=constant(0.2))
        }
    """,
    "dense_lists": """
        block layer(growth) = bn > relu > conv(3x3, growth, pad=1)
        block dense(depth, growth): x {
          seen = [x]
          for i in range(depth) { seen = seen + [seen > concat > layer(growth) as "layer{i + 1}"] }
          seen > concat
        }
        net Dense: image[3, 8, 8] {
          image > dense(4, 2) > conv(1x1, 4) > dense(6, 2) > dense(5, 2) > gap > linear(3)
        }
    """,
    "dense_carried": """
        block layer(growth) = bn > relu > conv(3x3, growth, pad=1)
        block dense(depth, growth): x {
          for i in range(depth) { x = [x, x > layer(growth) as "layer{i}"] > concat }
          x
        }
        net Dense: image[3, 8, 8] {
          image > dense(4, 2) > conv(1x1, 4) > dense(6, 2) > dense(5, 3) > gap > linear(3)
        }
    """,
    "carried_pairs": """
        block left(d): a, b { a > linear(d) + (b > linear(d)) > tanh }
        net Pairs: a[8], b[8] {
          for i in range(5) {
            c = [a, b] > left(9 + i)
            b = [b, c] > left(9 + i)
            a = c
          }
          [a, b] > concat
        }
    """,
    "scan": """
        block elman(d): x, h[d] { (x > linear(d)) + (h > linear(d, bias=false)) > tanh }
        net Names: letters[T, 5] { letters > scan(elman(6)) > last > linear(4) }
    """,
    "scans": """
        block pair(d): x, y, h[d], c[d] {
          n = (x > linear(d)) + (y > linear(d)) + h > tanh
          m = c * 0.5 + n
          [n > linear(3), n, m]
        }
        net Scans: a[T, 5], b[T, 5] {
          y, h, c = [a, b] > scan(pair(6))
          z, last_h = a > linear(3) > scan(state(4), reverse=true)
          _, final = b > scan(state(7))
          [y, h, c, z, last_h, final]
        }
        block state(d): x, h[d] { (x > linear(d)) * h > sigmoid }
    """,
    "scanned_layers": """
        net Cells: a[T, 5] {
          z, last = a > scan(gru_cell(4), reverse=true)
          _, h, c = a > scan(lstm_cell(3))
          w = [a, a] > scan(lstm_like(2), reverse=true)
          [z, last, h, c, w]
        }
        block lstm_like(d): x, y, h[d] { (x > linear(d)) + (y > linear(d)) * h > tanh }
    """,
    "memory_scan": """
        block step(memory): x, h[4] { (x > linear(4)) + h + (memory > mean(dim=1)) > tanh }
        net Reader: source[S, 4], target[T, 5] { target > scan(step(source)) > linear(2) }
    """,
    "repeated_scans": """
        block elman(d): x, h[d] { (x > linear(d)) + (h > linear(d, bias=false)) > tanh }
        net Stacked: x[T, 6] {
          x > scan(elman(6)) * 2 > scan(elman(6)) * 3 as layers > scan(elman(6)) * 5 > relu
        }
    """,
    "sources_group": """
        net A: x[4,8] { p = arange(4) > embedding(4, 8) as pos
          x + p > linear(3) }
    """,
    "block_share": """
        block twin(d): x { share f = linear(d)
          x > f > relu > f }
        net A: x[8] { x > twin(8) > twin(8) * 2 as twins }
    """,
    "tie_in_block": """
        block coder(d): x { y = x > linear(d, bias=false) as up
          y > relu > linear(d, bias=false, weight=up.weight) as down }
        net A: x[8] { x > coder(8) * 3 as coders }
    """,
    "deep_weight": """
        block emb(v,d) = embedding(v,d) as words > dropout(0.1)
        net A: tokens[T] int { x = tokens > emb(11, 8) as embeddings
          x > linear(8) > linear(11, bias=false, weight=embeddings.words.weight) as head }
    """,
    "weight_read": """
        net A: x[8] { y = x > linear(8) as proj
          y @ proj.weight + proj.bias }
    """,
    "gaps": """
        net A: x[8] {
          x > linear(8) as m[1] > linear(8) as m[3] > linear(8) as n[0] > relu > linear(8) as n[1]
        }
    """,
    "whole_as": """
        block cna(k,c) = (conv(k,c) > bn > relu6) as _
        net A: image[3,8,8] { image > cna(3x3,4) > cna(1x1,4) * 3 > cna(1x1, 8) }
    """,
    "exports": """
        block body = linear(8) as a > relu > linear(8) as b > relu > linear(8) as c
        net A: x[8] { y = x > body as backbone
          [y, backbone.a, backbone.b] > concat > linear(2) }
    """,
    "exports_group": """
        net A: x[8] { y = x > (linear(8) as a > relu > linear(8) as b) as g
          y + a > linear(2) }
    """,
    "multi_out_block": """
        block two(d): x { [x > linear(d), x > linear(d)] }
        net A: x[8] { a, b = x > two(4)
          c = x > two(4)
          c[0] + a * b }
    """,
    "symbolic_arg": """
        block grid(n): x { x > linear(4) > reshape([-1, n * 4]) }
        net A: x[T, 8] { x > grid(x.t) }
    """,
    "symbolic_dim": """
        block pos(n): x { x + (arange(n) > cast(float) > unsqueeze(0) > unsqueeze(2)) }
        net A: x[T, 8] { x > pos(x.t) > linear(2) }
    """,
    "attention_groups": """
        net A: x[T, 16] {
          x > (layernorm > attention(4, causal=true) > dropout(0.1)) as attn
            > attention(4) * 3 as stack
        }
    """,
    "mix_loops": """
        net A: x[8] { s = []
          for i in range(4) { x = x > linear(8) > relu
            s = s + [x] }
          s > concat > linear(2) }
    """,
    "fan_dict": """
        net A: x[8] { x > [linear(4) as a, linear(4) as b] as two > concat }
    """,
    "fan_of_sides": """
        net A: x[T, 8] { x > [gru(4), lstm(4), linear(4)] as ways > concat(-1) }
    """,
    "loops_in_rounds": """
        net A: x[8, 8] {
          for i in range(3) {
            x = x > (linear(8) > relu) as stem[i]
            x = x > id + (attention(1) * 2 as "A.{i}")
          }
          x
        }
    """,
    "shared_scans": """
        share one = scan(gru_cell(8))
        share two = scan(cell(8))
        block cell(d): x, h[d] { (x > linear(d)) + (h > linear(d)) > tanh }
        block inner: x { x > one > two }
        net A: x[T, 8] { x > inner > inner }
    """,
    "shared_functions": """
        share size = abs
        share same = cummin(1)
        share both = size > linear(8) > size
        block inner: x { x > size > same > both }
        net A: x[T, 8] { x > (size > same) as g > (inner * 2 > size) as h > both }
    """,
    "helper_in_group": """
        net A: x[T, 8] { x > (linear(4) > positions) as g > linear(2) }
    """,
    "bundle_of_one": """
        net A: x[8] {
          a = x > (linear(4) as p > unsqueeze(1) > unbind(1)[0]) as g
          b = x > split(8, dim=1)
          [a, b[0] > linear(2)]
        }
    """,
    "where": """
        net A: x[T,4], m[T] bool { y = x > linear(4)
          [m[:,:,none], y, y * 2.0] > where }
    """,
    "floats": """
        block sd(p) = linear(8) > dropout(p)
        net A: x[8] { for i in range(6) { x = x > sd(0.1 * i / 5) as "b{i}" }
          x }
    """,
    "source_blocks": """
        block numbers(n): () { arange(n) * 2 }
        block places(n): () {
          (numbers(n)[:, none] + numbers(4)) as table > gt(3) > where(1.0, 0.0)
        }
        block two(k): () { [full([4], 0.5) + (param([4]) as w), eye(4) * k] }
        net Sources: tokens[T] int, x[T, 4] {
          a, b = two(3)
          x = (x + a) @ b + places(T)
          for i in range(5) { x = x + numbers(4) * i > linear(4) }
          x + tokens[:, :, none]
        }
    """,
    "unused": """
        net Unused: x[8] {
          backbone = x > (linear(8) as a > linear(8) as b > linear(8) as c) as body
          body.b > linear(2)
        }
    """,
}

SIZES = {"one_liner": {"C": 3, "H": 8, "W": 8}}
"""Sizes of symbols where a net cannot take any."""
