"""Letters three cells wide, for the few words that are to be seen first."""

# A character, then its five rows of three dots, each as one digit: 4 is the left one, 1 the right one.
_TABLE = (
    "a25755b65656c34443d65556e74647f74644g34553h55755i72227j11152k55655l44447m57755n65555o25552p65644q25573r65655"
    "s34216t72222u55557v55552w55775x55255y55222z71247"
    "075557126227261247361216455711574616634757771122875757975716#57575'22000-00700_00007"
)
_GLYPHS = {_TABLE[at]: _TABLE[at + 1 : at + 6] for at in range(0, len(_TABLE), 6)}
WIDTH, ROWS = 3, 5
_HALVES = " ▄▀█"  # by upper and lower dot


def can_spell(word: str) -> bool:
    """Whether there is a letter for every character of it."""
    return bool(word) and all(character in _GLYPHS for character in word)


def width_in_letters(word: str) -> int:
    """Cells that a word takes in large letters."""
    return (WIDTH + 1) * len(word) - 1


def large(word: str, ascii_only: bool) -> list[str]:
    """A word that can be spelt, in rows of half blocks, or of `#` where there are no blocks."""
    dots = [" ".join(f"{int(_GLYPHS[character][row]):03b}" for character in word) for row in range(ROWS)]
    dots = [row.replace(" ", "0") for row in dots]
    if ascii_only:
        return [row.replace("0", " ").replace("1", "#") for row in dots]
    pairs = zip(dots[::2], [*dots[1::2], "0" * len(dots[0])], strict=True)
    return ["".join(_HALVES[2 * int(a) + int(b)] for a, b in zip(*pair, strict=True)) for pair in pairs]
