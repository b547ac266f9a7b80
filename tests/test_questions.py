"""Questions understood: kinds, measures, words, answer spans, credits and structure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Span
from rag import Library, about, features, measures, outline, spans
from rag.bare import bare
from rag.questions import MAX_WEIGHT, Kind, content_words, parse, weight
from rag.verdict import verdict


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("村主职“一肩挑”的比例是多少？", Kind.NUMBER),
        ("办了几期培训班？", Kind.NUMBER),
        ("管水员平均年龄多大？", Kind.NUMBER),
        ("节水灌溉试点是从什么时候启动的？", Kind.DATE),
        ("灌区建成于哪一年", Kind.DATE),
        ("几月几号开工", Kind.DATE),
        ("谁是灌区管理站站长？", Kind.PERSON),
        ("站长叫什么？", Kind.PERSON),
        ("灌区在哪里？", Kind.PLACE),
        ("哪个县先开工", Kind.PLACE),
        ("那个云平台叫什么名字？", Kind.NAME),
        ("哪家公司贷款？", Kind.NAME),
        ("农户交了设备费吗？", Kind.YES_NO),
        ("水价涨了没有", Kind.YES_NO),
        ("哪些部门参加了？", Kind.LIST),
        ("从哪几个方面抓保障？", Kind.LIST),
        ("2021年和2022年分别改造了多少？", Kind.LIST),
        ("为什么要改？", Kind.OTHER),
        ("怎么改？", Kind.OTHER),
        # Ends in 么, and yet asks for no yes or no.
        ("要改的原因是什么", Kind.OTHER),
        ("水费账目怎么办？", Kind.OTHER),
    ],
)
def test_kind(text: str, kind: Kind) -> None:
    assert parse(text).kind is kind


@pytest.mark.parametrize(
    ("question", "carrying", "lacking"),
    [
        ("一共投资多少钱？", "1.08亿元", "217公里"),
        ("每月补助多少元", "600元", "52名"),
        ("平均工资是多少？", "3500元", "11%"),
        ("一肩挑的比例是多少？", "96.56%", "4445人次"),
        ("水费收缴率达到多少", "百分之九十五", "518.4万元"),
        ("增幅多大", "23.4%", "590个"),
        ("管水员平均年龄多大年纪", "57岁", "26年"),
        ("多久能修好", "三天", "9000元"),
        ("多少人参加", "36人", "3个"),
        ("有几座泵站", "4座", "3.6万亩"),
        ("库容有多少立方米", "1.26亿立方米", "12.8万亩"),
        ("改造了多少万亩？", "2.3万亩", "1.08亿元"),
        ("办了几期培训班", "14期", "36人"),
    ],
)
def test_measure(question: str, carrying: str, lacking: str) -> None:
    measure = measures.of(question)
    assert measure is not None
    assert measure.search(carrying)
    assert not measure.search(lacking)
    assert parse(question).measure == measure


@pytest.mark.parametrize("question", ["总数是多少？", "为什么要改？", "站长是谁？"])
def test_no_measure_asked(question: str) -> None:
    assert measures.of(question) is None


def test_name_suffix() -> None:
    suffix = parse("哪所大学？").suffix
    assert suffix is not None
    assert suffix.search("湖南农业大学")
    assert not suffix.search("水利局")
    assert parse("哪个项目？").suffix is None


def test_content_words_are_without_function_words_and_each_once() -> None:
    found = content_words("请问灌区的水和灌区的电，在哪里？")
    assert found == ("灌区", "水", "电")


def test_rare_words_weigh_more() -> None:
    assert weight("澧兰") == MAX_WEIGHT > weight("灌区") > weight("人民") > 0


# --- spans --------------------------------------------------------------------------------------


def short(question: str, sentence: str, read: str) -> str:
    start = sentence.index(read)
    return spans.best(parse(question), sentence, Span(start, start + len(read))).of(sentence)


def found(question: str, sentence: str) -> list[str]:
    return [span.of(sentence) for span in spans.candidates(parse(question), sentence)]


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("一肩挑的比例是多少？", "村里2021年主职比例实现率达96.56%，有4445人次。", "96.56%"),
        ("投入了多少钱？", "先后投入9.89亿元,建成15类证件、48项高频事项。", "9.89亿元"),
        ("平均年龄多大年纪", "管水员平均年龄57岁，全灌区有52名管水员。", "57岁"),
        ("有多少名管水员", "管水员平均年龄57岁，全灌区有52名管水员。", "52名"),
        ("来水有多少立方米", "年均只有4300万立方米，灌溉9.6万亩。", "4300万立方米"),
        ("总量是多少？", "总量已达4300万，比去年多。", "4300万"),
        ("机井有多少眼", "登记闸门2045座、机井317眼。", "317眼"),
        ("占百分之几？", "明确反对装表的不到百分之三。", "百分之三"),
        ("标准是多少元", "按不低于2500元/人标准落实。", "不低于2500元/人"),
        ("方案什么时候通过评审？", "据悉，二〇二〇年一月，方案通过省水利厅评审。", "二〇二〇年一月"),
        ("哪天发布的", "红网2021-11-05 17:18:14", "2021-11-05 17:18:14"),
    ],
)  # fmt: skip
def test_a_number_or_date_that_was_asked_for_is_found_where_the_reader_has_none(
    question: str, sentence: str, expected: str
) -> None:
    assert short(question, sentence, sentence[:1]) == expected


@pytest.mark.parametrize(
    ("question", "sentence", "read", "expected"),
    [
        ("乍浦镇的常住人口是多少？", "全镇常住人口5万余人。", "常住人口5万余人。", "5万余人"),
        ("俗名是什么？", "俗名外斑天竺鲷、大目侧仔。", "俗名外斑天竺鲷、大目侧仔", "外斑天竺鲷、大目侧仔"),
        ("主要工业是什么？", "主要工业为手工艺品。", "主要工业为手工艺品。", "手工艺品"),
        ("在哪里开工？", "工程位于湖南省开工。", "位于湖南省", "湖南省"),
        ("毕业于哪所大学？", "他毕业于湖南农业大学。", "湖南农业大学", "湖南农业大学"),
        ("出台了哪个文件？", "县里出台《关于节水的决定》。", "《关于节水的决定》。", "《关于节水的决定》"),
        ("多大？", "水深2至23公尺（约）。", "2至23公尺（", "2至23公尺"),
        # Nothing is left: then all of it is.
        ("是北京还是上海？", "定在北京。", "北京", "北京"),
        ("多少公里？", "长440多公里的渠。", "440多公里", "440多公里"),
    ],
)  # fmt: skip
def test_the_bare_answer_is_the_readers_without_what_the_question_says(
    question: str, sentence: str, read: str, expected: str
) -> None:
    assert short(question, sentence, read) == expected


@given(st.text(alphabet="是在的水，。（）《》一二3年", max_size=20), st.data())
def test_a_bare_answer_lies_inside_what_was_read(text: str, data: st.DataObject) -> None:
    marked = text + "水"
    start = data.draw(st.integers(0, len(marked) - 1))
    end = data.draw(st.integers(start + 1, len(marked)))
    span = bare("水是什么？", marked, Span(start, end))
    assert start <= span.start <= span.end <= end


@pytest.mark.parametrize(
    ("question", "clause", "expected"),
    [
        ("可以自行决定吗？", "新生可以自行决定是否迁转户口", "是"),
        ("可以转专业吗？", "国家专项计划录取的学生不能转专业", "否"),
        ("有没有停水？", "当日没有停水", "否"),
        ("是否做到全覆盖？", "不断推进，做到全覆盖", "是"),
        ("是不是不能转专业？", "学生不能转专业", ""),
    ],
)
def test_verdict(question: str, clause: str, expected: str) -> None:
    assert verdict(question, clause) == expected


def test_all_candidates_in_reading_order() -> None:
    assert found("哪一年", "2018年93起，2019年112起。") == ["2018年", "2019年"]


def test_dates_are_no_amounts() -> None:
    assert found("总数是多少？", "2021年11月5日共93个。") == ["93个"]


def test_what_the_question_says_is_not_its_answer() -> None:
    assert found("2021年改造以后，哪一年完工", "2021年改造，2022年完工。") == ["2022年"]
    assert found("３６人组成几个人的小组", "抽调36人组成12人的小组") == ["12人"]


def test_nearest_candidate_to_the_questions_words_wins() -> None:
    sentence = "衬砌过的只有68公里，土渠有149公里，干渠最长，连支渠加起来217公里。"
    assert short("土渠有多少公里？", sentence, "干渠") == "149公里"
    assert short("衬砌过的有多少公里？", sentence, "干渠") == "68公里"


@pytest.mark.parametrize(
    "sentence", ["一是改土渠。", "第二，装水表。", "（三）抓培训", "4. 回购", "首先,抓", "②补助"]
)
def test_enumerators(sentence: str) -> None:
    assert spans.ENUMERATOR.match(sentence)


@pytest.mark.parametrize("sentence", ["一年收54元", "3.6万亩", "全县", "第二天查到"])
def test_no_enumerators(sentence: str) -> None:
    assert not spans.ENUMERATOR.match(sentence)


# --- years --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "sentence", "other"),
    [
        ("2021年改造了多少", "2022年改造2.6万亩。", 1.0),
        ("2021年改造了多少", "2021年改造2.3万亩，2022年改造2.6万亩。", 0.0),
        ("2021年改造了多少", "二〇二一年改造2.3万亩。", 0.0),
        ("二〇二一年改造了多少", "二〇二二年改造2.6万亩。", 1.0),
        ("2021年改造了多少", "三年合计6万亩。", 0.0),
        ("改造了多少", "2022年改造2.6万亩。", 0.0),
        # A figure of four digits inside another number is no year.
        ("2021年改造了多少", "登记闸门20220座。", 0.0),
    ],
)
def test_other_year(question: str, sentence: str, other: float) -> None:
    assert features.other_year(question, sentence) == other


# --- the article itself -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "fields"),
    [
        ("这篇文章是谁写的？", ["author"]),
        ("文章的作者是谁", ["author"]),
        ("责任编辑是谁？", ["editor"]),
        ("标题是什么？", ["title"]),
        ("文章是什么时候发表的？", ["date"]),
        ("来源是哪里", ["publisher"]),
        ("文章发表在哪个网站？", ["publisher"]),
        ("灌区在哪里？", []),
        ("试点是什么时候启动的？", []),
        ("站长是谁？", []),
    ],
)
def test_fields_asked_for(question: str, fields: list[str]) -> None:
    assert about.fields(question) == fields


def test_two_fields_at_once() -> None:
    assert set(about.fields("文章是什么时候、在哪个网站上发表的？")) == {"date", "publisher"}


def about_answer(library: Library, *names: str) -> tuple[list[str], list[str]]:
    (document,) = library.documents.values()
    places, values = about.answer(names, document, library._index.chunks)
    return [span.of(document.text) for span in places], values


def test_credits_are_cited_where_they_stand(seed_library: Library, second_library: Library) -> None:
    assert about_answer(seed_library, "author") == (["作者:李传荣 编辑:胡小红"], ["李传荣"])
    assert about_answer(seed_library, "date", "publisher") == (
        ["2021-11-05 17:18:14 红网张家界站"],
        ["2021-11-05", "红网张家界站"],
    )
    byline = "来源：栖河日报  2023年4月12日  记者 周敏"
    assert about_answer(second_library, "author", "date") == ([byline], ["周敏", "2023-04-12"])
    assert about_answer(second_library, "editor") == (["（责任编辑：何佳）"], ["何佳"])


def test_field_that_the_article_does_not_have_is_no_answer(second_library: Library) -> None:
    assert about_answer(second_library, "photographer") == ([], [])
    assert about_answer(second_library) == ([], [])


# --- structure ----------------------------------------------------------------------------------


def structure(library: Library, question: str) -> list[str]:
    (document,) = library.documents.values()
    parsed = parse(question)
    found = outline.answer(parsed, document, library._index.chunks)
    return [span.of(document.text) for span in found]


def test_parts_of_the_seed(seed_library: Library) -> None:
    assert structure(seed_library, "全文分成哪几个部分？") == [
        "以“红色铸魂”凝聚发展共识",
        "以“素质提升”蓄足发展动能",
        "以“先锋引领”厚植发展优势",
        "以“保障优化”夯实发展基础",
    ]


def test_parts_of_the_second_article(second_library: Library) -> None:
    assert structure(second_library, "这篇报道分成哪几个部分？") == [
        "一、为什么要改",
        "二、怎么改",
        "三、改得怎么样",
        "四、站长怎么说",
        "五、下一步",
    ]


def test_leads_inside_a_part(seed_library: Library) -> None:
    leads = ["一是始终坚持深学笃行。", "二是持续深化主题教育。", "三是严格压实政治责任。"]
    assert structure(seed_library, "“红色铸魂”这一部分讲了哪三条做法？") == leads
    assert structure(seed_library, "第一部分讲了哪些做法？") == leads


def test_headings_inside_a_part(second_library: Library) -> None:
    assert structure(second_library, "第二部分“怎么改”讲了哪两方面的做法？") == [
        "（一）把土渠换成管道",
        "（二）让价钱说话",
    ]
    assert structure(second_library, "第九部分讲了哪些做法？") == []


@pytest.mark.parametrize(
    "question",
    [
        "试点区有多少节水设备？",
        "有哪些节约用水的办法？",
        "总投资由哪几部分组成？",
        "节水率是多少？",
        "文章的作者是谁？",
        "办法有几章程？",
    ],
)
def test_other_questions_are_not_taken_for_structure(
    second_library: Library, question: str
) -> None:
    assert structure(second_library, question) == []


def test_sections_of_headings(second_library: Library) -> None:
    (document,) = second_library.documents.values()
    headings = outline.headings(document)
    by_text = {h.span.of(document.text): h for h in headings}
    part = by_text["二、怎么改"]
    following = by_text["三、改得怎么样"]
    assert part.section == Span(part.span.end, following.span.start)
    assert by_text["2. 超用加价，节约回购"].section.end == following.span.start
    assert headings[-1].section.end == len(document.text)
    assert [h.level for h in headings if h.level == part.level] == [part.level] * 5
