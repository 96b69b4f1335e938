"""Guessing which language a text is in."""

import time

import pytest

from f5tts_worker.text.languages import guess_language
from f5tts_worker.text.normalise import normalise
from f5tts_worker.text.pieces import said_text

SENTENCES: dict[str, list[str]] = {
    "de": [
        "Der Film dauert 120 Minuten.",
        "Unser Büro ist von 9 bis 17 Uhr geöffnet.",
        "Das kostet 45,50 €.",
        "Guten Morgen, wie geht es dir?",
        "Der Zug nach Berlin fährt um 18 Uhr ab.",
        "Ich habe heute keine Zeit.",
        "Die 2. Auflage ist im Mai 2024 erschienen.",
        "Im Sommer war es am See sehr warm, und wir blieben bis Mitternacht.",
        "DAS IST NICHT MEIN AUTO!",
        "Wir treffen uns in New York, aber The Edge kommt nicht mit.",
        "Man sagt, die Straße sei gesperrt und der Bus verspätet.",
    ],
    "fr": [
        "Elle a acheté 3 pommes et 2 poires.",
        "Ça coûte 12,50 €.",
        "Bonjour, comment ça va ?",
        "Le train pour Lyon est en retard.",
        "Je n'ai pas le temps aujourd'hui.",
        "C'est l'histoire d'un homme qui ne dort plus.",
        "Il y a 1 234 pages dans ce livre.",
        "Nous avons vu le film à 20h30 avec nos amis.",
    ],
    "es": [
        "¿Cuánto cuesta esto?",
        "Cuesta 12,50 € y no es caro.",
        "El tren de Madrid sale a las 15:30.",
        "Hoy no tengo tiempo para nada.",
        "La casa está muy lejos de la ciudad.",
        "Mi hermano vive en Los Angeles desde 2010, pero es de Sevilla.",
        "Los niños son muy felices con sus abuelos.",
    ],
    "it": [
        "Il film dura 120 minuti.",
        "Ha comprato 3 mele e 2 pere.",
        "Costa 12,50 € e non è caro.",
        "Buongiorno, come sta il signor Rossi?",
        "Il treno per Roma è in ritardo.",
        "Oggi non ho tempo.",
        "La casa della nonna è più grande di questa.",
        "Ci sono 1.234 pagine nel libro.",
        "Sono nato a Milano, ma abito da anni in Sicilia.",
    ],
    "pt": [
        "Isso custa R$ 45,50.",
        "Você não vai acreditar no que eu vi.",
        "O trem para o Rio sai às 15h30.",
        "Hoje não tenho tempo.",
        "A casa da minha avó é muito bonita.",
        "Os meninos estão na escola com a professora.",
        "Obrigado, eu também gosto de você.",
    ],
    "nl": [
        "De huur is € 850 per maand.",
        "Zij kocht 3 appels en 2 peren.",
        "Het kost € 12,50.",
        "Goedemorgen, hoe gaat het met je?",
        "De trein naar Utrecht is te laat.",
        "Ik heb vandaag geen tijd.",
        "Hij was in de tuin en wij waren niet thuis.",
        "Dat is een van de mooiste huizen van de stad.",
        "We hebben het over de prijs van 45 euro gehad.",
    ],
    "pl": [
        "Kupiła 3 jabłka i 2 gruszki.",
        "To kosztuje 22,50 zł.",
        "Dzień dobry, jak się masz?",
        "Pociąg do Krakowa jest opóźniony.",
        "Nie mam dzisiaj czasu.",
        "On nie wie, co to jest.",
        "W 2024 roku było ich już 1200.",
        "Czy mogę prosić o rachunek?",
    ],
    "sv": [
        "Det kostar 12,50 kr.",
        "Hej, hur mår du idag?",
        "Tåget till Malmö är försenat.",
        "Jag har inte tid.",
        "Vi bor i ett gammalt hus på landet.",
        "Han köpte 45 äpplen och en kaka.",
        "Vad är klockan nu?",
    ],
    "da": [
        "Det koster 45 kr. og er ikke dyrt.",
        "Hvad hedder du?",
        "Toget til Aarhus er forsinket af sneen.",
        "Jeg har ikke tid efter kl. 15.",
        "Vi bor i et gammelt hus, som blev bygget af min far.",
        "Han havde købt 45 æbler, og hvad så?",
    ],
    "no": [
        "Hva koster det?",
        "Jeg vet ikke hva klokken er.",
        "Toget til Bergen ble forsinket av snøen.",
        "Etter middag er det bare 3 igjen av dem.",
        "Vi hadde ikke noe av det.",
        "Han ble født i Oslo og bor i ei veldig gammel hytte.",
    ],
    "fi": [
        "Se maksaa 12,50 €.",
        "Hyvää huomenta, mitä kuuluu?",
        "Juna on myöhässä, mutta se ei haittaa.",
        "Minä en tiedä, mikä se on.",
        "Tänään ei ole aikaa.",
        "Hän oli kotona, kun me tulimme.",
    ],
    "tr": [
        "Bu 45,50 ₺ ve çok pahalı.",
        "Merhaba, nasıl gidiyor, iyi mi?",
        "Tren için daha çok var.",
        "Bugün hiç zamanım yok.",
        "Ben bunu değil, bir başka şey istedim.",
        "Ev çok güzel ama çok küçük.",
    ],
    "cs": [
        "Kolik to stojí?",
        "Dobrý den, jak se máte?",
        "Vlak do Brna má zpoždění.",
        "Dnes už nemám čas.",
        "Nevím, co to je.",
        "Byl jsem tam jen 3 dny, ale bylo to velmi krásné.",
    ],
    "ro": [
        "Cât costă această carte?",
        "Bună ziua, ce mai faceți?",
        "Trenul din Cluj nu a sosit.",
        "Astăzi nu am timp.",
        "Casa este foarte mare și frumoasă.",
        "Sunt 45 de lei pentru o carte.",
    ],
    "id": [
        "Harga buku ini 45.000 rupiah.",
        "Selamat pagi, apa kabar anda hari ini?",
        "Saya tidak punya waktu.",
        "Kereta dari Bandung sudah tiba.",
        "Mereka akan pergi ke pasar.",
        "Rumah itu sangat besar dan bagus.",
    ],
    "vi": [
        "Cái này giá 50.000 đ.",
        "Tôi không có thời gian.",
        "Hôm nay trời rất đẹp.",
        "Chúng tôi là người Việt Nam.",
        "Bạn có khỏe không?",
        "Tàu đến lúc 15:30.",
    ],
    "hu": [
        "Ez nem 12 000 Ft.",
        "Nem tudom, hogy ez mi.",
        "A vonat már megint késik.",
        "Hány óra van most, és mi lesz ma?",
        "Ha esik az eső, nem megyek el.",
        "Ez egy nagyon szép ház.",
    ],
}

