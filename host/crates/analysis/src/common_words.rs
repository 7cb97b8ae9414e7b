//! Words that nearly every text of a language has, as votes for it: short texts are read by them.
//!
//! Holds: a word that several languages share votes for each of them; languages that the model of letters
//! does not know vote as well, so that they are not taken for others. Not here: what follows from the votes.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

use crate::chars::fold;
use crate::hash::{Hash, Hashed};

/// Languages with Latin letters that have votes, with their words.
const WORDS: [(&str, &str); 13] = [
    (
        "en",
        "the and you that this with for was are have not but what they just it' i' don' can' isn' that' you' will when can my of is \
         your from about all would there to it he she we be who how out no so yes please why been has",
    ),
    (
        "de",
        "der die das und ist nicht ich ein eine zu mit auf für von den dem sich es im auch wie ja nein mal noch nur \
         aber dann jetzt schon wenn mir mich dir du wir ihr gut gute guten danke heute morgen nacht hab habe bin bist \
         sind war wird kein keine was wer wo oder bei aus nach über haben kann mehr sehr immer nichts echt geht zum \
         zur wieder doch weil man alle ach oh",
    ),
    (
        "fr",
        "le la les des et est je pas une un que qui pour dans sur avec ce c' j' d' l' n' s' qu' ai au aux du en il elle nous vous \
         ils mais plus tout mon ma mes ton sont ça bonjour merci très quand comme fait être on ne se son ses leur par \
         cette ces pourquoi aussi encore bien tu moi oui non",
    ),
    (
        "es",
        "el la los las que de y en no un una por para con es se lo me te mi su al del pero como más muy ya si está \
         eso esta todo hay yo gracias buenos días qué porque cuando ha son hoy mañana jaja jajaja va le nos ser esto \
         sin bien tengo estoy sí ahora nada vamos pues",
    ),
    (
        "it",
        "il lo la gli le che di e non un una per con è sono mi ti si ma ho hai ha come più anche questo questa della \
         del nel l' un' dell' all' c' alla quando tutto tutti grazie buon buona ciao oggi domani io tu cosa solo perché ci se poi dei delle \
         dal sei bene sempre fatto al da in adesso",
    ),
    (
        "pt",
        "o a os as que de e não um uma por para pra com é eu se em do da no na dos das mais mas você vc pq q tá já tem \
         hoje muito meu minha está esse essa isso ele ela também foi ser só bom dia boa obrigado nem vai tudo esta ao \
         aí eh né kkk kkkk vou quem tô ainda faz agora",
    ),
    (
        "nl",
        "de het een en van ik niet dat is op te zijn maar met voor je ook nog wel naar wat heb heel geen deze dit als \
         bij ben jij wij ze hebben was goed aan er om die in",
    ),
    (
        "sv",
        "och att det är jag en ett inte på som för med har av till så men vi kan om nu den var mig dig ska bara från",
    ),
    ("tr", "bir ve bu için çok ne da de mi ben sen var yok ama gibi daha kadar olarak diye şimdi"),
    (
        "hi",
        "hai kya nahi nahin bhi mein ko ki ka ke kar aur se ho toh yaar bhai hum tum aap mere liye tha thi kuch koi \
         raha rahe hain yeh woh kyun",
    ),
    (
        "da",
        "og jeg ikke det er en et på som for med har af til så men vi kan om nu den var mig dig skal fra hvad være",
    ),
    ("pl", "nie się na jest że to co jak ale tak już za od po czy mnie jestem tylko"),
    ("id", "yang dan tidak aku ini itu ada di ke dari untuk dengan kamu saya sudah bisa nggak gak"),
];

/// Letters that speak for languages, with how much.
const LETTERS: &[(char, &[(&str, u32)])] = &[
    ('ã', &[("pt", 2)]),
    ('õ', &[("pt", 2)]),
    ('ñ', &[("es", 2)]),
    ('¿', &[("es", 2)]),
    ('¡', &[("es", 2)]),
    ('ß', &[("de", 2)]),
    ('ä', &[("de", 1), ("sv", 1)]),
    ('ö', &[("de", 1), ("sv", 1), ("tr", 1)]),
    ('ü', &[("de", 1), ("tr", 1)]),
    ('å', &[("sv", 2), ("da", 2)]),
    ('ø', &[("da", 2)]),
    ('æ', &[("da", 2)]),
    ('œ', &[("fr", 2)]),
    ('ê', &[("fr", 1), ("pt", 1)]),
    ('ò', &[("it", 2)]),
    ('ì', &[("it", 2)]),
    ('è', &[("it", 1), ("fr", 1)]),
    ('ù', &[("it", 1), ("fr", 1)]),
    ('à', &[("it", 1), ("fr", 1)]),
    ('ğ', &[("tr", 2)]),
    ('ı', &[("tr", 2)]),
    ('ş', &[("tr", 2)]),
];

/// Which languages a word or letter votes for: a bit each, and a second time for two votes.
type Ballot = u32;

