//! The story: who says what, where and when, read from the text files beside this one.
//!
//! A file is a list of scenes. A scene opens with `%% <channel> <key>`, then `name: value` lines, an
//! empty line, and the words as they are said. Holds: every reply answers a scene that stands before
//! it. Not here: how a scene looks on the wire.

use std::collections::HashMap;

use crate::stage::Channel;

/// A story file that breaks the rules above.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {why}")]
pub struct StoryError {
    /// Which file.
    pub file: &'static str,
    /// Where in it, from 1.
    pub line: usize,
    /// What is wrong.
    pub why: String,
}

/// The shape a mail takes on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// Text alone, quoted-printable where it must.
    #[default]
    Plain,
    /// Markup alone: the words are HTML.
    Html,
    /// Text and the same as markup.
    Both,
    /// ISO-8859-1.
    Latin1,
    /// UTF-8 in base64.
    Base64,
    /// A machine says that somebody is away.
    AutoReply,
    /// A machine says that a mail did not arrive.
    Bounce,
    /// Sent to a mailing list.
    List,
    /// Cut off in the middle of a part, as a tired gateway does it.
    Torn,
}

impl Form {
    const WORDS: [(&'static str, Self); 9] = [
        ("plain", Self::Plain),
        ("html", Self::Html),
        ("both", Self::Both),
        ("latin1", Self::Latin1),
        ("base64", Self::Base64),
        ("auto-reply", Self::AutoReply),
        ("bounce", Self::Bounce),
        ("list", Self::List),
        ("torn", Self::Torn),
    ];
}

/// What somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deed {
    /// Says something.
    #[default]
    Say,
    /// Says something for the eyes of the forum's staff.
    Whisper,
    /// Says something else in the place of what was said.
    Edit,
    /// Takes back what was said.
    Delete,
    /// Reports it to the moderators.
    Report,
    /// Likes it, with as many others as the words count.
    Like,
}

impl Deed {
    const WORDS: [(&'static str, Self); 6] = [
        ("say", Self::Say),
        ("whisper", Self::Whisper),
        ("edit", Self::Edit),
        ("delete", Self::Delete),
        ("report", Self::Report),
        ("like", Self::Like),
    ];
}

/// One utterance of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scene {
    /// Where it is said.
    pub channel: Channel,
    /// What is done there; only played platforms know more than words.
    pub deed: Deed,
    /// Names it within its channel.
    pub key: String,
    /// Minutes before the end of the day; 0 for what comes while the demo runs.
    pub minutes_ago: i64,
    /// Who speaks: a name.
    pub name: String,
    /// The speaker's address, or handle on X; "" where the channel shows none.
    pub address: String,
    /// Who else reads a mail.
    pub cc: String,
    /// Subject or headline.
    pub title: String,
    /// Key of what it answers or changes.
    pub re: Option<String>,
    /// Its language as X tells it, if it is not English.
    pub lang: Option<String>,
    /// Its shape, for a mail.
    pub form: Form,
    /// Name of a file that comes with a mail.
    pub attach: Option<String>,
    /// Category of a post.
    pub tag: Option<String>,
    /// The words.
    pub body: String,
}

/// Words to choose from, by the name of the slot they fill.
pub type Lists = HashMap<String, Vec<String>>;

/// Everything the demo can say.
#[derive(Debug, Clone)]
pub struct Story {
    /// What happened before the demo started, oldest first.
    pub day: Vec<Scene>,
    /// What happens while it runs, in order.
    pub live: Vec<Scene>,
    /// What is said when the script is over, with slots to fill.
    pub variations: Vec<Scene>,
    /// What fills the slots.
    pub lists: Lists,
}

/// When the story's day ends, in minutes of the story's clock.
const DAY_ENDS: i64 = 18 * 60 + 30;

impl Story {
    /// Reads the story that is built in.
    pub fn load() -> Result<Self, StoryError> {
        let mut day = Vec::new();
        for (file, text) in [
            ("story/blog.txt", include_str!("story/blog.txt")),
            ("story/mail.txt", include_str!("story/mail.txt")),
            ("story/comments.txt", include_str!("story/comments.txt")),
            ("story/forum.txt", include_str!("story/forum.txt")),
            ("story/x.txt", include_str!("story/x.txt")),
            ("story/facebook.txt", include_str!("story/facebook.txt")),
        ] {
            day.extend(read(file, text)?.0);
        }
        day.sort_by_key(|scene| std::cmp::Reverse(scene.minutes_ago));
        let (live, _) = read("story/live.txt", include_str!("story/live.txt"))?;
        let (variations, lists) = read("story/variations.txt", include_str!("story/variations.txt"))?;
        Ok(Self { day, live, variations, lists })
    }
}

