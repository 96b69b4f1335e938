"""Capitals: which words in capitals are spelled, which are said as words, which are only loud."""

import re


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


SAID = _words(
    """
    NASA NATO JSON TOML ASCII ANSI JAX REPL BLAS ONNX WIPO FOSS LASER RADAR SCUBA UNESCO UNICEF OPEC AIDS FIFA
    UEFA NAFTA ASEAN SWAT COVID SIM PIN RAM ROM JPEG GIF NASDAQ IKEA LEGO YOLO FOMO LOL ASAP BIOS CAPTCHA DARPA
    FEMA OSHA HIPAA INTERPOL MENSA NAVY SONAR TASER WASP WYSIWYG CAD GIMP LAN WAN VOIP SAAS CRISPR BAFTA NASCAR
    PETA POTUS FLOTUS SCOTUS NICU MOMA BART TED TEDx REM DOS SQUID SALT START UNIX LINUX BASIC FORTRAN COBOL
    MIDI OK NIMBY SOHO CUDA LORA LIDAR BERT YAML TOEFL
    """
)
"""Acronyms that are said as words."""

SPELLED = _words(
    """
    FBI CIA NSA USA UK US EU UN UAE USSR HTML CSS HTTP HTTPS URL API AI ML IT CEO CFO CTO COO CMO HR PR VIP DIY
    FAQ TV PC CD DVD USB CPU GPU SSD HDD IBM HP AMD AWS GCP BMW KFC UPS NBA NFL NHL MLB WWE UFC MMA BBC CNN NBC
    ABC CBS HBO MTV ESPN UCLA MIT NYU USC IQ EQ ID GPS GPT LLM NLP TTS ASR OCR PDF PNG SQL PHP XML JSONP SEO ROI
    KPI CRM ERP SMS MMS DNA RNA HIV ADHD OCD PTSD MRI CT ICU ER IV EKG ECG CPR ATM IRS SEC FDA EPA FCC FTC DEA
    ATF DHS TSA DMV DOJ DOD EMT LAPD NYPD NYC LA DC SF AM PM BC AD BCE CE GMT UTC EST PST CST MST EDT PDT CDT
    CET BST PHD MBA MD BA BSC MSC JD LLC IPO ETF GDP IMF WTO AOL MSN ICQ IRC IP TCP UDP DNS FTP SSH SSL TLS VPN
    ISP OS UI UX QA VR AR XR IOT AGI NFT BTC ETH USD EUR GBP JPY RPG FPS MMO NPC DLC PVP AFK BRB BTW IMO IDK TBH
    OMG WTF LMAO DM RSVP TBA TBD FYI EV SUV RV AC HVAC LCD LED OLED CRT HDR HD UHD FM XL XXL XS BLT BBQ ATV MPV
    UFO IOU SOS ETA PS PSA NGO RIP MC DJ EP LP ACLU NAACP AFL CIO AFC NFC CPA LSAT GRE SATS IB AP GPA ISBN UPC
    QR RFID NFS ICBM PLC AKA KGB MI CDC NIH WTA ATP PGA NCAA UEA EA IEEE ISO ANSI SDK IDE CLI GUI CMS CDN SLA
    MVP B2B POV ASMR AAA EULA OEM PCB DIN PSU PSP NES SNES XP FA VHS UHF AKC OB GYN PMS IUD UTI STD STI HPV OTC
    OPD RN LPN
    """
)
"""Initials that are said letter by letter."""

