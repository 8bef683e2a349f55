"""Writes any text as LaTeX that prints it and does nothing else.

The result is ASCII and has no active characters, so that it prints the same under every encoding
and with babel's shorthands. Hangul, kana and Chinese characters stay as they are, in UTF-8: kotex
prints them (https://ctan.org/pkg/cjk-ko).
"""

from __future__ import annotations

import unicodedata
from typing import Final

from ..fonts.korean import SCRIPTS

OTHER: Final = "netletter"
"""The command for a character that plain LaTeX cannot print; see ``tikz``."""

_SPECIAL: Final = {
    "\\": r"$\backslash$",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\^{}",
    "~": r"\~{}",
    "`": r"\`{}",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
    '"': r"\char34{}",
}
_SYMBOLS: Final = {
    "×": r"$\times$",
    "·": r"$\cdot$",
    "→": r"$\rightarrow$",
    "←": r"$\leftarrow$",
    "↔": r"$\leftrightarrow$",
    "⇒": r"$\Rightarrow$",
    "−": "$-$",
    "±": r"$\pm$",
    "÷": r"$\div$",
    "√": r"$\surd$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "≠": r"$\neq$",
    "≈": r"$\approx$",
    "≡": r"$\equiv$",
    "∞": r"$\infty$",
    "∈": r"$\in$",
    "∑": r"$\sum$",
    "∏": r"$\prod$",
    "∂": r"$\partial$",
    "∇": r"$\nabla$",
    "⊕": r"$\oplus$",
    "⊗": r"$\otimes$",
    "⊙": r"$\odot$",
    "∘": r"$\circ$",
    "•": r"$\bullet$",
    "°": r"$^\circ$",
    "′": r"$'$",
    "½": r"$\frac12$",
    "…": r"\dots{}",
    "–": "--",
    "—": "---",
    "‘": r"\lq{}",
    "’": r"\rq{}",
    "“": r"\lq\lq{}",
    "”": r"\rq\rq{}",
    "ß": r"\ss{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "œ": r"\oe{}",
    "Œ": r"\OE{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "å": r"\aa{}",
    "Å": r"\AA{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
    "ı": r"\i{}",
    "§": r"\S{}",
    "¶": r"\P{}",
    "©": r"\copyright{}",
    "£": r"\pounds{}",
    "¿": r"\textquestiondown{}",
    "¡": r"\textexclamdown{}",
}
_GREEK: Final = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "varepsilon",
    "ζ": "zeta",
    "η": "eta",
    "θ": "theta",
    "ι": "iota",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "µ": "mu",
    "ν": "nu",
    "ξ": "xi",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "τ": "tau",
    "φ": "varphi",
    "χ": "chi",
    "ψ": "psi",
    "ω": "omega",
    "Γ": "Gamma",
    "Δ": "Delta",
    "Θ": "Theta",
    "Λ": "Lambda",
    "Ξ": "Xi",
    "Π": "Pi",
    "Σ": "Sigma",
    "Φ": "Phi",
    "Ψ": "Psi",
    "Ω": "Omega",
}
_ACCENTS: Final = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0308": '"',
    "\u0304": "=",
    "\u0307": ".",
    "\u0306": "u",
    "\u030c": "v",
    "\u030b": "H",
    "\u0327": "c",
    "\u0323": "d",
}
_LIGATURES: Final = frozenset("-',")


def escaped(text: str) -> str:
    """The text as LaTeX: ``a\\_b $\\rightarrow$ 50\\%`` for ``a_b → 50%``."""
    parts: list[str] = []
    for c in unicodedata.normalize("NFC", text):
        new = _character(c)
        # Two of these in a row would be one other character.
        if parts and new[:1] in _LIGATURES and parts[-1][-1:] in _LIGATURES:
            parts.append("{}")
        parts.append(new)
    return "".join(parts)


def needs_kotex(text: str) -> bool:
    return any(ord(c) in some for c in text if not c.isascii() for some in SCRIPTS)


def _character(c: str) -> str:
    if c in _SPECIAL:
        return _SPECIAL[c]
    if " " <= c <= "~":
        return c
    if c in _SYMBOLS:
        return _SYMBOLS[c]
    if c in _GREEK:
        return f"$\\{_GREEK[c]}$"
    if needs_kotex(c):
        return c
    kind = unicodedata.category(c)
    if kind.startswith("Z") or c in "\t\n\r":
        return " "
    if kind in ("Cc", "Cf", "Cs"):
        return ""
    return _accented(c) or _raised(c) or f"\\{OTHER}{{{ord(c):X}}}"


def _accented(c: str) -> str:
    """``\\'{e}`` for é; empty if LaTeX has no such accent."""
    base, *marks = list(unicodedata.normalize("NFD", c))
    exists = len(marks) == 1 and marks[0] in _ACCENTS and base.isascii() and base.isalpha()
    return f"\\{_ACCENTS[marks[0]]}{{{base}}}" if exists else ""


def _raised(c: str) -> str:
    """A raised or lowered letter or digit, as in ``x²``, ``Kᵀ``, ``x₁``; empty for other
    characters."""
    kind, _, base = unicodedata.decomposition(c).partition(" ")
    sign = {"<super>": "^", "<sub>": "_"}.get(kind, "")
    plain = chr(int(base, 16)) if sign and " " not in base else ""
    return f"${sign}\\mathsf{{{plain}}}$" if plain.isascii() and plain.isalnum() else ""
