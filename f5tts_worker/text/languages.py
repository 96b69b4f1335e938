"""Languages: which one a text is in, by its script and its commonest words."""

import re
from collections import Counter
from dataclasses import dataclass

_SCRIPTS = (
    ("ja", re.compile("[\u3041-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
)
"""Scripts that tell a language, or the one that most texts in them are in; kana before Han."""
_LATIN = "A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff"
_LATIN_LETTER = re.compile(f"[{_LATIN}]")
_LATIN_WORD = re.compile(rf"(?<![{_LATIN}\d_@/.:&=?#-])[{_LATIN}]++(?![\d_@/=]|[.:-][{_LATIN}\d])")
"""A word, but no part of an address, a path or a code."""
_OTHER_WORD = re.compile(rf"[\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7a3]|[^\W\d_{_LATIN}\u3041-\u30ff\u4e00-\uffff]+")
"""A word of another script: of those that put no spaces between words, each character."""
_LETTER = re.compile(r"[^\W\d_]")
_OPENING = re.compile(r"(?:\A|[.!?:;\n\u00bf\u00a1\u2026]|[-\u2013\u2014] )[\s\"'\u00ab\u201e\u201c\u2018(\u00bb-]*\Z")
_LOOK_BACK = 6
"""Characters before a word that tell whether it opens a sentence."""
_LEAST_SHARE = 10
"""Of so many words at least one has to tell the language, or it is no more than quoted."""


def _words(spaced: str) -> frozenset[str]:
    return frozenset(spaced.split())


_PARTICLES = _words(
    "a à al com con da das de dei del della den der des di die do dos du e el en et i in la le les lo los men o"
    " per pour si sin te s v van von w y z"
)
"""Words that names have too, or that English has in another sense: they tell nothing by themselves."""

_ENGLISH = _words(
    "about after all am an and any are as at be been but by can could did do does each for from get good had has"
    " have he her here him his how i if is it its just like ll make may more my no not now of off on one only or"
    " other our out over please said season she should so some than that the their them then there these they this"
    " those to too up us ve very was we were what when where which while who why will with would you your"
)


@dataclass(frozen=True)
class _Marks:
    """What tells a language that is written in Latin letters."""

    words: frozenset[str]
    """Its commonest, as far as English has none of them, or not as often."""
    letters: frozenset[str]
    """English has them in few words."""
    shared: frozenset[str]
    """English words that it has too, and that so tell nothing against it."""
    nouns: frozenset[str]
    """What is counted, where nouns begin with capitals."""


def _marks(words: str, letters: str = "", shared: str = "", nouns: str = "") -> _Marks:
    return _Marks(_words(words), frozenset(letters), _words(shared), _words(nouns))


_LANGUAGES = {
    "de": _marks(
        "der die das den dem des und ist nicht ein eine einen einem einer ich du wir ihr sie es er mit von zu zum"
        " zur auf für sich auch aber oder wie wenn dass wird werden sind hat haben habe bei nach nur noch um aus"
        " vom im kann mir mich uns heute heißt kostet guten sehr bitte",
        "ßäöü",
        "am an as so was we all her has",
        "minuten stunde stunden tag tage jahr jahre monat monate woche wochen uhr prozent personen grad",
    ),
    "fr": _marks(
        "le la les des du de un une et est sont dans pour sur avec pas ne que qui ce cette ces il elle nous"
        " vous ils je mais ou où au aux été très plus par ont fait être avoir ça qu leur son sa ses mes mon"
        " bonjour merci coûte à y ai comment se heures heure jours ans mois semaine semaines janvier février"
        " avril mai juin juillet août octobre décembre personnes degrés",
        "çèêàùœîôûë",
        "on as or us no if me",
    ),
    "es": _marks(
        "el la los las un una unos de del en y que es no por para con se su sus lo le al como más pero está"
        " están son muy hay este esta ha han fue ser tiene cuando yo nos ya también todo hoy cuesta mi gracias"
        " qué dónde cuánto minutos horas hora días año años mes meses semana semanas enero febrero mayo junio"
        " julio agosto octubre diciembre personas grados",
        "ñáíúó¿¡",
        "no me he has son",
    ),
    "it": _marks(
        "il lo la gli le un una di del della dei delle che è e non per con sono si da nel nella al alla più"
        " ma anche come questo questa ho ha hanno mi ci io alle dal se suo sua molto oggi costa essere grazie"
        " minuti ore ora giorni anni anno mese mesi settimana gennaio febbraio maggio giugno luglio ottobre"
        " dicembre persone gradi",
        "èàìòù",
        "a i me no so he",
    ),
    "pt": _marks(
        "o os um uma de do da dos das em no na nos nas que é e não para por com se ao mais mas como está são"
        " foi muito você eu ele ela isso este esta tem ser seu sua também já pelo pela hoje custa obrigado à"
        " às meu quando minutos horas dias ano anos mês meses semana janeiro fevereiro março maio junho julho"
        " outubro dezembro pessoas graus",
        "ãõçáâêóúí",
        "do as no me so he",
    ),
    "nl": _marks(
        "de het een van en niet dat die op te zijn met voor er maar om aan ook naar bij ik je hij zij wij uit"
        " nog wordt worden heeft hebben deze dit wel geen kan als door tot mijn ons kost zo waar wat heel goed"
        " is was minuten uur uren dagen jaar jaren maand maanden weken personen graden januari maart oktober",
        "ë",
        "is of was we had over even been in me her as at all more on but may",
    ),
    "pl": _marks(
        "i w z na nie się do że to jest są jak ale o za od po dla tak czy co go mnie ten ta tego jego jej"
        " przez był była już tylko może bardzo mam ma kosztuje mogę dzisiaj dziś pan proszę minut minuty"
        " godzin dni lat rok roku maja stycznia grudnia zł złotych osób gdzie",
        "łąęśżźćńó",
        "to do by my no i on may",
    ),
    "sv": _marks(
        "och att det är en ett som på av för med den inte har jag till om var han hon vi du de men från kan"
        " ska så nu när eller mycket vad hur här där också min sin heter kostar idag bara efter minuter timmar"
        " dagar år månad månader vecka veckor kronor personer grader",
        "åäö",
        "i for so has at as",
    ),
    "da": _marks(
        "og at det er en et som på af med den ikke har jeg til om var han hun vi du de men fra kan skal så nu"
        " når eller meget hvad hvor også min sin hedder koster efter blev bliver havde være noget mig dig kun"
        " minutter dage år måned måneder uge uger kroner personer grader vores",
        "åøæ",
        "i for at her so have over us as do",
    ),
    "no": _marks(
        "og at det er en et ei som på av med den ikke har jeg til om var han hun vi du de men fra kan skal så"
        " nå når eller veldig mye hva hvor også min sin heter koster etter ble blir hadde være noe meg deg"
        " bare minutter dager år måned måneder uke uker kroner personer grader vår vårt",
        "åøæ",
        "i for at her so over us as",
    ),
    "fi": _marks(
        "ja on ei se että en hän oli ovat mutta kun niin myös kuin joka minä sinä me te he tämä ole olen vain"
        " sen nyt jos tai mitä ollut voi maksaa tänään hyvää paljon mikä sitten koska minuuttia tuntia päivää"
        " vuotta kuukautta kuukaudessa euroa henkilöä",
        "äö",
        "on he me as",
    ),
    "tr": _marks(
        "ve bir bu için ile de da çok ne var yok mi mı gibi daha olarak olan kadar sonra ben sen biz siz o"
        " ama değil her şey en ki diye oldu nasıl bugün iyi bana kişi fiyatı dakika saat gün yıl hafta lira"
        " ayda",
        "şğıçöüİ",
        "on at her as may",
    ),
    "cs": _marks(
        "a je se na v že to s z do o ale jsem jsou jak pro by jako už tak si jeho která který které jen nebo"
        " být byl byla má po za od ve co když tento ještě stojí dnes není velmi kde minut hodin dní let rok"
        " roku korun lidí",
        "řůěščžýíáéú",
        "to do by my so as i on",
    ),
    "ro": _marks(
        "și este în de la cu pe nu un o care sunt din că să mai se al ale pentru ce a au fost dar sau prin"
        " după foarte acest această eu el ea am costă astăzi lui lei când unde ore zile ani luni oameni",
        "țșăâîţş",
        "am a or as an",
    ),
    "id": _marks(
        "yang dan di ini itu dengan untuk dari tidak dalam akan pada juga saya ke karena ada adalah kami kita"
        " dia mereka oleh bisa sudah harga anda lebih telah sangat hari seperti atau apa menit tahun bulan"
        " minggu orang rupiah ribu juta",
    ),
    "vi": _marks(
        "và của là không có được người một cho những này với trong các đã tôi rất bạn cũng từ khi nhưng ở năm"
        " nhiều đến ra giá chúng ngày lúc phút giờ tháng đồng nghìn",
        "ơưđạảấầậắặẹếềệịọốồộớờợụứừựăẩẫổỗểễửữỏủỉỹỳẻẽ",
        "to",
    ),
    "hu": _marks(
        "a az és hogy nem is egy van ez meg már megint csak de már volt ha el még mint ki vagy azt lesz nagyon én te mi"
        " kell fel után ára ma mert sem minden perc óra nap év hónap forint",
        "őűáéíóúöü",
        "is a be to",
    ),
}


def guess_language(text: str) -> str | None:
    """The language of a text, whose script or words tell it; English where they do not, None for other scripts."""
    latin, others = len(_LATIN_WORD.findall(text)), len(_OTHER_WORD.findall(text))
    if latin >= others:
        return _latin_language(text) or "en"
    letters = len(_LETTER.findall(text)) - len(_LATIN_LETTER.findall(text))
    return next((language for language, script in _SCRIPTS if 5 * len(script.findall(text)) >= letters), None)


def _latin_language(text: str) -> str | None:
    """The language other than English that a text gives clear evidence of."""
    words = _Words(text)
    scored = [(_evidence(marks, words), language) for language, marks in _LANGUAGES.items()]
    best, language = max(scored, key=lambda pair: pair[0])
    return language if best else None


class _Words:
    """A text's words, lower case and counted."""

    def __init__(self, text: str) -> None:
        self.all = Counter[str]()
        self.telling = Counter[str]()
        """Without capitals inside a sentence, which are names."""
        self.low: set[str] = set()
        """Those that somewhere begin with a small letter."""
        shouted = text.isupper()
        for found in _LATIN_WORD.finditer(text):
            word = found[0].lower()
            self.all[word] += 1
            low = shouted or found[0][0].islower()
            if low:
                self.low.add(word)
            if low or _opens_sentence(text, found.start()):
                self.telling[word] += 1


def _opens_sentence(text: str, place: int) -> bool:
    return bool(_OPENING.search(text[max(0, place - _LOOK_BACK) : place]))


def _evidence(marks: _Marks, words: _Words) -> int:
    """How many of the words tell a language, its common ones twice; none if that is not clear."""
    common = words.telling.keys() & marks.words | words.all.keys() & marks.nouns
    marked = {word for word in words.telling if not marks.letters.isdisjoint(word)}
    hits = sum(words.telling[word] or words.all[word] for word in common | marked)
    english = sum(words.all[word] for word in words.all.keys() & _ENGLISH - marks.words - marks.shared)
    if len(common | marked) < 2 or hits <= 2 * english or _LEAST_SHARE * hits < words.all.total():
        return 0
    return hits + len(common) if _is_sure(common, marked, words.low | marks.nouns, english) else 0


def _is_sure(common: set[str], marked: set[str], low: set[str] | frozenset[str], english: int) -> bool:
    """Whether more than names can be meant; words that open a sentence count where nothing is English."""
    own = common - _PARTICLES - _ENGLISH
    opening = own and common & low
    accented = common and len(marked - _PARTICLES) > 1
    return bool(own & low or (not english and (opening or accented)))
