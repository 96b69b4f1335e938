"""What is said for figures in languages other than English."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from f5tts_worker.text.claims import Claims
from f5tts_worker.text.foreign import TONGUES, covered, foreign_rules
from f5tts_worker.text.pieces import said_text, shown_text
from f5tts_worker.text.plain import plain

# Written by hand from what speakers say, not from what comes out.
SENTENCES: dict[str, dict[str, tuple[str, str]]] = {
    "de": {
        "money, then a number": ("45 € 6 Personen.", "fünfundvierzig Euro sechs Personen."),
        "money, then a year": (
            "Eintritt 45 € 2024.",
            "Eintritt fünfundvierzig Euro zweitausendvierundzwanzig.",
        ),
        "cents, then a number": ("45,50 € 6 Mai", "fünfundvierzig Euro fünfzig sechs Mai"),
        "dollars, then a number": ("10 $ 5 Tage", "zehn Dollar fünf Tage"),
        "sign that touches": ("5 $10 Gutscheine", "fünf zehn Dollar Gutscheine"),
        "signs before": (
            "€ 45 € 6 und CHF 20 CHF 30",
            "fünfundvierzig Euro sechs Euro und zwanzig Schweizer Franken dreißig Schweizer Franken",
        ),
        "millions, then a number": ("1,5 Mio. € 6 Häuser", "eins Komma fünf Millionen Euro sechs Häuser"),
        "no cents": ("45,– € 6 Stück", "fünfundvierzig Euro sechs Stück"),
        "day without a year": ("Am 24.12. um 18 Uhr.", "Am vierundzwanzigsten zwölften um achtzehn Uhr."),
        "day at the end": ("Erst am 24.12. Danach.", "Erst am vierundzwanzigsten zwölften. Danach."),
        "section, not a day": ("Version 3.5. Das ist gut.", "Version drei Punkt fünf. Das ist gut."),
        "edition": ("Die 2. Auflage.", "Die zweite Auflage."),
        "article and noun": ("Das war der 3. Mann.", "Das war der dritte Mann."),
        "dative of a feminine": ("In der 3. Klasse.", "In der dritten Klasse."),
        "place": ("Er ist am 1. Platz.", "Er ist am ersten Platz."),
        "century": (
            "Das 21. Jahrhundert, 21. Jahrhundert.",
            "Das einundzwanzigste Jahrhundert, einundzwanzigstes Jahrhundert.",
        ),
        "strong endings": ("ein 2. Mal, sein 3. Mann", "ein zweites Mal, sein dritter Mann"),
        "number before a sentence": ("Auf der 3. Das ging.", "Auf der drei. Das ging."),
        "nineties": ("Die 1990er.", "Die neunzehnhundertneunziger."),
        "halves": ("1/2 Liter und 1/2 Tasse.", "ein halber Liter und eine halbe Tasse."),
        "mixed fraction": ("2 1/2 Stunden, 3/4 davon", "zweieinhalb Stunden, drei Viertel davon"),
        "always open": ("24/7 offen.", "vierundzwanzig sieben offen."),
        "abbreviations": ("z. B. Nr. 5 usw. Danach", "zum Beispiel Nummer fünf und so weiter. Danach"),
        "cardinal": ("Es sind 1.234 Leute.", "Es sind eintausendzweihundertvierunddreißig Leute."),
        "one before a noun": ("1 Stunde und 1 Tag.", "eine Stunde und ein Tag."),
        "decimal": ("Das sind 3,14 Liter.", "Das sind drei Komma eins vier Liter."),
        "version": ("Version 3.5 ist da.", "Version drei Punkt fünf ist da."),
        "negative": ("Heute sind es -5 °C.", "Heute sind es minus fünf Grad Celsius."),
        "percent": ("Nur 45 % kamen.", "Nur fünfundvierzig Prozent kamen."),
        "euros": ("Das kostet 12,50 €.", "Das kostet zwölf Euro fünfzig."),
        "one euro": ("Nur 1 € und 0,99 €!", "Nur ein Euro und neunundneunzig Cent!"),
        "millions": ("Für 1,5 Mio. € verkauft.", "Für eins Komma fünf Millionen Euro verkauft."),
        "date": ("Am 06.05.2024 ging es los.", "Am sechsten Mai zweitausendvierundzwanzig ging es los."),
        "named date": ("Der 3. Mai 1999.", "Der dritte Mai neunzehnhundertneunundneunzig."),
        "end of a sentence": ("Es waren 3. Mehr nicht.", "Es waren drei. Mehr nicht."),
        "time": ("Um 15:30 Uhr und um 1:00 Uhr.", "Um fünfzehn Uhr dreißig und um ein Uhr."),
        "range": ("Noch 10–20 km.", "Noch zehn bis zwanzig Kilometer."),
        "year": ("Seit 1989.", "Seit neunzehnhundertneunundachtzig."),
        "decade": ("In den 90er Jahren.", "In den neunziger Jahren."),
        "letter": ("Vitamin B2.", "Vitamin B zwei."),
        "telephone": ("Ruf 0171 234567 an.", "Ruf null eins sieben eins zwei drei vier fünf sechs sieben an."),
    },
    "fr": {
        "money, then a number": ("45 € 6 personnes", "quarante-cinq euros six personnes"),
        "round the clock": (
            "Ouvert 24h/24, 7j/7.",
            "Ouvert vingt-quatre heures sur vingt-quatre, sept jours sur sept.",
        ),
        "numéro": ("Le n° 5 et le n°12.", "Le numéro cinq et le numéro douze."),
        "titles": ("M. Roy et Mme Roy.", "monsieur Roy et madame Roy."),
        "cardinal": ("Il y a 1 234 pages.", "Il y a mille deux cent trente-quatre pages."),
        "narrow space": ("Ils sont 21\u202f000.", "Ils sont vingt et un mille."),
        "feminine": ("Dans 1 heure, 21 fois.", "Dans une heure, vingt et une fois."),
        "decimal": ("Pi vaut 3,14.", "Pi vaut trois virgule quatorze."),
        "nought in a decimal": ("Soit 3,05.", "Soit trois virgule zéro cinq."),
        "negative": ("Il fait -3 °C.", "Il fait moins trois degrés Celsius."),
        "percent": ("Environ 80 % des gens.", "Environ quatre-vingts pour cent des gens."),
        "euros": ("Ça coûte 12,50 €.", "Ça coûte douze euros cinquante."),
        "million": ("Il a gagné 1 000 000 €.", "Il a gagné un million d'euros."),
        "ordinals": ("Le 1er mai et la 2e fois.", "Le premier mai et la deuxième fois."),
        "date": ("Le 06/05/2024 à Paris.", "Le six mai deux mille vingt-quatre à Paris."),
        "first of a month": ("Le 1/5/2024.", "Le premier mai deux mille vingt-quatre."),
        "time": ("À 15h30 ou 1:05.", "À quinze heures trente ou une heure cinq."),
        "range": ("Entre 10–20 km.", "Entre dix à vingt kilomètres."),
    },
    "es": {
        "money, then a number": ("45 € 6 personas", "cuarenta y cinco euros seis personas"),
        "currency on both sides": ("Son $1,500.50 MXN.", "Son mil quinientos pesos mexicanos con cincuenta."),
        "titles": ("El Sr. López y la Dra. Ruiz.", "El señor López y la doctora Ruiz."),
        "número": ("El n.º 5.", "El número cinco."),
        "cardinal": ("Hay 1.234 casos.", "Hay mil doscientos treinta y cuatro casos."),
        "shortened": ("Compró 21 libros y 31 000 más.", "Compró veintiún libros y treinta y un mil más."),
        "feminine": ("En 1 hora, 500 personas.", "En una hora, quinientas personas."),
        "decimal": ("Pi es 3,14.", "Pi es tres coma catorce."),
        "negative": ("Estamos a -5 °C.", "Estamos a menos cinco grados Celsius."),
        "percent": ("El 45 % votó.", "El cuarenta y cinco por ciento votó."),
        "euros": ("Cuesta 12,50 €.", "Cuesta doce euros con cincuenta."),
        "pounds": ("Son 200 £.", "Son doscientas libras."),
        "millions": ("Ganó $5 millones.", "Ganó cinco millones de dólares."),
        "ordinals": ("El 1.º y la 3ª.", "El primero y la tercera."),
        "date": ("El 6/5/2024.", "El seis de mayo de dos mil veinticuatro."),
        "time": ("15:30, a las 15:30.", "las quince treinta, a las quince treinta."),
        "one o'clock": ("A la 1:15.", "A la una quince."),
        "range": ("De 5–10 km.", "De cinco a diez kilómetros."),
    },
    "it": {
        "money, then a number": ("45 € 6 persone", "quarantacinque euro sei persone"),
        "titles": ("Il Sig. Rossi.", "Il signor Rossi."),
        "cardinal": ("Sono 1.234 pagine.", "Sono milleduecentotrentaquattro pagine."),
        "one before a noun": ("1 giorno e 1 ora.", "un giorno e un' ora."),
        "decimal": ("Vale 3,14.", "Vale tre virgola quattordici."),
        "negative": ("Siamo a -5 °C.", "Siamo a meno cinque gradi Celsius."),
        "percent": ("Il 45% dei voti.", "Il quarantacinque per cento dei voti."),
        "euros": ("Costa 12,50 €.", "Costa dodici euro e cinquanta."),
        "million": ("Vale 1.000.000 €.", "Vale un milione di euro."),
        "ordinals": ("Il 1º e la 3ª.", "Il primo e la terza."),
        "date": ("Il 6/5/2024.", "Il sei maggio duemilaventiquattro."),
        "first of a month": ("Il 01.05.1999.", "Il primo maggio millenovecentonovantanove."),
        "time": ("Alle 15:30.", "Alle quindici e trenta."),
        "range": ("Altri 5–10 km.", "Altri cinque a dieci chilometri."),
        "speed": ("A 100 km/h.", "A cento chilometri all'ora."),
    },
    "pt": {
        "titles": ("O Sr. Silva, n.º 5.", "O senhor Silva, número cinco."),
        "cardinal": ("São 1.234 casos.", "São mil duzentos e trinta e quatro casos."),
        "feminine": ("Em 2 horas, 200 páginas.", "Em duas horas, duzentas páginas."),
        "decimal": ("Pi é 3,14.", "Pi é três vírgula catorze."),
        "negative": ("Estão -5 °C.", "Estão menos cinco graus Celsius."),
        "percent": ("Só 45 % vieram.", "Só quarenta e cinco por cento vieram."),
        "euros": ("Custa 12,50 €.", "Custa doze euros e cinquenta cêntimos."),
        "million": ("Vale 1.000.000 €.", "Vale um milhão de euros."),
        "pounds": ("São 2 £.", "São duas libras."),
        "ordinals": ("O 1.º e a 2ª.", "O primeiro e a segunda."),
        "date": ("Em 6/5/2024.", "Em seis de maio de dois mil e vinte e quatro."),
        "time": ("Às 15:30.", "Às quinze e trinta."),
        "whole hour": ("Às 22:00.", "Às vinte e duas horas."),
        "range": ("De 5–10 km.", "De cinco a dez quilómetros."),
    },
    "pt-BR": {
        "money, then a number": ("45 R$ 6 pessoas", "quarenta e cinco reais seis pessoas"),
        "reais": ("Custa R$ 1.999,50.", "Custa mil novecentos e noventa e nove reais e cinquenta centavos."),
        "billions": ("US$ 5 bilhões", "cinco bilhões de dólares"),
        "sixteen": ("São 16 km.", "São dezesseis quilômetros."),
        "date": ("Em 01/05/2024.", "Em primeiro de maio de dois mil e vinte e quatro."),
    },
    "zh": {
        "police": ("110报警。", "一一零报警。"),
        "emergency call": ("请拨打120，火警119。", "请拨打一二零，火警一一九。"),
        "number of calls": ("打120个电话。", "打一百二十个电话。"),
        "cardinal": ("共有123个人。", "共有一百二十三个人。"),
        "nought": ("一共10001次。", "一共一万零一次。"),
        "groups": ("1,234,567元。", "一百二十三万四千五百六十七元。"),
        "hundred million": ("人口是1400000000。", "人口是十四亿。"),
        "ten": ("我10岁，她110岁。", "我十岁，她一百一十岁。"),
        "two": ("2个苹果，第2天，2月。", "两个苹果，第二天，二月。"),
        "decimal": ("大约3.14。", "大约三点一四。"),
        "negative": ("今天-5℃。", "今天负五摄氏度。"),
        "percent": ("有45%的人。", "有百分之四十五的人。"),
        "year": ("我在2024年来的。", "我在二零二四年来的。"),
        "years": ("过了100年。", "过了一百年。"),
        "date": ("2024-05-06出发。", "二零二四年五月六日出发。"),
        "written date": ("1999年10月1日。", "一九九九年十月一日。"),
        "money": ("只要¥45.50。", "只要四十五点五元。"),
        "large money": ("花了$1.5亿。", "花了一点五亿美元。"),
        "time": ("下午15:30见。", "下午十五点三十分见。"),
        "range": ("要3-5天。", "要三到五天。"),
        "fraction": ("占1/2。", "占二分之一。"),
        "telephone": ("打13812345678。", "打一三八一二三四五六七八。"),
    },
    "ja": {
        "date": ("2024年5月6日です。", "二千二十四年五月六日です。"),
        "yen": ("¥1,200です。", "千二百円です。"),
        "percent": ("約45%です。", "約四十五パーセントです。"),
        "decimal": ("3.14です。", "三点一四です。"),
        "time": ("15:30に会う。", "十五時三十分に会う。"),
    },
    "ko": {
        "date": ("2024년 6월 10일입니다.", "이천이십사년 유월 십일 입니다."),
        "counted": ("사과 3개와 20살.", "사과 세 개와 스무 살."),
        "won": ("₩10,000입니다.", "만 원 입니다."),
        "clock": ("5시 30분.", "다섯 시 삼십분."),
        "percent": ("45% 할인.", "사십오 퍼센트 할인."),
    },
    "ru": {
        "money, then a number": ("45 ₽ 6 человек", "сорок пять рублей шесть человек"),
        "decimal": ("Ещё 2,5 км.", "Ещё две целых пять десятых километра."),
        "percent": ("21 %, 22 % и 25 %.", "двадцать один процент, двадцать два процента и двадцать пять процентов."),
        "roubles": ("Цена 12,50 ₽.", "Цена двенадцать рублей пятьдесят копеек."),
        "feminine": ("Через 2 минуты.", "Через две минуты."),
        "date": ("6 мая 2024 года.", "шестого мая две тысячи двадцать четвёртого года."),
        "year": ("В 2024 году.", "В две тысячи двадцать четвёртом году."),
        "ordinal": ("Это 5-й раз.", "Это пятый раз."),
        "time": ("В 15:30.", "В пятнадцать тридцать."),
        "groups": ("Их 1 234.", "Их одна тысяча двести тридцать четыре."),
    },
    "uk": {
        "percent": ("Лише 5 %.", "Лише п'ять відсотків."),
        "hryvnias": ("Коштує 2 ₴.", "Коштує дві гривні."),
        "date": ("06.05.2024 почали.", "шостого травня дві тисячі двадцять четвертого року почали."),
        "time": ("О 15:30.", "О п'ятнадцятій тридцять."),
    },
    "pl": {
        "decimal": ("Jeszcze 2,5 km.", "Jeszcze dwa przecinek pięć kilometra."),
        "zlotys": ("Cena: 22,50 zł.", "Cena: dwadzieścia dwa złote pięćdziesiąt groszy."),
        "percent": ("Tylko 5 %.", "Tylko pięć procent."),
        "twenty-one": ("Cena 21 zł.", "Cena dwadzieścia jeden złotych."),
        "date": ("6 maja 2024.", "szóstego maja dwa tysiące dwudziestego czwartego roku."),
        "time": ("O 15:30.", "O piętnastej trzydzieści."),
    },
    "nl": {
        "money, then a number": ("45 € 6 personen, € 45", "vijfenveertig euro zes personen, vijfenveertig euro"),
        "titles": ("Dhr. Jansen, nr. 5.", "de heer Jansen, nummer vijf."),
        "euros": ("Het kost € 12,50.", "Het kost twaalf euro vijftig."),
        "year": ("In 1999.", "In negentienhonderdnegenennegentig."),
        "time": ("Om 15:30 uur.", "Om vijftien uur dertig."),
        "date": ("Op 6-5-2024.", "Op zes mei tweeduizendvierentwintig."),
        "percent": ("Zo'n 21%.", "Zo'n eenentwintig procent."),
    },
    "sv": {
        "kronor": ("Det kostar 12,50 kr.", "Det kostar tolv kronor och femtio öre."),
        "year": ("År 1999.", "År nittonhundranittionio."),
        "date": ("Den 6 maj.", "Den sjätte maj."),
        "million": ("Hela 1 000 001.", "Hela en miljon ett."),
        "percent": ("Bara 45 %.", "Bara fyrtiofem procent."),
    },
    "da": {
        "kroner": ("Det koster 1 kr", "Det koster en krone"),
        "year": ("I 1999.", "I nitten hundrede og nioghalvfems."),
        "date": ("Den 6. maj.", "Den sjette maj."),
        "million": ("Hele 1.000.000.", "Hele en million."),
    },
    "no": {
        "kroner": ("Det koster 12,50 kr.", "Det koster tolv kroner og femti øre."),
        "thousand": ("Hele 1000.", "Hele ett tusen."),
        "date": ("Den 13. mai.", "Den trettende mai."),
        "percent": ("Bare 45 %.", "Bare førtifem prosent."),
    },
    "cs": {
        "percent": ("Jen 3 %.", "Jen tři procenta."),
        "crowns": ("Stojí 200 Kč.", "Stojí dvě stě korun."),
        "date": ("Je 31. prosince.", "Je třicátého prvního prosince."),
        "decimal": ("Je to 2,5 km.", "Je to dvě celé pět kilometru."),
        "time": ("V 15:30.", "V patnáct třicet."),
    },
    "tr": {
        "money, then a number": ("45,50 ₺ 6 Mayıs", "kırk beş lira elli kuruş altı Mayıs"),
        "percent": ("Yaklaşık %45.", "Yaklaşık yüzde kırk beş."),
        "lira": ("Fiyatı 1.500 TL.", "Fiyatı bin beş yüz lira."),
        "date": ("6/5/2024 günü.", "altı Mayıs iki bin yirmi dört günü."),
        "decimal": ("Tam 3,5 km.", "Tam üç virgül beş kilometre."),
    },
    "fi": {
        "percent": ("Vain 5 %.", "Vain viisi prosenttia."),
        "euros": ("Hinta on 1 €.", "Hinta on yksi euro."),
        "date": ("On 6. toukokuuta.", "On kuudes toukokuuta."),
        "decimal": ("Se on 3,5 km.", "Se on kolme pilkku viisi kilometriä."),
    },
    "hu": {
        "forints": ("Ára 12 000 Ft.", "Ára tizenkétezer forint."),
        "date": ("Ma 2024.05.06 van.", "Ma kétezer-huszonnégy május hatodika van."),
        "decimal": ("Ez 3,14.", "Ez három egész tizennégy század."),
        "two": ("Még 2 km.", "Még két kilométer."),
    },
    "ro": {
        "lei": ("Costă 20 lei.", "Costă douăzeci de lei."),
        "few": ("Costă 12,50 lei.", "Costă doisprezece lei și cincizeci de bani."),
        "percent": ("Doar 45%.", "Doar patruzeci și cinci la sută."),
        "time": ("La 2:30.", "La două și treizeci."),
    },
    "ar": {
        "percent": ("٤٥٪", "خمسة وأربعون بالمئة"),
        "decimal": ("٣٫١٤", "ثلاثة فاصلة أربعة عشر"),
        "dollars": ("$5", "خمسة دولارات"),
        "dual": ("200", "مئتان"),
    },
    "vi": {
        "thousand": ("Năm 2024.", "Năm hai nghìn không trăm hai mươi bốn."),
        "percent": ("Chỉ 45%.", "Chỉ bốn mươi lăm phần trăm."),
        "money": ("Giá 50.000 đ.", "Giá năm mươi nghìn đồng."),
        "time": ("Lúc 15:30.", "Lúc mười lăm giờ ba mươi."),
    },
    "id": {
        "rupiah": ("Harga Rp5.000.", "Harga lima ribu rupiah."),
        "date": ("Pada 17/8/1945.", "Pada tujuh belas Agustus seribu sembilan ratus empat puluh lima."),
        "percent": ("Hanya 45%.", "Hanya empat puluh lima persen."),
        "range": ("Sekitar 5–10 km.", "Sekitar lima sampai sepuluh kilometer."),
    },
    "he": {
        "percent": ("45%", "ארבעים וחמישה אחוזים"),
        "decimal": ("3.14", "שלוש נקודה אחת ארבע"),
    },
    "es-MX": {"pesos": ("Cuesta $1,234.50.", "Cuesta mil doscientos treinta y cuatro pesos con cincuenta.")},
    "fr_CH": {"seventy": ("71 CHF", "septante et un francs suisses")},
    "de-CH": {"francs": ("Nur CHF 1'200.50!", "Nur zwölfhundert Schweizer Franken fünfzig!")},
}

CASES = [
    pytest.param(language, *pair, id=f"{language} {kind}")
    for language, kinds in SENTENCES.items()
    for kind, pair in kinds.items()
]


def claimed(language: str, text: str) -> Claims:
    """The claims of a language's rules on a text."""
    claims = Claims(text, plain(text))
    for rule in foreign_rules(language):
        claims.apply(rule)
    return claims


