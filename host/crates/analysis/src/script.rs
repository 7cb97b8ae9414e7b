//! Which script the letters of a text are of, and which language that alone gives away.
//!
//! Holds: most scripts serve one language, or one so much more than others that it is the honest guess.
//! Not here: languages written with Latin letters, but for the few that their own letters give away.

/// A script, or a family of scripts that one rule serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    Latin,
    Cyrillic,
    Arabic,
    Devanagari,
    Han,
    Kana,
    /// One language, by its code.
    Of(&'static str),
}

/// Letters of a text, by script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Letters {
    pub latin: u32,
    cyrillic: u32,
    arabic: u32,
    devanagari: u32,
    han: u32,
    kana: u32,
    other: u32,
    other_language: Option<&'static str>,
    other_count: u32,
    marks: Marks,
}

/// Letters that only some languages of a script have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Marks {
    ukrainian: u32,
    belarusian: u32,
    serbian: u32,
    russian: u32,
    persian: u32,
    urdu: u32,
    polish: u32,
    hungarian: u32,
    czech: u32,
    romanian: u32,
    /// Latin letters of none of the languages that the model knows.
    strange: u32,
}

impl Letters {
    /// Counts the letters of `text`.
    pub fn add_all(&mut self, text: &str) {
        if text.is_ascii() {
            self.latin += text.bytes().filter(u8::is_ascii_alphabetic).count() as u32;
        } else {
            text.chars().for_each(|c| self.add(c));
        }
    }

    /// Counts `c`, if it is a letter.
    pub fn add(&mut self, c: char) {
        if c.is_ascii() {
            self.latin += u32::from(c.is_ascii_alphabetic());
            return;
        }
        match script_of(c) {
            Some(Script::Latin) => self.latin += 1,
            Some(Script::Cyrillic) => self.cyrillic += 1,
            Some(Script::Arabic) => self.arabic += 1,
            Some(Script::Devanagari) => self.devanagari += 1,
            Some(Script::Han) => self.han += 1,
            Some(Script::Kana) => self.kana += 1,
            Some(Script::Of(language)) => self.add_other(language),
            None => return,
        }
        self.marks.add(c);
    }

    /// Keeps the most frequent of the scripts of one language each (the vote of Boyer and Moore: a script
    /// that has more than half of these letters is found, and a mixture of three is nobody's text).
    fn add_other(&mut self, language: &'static str) {
        self.other += 1;
        if self.other_language == Some(language) {
            self.other_count += 1;
        } else if self.other_count == 0 {
            (self.other_language, self.other_count) = (Some(language), 1);
        } else {
            self.other_count -= 1;
        }
    }

    /// Returns how much is written, in letters; a letter of Han, Kana or Hangul says as much as two or three.
    pub fn weight(&self) -> u32 {
        self.latin + self.cyrillic + self.arabic + self.devanagari + self.east_asian() + self.other
    }

    fn east_asian(&self) -> u32 {
        3 * (self.han + self.kana)
    }

    /// Tells whether most is written in Latin letters.
    pub fn is_latin(&self) -> bool {
        self.latin * 2 > self.weight()
    }

    /// Returns the language that the letters give away, with how sure that is; `None` for Latin letters
    /// of the usual languages, and for mixtures.
    pub fn language(&self) -> Option<(&'static str, f64)> {
        let half = self.weight() / 2;
        let marks = &self.marks;
        if self.latin > half {
            return marks.latin_language(self.latin);
        }
        if self.east_asian() > half {
            // Japanese has Kana in every sentence, Chinese in none.
            return Some(if self.kana * 10 > self.han { ("ja", 0.99) } else { ("zh", 0.95) });
        }
        if self.cyrillic > half {
            return Some(marks.cyrillic_language());
        }
        if self.arabic > half {
            return Some(marks.arabic_language());
        }
        if self.devanagari > half {
            // Marathi and Nepali have the same letters.
            return Some(("hi", 0.85));
        }
        let language = self.other_language.filter(|_| self.other > half)?;
        Some((language, 0.97))
    }
}

impl Marks {
    fn add(&mut self, c: char) {
        let count = match c {
            'і' | 'ї' | 'є' | 'ґ' | 'І' | 'Ї' | 'Є' | 'Ґ' => &mut self.ukrainian,
            'ў' | 'Ў' => &mut self.belarusian,
            'ђ' | 'ј' | 'љ' | 'њ' | 'ћ' | 'џ' => &mut self.serbian,
            'ы' | 'э' | 'ё' | 'Э' | 'Ё' => &mut self.russian,
            'پ' | 'چ' | 'ژ' | 'گ' | 'ک' | 'ی' => &mut self.persian,
            'ٹ' | 'ڈ' | 'ڑ' | 'ے' | 'ں' | 'ہ' => &mut self.urdu,
            'ł' | 'ą' | 'ę' | 'ś' | 'ź' | 'ż' | 'Ł' | 'Ś' | 'Ż' => &mut self.polish,
            'ő' | 'ű' | 'Ő' | 'Ű' => &mut self.hungarian,
            'ř' | 'ě' | 'ů' | 'ť' | 'ď' | 'Ř' => &mut self.czech,
            'ș' | 'ț' | 'ţ' => &mut self.romanian,
            'ø' | 'æ' | 'Ø' | 'Æ' | 'ð' | 'þ' | 'č' | 'š' | 'ž' | 'Č' | 'Š' | 'Ž' | 'ā' | 'ē' | 'ī' | 'ū'
            | 'ė' | 'ų' | 'ń' | 'ć' => &mut self.strange,
            _ => return,
        };
        *count += 1;
    }