_COMMON = _words(
    """
    bob tom sam joe leo amy kim ian ben dan jim ann eva zoe mia ava ray roy jay liz sue pat ron don jon ken lee
    tim eve kate mark john mike add patch spec set run info debug goods tort firm shall cyan a i am an and any
    are art as ask at ate baby bad bag ball bank be bed been best bet big bit black blue boat body book both box
    boy bus but buy by call came can cant car care case cat city club cold come cook cool cost could cow cry cup
    cut dad dark data date day days dead deal dear did die do does dog done dont door down draw drop dry due
    each ear easy eat egg else end epic even ever every evil eye eyes face fact fail fair fall fan far fast fat
    feel feet few fill film find fine fire first fish fit five fix fly food foot for four free from full fun
    gain game gave get gets gift girl give go god goes gold gone good got great grow guy guys had hair half hand
    hard hat hate have he head hear help her here hero hey hi high him his hit hold home hope hot hour how huge
    hurt ice idea if ill im in into is it its ive job join joke joy jump just keep key kid kids kill kind king
    kiss know lady land last late law lay lead left leg less let lets lie life light like line list live load
    long look lose loss lost lot love low luck mad made mail make man many map me mean meet men menu mind mine
    miss mom money month moon more most move much must my nah name near need never new news next nice night no
    none nope nor not note now of off oh oil old on once one only open or order our out over own page paid pain
    park part party pass past pay pick pig place plan play please plus poor post pull pure push put race rain
    ran rat read real red rest rich ride right ring rise risk road rock role room rude rule safe said sale same
    sat save saw say sea seat see seem seen self sell send sent sex she shop show shut sick side sign sing sir
    sit six size skin sky so soft sold some son song soon sorry stay step still stop such sun sure swim take
    talk tall tax tea team tell ten test text than thank that the them then they thing think this thus tie time
    tip to today told too took top tour town trip true try turn two ugh uh um under up use used very via view
    vote wait walk wall want war warm was wash way we wear week well went were west what when where which while
    white who whole why wide wife wild will win wine wish with woke woman won wont word work world worst would
    wow yay yeah year yes yet you young your zero zone youre thats whats hello haha ha hmm shh aww ooh bang boom
    gosh geez yikes yum yup whoa meow woof click swipe share follow subscribe wins tap link bio limited offer
    ends hurry final extra super mega ultra always again above below about after before often north south east
    alert warning danger caution exit entry enter quiet closed stuff fresh clean heavy happy sad angry crazy
    insane amazing funny lucky dream magic power blood death heart music dance story chapter scene winner loser
    enjoy watch listen learn start begin ended alive breaking update urgent attention notice bonus claim score
    goal lol
    """
)
_SYLLABLES = re.compile(
    r"(?:[BCDFGHKLMNPRSTVWYZ]|[BCFGPK][LR]|[DT][RW]|S[CHKLMNPQTW]|S[CPT]R|SPL|TH|THR|SH|CH|WH|PH|QU)?[AEIOUY]{1,2}"
    r"(?:[BDFGKLMNPRSTXZ]{1,2}[AEIOUY]{1,2})*(?:[BDFGKLMNPRSTWXZ]|[LNRS][DKMNPST]|N[DTKG]S?|[FLS]{2}|C[KT]|TH|SH|CH|NG|S[KPT]|E[DRS])?"
)
_CAPITALS = re.compile(r"(?<![^\W_])[A-Z]{2,}(?![a-z])")
_SMALL = re.compile(r"[a-z]{2}")


def is_spelled(word: str, *, shouted: bool = False) -> bool:
    """Whether a word in capitals is said letter by letter. Where all is in capitals, only what is no other word."""
    if word in SAID:
        return False
    lower = word.lower()
    if word in SPELLED:
        return not (
            shouted and (lower in _COMMON or lower in {"us", "it", "la", "am", "id", "pr", "er", "who", "ad", "mi"})
        )
    if lower in _COMMON or len(word) > 5:
        return False
    if not re.search("[AEIOUY]", word):
        return not shouted or len(word) < 4
    return not shouted and (len(word) == 2 or not _SYLLABLES.fullmatch(word) or len(word) == 3)


def is_common(word: str) -> bool:
    """Whether a word in capitals is one of the most common words."""
    return word.lower() in _COMMON


def is_loud(line: str) -> bool:
    """Whether a line is written in capitals throughout."""
    return len(_CAPITALS.findall(line)) >= 2 and not _SMALL.search(line)