ENGLISH = [
    "",
    "45,50 €",
    "Hello.",
    "café",
    "Los Angeles",
    "San Jose",
    "Rio de Janeiro",
    "El Nino",
    "in die cast",
    "The Der Spiegel magazine",
    "Der Spiegel. Die Zeit. Das Boot.",
    "El Paso, Los Angeles, La Jolla",
    "La Casa de Papel is great.",
    "La Casa de Papel, season 3",
    "Ludwig van Beethoven and Charles de Gaulle",
    "He has a certain je ne sais quoi.",
    "C'est la vie, as they say.",
    "That was a déjà vu, and he was not naïve.",
    "Hasta la vista, baby",
    "Bon appétit!",
    "A jalapeño and a piñata cost $45.50.",
    "Beyoncé, Zoë and Chloë met in São Paulo.",
    "The façade of the Château de Versailles",
    "To die or not to die",
    "I was in a war, so I am an old man.",
    "Do as I do, not as I say.",
    "Come on, men!",
    "He had a per diem of $45, plus costs.",
    "A la carte menu, 3 courses",
    "Vincent van Gogh painted De Sterrennacht in 1889.",
    "Is on sale now",
    "Go to Tokyo for 5 days",
    "Pour a pint, add sugar, mix main course.",
    "No sin is so bad.",
    "The Bundesliga game ended 2-1 in Köln.",
    "Sandra and Ana ate tapas at Casa Mia.",
    "Her Majesty's ship is at sea.",
    "Dan and Jan drove a van to Des Moines.",
    "Pan the camera to me by noon.",
    "My dog ate a big pie.",
    "Dr. No, Mr. De Niro and Ms. La Rue",
    "Persona non grata",
    "Carpe diem",
    "Et tu, Brute?",
    "I see a sea of red.",
    "ALL SALES ARE FINAL, NO REFUNDS",
    "Smörgåsbord, doppelgänger, über: words English took.",
    "Du Pont and Le Monde merged on 3 May.",
    "Ja Rule, Ne-Yo and Ye",
    'The word "und" means "and" in German, and "nicht" means "not".',
    'She sang "Non, je ne regrette rien" at the end of the show, which was long.',
    "Visit Saint-Jean-de-Luz or San Sebastián de los Reyes.",
    "Mix it, bake it, eat it.",
    "Press Alt+F4.",
    "Version 3.5 beta, build 45",
    "Ben, Bill, Max, Sam",
    "Order 12345 shipped via UPS",
    "U.S. GDP up 2.5%",
    "Cinco de Mayo, 5/5",
    "Die Hard en Blu-ray",
    "Ich bin ein Berliner, said JFK.",
    "Je suis Charlie",
    "Dia de los Muertos party at 8pm",
    "Tour de France stage 12",
    "Do re mi fa so la ti do",
    "Buy 2 pizzas al forno e vino",
]