@pytest.mark.parametrize(("language", "written", "said"), CASES)
def test_figures_are_said_as_speakers_do(language: str, written: str, said: str) -> None:
    """Each sentence is said as one who grew up with the language reads it out."""
    spoken = said_text(claimed(language, written).pieces())
    # Whether a space parts a figure from the word that it touches is for the claims to say, not for the rules.
    assert ("".join(spoken.split()) if language in {"zh", "ja"} else spoken) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10000000000000", "eins" + " null" * 13),
        ("007", "null null sieben"),
        ("abc123", "abc eins zwei drei"),
        ("1.000.000.000.000.000", "eins" + " null" * 15),
        ("9" * 40, " ".join(["neun"] * 40)),
    ],
    ids=["more than twelve digits", "leading zeros", "in a word", "too large", "forty digits"],
)
def test_codes_are_said_digit_by_digit(text: str, said: str) -> None:
    """What is a code, or more than there are words for, is read one digit after another."""
    assert said_text(claimed("de", text).pieces()) == said


@pytest.mark.parametrize("language", ["en", "en-GB", "EN_us", "am", "kn", "xx", "", "-"])
def test_other_languages_have_no_rules(language: str) -> None:
    """English has its own rules; what is not covered has none."""
    assert foreign_rules(language) == ()
    assert not covered(language)


