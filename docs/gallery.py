"""Draws well-known shipped networks into docs/gallery, with a page that shows them all:
``make gallery``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

from netwright.backends.diagram import render
from netwright.backends.diagram.style import amount
from netwright.compiler.ir import Graph
from netwright.compiler.pipeline import load_source
from netwright.spec_files import area, description, read, shipped

HERE: Final = Path(__file__).parent / "gallery"
SHOWN: Final = """
    perceptron mlp xor
    lenet alexnet vgg:vgg11 vgg:vgg16:volumes googlenet:googlenet inception_v3:inception_v3
    resnet:resnet18 resnet:resnet50 resnet:resnet50:paper densenet:densenet121
    squeezenet:squeezenet1_0 mobilenet_v2 mobilenet_v3:mobilenet_v3_small
    shufflenet_v2:shufflenet_v2_x0_5 efficientnet:efficientnet_b0 regnet:regnet_x_400mf
    convnext:convnext_tiny vit:vit_b_16 swin:swin_t segformer:segformer_b0 unet
    deeplabv3:deeplabv3_resnet50 detr:detr_resnet_50 clip:clip_vit_b_32
    char_rnn lstm_classifier gru_encoder seq2seq_attention
    transformer:transformer_base transformer:transformer_base:paper
    bert:bert_base gpt2:gpt2 t5:t5_small bart:bart_base llama:llama_7b
    mixture_of_experts:mixtral_8x7b mamba:mamba_130m rwkv:rwkv_169m xlnet:xlnet_base
    whisper:whisper_tiny wav2vec2:wav2vec2_base
"""
"""Spec, net and view of each picture, in the order of the page."""
AREAS: Final = {
    "basics": "First steps",
    "vision": "Vision",
    "text": "Text",
    "speech": "Speech",
}
COLUMNS: Final = 3
HEIGHT, WIDTH = 420, 320
"""Pixels of a picture on the page, the width of one that lies."""
HEAD: Final = """\
# Gallery

Well-known networks that come with netwright, as `netwright render` draws them, with the command
that made each picture. Repeated blocks are folded; some networks are shown in another view too. A
click shows a picture in full. `netwright specs` and [the zoo](../zoo.md) list all networks, and
`make gallery` draws these again.
"""


class Drawing(NamedTuple):
    """A picture of a shipped net. The net of a spec that has one only needs no name."""

    spec: str
    net: str = ""
    view: str = "docs"

    @property
    def name(self) -> str:
        return self.net or self.spec

    @property
    def file(self) -> str:
        return f"{self.name}{'' if self.view == 'docs' else f'-{self.view}'}.svg"

    @property
    def command(self) -> str:
        net = f" --net {self.net}" if self.net not in ("", self.spec) else ""
        view = "" if self.view == "docs" else f" --view {self.view}"
        return f"netwright render {self.spec}{net}{view} -o {self.file}"

    @property
    def area(self) -> str:
        return area(shipped()[self.spec])

    def graph(self) -> Graph:
        graph = load_source(read(self.spec), net=self.net or None).graph
        assert graph is not None
        return graph

    def draw(self) -> bytes:
        return render(self.graph(), "svg", view=self.view)


def main() -> None:
    HERE.mkdir(exist_ok=True)
    files = dict(written())
    for old in HERE.iterdir():
        if old.name not in files:
            old.unlink()
    for name, data in files.items():
        (HERE / name).write_bytes(data)
    print(f"{HERE}: {len(files)} files, {sum(map(len, files.values())) >> 10} KiB")


def written() -> Iterator[tuple[str, bytes]]:
    """What the folder holds."""
    drawings = every()
    yield "README.md", page(drawings).encode()
    for drawing in drawings:
        yield drawing.file, drawing.draw()


def every() -> list[Drawing]:
    return [Drawing(*entry.split(":")) for entry in SHOWN.split()]


# --- the page --------------------------------------------------------------------------------


def page(drawings: Sequence[Drawing]) -> str:
    sections = (
        f"\n## {title}\n\n{table([d for d in drawings if d.area == area])}"
        for area, title in AREAS.items()
    )
    return HEAD + "".join(sections)


def table(drawings: Sequence[Drawing]) -> str:
    cells = list(map(cell, drawings))
    rows = (cells[i : i + COLUMNS] for i in range(0, len(cells), COLUMNS))
    return "<table>\n" + "".join(f"<tr>\n{''.join(row)}</tr>\n" for row in rows) + "</table>\n"


def cell(drawing: Drawing) -> str:
    words = (
        f"<b>{drawing.name}</b>{'' if drawing.view == 'docs' else f', {drawing.view} view'}",
        escape(description(read(drawing.spec).text)),
        f"{amount(drawing.graph().params)} parameters",
        f"<code>{drawing.command}</code>",
    )
    size = f'width="{WIDTH}"' if drawing.view == "volumes" else f'height="{HEIGHT}"'
    image = f'<img src="{drawing.file}" {size} alt="{drawing.name}">'
    caption = "<br>\n".join(words)
    return (
        f'<td width="{100 // COLUMNS}%" align="center" valign="bottom">\n'
        f'<a href="{drawing.file}">{image}</a><br>\n{caption}\n</td>\n'
    )


if __name__ == "__main__":
    main()