OTHER_SCRIPTS = [
    ("iPhone 15 很贵，¥5999", "zh"),
    ("我喜欢Python和Java。", "zh"),
    ("삼성 Galaxy S24 출시", "ko"),
    ("東京タワーは333mです。", "ja"),
    ("Цена iPhone 15 сегодня 999 $", "ru"),
    ("Москва is the capital of Russia.", "en"),
    ("The word 爱 means love.", "en"),
    ("مرحبا بالعالم", "ar"),
    ("ⵣⴰ ⵣⴰ", None),
]


@pytest.mark.parametrize(
    ("text", "language"), [pytest.param(text, language) for language, texts in SENTENCES.items() for text in texts]
)
def test_common_words_tell_a_language(text: str, language: str) -> None:
    """A sentence in Latin letters is known by the words that its language cannot do without."""
    assert guess_language(text) == language


@pytest.mark.parametrize("text", ENGLISH)
def test_foreign_names_do_not_make_a_language(text: str) -> None:
    """English stays English, whatever names and words it takes from others."""
    assert guess_language(text) == "en"


@pytest.mark.parametrize(("text", "language"), OTHER_SCRIPTS)
def test_scripts_tell_a_language(text: str, language: str | None) -> None:
    """Letters that are not Latin tell the language; a Chinese character counts like a Latin word."""
    assert guess_language(text) == language


def test_long_english_with_a_quotation_stays_english() -> None:
    """A sentence in another language does not turn the text around it."""
    text = "The guide read the sign to us and we all laughed. " * 3 + "Das ist nicht der Weg, und wir sind nicht hier."
    assert guess_language(text) == "en"


def test_guessed_language_is_spoken() -> None:
    """What is guessed decides which words are said for figures."""
    assert said_text(normalise("Das kostet 45,50 €.")) == "Das kostet fünfundvierzig Euro fünfzig."


@pytest.mark.parametrize("part", ["a", "é", "É ", "die ", "Der. ", "的", '"', "- ", "ß1"])
def test_hostile_texts_take_no_time(part: str) -> None:
    """Two hundred thousand characters of the same are read in moments."""
    start = time.process_time()
    guess_language((part * 200_000)[:200_000])
    assert time.process_time() - start < 5