/// Reads one file: its scenes in order, and its lists.
fn read(file: &'static str, text: &str) -> Result<(Vec<Scene>, Lists), StoryError> {
    let mut scenes = Vec::new();
    let mut lists = Lists::new();
    let starts: Vec<usize> =
        text.lines().enumerate().filter(|(_, line)| line.starts_with("%%")).map(|(at, _)| at).collect();
    let lines: Vec<&str> = text.lines().collect();
    for (position, &start) in starts.iter().enumerate() {
        let end = starts.get(position + 1).copied().unwrap_or(lines.len());
        let section = Section { file, line: start + 1, lines: &lines[start..end] };
        match section.head()? {
            ("list", name) => {
                let words = section.lines[1..].iter().map(|line| line.trim()).filter(|line| !line.is_empty());
                lists.insert(name.to_owned(), words.map(str::to_owned).collect());
            }
            (channel, key) => scenes.push(section.scene(channel, key)?),
        }
    }
    Ok((scenes, lists))
}

/// The lines from one `%%` to the next.
struct Section<'a> {
    file: &'static str,
    line: usize,
    lines: &'a [&'a str],
}

impl<'a> Section<'a> {
    fn wrong(&self, offset: usize, why: impl Into<String>) -> StoryError {
        StoryError { file: self.file, line: self.line + offset, why: why.into() }
    }

    fn head(&self) -> Result<(&'a str, &'a str), StoryError> {
        let mut words = self.lines[0].split_whitespace().skip(1);
        match (words.next(), words.next(), words.next()) {
            (Some(kind), Some(key), None) => Ok((kind, key)),
            _ => Err(self.wrong(0, "a scene opens with %%, its channel and its key")),
        }
    }

    fn scene(&self, channel: &str, key: &str) -> Result<Scene, StoryError> {
        let channel =
            Channel::named(channel).ok_or_else(|| self.wrong(0, format!("{channel:?} is not a channel")))?;
        let mut scene = Scene {
            channel,
            deed: Deed::Say,
            key: key.to_owned(),
            minutes_ago: 0,
            name: String::new(),
            address: String::new(),
            cc: String::new(),
            title: String::new(),
            re: None,
            lang: None,
            form: Form::Plain,
            attach: None,
            tag: None,
            body: String::new(),
        };
        let blank = self.lines.iter().position(|line| line.trim().is_empty());
        let blank = blank.ok_or_else(|| self.wrong(0, "a scene has an empty line before its words"))?;
        for (offset, line) in self.lines[..blank].iter().enumerate().skip(1) {
            self.field(&mut scene, offset, line)?;
        }
        scene.body = self.lines[blank..].join("\n").trim_matches('\n').trim_end().to_owned();
        let needs_words = !matches!(scene.deed, Deed::Delete | Deed::Report);
        match (scene.name.is_empty(), scene.body.is_empty() && needs_words) {
            (false, false) => Ok(scene),
            _ => Err(self.wrong(0, "a scene has a speaker and words")),
        }
    }

    fn field(&self, scene: &mut Scene, offset: usize, line: &str) -> Result<(), StoryError> {
        let (name, value) =
            line.split_once(": ").ok_or_else(|| self.wrong(offset, "a field is `name: value`"))?;
        let value = value.trim();
        match name {
            "at" => {
                scene.minutes_ago = minutes_ago(value)
                    .ok_or_else(|| self.wrong(offset, "a time is `HH:MM` or `-1 HH:MM`"))?;
            }
            "from" => match value.split_once(" <") {
                Some((name, address)) => {
                    scene.name = name.to_owned();
                    scene.address = address.trim_end_matches('>').to_owned();
                }
                None => scene.name = value.to_owned(),
            },
            "cc" => scene.cc = value.to_owned(),
            "title" => scene.title = value.to_owned(),
            "re" => scene.re = Some(value.to_owned()),
            "attach" => scene.attach = Some(value.to_owned()),
            "tag" => scene.tag = Some(value.to_owned()),
            "lang" => scene.lang = Some(value.to_owned()),
            "does" => {
                let known = Deed::WORDS.iter().find(|(word, _)| *word == value);
                scene.deed = known.ok_or_else(|| self.wrong(offset, format!("{value:?} is not a deed")))?.1;
            }
            "form" => {
                let known = Form::WORDS.iter().find(|(word, _)| *word == value);
                scene.form = known.ok_or_else(|| self.wrong(offset, format!("{value:?} is not a form")))?.1;
            }
            _ => return Err(self.wrong(offset, format!("{name:?} is not a field"))),
        }
        Ok(())
    }
}

