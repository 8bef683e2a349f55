from __future__ import annotations

from netwright.backends.diagram.picture import letters
from netwright.backends.diagram.view._symbols import Symbols


def test_equal_lines_stay_as_they_are() -> None:
    assert letters(Symbols(2).line(["conv 3×3, 64"] * 2)) == "conv 3×3, 64"


def test_numbers_take_the_name_of_the_argument() -> None:
    symbols = Symbols(2)
    symbols.offer("width", [64, 128])
    assert letters(symbols.line(["conv 1×1, 64", "conv 1×1, 128"])) == "conv 1×1, width"
    assert letters(symbols.line(["conv 1×1, 256", "conv 1×1, 512"])) == "conv 1×1, 4·width"
    assert letters(symbols.line(["conv 1×1, 16", "conv 1×1, 32"])) == "conv 1×1, width/4"
    assert list(symbols.shown()) == ["width"]


def test_an_equal_column_goes_before_a_multiple() -> None:
    symbols = Symbols(2)
    symbols.offer("five_in", [16, 32])
    symbols.offer("pooled", [32, 64])
    assert letters(symbols.line(["conv 1×1, 32", "conv 1×1, 64"])) == "conv 1×1, pooled"


def test_kernels() -> None:
    symbols = Symbols(2)
    symbols.offer("k", [3, 5])
    assert letters(symbols.line(["conv 3×3, 8", "conv 5×5, 8"])) == "conv k×k, 8"


def test_a_setting_that_some_leave_out() -> None:
    symbols = Symbols(3)
    symbols.offer("stride", [1, 2, 2])
    assert letters(symbols.line(["", "stride 2", "stride 2"])) == "stride"
    fresh = Symbols(2)
    assert letters(fresh.line(["groups 8", "stride 2, groups 8"])) == "groups 8, stride"
    assert fresh.shown() == {"stride": ("1", "2")}


def test_what_no_argument_explains_gets_a_column() -> None:
    symbols = Symbols(2)
    assert letters(symbols.line(["conv 3×3, 7", "conv 3×3, 9"])) == "conv 3×3, c"
    assert symbols.shown() == {"c": ("7", "9")}


def test_counts() -> None:
    symbols = Symbols(2)
    assert letters(symbols.count([3, 3])) == "×3"
    assert letters(symbols.count([1, 1])) == ""
    assert letters(symbols.count([2, 5])) == "×n"


def test_a_name_is_not_said_twice() -> None:
    symbols = Symbols(2)
    symbols.offer("kernel", [3, 5])
    said = symbols.line(["expand 6, kernel 3, out 8", "expand 6, kernel 5, out 8"])
    assert letters(said) == "expand 6, kernel, out 8"


def test_a_number_may_have_a_sign() -> None:
    symbols = Symbols(2)
    symbols.offer("shift", [0, -2])
    assert letters(symbols.line(["roll 0, 0", "roll -2, -2"])) == "roll shift, shift"
    assert list(symbols.shown()) == ["shift"]
