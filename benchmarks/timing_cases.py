"""The cases of the timing benchmark: written before the aligner was, and not changed to suit it.

Sentences at even places are for tuning, those at odd places are held out. Each is spoken by a voice of ROUNDS, at a
rate and with a noise that its place decides; the aligner is told `language`, whose voice is never the one that spoke.
"""

from dataclasses import dataclass
from typing import Literal

Half = Literal["dev", "held-out"]
Noise = Literal["white", "pink", "hum"]


@dataclass(frozen=True)
class Case:
    """One sentence, and how it is spoken."""

    half: Half
    text: str
    voice: str
    """espeak's identifier, perhaps with a variant: +f2 is a woman's."""
    language: str
    """What the aligner is told."""
    rate: int
    """Words a minute."""
    noise: Noise
    seed: int


# Voices of a language take turns. The aligner's own are gmw/en-US for "en", gmw/en for "en-gb", roa/es for "es" ...
ROUNDS: dict[str, list[tuple[str, str]]] = {
    "en": [
        ("gmw/en", "en"),
        ("gmw/en-US", "en-gb"),
        ("gmw/en-GB-scotland", "en"),
        ("gmw/en-029", "en"),
        ("gmw/en-GB-x-rp", "en"),
        ("gmw/en-US-nyc", "en"),
        ("gmw/en-GB-x-gbclan", "en"),
        ("gmw/en-GB-x-gbcwmd", "en"),
        ("gmw/en-US+f2", "en"),
        ("gmw/en+m7", "en"),
        ("gmw/en-GB-scotland+f4", "en-us"),
    ],
    "de": [("gmw/de+f2", "de"), ("gmw/de+m7", "de")],
    "fr": [("roa/fr-BE", "fr"), ("roa/fr-CH+f2", "fr")],
    "es": [("roa/es-419", "es"), ("roa/es-419+f4", "es")],
    "it": [("roa/it+f2", "it"), ("roa/it+m3", "it")],
    "nl": [("gmw/nl+f2", "nl"), ("gmw/nl+m7", "nl")],
    "pt": [("roa/pt-BR", "pt"), ("roa/pt-BR+f2", "pt")],
    "pl": [("zlw/pl+f4", "pl"), ("zlw/pl+m3", "pl")],
}
RATES = (120, 140, 160, 175, 190, 205, 220)
NOISES: tuple[Noise, ...] = ("white", "pink", "hum")

