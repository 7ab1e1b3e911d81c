"""Words that say nothing of what a post is about, in English and the main European languages.

A foreign word that is a telling word in English ("war", "men", "sin") is left out, as feeds mix languages.
"""

import sys
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

_LIST = Path("feature_extraction", "_stop_words.py")


def _of_sklearn() -> frozenset[str]:
    """scikit-learn's English list, from its file alone if need be: a process that only reads texts has no use for the
    rest, which takes seconds to load.
    """
    spec = None if "sklearn" in sys.modules else find_spec("sklearn")
    if spec is not None and spec.origin is not None:
        path = Path(spec.origin).parent / _LIST
        alone = spec_from_file_location("_stop_words", path) if path.is_file() else None
        if alone is not None and alone.loader is not None:
            module = module_from_spec(alone)
            alone.loader.exec_module(module)
            words: frozenset[str] = module.ENGLISH_STOP_WORDS
            return words
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS  # noqa: PLC0415 - heavy

    return frozenset(ENGLISH_STOP_WORDS)


# On scikit-learn's list, and yet what a post can be about.
_TELLING = {"bill", "bottom", "cry", "fire", "interest", "mill", "system"}

_ENGLISH = """
actually ain aren didn doesn don gonna gotta got hadn hasn haven isn ive just know let like lol ll make makes
mustn need needn oh ok okay really said say says shan shouldn thing things think today tomorrow ve want wanna
wasn weren won wouldn yeah yes yesterday couldn mightn dont doesnt didnt isnt wasnt arent youre theyre thats
whats lets im id did does doing having being going getting one ones going way lot good new day time back come
going
"""
_WEB = """
amp nbsp quot lt gt apos http https www com html rt via cc dm ht mt href br
"""
_GERMAN = """
aber alle allem allen aller alles als am an auch auf aus bei beim bis bist da damit dann dass daß das dein dem
den denn der des deshalb dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem
einen einer eines er es etwas euch euer für gegen habe haben hatte hatten heute hier ich ihm ihn ihnen ihr
ihre ihrem ihren im immer in ins ist ja jede jeder jedes jetzt kann kein keine keinen können könnte mal mehr
mein meine meinem meinen mich mir mit muss müssen nach nicht nichts noch nun nur ob oder ohne schon sehr sein
seine seinem seinen seit selbst sich sie sind so soll sollte sondern sonst über um und uns unser unsere unter
viel vom von vor wann warum was weil weiter welche welcher wenn wer werde werden wie wieder wird wirklich wo
wurde wurden würde zu zum zur zwischen
"""
_FRENCH = """
ai alors au aucun aussi autre aux avais avait avant avec avez avoir avons bien ça car ce cela ces cet cette
chez comme dans de déjà depuis des dont du elle elles en encore est et été être eu eux faire fait faut ici il
ils je jusque la le les leur leurs lui ma mais même mes moi mon ne ni nos notre nous on ont ou où par parce
pas peu peut plus pour pourquoi qu quand que quel quelle quelles quels qui quoi rien sa sans se sera ses si
sommes sont sous suis sur ta te tes toi ton tous tout toute toutes très trop tu un une vos votre vous vraiment
était étaient aujourd hui
"""
_SPANISH = """
ahora al algo algunos ante antes aquí así aunque bien cada como cómo con contra cual cuando cuándo de del
desde donde dónde dos el él ella ellas ellos en entre era eran eres es esa ese eso esos esta está están estar
estas este esto estos estoy fue fueron ha haber había hace hacer han hasta hay he hoy la las le les lo los más
me mejor mi mis mientras mucho muchos muy nada ni no nos nosotros nuestra nuestro nunca os otra otro otros
para pero poco por porque pues que qué quien quién se según ser será si sí siempre sobre solo sólo somos soy
su sus también tan tanto te tener tengo tiene tienen toda todas todo todos tu tú tus un una uno unos usted va
vamos voy ya yo
"""
_PORTUGUESE = """
agora ainda ao aos aqui as até cada com como da das de dela dele deles depois do dos é ela elas ele eles em
então entre era eram essa esse esta está estão estar estava este estou eu foi foram há hoje isso isto já lá
lhe mais mas me mesmo meu meus minha minhas muito muitos na nada não nas nem no nos nós nossa nosso num numa
nunca o onde os ou para pela pelas pelo pelos pode por porque pra pro quando que quem quer são se seja sem
sempre ser será seu seus só sobre sou sua suas também tá te tem têm tenho ter teu tinha toda todas todo todos
tudo um uma vai vão você vocês vou
"""
_ITALIAN = """
ad agli ai al alla alle allo anche ancora aveva avete c che chi ci ciò come con così cosa cui da dagli dai dal
dalla dalle degli dei del della delle dello di dopo dove due ed era erano fa fare gli gliel ha hai hanno ho il
in io la le lei li lo loro lui ma mi mia mie miei mio molto ne negli nei nel nella nelle nello noi non nostra
nostro oggi ogni per perché perchè però più poi poco prima proprio qua quale quando quanto quella quelle
quelli quello questa queste questi questo qui sarà se sei sempre senza si sia siamo solo sono sta stato su sua
sue sugli sui sul sulla suo suoi tra tu tua tuo tutta tutte tutti tutto un una uno vi voi è
"""
_DUTCH = """
aan al alle als altijd andere bij dan dat de deze die dit doen door dus een eens en er ge geen haar heb hebben
heeft hem het hier hij hoe hun iets ik in is ja je jij jullie kan kon kunnen maar meer met mij mijn moet
moeten na naar niet niets nog nu of om omdat onder ons ook op over reeds te tegen toch toen tot uit uw van
veel voor waar waren wat wel werd wezen wie wij wil worden wordt zal ze zelf zich zij zijn zo zonder zou
"""
_NORDIC = """
och alla alle alt att att av bara blev bli blir både da de dem den denna denne der deras dere det detta dette dig
din ditt dom du där då eg ej eller en enn er ett etter från för før ha hade han hans har henne hennes här hon
hos hun hur hva hvad hvis hvor i ikke icke ikkje ingen inn inte jag jeg kan kom kunne man med meg mej men mer
mig min mitt mot mycket må många måste mye nej nei noe nogen noget noen nu nå något någon när og också også om
opp oss over på sa samma sedan sig sin sitt skal ska skall skulle som så til till um under upp ut utan uten
vad var vara vart vara ved vem vi vid vil vilken vill være våra vår varför är än år åt över
"""
_POLISH = """
ale albo ani bardzo bez będzie bo być był była było były chce ci co coś czy czyli dla do dlaczego dobrze dziś
gdy gdzie go i ich ile im inne ja jak jako je jego jej jest jestem jeszcze jeśli już każdy kiedy kto która
które którego której który których którzy lub ma mam mają mi mnie może można mu my na nad nam nas nawet nic
nie nich nim niż no o od on ona one oni ono oraz po pod przed przez przy są się tak także tam te tego tej ten
też to tu ty tych tylko tym u w we wam was wszystko więc z za ze że żeby
"""
_RUSSIAN = """
а без более бы был была были было быть в вам вас весь во вот все всё всего всех вы где да даже для до его ее
её если есть ещё еще же за здесь и из или им их к как какой когда кто ли либо мне много может мы на над надо
нас наш не него нее неё нет ни них но ну о об он она они оно от очень по под после при просто про с сам себя
сейчас со так также там тебя тем теперь то тогда того тоже той только том ты у уже хотя чего чем что чтобы
чтоб эта эти это этого этой этом этот я
"""
_TURKISH = """
acaba ama ancak bana bazı belki ben beni benim bile bir biri biz bize bizim bu buna bunu bunun çok çünkü da
daha de defa değil diye en gibi göre hem hep hepsi her hiç için ile ise işte kadar ki kim mı mi mu mü nasıl ne
neden nerede niçin niye o olan olarak oldu olduğu olur onlar onu onun sana sen seni senin siz size sizin şey
şimdi şu tüm var ve veya ya yani yok
"""

# Words of the lists above that English posts are about.
_ENGLISH_MEANING = {"ai", "dos", "era", "hat", "mal", "man", "men", "mine", "sin", "ton", "van", "war"}

_OTHERS = (_GERMAN, _FRENCH, _SPANISH, _PORTUGUESE, _ITALIAN, _DUTCH, _NORDIC, _POLISH, _RUSSIAN, _TURKISH)

STOPWORDS: frozenset[str] = (
    (_of_sklearn() - _TELLING)
    | frozenset((_ENGLISH + _WEB).split())
    | (frozenset("".join(_OTHERS).split()) - _ENGLISH_MEANING)
)
