"""Texts in every encoding, found by the bytes or told, with and without damage."""

from __future__ import annotations

import pytest

from scalearn_core.errors import DataError
from scalearn_core.tables.encodings import ENCODINGS
from scalearn_core.tables.reader import read_table
from scalearn_core.tables.reading import Reading

from .building import Read, read, refused, whole

JAPANESE = [
    ["ログイン画面が表示されない", "障害"],
    ["ソフトの更新、能力の一覧", "質問"],
    ["ｶﾀｶﾅ ﾃﾞ ﾆｭｳﾘｮｸ", "要望"],
]
GERMAN = [["Größe “XL” kostet 5 € – teuer", "Prüfung"], ["naïve Café", "Öl"], ["schön", "Öl"]]
TEXTS = {
    "utf-8": JAPANESE,
    "utf-8-sig": JAPANESE,
    "utf-16": JAPANESE,
    "utf-16-le": JAPANESE,
    "utf-16-be": JAPANESE,
    "utf-32": JAPANESE,
    "cp932": JAPANESE,
    "euc_jp": JAPANESE,
    "iso2022_jp": [["ログイン画面が表示されない", "障害"], ["ソフトの更新", "質問"]],
    "cp1252": GERMAN,
    "latin-1": [["schöne Grüße", "Prüfung"], ["déjà vu", "Öl"]],
    "cp1250": [["Žluťoučký kůň úpěl ďábelské ódy", "Český"], ["łódź, źródło i żółć", "Polski"]],
    "cp1251": [["Не могу войти в систему", "Ошибка"], ["Спасибо за помощь", "Отзыв"]],
    "cp1253": [["Δεν μπορώ να συνδεθώ", "Σφάλμα"], ["Ευχαριστώ πολύ", "Σχόλιο"]],
    "cp1254": [["Şifremi değiştiremiyorum, ığdır", "Hata"], ["Teşekkürler", "Yorum"]],
    "gb18030": [["无法登录系统", "故障"], ["谢谢你们的帮助", "评论"]],
    "big5": [["無法登入系統", "故障"], ["謝謝你們的幫助", "評論"]],
    "cp949": [["로그인할 수 없습니다", "오류"], ["도와주셔서 감사합니다", "의견"]],
}


def written(rows: list[list[str]], encoding: str) -> bytes:
    lines = ["text,label", *(",".join(f'"{cell}"' for cell in row) for row in rows)]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_told_encoding_is_read(encoding: str) -> None:
    assert read(written(TEXTS[encoding], encoding), encoding=encoding) == whole(
        ["text", "label"], *TEXTS[encoding]
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", TEXTS)
def test_unicode_is_found_whatever_the_language(encoding: str, text: str) -> None:
    table = read_table(written(TEXTS[text], encoding))
    assert table.encoding == encoding
    assert table.frame.to_numpy().tolist() == TEXTS[text]


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "iso2022_jp", "cp1252"])
@pytest.mark.parametrize("rows", [1, 2, 3])
def test_legacy_encodings_are_found_on_a_few_rows(encoding: str, rows: int) -> None:
    content = written(TEXTS[encoding][:rows], encoding)
    assert read_table(content).encoding == encoding
    assert read(content) == whole(["text", "label"], *TEXTS[encoding][:rows])


def test_latin_1_is_found_as_windows_1252_which_reads_it_the_same() -> None:
    table = read_table(written(TEXTS["latin-1"], "latin-1"))
    assert (table.encoding, table.frame.to_numpy().tolist()) == ("cp1252", TEXTS["latin-1"])


@pytest.mark.parametrize("encoding", ["cp1251", "cp1253", "gb18030", "big5", "cp949"])
def test_other_legacy_encodings_are_found_on_texts_of_some_length(encoding: str) -> None:
    table = read_table(written(TEXTS[encoding] * 20, encoding))
    assert table.frame.to_numpy().tolist() == TEXTS[encoding] * 20


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_utf_16_with_a_mark_in_either_byte_order(mark: bytes) -> None:
    encoding = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    content = mark + written(JAPANESE, encoding)
    assert read_table(content).encoding == "utf-16"
    assert read(content) == whole(["text", "label"], *JAPANESE)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_mark_is_no_part_of_the_table_even_where_the_encoding_is_told_without_it(encoding: str) -> None:
    content = b'"text","label"\r\n"a","b"\r\n'.decode()
    marked = ("\ufeff" + content).encode(encoding)
    assert read(marked, encoding=encoding) == whole(["text", "label"], ["a", "b"])
    assert read(marked, encoding=encoding, header=False).cells[0] == ["text", "label"]


def test_half_width_katakana_alone_are_cp932_not_euc() -> None:
    rows = [["ﾛｸﾞｲﾝﾃﾞｷﾅｲ", "ｼｮｳｶﾞｲ"], ["ﾊﾟｽﾜｰﾄﾞｦﾜｽﾚﾀ", "ｼﾂﾓﾝ"], ["ｱﾘｶﾞﾄｳ", "ｶﾝｿｳ"]]
    table = read_table(written(rows, "cp932"))
    assert (table.encoding, table.frame.to_numpy().tolist()) == ("cp932", rows)


def test_a_second_byte_that_is_a_backslash_or_a_bar_separates_nothing() -> None:
    rows = [["表示", "ソ"], ["能力|予定", "ポ"], ["十\\申", "ト|"]]
    assert "ポ".encode("cp932")[1:] == b"|"
    content = b"text\tlabel\r\n" + b"".join("\t".join(row).encode("cp932") + b"\r\n" for row in rows)
    table = read_table(content)
    assert (table.encoding, table.delimiter) == ("cp932", "\t")
    assert table.frame.to_numpy().tolist() == rows


