//! Random filters, of few words and names, so that they often hold of the random items.

use hark_model::ItemUid;
use hark_query::{
    AgeUnit, Bound, Expr, FIELDS, Field, Filter, ListError, Lists, NamePattern, Near, Part, Phrase, Spanned,
    Test, Value, Values, When,
};
use proptest::prelude::*;
use proptest::sample::select;

/// The lists that random filters name.
pub struct Files;

impl Lists for Files {
    fn read(&self, name: &str) -> Result<String, ListError> {
        match name {
            "words.txt" => Ok("card\ncard declined\nüb*\n#outage\n@acme\n".to_owned()),
            "names.txt" => Ok("jo\nacme*\n*@example.org\n".to_owned()),
            _ => Err(ListError::Missing(name.to_owned())),
        }
    }
}

/// Words of texts and of filters. Some read like operators.
pub const WORDS: &[&str] =
    &["card", "Card", "cards", "declined", "or", "über", "UBER", "e-mail", "x", "不", "near/5", "zone:x"];

/// Names of everything.
pub const NAMES: &[&str] = &[
    "jo",
    "JO",
    "acme",
    "acme cloud",
    "none",
    "me",
    "ann@example.org",
    "É",
    "é",
    "file:x",
    "a,b",
    "50%",
    "a_b",
    "\"q\"",
    "\\",
    "-x",
];

fn phrase() -> impl Strategy<Value = Phrase> {
    let words = prop::collection::vec(select(WORDS), 1..4);
    let between = select(&[" ", "-", " \"", "\\", "  "][..]);
    (words, between, any::<bool>()).prop_filter_map("a phrase", |(words, between, is_prefix)| {
        Phrase::parse(&words.join(between), is_prefix).ok()
    })
}

fn near() -> impl Strategy<Value = Near> {
    let phrases = prop::collection::vec(phrase(), 2..4);
    (phrases, 0..6_u32).prop_map(|(phrases, words_between)| Near { phrases, words_between })
}

fn name() -> impl Strategy<Value = NamePattern> {
    let part = select(&[Part::Whole, Part::Start, Part::End][..]);
    let cut = (0..4_usize, any::<bool>());
    (select(NAMES), part, cut).prop_filter_map("a name", |(name, part, (cut, from_end))| {
        let chars: Vec<char> = name.chars().collect();
        let cut = cut.min(chars.len());
        let kept = if from_end { &chars[..chars.len() - cut] } else { &chars[cut..] };
        NamePattern::new(&kept.iter().collect::<String>(), part)
    })
}

fn bound(numbers: Vec<f64>) -> impl Strategy<Value = Value> {
    (select(numbers.clone()), select(numbers), 0..6).prop_map(|(a, b, how)| {
        Value::Bound(match how {
            0 => Bound::Is(a),
            1 => Bound::Below(a),
            2 => Bound::AtMost(a),
            3 => Bound::Above(a),
            4 => Bound::AtLeast(a),
            _ => Bound::Within(a.min(b), a.max(b)),
        })
    })
}

fn when() -> impl Strategy<Value = Value> {
    let unit = select(&[AgeUnit::Minutes, AgeUnit::Hours, AgeUnit::Days, AgeUnit::Weeks][..]);
    prop_oneof![
        (0..200_u32, unit).prop_map(|(count, unit)| When::Ago(count, unit)),
        select(&["today", "yesterday", "2026-11-21", "2026-11-22T11:59", "2026-11-22T12:00:00.001Z"][..])
            .prop_map(|text| When::parse(text).unwrap()),
    ]
    .prop_map(Value::When)
}

/// The uids that random items have.
pub fn uid(number: u8) -> ItemUid {
    ItemUid::from_bytes([number; 16])
}

fn value(field: Field, values: Values) -> BoxedStrategy<Value> {
    match values {
        Values::Words(_) => phrase().prop_map(Value::Phrase).boxed(),
        Values::Names { none, me } => prop_oneof![
            6 => name().prop_map(Value::Name),
            1 => listed(field),
            1 => name().prop_map(move |name| if none { Value::None } else { Value::Name(name) }),
            1 => name().prop_map(move |name| if me { Value::Me } else { Value::Name(name) }),
        ]
        .boxed(),
        Values::Choice(words) => select(words).prop_map(Value::Choice).boxed(),
        Values::Flags(flags) => select(flags).prop_map(|info| Value::Flag(info.flag)).boxed(),
        Values::Count => bound(vec![0.0, 1.0, 2.0, 1000.0, 1e15]).boxed(),
        Values::Fraction { low, or, .. } => {
            let numbers = bound(vec![low, -0.0 + low / 2.0, 0.1, 0.5, 1.0]);
            if or.is_empty() {
                numbers.boxed()
            } else {
                prop_oneof![numbers, select(or).prop_map(Value::Choice)].boxed()
            }
        }
        Values::Time => when().boxed(),
        Values::Language => select(&["en", "en-gb", "de", "pt-br"][..])
            .prop_map(|code| Value::Language(code.to_owned()))
            .boxed(),
        Values::Item => (0..4_u8).prop_map(|number| Value::Item(uid(number))).boxed(),
    }
}

fn listed(field: Field) -> impl Strategy<Value = Value> {
    let text = format!("{}:@file:names.txt", field.name());
    let filter = Filter::parse(&text, &Files).unwrap();
    let Some(Expr::Test(Spanned { inner: Test::Field(_, mut values), .. })) = filter.root().cloned() else {
        unreachable!("{text} is one test")
    };
    Just(values.remove(0))
}

fn word_list() -> impl Strategy<Value = Test> {
    let filter = Filter::parse("@file:words.txt", &Files).unwrap();
    let Some(Expr::Test(Spanned { inner, .. })) = filter.root().cloned() else {
        unreachable!("it is one test")
    };
    Just(inner)
}

fn test(is_asked: fn(Field) -> bool) -> impl Strategy<Value = Test> {
    let fields: Vec<_> = FIELDS.iter().filter(|info| is_asked(info.field)).collect();
    let field = select(fields).prop_flat_map(|info| {
        let count = if info.takes_many() { 1..4_usize } else { 1..2 };
        prop::collection::vec(value(info.field, info.values), count)
            .prop_map(|values| Test::Field(info.field, values))
    });
    prop_oneof![
        4 => phrase().prop_map(Test::Phrase),
        2 => near().prop_map(Test::Near),
        1 => word_list(),
        6 => field,
    ]
}

/// Filters that ask for such fields only.
pub fn filter(is_asked: fn(Field) -> bool) -> impl Strategy<Value = Filter> {
    let leaf = test(is_asked).prop_map(|inner| Expr::Test(Spanned { inner, span: 0..0 }));
    let tree = leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..5).prop_filter_map("parts", Expr::all),
            prop::collection::vec(inner.clone(), 2..5).prop_filter_map("parts", Expr::any),
            inner.prop_map(Expr::denied),
        ]
    });
    prop_oneof![1 => Just(None), 30 => tree.prop_map(Some)].prop_map(Filter::new)
}
