//! The search language, as far as the double understands it: words, phrases, `OR`, `-`, brackets, and the
//! operators `from:`, `to:`, `@`, `#`, `conversation_id:`, `lang:`, `is:reply`, `is:retweet`, `is:quote`,
//! `has:mentions`.

use crate::platforms::x::post::Post;
use crate::platforms::x::view;
use crate::platforms::x::world::World;

/// A search that can be asked whether it matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// All of them.
    All(Vec<Query>),
    /// One of them.
    Any(Vec<Query>),
    /// Not this one.
    Not(Box<Query>),
    /// One word, phrase or operator.
    Term(String),
}

impl Query {
    /// Parses a search; `None` when it makes no sense.
    pub fn parse(text: &str) -> Option<Self> {
        let tokens = tokens(text)?;
        let mut rest = tokens.as_slice();
        let query = any(&mut rest)?;
        rest.is_empty().then_some(query)
    }

    /// Tells whether `post` is found.
    pub fn matches(&self, world: &World, post: &Post) -> bool {
        match self {
            Self::All(list) => list.iter().all(|query| query.matches(world, post)),
            Self::Any(list) => list.iter().any(|query| query.matches(world, post)),
            Self::Not(query) => !query.matches(world, post),
            Self::Term(term) => is_found(term, world, post),
        }
    }
}

fn is_found(term: &str, world: &World, post: &Post) -> bool {
    let is_named = |id: Option<u64>, name: &str| {
        let user = id.and_then(|id| world.user(id));
        user.is_some_and(|user| user.username.eq_ignore_ascii_case(name) || user.id.to_string() == name)
    };
    let author_of = |id: Option<u64>| id.and_then(|id| world.posts.get(id)).and_then(|post| post.author);
    match term.split_once(':') {
        Some(("from", name)) => is_named(post.author, name),
        Some(("to", name)) => is_named(author_of(post.replied_to), name),
        Some(("conversation_id", id)) => post.conversation.to_string() == id,
        Some(("lang", lang)) => post.lang == lang,
        Some(("is", "reply")) => post.replied_to.is_some(),
        Some(("is", "retweet")) => post.reposted.is_some(),
        Some(("is", "quote")) => post.quoted.is_some(),
        Some(("has", "mentions")) => view::mentions(&post.text).next().is_some(),
        _ => post.text.to_lowercase().contains(&term.to_lowercase()),
    }
}

fn tokens(text: &str) -> Option<Vec<String>> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(first) = chars.next() {
        match first {
            c if c.is_whitespace() => {}
            '(' | ')' | '-' => tokens.push(first.to_string()),
            '"' => {
                let phrase: String = chars.by_ref().take_while(|c| *c != '"').collect();
                tokens.push(format!("\"{phrase}"));
            }
            _ => {
                let mut word = first.to_string();
                while let Some(c) = chars.next_if(|c| !c.is_whitespace() && !matches!(c, '(' | ')')) {
                    word.push(c);
                }
                tokens.push(word);
            }
        }
    }
    (!tokens.is_empty()).then_some(tokens)
}

fn any(rest: &mut &[String]) -> Option<Query> {
    let mut list = vec![all(rest)?];
    while let [or, tail @ ..] = *rest {
        if or != "OR" {
            break;
        }
        *rest = tail;
        list.push(all(rest)?);
    }
    Some(if list.len() == 1 { list.remove(0) } else { Query::Any(list) })
}

fn all(rest: &mut &[String]) -> Option<Query> {
    let mut list = Vec::new();
    while let [token, tail @ ..] = *rest {
        if token == "OR" || token == ")" {
            break;
        }
        *rest = tail;
        list.push(one(token, rest)?);
    }
    (!list.is_empty()).then(|| if list.len() == 1 { list.remove(0) } else { Query::All(list) })
}

fn one(token: &str, rest: &mut &[String]) -> Option<Query> {
    match token {
        "-" => {
            let [next, tail @ ..] = *rest else { return None };
            *rest = tail;
            Some(Query::Not(Box::new(one(next, rest)?)))
        }
        "(" => {
            let inner = any(rest)?;
            let [close, tail @ ..] = *rest else { return None };
            *rest = tail;
            (close == ")").then_some(inner)
        }
        ")" | "OR" => None,
        word => Some(Query::Term(word.trim_start_matches('"').to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_find_what_they_say() {
        let world = World::new();
        let post = Post::new(1 << 60, super::super::world::OWN_ID, "The Acme widget is out, @jofict");
        for (query, want) in [
            ("widget", Some(true)),
            ("\"acme widget\" lang:en -is:retweet", Some(true)),
            ("\"widget acme\"", Some(false)),
            ("gadget OR widget", Some(true)),
            ("(gadget OR widget) from:acme", Some(true)),
            ("widget -from:acme", Some(false)),
            ("from:jofict OR (lang:de widget)", Some(false)),
            ("@jofict has:mentions is:reply", Some(false)),
            ("", None),
            ("(widget", None),
            ("widget OR", None),
        ] {
            assert_eq!(Query::parse(query).map(|query| query.matches(&world, &post)), want, "{query}");
        }
    }
}