SENTENCES: dict[str, list[str]] = {
    "en": [
        "The quick brown fox jumps over the lazy dog.",
        "She sells sea shells by the sea shore, doesn't she?",
        "In 1969 two men walked on the moon for about two and a half hours.",
        "I'd've told you if I'd known that you were coming.",
        "Please call me back at 555 0147 before a quarter past nine.",
        "It is as it is, and it was as it was.",
        "Internationalization is abbreviated because nobody wants to type it.",
        "A cup of tea, a slice of toast, and an egg.",
        "We're going to need a bigger boat.",
        "The temperature fell to minus 12 degrees overnight.",
        "Why would anyone buy three hundred and sixty-five umbrellas?",
        "To be or not to be, that is the question.",
        "Stop! You can't park here between eight and ten.",
        "My grandmother's recipe calls for flour, butter, sugar and patience.",
        "He said that they'd said that we'd said nothing at all.",
        "Photosynthesis turns light, water and carbon dioxide into sugar.",
        "Up and up and up it went, until it was out of sight.",
        "The train on platform 7 leaves at 18:45.",
        "Do you want the good news or the bad news first?",
        "An extraordinarily complicated misunderstanding kept them apart for years.",
        "If it's free, then you are the product.",
        "Somewhere, something incredible is waiting to be known.",
        "Wash your hands, dry them well, and don't touch your face.",
        "The shareholders unanimously rejected the restructuring proposal.",
        "On the one hand yes, on the other hand no.",
        "Five thousand runners crossed the bridge in under forty minutes.",
        "Rain fell on the roof all night long.",
        "You shouldn't have; really, you shouldn't have!",
        "Here is how to save 20% of your income every month.",
        "Thick fog hid the harbour from the ships outside.",
        "Let me be clear: this is not an option.",
        "The archaeologists discovered a remarkably well preserved mosaic.",
        "I am who I am.",
        "Scroll down, tap the button, and subscribe for more.",
        "Nobody's perfect, but some of us come close.",
        "Three witches watched three watches; which witch watched which watch?",
        "At the end of the day, it is what it is.",
        "Electromagnetic radiation travels at 299792 kilometres per second.",
        "Turn left at the church, then go straight on for a mile.",
        "He ate eight apples.",
        "This one simple trick will change the way you cook pasta.",
        "Unbelievable as it may seem, the old clock still works.",
        "What's in it for me?",
        "Her voice was soft, and low, and full of laughter.",
        "The committee's recommendations were largely ignored by the government.",
        "Come on in, the water's lovely.",
        "They have been there since the 3rd of March 2021.",
        "Fresh fish is sold fresh every Friday.",
        "Of all the things I've lost, I miss my mind the most.",
        "Good morning, and welcome to another episode of our show.",
        "Not all of us can do great things, but we can do small things with great love.",
        "Did you see it? Did you hear it? Did you feel it?",
        "Mississippi has four i's, four s's and two p's.",
        "A lonely whale sings at a pitch that no other whale can hear.",
        "You've got 30 seconds to explain yourself.",
        "Yesterday's weather was better than today's.",
        "The neighbour's cat sleeps all day, and hunts all night.",
        "Responsibility without authority is a recipe for disappointment.",
        "It isn't over until it's over.",
        "Zebras and zoos, jazz and jam, vivid violets.",
        "We were away a year ago.",
        "Are you sure? I am so sure that I would bet my house on it.",
        "Most people give up right before the big breakthrough.",
        "The bank's closed; try again on Monday, after ten.",
        "By the time he got to the station, the last bus had left.",
        "Strength through struggles strengthens strangers.",
        "Oh no, not again.",
        "The universe is about 13.8 billion years old, give or take.",
        "In a hole in the ground there lived a rabbit.",
        "Nine out of ten dentists agree with the tenth.",
        "He was one of those who would rather not have been there at all.",
        "Big dogs bark, but bigger dogs don't bother.",
        "Once upon a time, in a town by the sea, lived a tailor.",
        "How are you, Ian? Hi, I am OK.",
        "Unquestionably, telecommunications infrastructure requires modernization.",
        "Add 250 grams of rice to half a litre of boiling water.",
        "Look, listen, and learn.",
        "You will never believe what happened to me on the way home.",
        "We all know it's all about the money.",
        "The sixth sheikh's sixth sheep is sick.",
        "Thank you for watching, and see you in the next one.",
        "From here to there, and from there to here.",
        "Her daughter ordered a hot chocolate with extra whipped cream.",
        "If you can dream it, you can do it.",
    ],
    "de": [
        "Der frühe Vogel fängt den Wurm, aber die zweite Maus bekommt den Käse.",
        "Im Jahr 1989 fiel die Mauer, und niemand hatte damit gerechnet.",
        "Die Donaudampfschifffahrtsgesellschaft sucht einen neuen Kapitän.",
        "Ich weiß, dass du es weißt, und du weißt es auch.",
    ],
    "fr": [
        "Il était une fois une petite fille qui n'aimait pas les pommes.",
        "Est-ce que vous avez vu le chat noir de ma voisine?",
        "Aujourd'hui, il fait beau, et demain il pleuvra toute la journée.",
        "Les chaussettes de l'archiduchesse sont sèches depuis 3 jours.",
    ],
    "es": [
        "El perro de San Roque no tiene rabo, porque alguien se lo ha cortado.",
        "Mañana por la mañana vamos a la playa con los niños.",
        "La vida es un sueño, y los sueños, sueños son.",
        "En un lugar de la costa vivían 27 pescadores muy viejos.",
    ],
    "it": [
        "Nel mezzo del giardino c'era un albero molto antico.",
        "Chi va piano, va sano e va lontano.",
        "Vorrei un caffè, due cornetti e un bicchiere d'acqua.",
        "La settimana prossima partiremo per le vacanze in montagna.",
    ],
    "nl": [
        "De kat krabt de krullen van de trap.",
        "Het is vandaag precies 40 jaar geleden dat wij elkaar ontmoetten.",
        "Als het regent in mei, is april alweer voorbij.",
        "Morgen gaan we met de fiets naar het strand.",
    ],
    "pt": [
        "O menino comprou um gelado de chocolate na praia.",
        "Quem não tem cão, caça com gato, e quem não tem gato, não caça.",
        "A cidade fica a cem quilómetros daqui, do outro lado do rio.",
        "Ela disse que não sabia, mas eu acho que sabia.",
    ],
    "pl": [
        "W lesie rosną grzyby, jagody i bardzo stare drzewa.",
        "Nie wszystko złoto, co się świeci.",
        "Jutro rano pojedziemy pociągiem do babci na wieś.",
        "Stół z powyłamywanymi nogami stoi w kuchni.",
    ],
}


def cases(half: Half | None = None) -> list[Case]:
    """All of them, or one half."""
    listed: list[Case] = []
    for language, sentences in SENTENCES.items():
        voices = ROUNDS[language]
        for place, text in enumerate(sentences):
            turn = place // 2  # both halves hear the same voices
            voice, told = voices[turn % len(voices)]
            seed = len(listed)
            rate, noise = RATES[seed % len(RATES)], NOISES[turn % len(NOISES)]
            listed.append(Case("held-out" if place % 2 else "dev", text, voice, told, rate, noise, seed))
    return [case for case in listed if half in (None, case.half)]
