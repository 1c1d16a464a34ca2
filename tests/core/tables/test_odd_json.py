"""JSON Lines and JSON arrays as programs and hands write them."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from scalearn_core.errors import DataError
from scalearn_core.tables.reader import read_table

from .building import Read, read, refused, whole

NAMES = ["text", "label"]


def lines(*objects: str) -> bytes:
    return "".join(f"{line}\n" for line in objects).encode()


def test_objects_with_different_keys() -> None:
    content = lines('{"text": "a", "label": "x"}', '{"label": "y", "text": "b", "by": "me"}', '{"text": "c"}')
    assert read(content) == whole(
        ["text", "label", "by"], ["a", "x", ""], ["b", "y", "me"], ["c", "", ""], first=1
    )


def test_numbers_stay_as_typed() -> None:
    typed = ["1", "1.0", "1e5", "-0.10", "12345678901234567890", "0.1", "1E400", "NaN", "-Infinity"]
    content = lines(*(f'{{"text": "a", "label": {number}}}' for number in typed))
    assert [label for _, label in read(content).cells] == [*typed[:-2], "", "-inf"], "NaN is what is missing"


def test_nothing_truths_lists_and_structures() -> None:
    values = {
        "null": "",
        "true": "true",
        "false": "false",
        '["a", "b"]': "a|b",
        "[1, 2.50]": "1|2.50",
        '["a|b", "c"]': '["a|b", "c"]',
        '[1, null, "é"]': '[1, null, "é"]',
        "[]": "[]",
        '{"id": 5, "tags": ["a", {"b": 1e5}], "ok": true}': '{"id": 5, "tags": ["a", {"b": 1e5}], "ok": true}',
        '"NA"': "NA",
        '" x "': " x ",
        '"a\\nb\\u2028c"': "a\nb\u2028c",
    }
    content = lines(*(f'{{"text": "t", "label": {value}}}' for value in values))
    assert [label for _, label in read(content).cells] == list(values.values())


def test_a_key_given_twice_is_set_apart_since_one_value_would_be_lost() -> None:
    twice = '{"text": "a", "text": "b", "label": "x"}'
    within = '{"text": {"k": 1, "k": 2}, "label": "x"}'
    fine = '{"text": "c", "label": "y"}'
    rejected = [(1, "repeated_key", twice), (3, "repeated_key", within)]
    assert read(lines(twice, fine, within)) == Read(NAMES, [["c", "y"]], [2], rejected)


def test_a_key_given_twice_in_an_array_costs_that_object_alone() -> None:
    content = b'[{"text": "a", "text": "b"}, {"text": "c", "label": "y"},\n {"text": {"k": 1, "k": 2}}]'
    table = read(content)
    assert (table.cells, table.rows) == ([["c", "y"]], [2])
    assert [(row, reason) for row, reason, _ in table.rejected] == [(1, "repeated_key"), (3, "repeated_key")]


@pytest.mark.parametrize("space", ["", "\n", "\r\n  "])
def test_a_file_that_is_one_array(space: str) -> None:
    content = f'{space}[{space}{{"text": "a", "label": 1}},{space}{{"text": "b"}},{space}"c"{space}]{space}'
    assert read(content.encode()) == Read(NAMES, [["a", "1"], ["b", ""]], [1, 2], [(3, "not_json", '"c"')])


def test_a_broken_byte_in_an_array_costs_its_object() -> None:
    objects = [{"text": f"日本語 {number}", "label": "x"} for number in range(50)]
    content = json.dumps(objects, ensure_ascii=False).encode().replace("語 7".encode(), b"\xff 7")
    table = read(content)
    assert table.rows == [row for row in range(1, 51) if row != 8]
    assert table.rejected == [(8, "not_in_encoding", "日本\ufffd 7\tx")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp932"])
@pytest.mark.parametrize("is_array", [False, True])
def test_json_in_other_encodings(encoding: str, is_array: bool) -> None:
    objects = ['{"text": "見積もり", "label": "契約"}', '{"text": "ソフトの表示", "label": "質問"}']
    content = f"[{','.join(objects)}]" if is_array else "\n".join(objects)
    table = read_table(content.encode(encoding))
    assert (table.kind, table.encoding) == ("json", encoding)
    assert table.frame.to_numpy().tolist() == [["見積もり", "契約"], ["ソフトの表示", "質問"]]


def test_a_broken_line_in_the_middle_costs_itself() -> None:
    content = lines(
        '{"text": "a"}', '{"text": "b"', "", "[1, 2]", "null", '{"text": "c"} {"text": "d"}', '{"text": "e"}'
    )
    assert read(content) == Read(
        ["text"],
        [["a"], ["e"]],
        [1, 7],
        [
            (2, "not_json", '{"text": "b"'),
            (4, "not_json", "[1, 2]"),
            (5, "not_json", "null"),
            (6, "not_json", '{"text": "c"} {"text": "d"}'),
        ],
    )


def test_half_a_character_is_set_apart_and_a_whole_pair_is_read() -> None:
    content = lines('{"text": "\\ud83d\\ude00"}', '{"text": "\\ud83d"}', '{"text": "\\ude00 x"}')
    assert read(content) == Read(
        ["text"], [["😀"]], [1], [(2, "not_in_encoding", "\ufffd"), (3, "not_in_encoding", "\ufffd x")]
    )


def test_keys_that_no_header_could_have() -> None:
    content = lines('{"": "a", "\\ud83d": "b", "text": "c", " text": "d"}', '{"": "e"}')
    columns = ["(A)", "\ufffd", "text", "text (D)"]
    assert read(content) == whole(columns, ["a", "b", "c", "d"], ["e", "", "", ""], first=1)
    assert read(b'{"": "a"}\n{"": "b"}\n') == whole(["(A)"], ["a"], ["b"], first=1)


def test_values_that_are_the_names_of_their_keys_are_no_header() -> None:
    assert read(lines('{"text": "text", "label": "label"}', '{"text": "a", "label": "b"}')) == whole(
        NAMES, ["text", "label"], ["a", "b"], first=1
    )


def test_one_key_of_two_is_blank_in_the_first_rows() -> None:
    content = lines(*['{"text": "title", "": ""}'] * 2, *['{"text": "a", "": "b"}'] * 4)
    assert read(content).rows == [1, 2, 3, 4, 5, 6]


def test_objects_of_blank_values_are_passed_over_as_blank_rows_are() -> None:
    assert read(lines("{}", '{"text": ""}', '{"text": null}', '{"text": "a"}')) == Read(["text"], [["a"]], [4], [])


@pytest.mark.parametrize("depth", [100, 400, 900, 1_000, 5_000, 200_000])
@pytest.mark.parametrize("is_array", [False, True])
def test_structures_of_any_depth_are_read_or_set_apart(depth: int, is_array: bool) -> None:
    deep = f'{{"text": {"[" * depth}{"]" * depth}}}'
    content = f'[{{"text": "a"}}, {deep}]' if is_array else f'{{"text": "a"}}\n{deep}'
    if is_array and depth >= 900:  # where Python ends an array depends on how deep it is called
        with suppress(DataError):
            assert len(read(content.encode()).rows) >= 1
        return
    table = read(content.encode())
    assert table.cells[0] == ["a"]
    assert sorted([*table.rows, *(row for row, _, _ in table.rejected)]) == [1, 2]


@pytest.mark.parametrize(
    "content",
    [
        b'[{"text": "a"}',
        b'[{"text": "a"}, ]',
        b'[{"text": "a"}] [',
        b'[{"text": "a"} {"text": "b"}]',
        b"[{}, {}]",
        b'{"text": \n',
        b'{\n  "text": "a"\n}',
    ],
)
def test_what_is_no_table_is_one_sentence(content: bytes) -> None:
    assert refused(content) == "data.damaged_json"


def test_more_keys_than_columns_are_possible() -> None:
    content = lines(*(f'{{"key{number}": 1}}' for number in range(1_001)))
    assert refused(content) == "data.too_many_columns"
    assert refused(b"[" + b",".join(content.splitlines()) + b"]") == "data.too_many_columns"


def test_a_number_of_a_million_digits_is_text() -> None:
    assert read(b'{"text": ' + b"7" * 900_000 + b"}\n").cells == [["7" * 900_000]]
