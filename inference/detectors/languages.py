"""Words that tell a language: frequent small words, and scripts that one language mostly uses.

A column of free text has thousands of them, so counting beats any cleverness.
"""

STOP_WORDS: dict[str, tuple[str, ...]] = {
    language: tuple(words.split())
    for language, words in {
        "en": "the and of to is was for that with his her this are from have not by they which "
        "were",
        "de": "der die das und ist nicht ein eine mit auf für den dem von zu wird sich auch im "
        "sind",
        "fr": "le les des est une pour dans qui que sur pas plus avec au sont ce cette il du et",
        "es": "el los las una por para con está del se su más pero como lo y esta muy fue son",
        "it": "il gli della è per non che una di sono nel con del più anche come alla lo questo ma",
        "pt": "os uma não para com em do da é mais como por seu foi são ao um na no isso",
        "nl": "het een van en is niet dat op te voor met zijn aan ook maar wordt deze door bij "
        "naar",
        "sv": "och att det som en är för på med av inte den till har om ett jag kan från var",
        "da": "og at det er en til på som af med ikke jeg har et for blev meget hvad efter "
        "nogle være",
        "no": "og at det er en til på som av med ikke jeg har et for ble mye hva etter noen "
        "være også",
        "pl": "nie się na jest że do to i w z jak od po za przez dla są był ale może",
        "cs": "je se na že to v a s by jsem ale jako pro od který tak jsou byl za po",
        "fi": "ja on ei se että oli hän ovat mutta kun myös joka tai niin kuin tämä ole sen",
        "hu": "a az és nem hogy egy is van volt ez meg de csak már mint el ha azt még",
        "ro": "și în nu este la cu pe care din să o un mai pentru ce se sunt au fost",
        "tr": "ve bir bu da de için ile çok gibi daha ne var ama olarak en kadar sonra mi",
        "id": "yang dan di ini itu dengan untuk tidak dari dalam akan pada juga ke adalah saya",
        "ru": "и в не на что он с как это по но из у за от так же был для",
        "uk": "і в не на що він з як це та до у за від так про але для був є",
    }.items()
}
"""Frequent words by language; a word that several languages share counts for each."""

SCRIPTS: dict[str, str] = {
    "ja": r"[\p{Hiragana}\p{Katakana}]",
    "zh": r"\p{Han}",
    "ko": r"\p{Hangul}",
    "ar": r"\p{Arabic}",
    "he": r"\p{Hebrew}",
    "el": r"\p{Greek}",
    "th": r"\p{Thai}",
    "hi": r"\p{Devanagari}",
}
"""Scripts by the language that uses them most; Japanese goes before Chinese."""