@pytest.mark.parametrize(
    ("one", "other"), [("pt-br", "PT_BR"), ("de", "de-AT-1996"), ("nb-NO", "no"), ("zh-Hant", "zh")]
)
def test_tags_are_read_in_any_form(one: str, other: str) -> None:
    """Case and joiner do not matter, and a region that is not known is its language."""
    for text in ("1234", "12,50 €"):
        assert said_text(claimed(one, text).pieces()) == said_text(claimed(other, text).pieces())


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(TONGUES)),
    st.text(alphabet="0012359٣५３.,:;/-–−+'% \u00a0\u202f€$£¥₽°CkmhzłaбR年月日個시¹½eº\n", max_size=60),
)
def test_nothing_breaks_a_rule(language: str, text: str) -> None:
    """Whatever is written, every language says something for it, and captions lose no character."""
    pieces = claimed(language, text).pieces()
    assert "".join(shown_text(pieces).split()) == "".join(text.split())
    assert not any(one.isascii() and one.isdigit() for one in said_text(pieces))


@pytest.mark.parametrize(
    "part",
    [
        "1.",
        "1. A",
        "1/2 ",
        "$1 ",
        "1 € ",
        "24h/",
        "z. ",
        "n.",
        "1 ",
        "-",
        "٣",
        "1/",
        "1,",
        "111 ",
        "111.",
        "1:00-",
        "€1",
        "1–",
        "0 ",
    ],
)
def test_hostile_texts_take_no_time(part: str) -> None:
    """Twenty thousand characters of the same are read in moments, whatever the language's marks are."""
    text = (part * 20_000)[:20_000]
    for language in ("de", "fr", "zh", "ru"):
        start = time.process_time()
        for rule in foreign_rules(language):
            for match in rule.pattern.finditer(text):
                rule.say(match)
        assert time.process_time() - start < 5