def test_characters_of_windows_beyond_shift_jis() -> None:
    rows = [["①㈱髙﨑～", "№"], ["ⅲ㍻彅", "℡"]]
    assert read(written(rows, "cp932")) == whole(["text", "label"], *rows)


def test_euro_and_curly_quotes_of_windows() -> None:
    rows = [["“5 €” – that’s dear…", "a"], ["plain", "b"]]
    assert read(written(rows, "cp1252")) == whole(["text", "label"], *rows)


def test_full_width_blanks_and_the_kanji_for_one_do_not_hide_utf_16() -> None:
    """U+3000 and U+4E00 have a NUL where ASCII has its letter."""
    rows = [["一　一番　一つ　二の次　一日　一月", "一"] for _ in range(30)]
    for encoding in ("utf-16-le", "utf-16-be"):
        table = read_table(written(rows, encoding))
        assert (table.encoding, table.frame.to_numpy().tolist()) == (encoding, rows)


def test_one_broken_byte_costs_one_row_of_a_thousand() -> None:
    lines = ["text,label", *(f"お問い合わせ {number},質問" for number in range(1_000))]
    content = "\n".join(lines).encode().replace("せ 500".encode(), b"\xe3\x81 500")
    table = read(content)
    assert table.rows == [row for row in range(2, 1_002) if row != 502]
    assert table.cells[0] == ["お問い合わせ 0", "質問"]
    assert table.rejected == [(502, "not_in_encoding", "お問い合わ\ufffd\ufffd 500,質問")]


def test_one_broken_byte_does_not_turn_fifty_accents_of_utf_8_into_nonsense() -> None:
    lines = ["text,label", *(f"café {number},x" for number in range(50)), "broken \xff,y"]
    content = "\n".join(lines).encode().replace("\xff".encode(), b"\xff")
    table = read(content)
    assert table.cells == [[f"café {number}", "x"] for number in range(50)]
    assert table.rejected == [(52, "not_in_encoding", "broken \ufffd,y")]


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
def test_one_broken_byte_of_a_japanese_legacy_text_costs_its_row(encoding: str) -> None:
    lines = [f"お問い合わせ番号{number}の件,質問".encode(encoding) for number in range(300)]
    lines[100] = lines[100].replace("件".encode(encoding), b"\x80\xff" if encoding == "euc_jp" else b"\x81 ")
    table = read_table(b"text,label\n" + b"\n".join(lines))
    assert table.encoding == encoding
    assert table.rejected["row"].tolist() == [102]
    assert len(table.frame) == 299


def test_half_a_pair_of_utf_16_costs_its_row() -> None:
    content = "\ufefftext,label\na😀,x\nb!,y\nc,z\n".encode("utf-16-le").replace(b"!\0", b"\x3d\xd8")
    assert read(content) == Read(
        ["text", "label"], [["a😀", "x"], ["c", "z"]], [2, 4], [(3, "not_in_encoding", "b\ufffd\ufffd,y")]
    )


def test_utf_16_that_ends_within_a_character() -> None:
    content = "\ufefftext,label\na,x\nb,y".encode("utf-16-le")[:-1]
    assert read(content).rejected == [(3, "not_in_encoding", "b,\ufffd")]


def test_japanese_in_the_last_row_of_two_megabytes() -> None:
    lines = b"plain text of a usual length for a ticket,a\r\n" * 46_000
    assert len(lines) > 2_000_000
    for encoding in ("cp932", "euc_jp", "utf-8"):
        table = read_table(b"text,label\r\n" + lines + "見積もりをお願いします,b\r\n".encode(encoding))
        assert table.encoding == encoding
        assert table.frame.iloc[-1].tolist() == ["見積もりをお願いします", "b"]
        assert len(table.frame) == 46_001


def test_marks_inside_are_characters_and_two_marks_are_none() -> None:
    content = "text,label\na\ufeffb,x\n\ufeffc,y\n".encode("utf-8-sig")
    assert read(content) == whole(["text", "label"], ["a\ufeffb", "x"], ["\ufeffc", "y"])
    assert read(b"\xef\xbb\xbf" + content).columns == ["text", "label"]


def test_a_text_that_fits_no_encoding_when_told_is_refused() -> None:
    assert refused(b"text,label\n\xff\xff,\xff\n", encoding="utf-8") == "data.encoding_wrong"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_utf_16_told_without_a_mark_is_taken_for_that_of_nearly_all_computers(encoding: str) -> None:
    assert read(written(JAPANESE, f"{encoding}-le"), encoding=encoding) == whole(["text", "label"], *JAPANESE)


@pytest.mark.parametrize("told", ENCODINGS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp932", "cp1252"])
def test_a_wrongly_told_encoding_gives_a_table_or_a_sentence(told: str, encoding: str) -> None:
    content = written(TEXTS[encoding] * 3, encoding)
    try:
        table = read_table(content, reading=Reading(encoding=told))
    except DataError as error:
        assert str(error).endswith(".")
    else:
        assert len(table.frame) + len(table.rejected) >= 1


def test_iso_2022_jp_may_begin_after_megabytes_of_ascii() -> None:
    content = ("text,label\n" + "plain ascii text here,a\n" * 60_000 + "日本語です,b\n").encode("iso2022_jp")
    assert read_table(content).frame["text"].iloc[-1] == "日本語です"
