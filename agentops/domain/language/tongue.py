"""Tell that a text is not English, by its script and by the small words of a few languages."""

import re
import unicodedata

from agentops.domain.language.spelling import strip_accents
from agentops.domain.language.words import fold_case

_SMALL_WORDS = {
    "Spanish": "hola quiero quisiera necesito tengo puedo puede podria por favor una unos para con mi cita cambiar"
    " cancelar reservar mañana manana hoy lunes martes miercoles jueves viernes que como cuando donde gracias buenos"
    " buenas dias tardes estoy soy hacer pedir medico doctora hora no se hablo ingles español espanol ayuda usted esta",
    "French": "bonjour bonsoir je j'ai voudrais veux besoin dois peux puis pouvez vous une avec pour mon rendez vous"
    " demain aujourd'hui lundi mardi mercredi jeudi vendredi est que c'est merci annuler deplacer prendre s'il plait"
    " suis anglais medecin docteur heure parle francais les des qui ne pas quand",
    "German": "guten tag hallo ich möchte mochte moechte brauche habe kann konnen können bitte einen eine ein mit für"
    " fur und nicht termin morgen heute montag dienstag mittwoch donnerstag freitag uhr danke absagen verschieben"
    " beim zum arzt mein meine ist wann wir sie spreche deutsch haben",
    "Italian": "buongiorno ciao salve vorrei voglio ho bisogno devo posso può puo una con per mio appuntamento domani"
    " oggi lunedi martedi mercoledi giovedi venerdi grazie favore prenotare spostare annullare cancellare dottore"
    " medico sono che quando non parlo italiano",
    "Portuguese": "olá ola bom dia boa tarde eu quero queria gostaria preciso tenho posso pode uma com para minha meu"
    " consulta amanhã amanha hoje segunda terça terca quarta quinta sexta feira obrigado obrigada marcar desmarcar"
    " cancelar médico não nao quando estou falo",
    "Polish": "dzień dzien dobry cześć czesc chcę chce chciałbym chciałabym chcialbym chcialabym potrzebuję potrzebuje"
    " mam proszę prosze umówić umowic wizytę wizyte wizyta lekarza lekarz doktora jutro dzisiaj poniedziałek wtorek"
    " środę czwartek piątek dziękuję dziekuje się sie jest nie czy kiedy moją moja",
    "Dutch": "goedemorgen goedemiddag hallo ik wil graag zou willen heb kan een afspraak maken met voor mijn morgen"
    " vandaag maandag dinsdag woensdag donderdag vrijdag dank dokter huisarts niet alstublieft verzetten afzeggen",
    "Romanian": "bună buna ziua vreau doresc aș as vrea am nevoie programare mâine maine astăzi astazi luni marți marti"
    " miercuri joi vineri mulțumesc multumesc vă va rog pentru doctorul medic la mea anulez sunt",
    "Turkish": "merhaba selam randevu almak istiyorum iptal etmek yarın yarin bugün bugun pazartesi salı sali çarşamba"
    " perşembe cuma doktor için icin teşekkürler tesekkurler lütfen lutfen bir var mı",
    "Urdu or Hindi": "namaste salaam salam mujhe mujhay mera meri hai hain kal aaj chahiye chahie karna karni karwana"
    " doctor se milna ke liye kya nahi nahin aap shukriya subah shaam waqt somvar",
}
_FOREIGN = {name: frozenset(strip_accents(words).split()) for name, words in _SMALL_WORDS.items()}
_ENGLISH_WORDS = """
a an and the i i'm i'd i've me my you your we our he she it they is am are was were be been do does did have has had can
could will would should may want need like please with for from to at on in of by about this that these not no yes but
if or so what when where who how why there here get make book see hello hi thanks thank appointment today tomorrow just
some any
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
"""Words that stand on both sides ("no", "me", "has") count for English."""
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_FEW = 3
"""So many letters of another script may be a name."""


def is_foreign(text: str) -> bool:
    """Whether the text is in another language, or in letters that are not Latin. A bare name is neither."""
    letters = [c for c in text[:2000] if c.isalpha()]
    other = sum("LATIN" not in unicodedata.name(c, "LATIN") for c in letters)
    if other >= _FEW and other * 2 > len(letters):
        return True
    words = {strip_accents(fold_case(match.group())) for match in _WORD.finditer(text[:2000])}
    english = len(words & _ENGLISH)
    marks = max(len((words & small) - _ENGLISH) for small in _FOREIGN.values())
    return marks >= 2 and marks > english