/// Turns `HH:MM`, or `-N HH:MM` for N days before, into minutes before the end of the day.
fn minutes_ago(text: &str) -> Option<i64> {
    let (days, clock) = match text.strip_prefix('-') {
        Some(rest) => {
            rest.split_once(' ').and_then(|(days, clock)| Some((days.parse::<i64>().ok()?, clock)))?
        }
        None => (0, text),
    };
    let (hours, minutes) = clock.split_once(':')?;
    let at = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
    let ago = DAY_ENDS - at + days * 24 * 60;
    (ago >= 0).then_some(ago)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_story_is_whole() {
        let story = Story::load().unwrap();
        assert!((220..=340).contains(&story.day.len()), "{} scenes in the day", story.day.len());
        let mut told: HashSet<(Channel, String)> = HashSet::new();
        for scene in story.day.iter().chain(&story.live) {
            let key = (scene.channel, scene.key.clone());
            assert!(told.insert(key), "{} twice in {:?}", scene.key, scene.channel);
            if let Some(re) = &scene.re {
                let parents = [scene.channel, Channel::Blog];
                let known = parents.iter().any(|channel| told.contains(&(*channel, re.clone())));
                assert!(
                    known,
                    "{:?} {} answers {re}, which was not said before it",
                    scene.channel, scene.key
                );
            }
            let needs = scene.channel == Channel::Comment || !matches!(scene.deed, Deed::Say);
            assert!(!needs || scene.re.is_some(), "{} answers or changes nothing", scene.key);
            let has_titles = !matches!(scene.channel, Channel::X | Channel::Facebook);
            assert!(
                !has_titles || scene.re.is_some() || !scene.title.is_empty(),
                "{} has no title",
                scene.key
            );
            let has_address = matches!(scene.channel, Channel::Mail | Channel::X);
            assert_eq!(has_address, !scene.address.is_empty(), "{}", scene.key);
            let is_played = Channel::PLAYED.contains(&scene.channel);
            assert!(is_played || scene.deed == Deed::Say, "{} does what its channel cannot", scene.key);
            // X allows fifteen characters, so that no handle of the story is anybody's.
            assert!(scene.channel != Channel::X || scene.address.len() > 15, "{} may be real", scene.address);
        }
    }

    #[test]
    fn every_slot_of_a_variation_has_a_list() {
        let story = Story::load().unwrap();
        assert!(story.variations.len() >= 20);
        for scene in &story.variations {
            let mut rest = format!("{} {} {} {}", scene.name, scene.address, scene.title, scene.body);
            while let Some((_, behind)) = rest.clone().split_once('{') {
                let (slot, behind) = behind.split_once('}').unwrap();
                let filled = ["slug", "handle", "sender"].contains(&slot) || story.lists.contains_key(slot);
                assert!(filled, "{} has an unknown slot {slot:?}", scene.key);
                rest = behind.to_owned();
            }
        }
        assert!(story.lists.values().all(|words| words.len() >= 5));
    }

    #[test]
    fn what_breaks_the_rules_is_said_with_its_line() {
        for (text, line, part) in [
            ("%% mail\n\nx", 1, "opens with"),
            ("%% pigeon a\nfrom: A\n\nx", 1, "channel"),
            ("\n%% mail a\nfrom: A\nat: noon\n\nx", 4, "time"),
            ("%% mail a\nfrom: A\nshape: round\n\nx", 3, "field"),
            ("%% mail a\nfrom: A\nform: round\n\nx", 3, "form"),
            ("%% x a\nfrom: A\ndoes: sing\n\nx", 3, "deed"),
            ("%% mail a\nfrom: A\n", 1, "empty line"),
            ("%% mail a\nfrom: A\n\n\n", 1, "words"),
        ] {
            let error = read("t", text).unwrap_err();
            assert_eq!(error.line, line, "{text:?}: {error}");
            assert!(error.to_string().contains(part), "{error}");
        }
    }

    #[test]
    fn the_clock_counts_back_from_the_end_of_the_day() {
        for (text, want) in
            [("18:30", Some(0)), ("07:30", Some(660)), ("-1 18:30", Some(1440)), ("19:00", None), ("x", None)]
        {
            assert_eq!(minutes_ago(text), want, "{text}");
        }
    }
}