const TWICE: u32 = 16;

static BALLOTS: LazyLock<HashMap<u64, Ballot, BuildHasherDefault<Hashed>>> = LazyLock::new(|| {
    let mut ballots = HashMap::<u64, Ballot, _>::default();
    for (at, (_, words)) in WORDS.iter().enumerate() {
        for word in words.split_whitespace() {
            *ballots.entry(hash(word)).or_insert(0) |= 1 << at;
        }
    }
    for (letter, languages) in LETTERS {
        let ballot = languages.iter().fold(0, |ballot, (language, votes)| {
            let at = WORDS.iter().position(|(known, _)| known == language).unwrap_or(31);
            ballot | 1 << at | if *votes > 1 { 1 << (at as u32 + TWICE) } else { 0 }
        });
        ballots.insert(of_letter(*letter), ballot);
    }
    ballots
});

/// Words that every English text has, beside those that tell it from other languages: no text is about them.
const MORE: &str = "i'm it's don't that's i've i'll can't didn't doesn't isn't you're he's she's they're we're i me him her \
    them they their our us one if or as at by an do does did done had were been being could should may might must \
    just like get got go going gonna want know think see make made say said tell take come came back good great new \
    now then than there here where which while because before after again also only very much many more most some any \
    every each other into over off down up still too really well right even never ever always lol amp via day today \
    tomorrow time week year";

static COMMON: LazyLock<HashSet<u64, BuildHasherDefault<Hashed>>> = LazyLock::new(|| {
    let words = WORDS.iter().flat_map(|(_, words)| words.split_whitespace());
    words.chain(MORE.split_whitespace()).map(hash).collect()
});

/// Tells whether the word of this hash stands in nearly every text of some language.
pub(crate) fn is_common(hash: u64) -> bool {
    COMMON.contains(&hash)
}

fn hash(word: &str) -> u64 {
    let mut hash = Hash::default();
    word.chars().for_each(|c| fold(c, |letter| hash = hash.letter(letter)));
    hash.end()
}

/// A letter is no word: "à" is both.
fn of_letter(letter: char) -> u64 {
    Hash::default().letter(1).letter(u32::from(letter)).end()
}

/// The votes of one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Votes([u32; WORDS.len()]);

impl Votes {
    /// Counts the votes of the words of `text`.
    pub fn of(text: &str) -> Self {
        let mut votes = Self::default();
        let ballots = &*BALLOTS;
        let mut word = Hash::default();
        let mut letters = 0_usize;
        for c in text.chars().chain([' ']) {
            // What an apostrophe cuts off is a word with it: "l'".
            let is_apostrophe = letters > 0 && matches!(c, '\'' | '’');
            if c.is_alphanumeric() || is_apostrophe {
                fold(c, |letter| word = word.letter(letter));
                letters += 1;
                if is_apostrophe {
                    votes.cast(ballots.get(&word.end()));
                    (word, letters) = (Hash::default(), 0);
                } else if !c.is_ascii() {
                    votes.cast(ballots.get(&of_letter(c.to_lowercase().next().unwrap_or(c))));
                }
                continue;
            }
            if letters > 0 {
                votes.cast(ballots.get(&word.end()));
            }
            if !c.is_ascii() {
                votes.cast(ballots.get(&of_letter(c)));
            }
            (word, letters) = (Hash::default(), 0);
        }
        votes
    }

    fn cast(&mut self, ballot: Option<&Ballot>) {
        let Some(ballot) = ballot else { return };
        for (at, count) in self.0.iter_mut().enumerate() {
            *count += ballot >> at & 1;
            *count += ballot >> (at as u32 + TWICE) & 1;
        }
    }

    /// Returns the language with most votes, and how many it has more than the next.
    pub fn first(&self) -> (&'static str, u32) {
        let (mut first, mut second, mut place) = (0, 0, 0);
        for (at, count) in self.0.iter().enumerate() {
            if *count > first {
                (second, first, place) = (first, *count, at);
            } else {
                second = second.max(*count);
            }
        }
        (WORDS[place].0, first - second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_wins_its_own_sentence() {
        for (text, want) in [
            ("What have they done to the page?", "en"),
            ("Gute Nacht", "de"),
            ("merci, c'est très bien", "fr"),
            ("si, feo feo... qué madre", "es"),
            ("Grazie, buonanotte", "it"),
            ("Já pensou, não vai ser bom", "pt"),
            ("het is niet goed", "nl"),
            ("det är inte bra för mig", "sv"),
            ("yaar kya baat hai bhai", "hi"),
            ("jeg er ikke enig i det", "da"),
        ] {
            let (first, lead) = Votes::of(text).first();
            assert!(first == want && lead > 0, "{text}: {first} by {lead}");
        }
        assert_eq!(Votes::of("Milano Mens Collection 2013").first().1, 0);
        assert_eq!(Votes::of("").first().1, 0);
    }
}