    fn cyrillic_language(&self) -> (&'static str, f64) {
        match *self {
            Self { belarusian: 1.., .. } => ("be", 0.9),
            Self { serbian: 1.., russian: 0, .. } => ("sr", 0.9),
            Self { ukrainian: 1.., russian: 0, .. } => ("uk", 0.95),
            Self { russian: 1.., .. } => ("ru", 0.95),
            // Short Russian has no letter of its own; neither has Bulgarian.
            _ => ("ru", 0.7),
        }
    }

    fn arabic_language(&self) -> (&'static str, f64) {
        match *self {
            Self { urdu: 1.., .. } => ("ur", 0.9),
            Self { persian: 2.., .. } => ("fa", 0.9),
            _ => ("ar", 0.95),
        }
    }

    fn latin_language(&self, letters: u32) -> Option<(&'static str, f64)> {
        // One letter in so many: fewer may be a name.
        let many = |count: u32, of: u32| count >= 2 && count * of >= letters;
        let named = [(self.polish, "pl"), (self.hungarian, "hu"), (self.czech, "cs"), (self.romanian, "ro")];
        let (count, language) = named.into_iter().max_by_key(|(count, _)| *count)?;
        if many(count, 25) {
            return Some((language, 0.9));
        }
        many(self.strange, 40).then_some(("und", 0.0))
    }
}

fn script_of(c: char) -> Option<Script> {
    let script = match u32::from(c) {
        0xaa | 0xba | 0xc0..=0xd6 | 0xd8..=0xf6 | 0xf8..=0x24f | 0x1e00..=0x1eff => Script::Latin,
        0x370..=0x3ff | 0x1f00..=0x1fff => Script::Of("el"),
        0x400..=0x52f => Script::Cyrillic,
        0x531..=0x58f => Script::Of("hy"),
        0x591..=0x5f4 => Script::Of("he"),
        0x620..=0x64a | 0x66e..=0x6d3 | 0x6ee..=0x6ff | 0x750..=0x77f | 0xfb50..=0xfdff | 0xfe70..=0xfefc => {
            Script::Arabic
        }
        0x900..=0x963 | 0x971..=0x97f => Script::Devanagari,
        0x980..=0x9e3 => Script::Of("bn"),
        0xa01..=0xa75 => Script::Of("pa"),
        0xa81..=0xae3 => Script::Of("gu"),
        0xb01..=0xb63 => Script::Of("or"),
        0xb82..=0xbd7 => Script::Of("ta"),
        0xc00..=0xc63 => Script::Of("te"),
        0xc80..=0xce3 => Script::Of("kn"),
        0xd00..=0xd63 => Script::Of("ml"),
        0xd81..=0xdf3 => Script::Of("si"),
        0xe01..=0xe4e => Script::Of("th"),
        0xe81..=0xecd => Script::Of("lo"),
        0x1000..=0x109f => Script::Of("my"),
        0x10a0..=0x10ff | 0x1c90..=0x1cbf => Script::Of("ka"),
        0x1100..=0x11ff | 0x3131..=0x318e | 0xac00..=0xd7a3 => Script::Of("ko"),
        0x1200..=0x137f => Script::Of("am"),
        0x1780..=0x17d3 => Script::Of("km"),
        0x3041..=0x309f | 0x30a0..=0x30ff | 0x31f0..=0x31ff | 0xff66..=0xff9f => Script::Kana,
        0x3005 | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x3ffff => Script::Han,
        _ => return None,
    };
    Some(script)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(text: &str) -> Option<&'static str> {
        let mut letters = Letters::default();
        text.chars().for_each(|c| letters.add(c));
        letters.language().map(|(language, _)| language)
    }

    #[test]
    fn most_scripts_give_their_language_away() {
        for (text, want) in [
            ("Привет, как дела? Это хорошо", Some("ru")),
            ("Привіт, як справи у вас", Some("uk")),
            ("Здраво, како сте, људи", Some("sr")),
            ("مرحبا كيف حالك", Some("ar")),
            ("سلام، حال شما چطور است؟ گفتم", Some("fa")),
            ("آپ کیسے ہیں", Some("ur")),
            ("नमस्ते आप कैसे हैं", Some("hi")),
            ("今日はいい天気ですね", Some("ja")),
            ("iPhone 今日は新しい", Some("ja")),
            ("今天天气很好", Some("zh")),
            ("안녕하세요 여러분", Some("ko")),
            ("Γειά σου Κόσμε", Some("el")),
            ("สวัสดีครับ", Some("th")),
            ("שלום לכולם", Some("he")),
            ("Zażółć gęślą jaźń", Some("pl")),
            ("Őrült űrhajó", Some("hu")),
            ("Příliš žluťoučký kůň", Some("cs")),
            ("Rødgrød med fløde på æble", Some("und")),
            ("A café in Łódź is a long way from here, said my friend when we met there in May", None),
            ("hello", None),
            ("123 !?", None),
            ("", None),
        ] {
            assert_eq!(language(text), want, "text: {text:?}");
        }
    }
}
